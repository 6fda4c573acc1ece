import type { ArmPort } from '../ports/arm-port.ts'
import { boundName } from './foreign-text.ts'
import { found, type CircuitFact } from './gateway-facts.ts'

const PRIVATE_PEERING = 'azureprivatepeering'

/** It often belongs to another subscription: what cannot be read of it leaves the connection as it is. */
export async function readCircuit(
  arm: Pick<ArmPort, 'expressRouteCircuit'>,
  id: string,
): Promise<CircuitFact | undefined> {
  const circuit = found(await arm.expressRouteCircuit(id), `the circuit ${id}`)
  if (!circuit.ok) return undefined
  const { name, circuitState, providerState, peerings } = circuit.value
  const peering =
    peerings.find(({ type }) => type?.toLowerCase() === PRIVATE_PEERING) ??
    // One of which Azure does not tell the kind may be the private one.
    peerings.find(({ type }) => type === undefined)
  return {
    name: boundName(name),
    ...(circuitState === undefined ? {} : { circuitState }),
    ...(providerState === undefined ? {} : { providerState }),
    ...(peering === undefined
      ? {}
      : { privatePeering: (peering.type === undefined ? undefined : peering.state) ?? 'not told' }),
  }
}
