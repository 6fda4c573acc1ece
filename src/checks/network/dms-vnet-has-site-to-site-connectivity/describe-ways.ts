import type { Evidence } from './evidence.ts'
import { describe, statusOf } from './ways.ts'

/** What in the network may lead out of it. */
export function waysOf(evidence: Evidence): string {
  const { gateways, connections, peerings, hubs, routeTable, closed, unfollowed } = evidence
  return [
    ...gateways.map((one) => `gateway ${one.name}${throughOf(one)} (${one.type ?? 'type not told'})`),
    ...connections.map((one) => {
      const reach = one.prefixes.length === 0 ? 'no prefixes' : one.prefixes.join(', ')
      const more = one.enableBgp ? ', more may be learned by BGP' : ''
      const learned = one.type?.toLowerCase() === 'expressroute' ? 'prefixes learned by BGP' : `${reach}${more}`
      return `${describe(one)} ${shortStatus(one)}, behind it ${learned}`
    }),
    ...peerings.map(
      ({ name, state, useRemoteGateways }) =>
        `peering ${name} (${state ?? 'state not told'}${useRemoteGateways ? ', uses its gateway' : ''})`,
    ),
    ...hubs.map(
      ({ name, firewall }) => `virtual hub ${name}${firewall === undefined ? '' : ` with firewall ${firewall}`}`,
    ),
    ...(routeTable === null ? [] : [`the route table ${routeTable.name} on the DMS subnet`]),
    ...(evidence.hasRouteServer ? ['a route server'] : []),
    ...evidence.unrecognised.map((id) => `in its gateway subnet ${id}`),
    ...closed,
    ...unfollowed,
  ].join('; ')
}

/** `Connected`, `without a status`, with what its circuit tells. */
function shortStatus(connection: Evidence['connections'][number]): string {
  return statusOf(connection)
    .replace(/^is /, '')
    .replace(/^has no status/, 'without a status')
}

export function throughOf({ through }: { through?: string }): string {
  return through === undefined ? '' : ` (${through})`
}

export function openNote({ used }: Evidence): string {
  return used === undefined ? '' : `TCP ${String(used.port)} of ${used.address} was open to ${used.from} just now`
}

export function expected({ network, addresses, host }: Evidence): string {
  return `${network} has a connected site-to-site connection that covers ${addresses.join(', ')} (${host})`
}

export function source({ host, addresses }: Evidence): string {
  return addresses.includes(host) ? host : `${host} (${addresses.join(', ')})`
}
