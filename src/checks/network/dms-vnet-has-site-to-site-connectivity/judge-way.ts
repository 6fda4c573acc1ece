import { isPrivateAddress, parseAddress } from '../../../domain/address.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { proxyNote } from '../../network-path.ts'
import { expected, openNote, source, throughOf, waysOf } from './describe-ways.ts'
import type { Evidence } from './evidence.ts'
import { describe, learners, reachableAddresses, statusOf, wayTo, type AddressWay } from './ways.ts'

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

/** As if DMS used the very addresses that were looked at. */
export function judgeAddresses(evidence: Evidence): Judgement {
  const { used } = evidence
  const ways = reachableAddresses(evidence).map((address) => wayTo(evidence, address))
  if (ways.length === 0) return undetermined(evidence, ways)
  const inside = ways.filter((way) => way.kind === 'inside')
  if (inside.length === ways.length) {
    const places = [...new Set(inside.map(({ place }) => place))].join(' or ')
    const summary = boundText(`${source(evidence)} is in ${places}: no gateway is needed, and no connection`)
    return { verdict: 'not-applicable', summary }
  }
  const covered = ways.filter((way) => way.kind === 'covered')
  if (inside.length + covered.length === ways.length) return connected(evidence, covered, inside)
  if (used !== undefined && isPrivateAddress(used.address) && mayLead(evidence, ways)) return usedWay(evidence, used)
  const shut = ways.filter((way) => way.kind === 'down' || way.kind === 'none')
  // An open port from the DMS subnet speaks against a status that says "down": then neither is proven.
  return shut.length === ways.length && used === undefined ? noWay(evidence, shut) : undetermined(evidence, ways)
}

function connected(
  evidence: Evidence,
  covered: readonly (AddressWay & { kind: 'covered' })[],
  inside: readonly AddressWay[],
): Judgement {
  const { network, addresses } = evidence
  const facts = new Map<string, string[]>()
  for (const { address, connection, prefix, note } of covered) {
    const by = `${describe(connection)} of gateway ${connection.gateway}${throughOf(connection)} is Connected and covers`
    const key = `${by}|${prefix}${note === undefined ? '' : `; before it, ${note}`}`
    facts.set(key, [...(facts.get(key) ?? []), address])
  }
  const told = [...facts].map(([key, of]) => {
    const [by = '', prefix = ''] = key.split('|')
    return `${by} ${addresses.length === 1 ? 'it' : of.join(', ')} with ${prefix}`
  })
  const rest = inside.length === 0 ? '' : `; ${inside.map(({ address }) => address).join(', ')} needs no gateway`
  const actual = boundText(told.join('; ') + rest)
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `From ${network} to ${source(evidence)}: ${actual}`,
    expected: expected(evidence),
    actual,
  }
}

/** Whether something that Azure shows can be the way that was used. */
function mayLead(evidence: Evidence, ways: readonly AddressWay[]): boolean {
  const isByRoute = ways.some((way) => way.kind === 'open' && way.appliance === true)
  const isUntold = evidence.connections.some(({ status }) => status === undefined || status.toLowerCase() === 'unknown')
  return isByRoute || isUntold || learners(evidence).length > 0 || evidence.hubs.length > 0
}

function usedWay(evidence: Evidence, used: NonNullable<Evidence['used']>): Judgement {
  const { network, host } = evidence
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

function noWay(evidence: Evidence, shut: readonly (AddressWay & { kind: 'down' | 'none' })[]): Judgement {
  const { network } = evidence
  const isDownOnly = shut.every(({ kind }) => kind === 'down')
  const bare = shut.filter((way) => way.kind === 'none' && way.isBare).map(({ address }) => address)
  const facts = shut.flatMap((way) => {
    if (way.kind === 'none') return way.isBare ? [] : [way.reason]
    const names = way.connections.map((one) => `${describe(one)} of gateway ${one.gateway}${throughOf(one)}`).join(', ')
    const states = [...new Set(way.connections.map(statusOf))].join(', ')
    return [`${names}, which covers ${way.address}, ${states}`]
  })
  const actual = boundText([...facts, ...(bare.length === 0 ? [] : [bareFact(evidence, bare)])].join('; '))
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `From ${network} to ${source(evidence)} there is no way${isDownOnly ? ' now' : ''}: ${actual}`,
    expected: expected(evidence),
    actual,
    remediation: { text: adviceFor(evidence, shut), scripts: [] },
  }
}

