import { containsAddress } from '../../../domain/address.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import { isSameResource } from '../../../domain/resource-id.ts'
import type { ArmAnswer, ArmPort } from '../../../ports/arm-port.ts'
import type { VirtualNetwork } from '../../../ports/network-resources.ts'
import { boundText } from '../../foreign-text.ts'

export type ConnectionFact = {
  name: string
  gateway: string
  /** `IPsec`, `ExpressRoute`, ... */
  type?: string
  /** Absent: Azure did not say, which is not "down". */
  status?: string
  enableBgp: boolean
  /** What lies behind the local network gateway. */
  prefixes: string[]
}

export type GatewayFacts = {
  gateways: { name: string; type?: string }[]
  connections: ConnectionFact[]
  /** Ids in the gateway subnet that are no virtual network gateway's: what they carry is not known. */
  unrecognised: string[]
}

const GATEWAY_SUBNET = 'gatewaysubnet'
const GATEWAY_ID = /^(.+\/providers\/microsoft\.network\/virtualnetworkgateways\/[^/]+)\/ipconfigurations\//i

export function isIpsec({ type }: ConnectionFact): boolean {
  return type?.toLowerCase() === 'ipsec'
}

export function isConnected({ status }: ConnectionFact): boolean {
  return status?.toLowerCase() === 'connected'
}

/** Whether what lies behind the connection holds every one of the addresses. */
export function isCovering({ prefixes }: ConnectionFact, addresses: readonly string[]): boolean {
  return addresses.length > 0 && addresses.every((address) => containsAddress(prefixes, address))
}

/**
 * The gateways in a network and their connections, each read by itself: lists carry no status. A connection that could
 * not be read matters only when none of the others proves the path to `addresses`.
 */
export async function readGateways(
  arm: ArmPort,
  network: VirtualNetwork,
  addresses: readonly string[],
): Promise<Observed<GatewayFacts>> {
  const { ids, unrecognised } = gatewayIds(network)
  const facts: GatewayFacts = { gateways: [], connections: [], unrecognised }
  const failures: Observed<GatewayFacts>[] = []
  for (const id of ids) {
    const gateway = found(await arm.virtualNetworkGateway(id), `the virtual network gateway ${id}`)
    if (!gateway.ok) {
      failures.push(gateway)
      continue
    }
    const { name, gatewayType, connectionIds } = gateway.value
    facts.gateways.push({ name, ...(gatewayType === undefined ? {} : { type: gatewayType }) })
    const connections = await Promise.all(connectionIds.map((connectionId) => readConnection(arm, name, connectionId)))
    for (const connection of connections) {
      if (connection.ok) facts.connections.push(connection.value)
      else failures.push(connection)
    }
  }
  const isProven = facts.connections.some((one) => isIpsec(one) && isConnected(one) && isCovering(one, addresses))
  const [failure] = failures
  return isProven || failure === undefined ? seen(facts) : failure
}

function gatewayIds({ subnets }: VirtualNetwork): { ids: string[]; unrecognised: string[] } {
  const ids: string[] = []
  const unrecognised: string[] = []
  for (const subnet of subnets.filter(({ name }) => name.toLowerCase() === GATEWAY_SUBNET)) {
    for (const ipConfigurationId of subnet.ipConfigurationIds) {
      const id = GATEWAY_ID.exec(ipConfigurationId)?.[1]
      if (id === undefined) unrecognised.push(boundText(ipConfigurationId))
      else if (!ids.some((known) => isSameResource(known, id))) ids.push(id)
    }
  }
  return { ids, unrecognised }
}

async function readConnection(arm: ArmPort, gateway: string, id: string): Promise<Observed<ConnectionFact>> {
  const connection = found(await arm.gatewayConnection(id), `the gateway connection ${id}`)
  if (!connection.ok) return connection
  const { name, connectionType, connectionStatus, enableBgp, localNetworkGatewayId } = connection.value
  const fact: ConnectionFact = {
    name,
    gateway,
    ...(connectionType === undefined ? {} : { type: connectionType }),
    ...(connectionStatus === undefined ? {} : { status: connectionStatus }),
    enableBgp,
    prefixes: [],
  }
  if (localNetworkGatewayId === undefined) return seen(fact)
  const local = found(
    await arm.localNetworkGateway(localNetworkGatewayId),
    `the local network gateway ${localNetworkGatewayId}`,
  )
  return local.ok ? seen({ ...fact, prefixes: [...local.value.addressPrefixes] }) : local
}

/** What Azure itself refers to and then does not find is contradictory, and decides nothing. */
function found<T>(observed: Observed<ArmAnswer<T>>, what: string): Observed<T> {
  if (!observed.ok) return observed
  const answer = observed.value
  return answer.found
    ? seen(answer.value)
    : unseen('not-found', `Azure refers to ${what} and does not find it: ${answer.message}`)
}
