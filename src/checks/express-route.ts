import { mapSeen, type Observed } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { ExpressRouteCircuit } from '../ports/network-resources.ts'
import { boundName } from './foreign-text.ts'
import { found, type CircuitFact } from './gateway-facts.ts'

/** It often belongs to another subscription, so that it may well be out of sight. */
export async function readCircuit(
  arm: Pick<ArmPort, 'expressRouteCircuit'>,
  id: string,
): Promise<Observed<CircuitFact>> {
  const circuit = found(await arm.expressRouteCircuit(id), `the ExpressRoute circuit ${id}`)
  return mapSeen(circuit, ({ name, circuitState, providerState, peerings }) => {
    const privatePeering = stateOf(peerings, 'azureprivatepeering')
    const microsoftPeering = stateOf(peerings, 'microsoftpeering')
    return {
      name: boundName(name),
      ...(circuitState === undefined ? {} : { circuitState }),
      ...(providerState === undefined ? {} : { providerState }),
      ...(privatePeering === undefined ? {} : { privatePeering }),
      ...(microsoftPeering === undefined ? {} : { microsoftPeering }),
    }
  })
}

/** Undefined: there is none of that kind. One of which Azure does not tell the kind may be of any. */
function stateOf(peerings: ExpressRouteCircuit['peerings'], kind: string): string | undefined {
  const known = peerings.find(({ type }) => type?.toLowerCase() === kind)
  if (known !== undefined) return known.state ?? UNTOLD
  return peerings.some(({ type }) => type === undefined) ? UNTOLD : undefined
}

const UNTOLD = 'not told'
