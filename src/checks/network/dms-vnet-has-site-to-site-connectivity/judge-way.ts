import { containsAddress, isPrivateAddress, parseAddress } from '../../../domain/address.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { isConnected, isCovering, isIpsec, type ConnectionFact } from '../../gateway-facts.ts'
import { proxyNote } from '../../network-path.ts'
import type { Evidence } from './evidence.ts'

/** Whether the network reaches the source, as far as the addresses that were looked at are those that DMS will use. */
export function judgeWay(evidence: Evidence): Judgement {
  const judgement = judgeAddresses(evidence)
  const { host, network, vantage } = evidence
  if (parseAddress(host) !== undefined || vantage.verified) return judgement
  const doubt = `whether DMS resolves ${host} to the same addresses (${evidence.addresses.join(', ')}) is not known: ${proxyNote(vantage)}`
  if (judgement.verdict === 'pass') {
    return { ...judgement, proof: 'proxy', summary: `${judgement.summary}; ${doubt}` }
  }
  if (judgement.verdict !== 'fail' && judgement.verdict !== 'not-applicable') return judgement
  return {
    verdict: 'unknown',
    proof: 'proxy',
    summary: `Whether ${network} reaches ${host} could not be determined: ${doubt}. By the addresses that this runner knows: ${judgement.summary}`,
    expected: expected(evidence),
    cause: { kind: 'dns', message: boundText(doubt) },
    remediation: {
      text: 'Run this from a runner in the DMS subnet, or give the address of the source in the manifest instead of its name.',
      scripts: [],
    },
  }
}

function judgeAddresses(evidence: Evidence): Judgement {
  const { host, addresses, network, networkPrefixes, used } = evidence
  if (addresses.length > 0 && addresses.every((address) => containsAddress(networkPrefixes, address))) {
    const place = `the address space of ${network} (${networkPrefixes.join(', ')})`
    return { verdict: 'not-applicable', summary: `${source(evidence)} is in ${place}: no connection is needed` }
  }
  const peered = evidence.peerings.find(
    (one) =>
      isUp(one) && addresses.length > 0 && addresses.every((address) => containsAddress(one.remotePrefixes, address)),
  )
  if (peered !== undefined) {
    const space = `the address space that peering ${peered.name} of ${network} leads to (${peered.remotePrefixes.join(', ')})`
    return { verdict: 'not-applicable', summary: `${source(evidence)} is in ${space}: no gateway is needed` }
  }
  const covering = evidence.connections.filter((one) => isIpsec(one) && isCovering(one, addresses))
  const up = covering.find(isConnected)
  if (up !== undefined) {
    const actual = `${describe(up)} of gateway ${placed(up, network)} is Connected and covers ${addresses.join(', ')}`
    const summary = `From ${network} to ${source(evidence)}: ${describe(up)} of gateway ${up.gateway}${throughOf(up)} is Connected and covers it with ${coveringPrefixes(up, addresses)}`
    return { verdict: 'pass', proof: 'direct', summary, expected: expected(evidence), actual }
  }
  if (used !== undefined && hasOtherWay(evidence, [])) {
    const actual = `the way was used just now: TCP ${String(used.port)} of ${used.address} was open to ${used.from} in the DMS subnet`
    const summary = `From ${network} to ${source(evidence)}: ${actual}; by what Azure shows it leads through ${waysOf(evidence)}`
    return {
      verdict: 'pass',
      proof: 'direct',
      summary: boundText(summary),
      expected: `a connection from the DMS subnet in ${network} reaches ${host}`,
      actual,
    }
  }
  // An open port from the DMS subnet speaks against a status that says "down": then neither is proven.
  const isDownAlone = covering.length > 0 && covering.every(isDown) && !hasOtherWay(evidence, covering)
  if (isDownAlone && used === undefined) return down(evidence, covering)
  const isBare = evidence.gateways.length === 0 && used === undefined && !hasOtherWay(evidence, [])
  if (isBare && addresses.length > 0 && addresses.every(isPrivateAddress)) {
    const has =
      evidence.peerings.length === 0 ? 'no gateway and no peering' : `no gateway that it may use (${waysOf(evidence)})`
    const actual = `${network} has ${has}, and ${host} has the private address ${addresses.join(', ')}`
    return failed(
      evidence,
      `From ${network} to ${source(evidence)} there is no way: ${actual}`,
      actual,
      'Create a VPN or ExpressRoute gateway in the network, or peer it with the network that has one: gateway transit allowed there, remote gateways used here.',
    )
  }
  return undetermined(evidence)
}

function isDown({ status }: ConnectionFact): boolean {
  return status?.toLowerCase() === 'notconnected'
}