function bareFact(evidence: Evidence, addresses: readonly string[]): string {
  const { network, host, gateways, peerings } = evidence
  const listed = addresses.join(', ')
  const has =
    gateways.length > 0
      ? `${waysOf(evidence)}, and nothing of this leads there`
      : peerings.length === 0
        ? 'no gateway and no peering'
        : `no gateway that it may use (${waysOf(evidence)})`
  return `${network} has ${has}, and ${host} has the private address ${listed}`
}

function adviceFor({ gateways, closed }: Evidence, shut: readonly (AddressWay & { kind: 'down' | 'none' })[]): string {
  const [first] = shut
  if (first?.kind === 'down') {
    return first.connections.some(({ circuit }) => circuit !== undefined)
      ? 'Let the provider provision the circuit, and enable its private peering.'
      : 'Bring the tunnel up: compare the shared key, the IPsec policy and the peer address on both ends, and look at the log of the VPN device.'
  }
  if (first?.isBare === false) {
    return 'Correct the route table of the DMS subnet: it needs a route to the source by the gateway or by an appliance, or the routes of the gateway.'
  }
  if (closed.length > 0) return 'Allow gateway transit on the other side of the peering.'
  return gateways.length === 0
    ? 'Create a VPN or ExpressRoute gateway in the network, or peer it with the network that has one: gateway transit allowed there, remote gateways used here.'
    : 'Let the local network gateway of a connection cover the address of the source, or create the connection that leads there.'
}

function undetermined(evidence: Evidence, ways: readonly AddressWay[]): Judgement {
  const { network, used } = evidence
  const all = waysOf(evidence)
  const reasons = ways.map((way) => reasonOf(way, ways.length > 1)).filter((reason) => reason !== '')
  const message = boundText(
    [`${network} has ${all === '' ? 'no gateway and no peering' : all}`, ...new Set(reasons)].join('; '),
  )
  const open = used === undefined ? '' : `. ${openNote(evidence)}, but nothing of this is shown to lead there`
  const text = mayLead(evidence, ways)
    ? 'Run this from a runner in the DMS subnet: when the port of the source is open to it, that proves the way.'
    : 'Let the local network gateway of a Connected connection cover the address of the source; look at the connection and at its VPN device.'
  return {
    verdict: 'unknown',
    proof: evidence.vantage.verified ? 'direct' : 'proxy',
    summary: `Whether ${network} reaches ${source(evidence)} does not follow from what Azure shows: ${message}${open}`,
    expected: expected(evidence),
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts: [] },
  }
}

/** `isOneOfSeveral`: what is known of an address that is not the trouble is told as well. */
function reasonOf(way: AddressWay, isOneOfSeveral: boolean): string {
  switch (way.kind) {
    case 'inside':
      return isOneOfSeveral ? `${way.address} needs no gateway` : ''
    case 'covered':
      return isOneOfSeveral ? `${way.address} is covered by ${way.prefix} of ${way.connection.name}` : ''
    case 'down':
      return way.connections.map((one) => `${describe(one)}, which covers ${way.address}, ${statusOf(one)}`).join(', ')
    case 'none':
      return way.isBare ? `nothing is shown to lead to ${way.address}` : way.reason
    case 'open':
      return way.reason ?? (isPrivateAddress(way.address) ? '' : `${way.address} is a public address`)
  }
}