/** Something else that is up, or of which Azure does not say that it is down, may carry the packets. */
function hasOtherWay(evidence: Evidence, covering: readonly ConnectionFact[]): boolean {
  const isOther = (one: ConnectionFact): boolean =>
    !covering.includes(one) && !isDown(one) && (one.enableBgp || !isIpsec(one))
  return (
    evidence.gateways.some(({ type }) => type?.toLowerCase() === 'expressroute') ||
    evidence.connections.some(isOther) ||
    evidence.peerings.some((one) => !isFollowed(one)) ||
    evidence.unfollowed.length > 0 ||
    evidence.hasRouteTable ||
    evidence.hasRouteServer ||
    evidence.unrecognised.length > 0
  )
}

/** A Connected peering was followed to its gateways, and without remote gateways it leads to its own addresses only. */
function isFollowed(peering: Evidence['peerings'][number]): boolean {
  return peering.state !== undefined
}

function isUp({ state }: Evidence['peerings'][number]): boolean {
  return state?.toLowerCase() === 'connected'
}

function throughOf({ through }: { through?: string }): string {
  return through === undefined ? '' : ` (${through})`
}

function placed({ gateway, through }: ConnectionFact, network: string): string {
  return through === undefined ? `${gateway} in ${network}` : `${gateway} (${through} of ${network})`
}

function down(evidence: Evidence, covering: readonly ConnectionFact[]): Judgement {
  const { addresses, network } = evidence
  const names = covering.map((one) => `${describe(one)} of gateway ${one.gateway}${throughOf(one)}`).join(', ')
  const actual = `${names}, which covers ${addresses.join(', ')}, is NotConnected`
  return failed(
    evidence,
    `From ${network} to ${source(evidence)} there is no way now: ${actual}`,
    actual,
    'Bring the tunnel up: compare the shared key, the IPsec policy and the peer address on both ends, and look at the log of the VPN device.',
  )
}

function failed(evidence: Evidence, summary: string, actual: string, text: string): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary,
    expected: expected(evidence),
    actual,
    remediation: { text, scripts: [] },
  }
}

function undetermined(evidence: Evidence): Judgement {
  const { network, used } = evidence
  const ways = waysOf(evidence)
  const message = boundText(`${network} has ${ways === '' ? 'no gateway and no peering' : ways}`)
  const open = used === undefined ? '' : `. ${openNote(evidence)}, but nothing of this is shown to lead there`
  const summary = `Whether ${network} reaches ${source(evidence)} does not follow from what Azure shows: ${message}${open}`
  const text = hasOtherWay(evidence, [])
    ? 'Run this from a runner in the DMS subnet: when the port of the source is open to it, that proves the way.'
    : 'Let the local network gateway of a Connected connection cover the address of the source; look at the connection and at its VPN device.'
  const cause = { kind: 'insufficient' as const, message }
  return {
    verdict: 'unknown',
    proof: evidence.vantage.verified ? 'direct' : 'proxy',
    summary,
    expected: expected(evidence),
    cause,
    remediation: { text, scripts: [] },
  }
}

function openNote({ used }: Evidence): string {
  return used === undefined ? '' : `TCP ${String(used.port)} of ${used.address} was open to ${used.from} just now`
}

/** What in the network may lead out of it. */
function waysOf({ gateways, connections, peerings, ...evidence }: Evidence): string {
  return [
    ...gateways.map((one) => `gateway ${one.name}${throughOf(one)} (${one.type ?? 'type not told'})`),
    ...connections.map((one) => {
      const reach = one.prefixes.length === 0 ? 'no prefixes' : one.prefixes.join(', ')
      return `${describe(one)} ${one.status ?? 'without a status'}, behind it ${reach}${one.enableBgp ? ', more by BGP' : ''}`
    }),
    ...peerings.map(
      ({ name, state, useRemoteGateways }) =>
        `peering ${name} (${state ?? 'state not told'}${useRemoteGateways ? ', uses its gateway' : ''})`,
    ),
    ...(evidence.hasRouteTable ? ['a route table on the DMS subnet'] : []),
    ...(evidence.hasRouteServer ? ['a route server'] : []),
    ...evidence.unrecognised.map((id) => `in its gateway subnet ${id}`),
    ...evidence.unfollowed,
  ].join('; ')
}

function expected({ network, addresses, host }: Evidence): string {
  return `${network} has a connected site-to-site connection that covers ${addresses.join(', ')} (${host})`
}

function source({ host, addresses }: Evidence): string {
  return addresses.includes(host) ? host : `${host} (${addresses.join(', ')})`
}

function describe({ name, type }: ConnectionFact): string {
  return `${type ?? 'unnamed'} connection ${name}`
}

function coveringPrefixes({ prefixes }: ConnectionFact, addresses: readonly string[]): string {
  return prefixes.filter((prefix) => addresses.some((address) => containsAddress([prefix], address))).join(', ')
}
