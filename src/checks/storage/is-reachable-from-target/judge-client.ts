import { parsePrefix, subtractRanges, formatRange } from '../../../domain/address.ts'
import { isSameResource } from '../../../domain/resource-id.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { AccountFacts, ClientFact } from './evidence.ts'

/** Whether the network of the account lets one client in; `fact` follows its name. */
export type ClientAnswer =
  | { is: 'admitted'; fact: string }
  | { is: 'shut-out'; fact: string; mend: 'rule' | 'endpoint' | 'public-access' }
  | { is: 'open'; fact: string; kind: CauseKind }
  | { is: 'blocked'; fact: string; by: string }

/** By the firewall of the account alone: routes and security groups of the subnet are the business of other checks. */
export function judgeClient(facts: AccountFacts, client: ClientFact): ClientAnswer {
  const { account, publicNetworkAccess, defaultAction } = facts
  const access = publicNetworkAccess.toLowerCase()
  if (access === 'disabled') return judgeClosed(facts, client, `public network access of ${account} is Disabled`)
  if (access !== 'enabled') {
    const fact = `public network access of ${account} is ${publicNetworkAccess}, whose rules are not looked at`
    return { is: 'open', kind: 'insufficient', fact }
  }
  if (defaultAction.toLowerCase() === 'allow') {
    return { is: 'admitted', fact: `the firewall of ${account} admits all networks` }
  }
  if (defaultAction.toLowerCase() !== 'deny') {
    return { is: 'open', kind: 'insufficient', fact: `the firewall of ${account} says ${defaultAction}` }
  }
  return judgeRules(facts, client)
}

function judgeRules(facts: AccountFacts, client: ClientFact): ClientAnswer {
  const { account, region } = facts
  const { subnet } = client
  if (subnet === null) return unknownSubnet(client)
  const rules = facts.subnetRules.filter(({ id }) => isSameResource(id, subnet.id))
  const rule = rules.find(({ state }) => isReady(state)) ?? rules[0]
  if (rule === undefined) return judgeAddresses(facts, client, `no rule of its firewall names ${subnet.name}`)
  if (!isReady(rule.state)) {
    return {
      is: 'open',
      kind: 'insufficient',
      fact: `the rule of ${account} for ${subnet.name} is ${rule.state ?? ''}, not Succeeded`,
    }
  }
  const endpoint = storageEndpoint(subnet.serviceEndpoints)
  if (endpoint === undefined) {
    const note = `a rule names ${subnet.name}, which has no Microsoft.Storage endpoint, so that the rule never matches`
    const byAddress = judgeAddresses(facts, client, note)
    return byAddress.is === 'shut-out' ? { ...byAddress, mend: 'endpoint' } : byAddress
  }
  if (endpoint === 'regional' && subnet.region !== region) {
    const fact = `a rule of ${account} names ${subnet.name}, whose Microsoft.Storage endpoint is for the region ${subnet.region} and its pair, and the account is in ${region}`
    return { is: 'open', kind: 'insufficient', fact }
  }
  return { is: 'admitted', fact: `a rule of ${account} names ${subnet.name}, whose Microsoft.Storage endpoint is on` }
}

/** No network rule matches. What is left are rules for public addresses, and private endpoints. */
function judgeAddresses(facts: AccountFacts, client: ClientFact, note: string): ClientAnswer {
  const { account, addressRules, egress, region } = facts
  const shut = `the firewall of ${account} denies what no rule admits, and ${note}`
  const byEndpoint = judgeEndpoints(facts, client)
  if (addressRules.length === 0) {
    return byEndpoint === undefined
      ? { is: 'shut-out', fact: shut, mend: 'rule' }
      : { is: 'open', kind: byEndpoint.kind, fact: `${shut}; ${byEndpoint.fact}` }
  }
  const rules = `rules for public addresses (${addressRules.slice(0, 5).join(', ')}${addressRules.length > 5 ? ', ...' : ''})`
  if (!client.isDms) {
    const fact = `${shut}; whether its ${rules} admit the instance is not known, as Azure does not tell its public address`
    return { is: 'open', kind: 'insufficient', fact }
  }
  if (egress.length === 0) {
    const fact = `${shut}; it has ${rules}, and the manifest does not declare under which addresses DMS appears (dms.egress)`
    return { is: 'open', kind: 'missing-input', fact }
  }
  const ranges = (texts: readonly string[]) => texts.map(parsePrefix).filter((range) => range !== undefined)
  const left = subtractRanges(ranges(egress), ranges(addressRules))
  if (left.length > 0) {
    const fact = `${shut}; its ${rules} leave out ${left.map(formatRange).join(', ')} of dms.egress`
    return byEndpoint === undefined
      ? { is: 'shut-out', fact, mend: 'rule' }
      : { is: 'open', kind: byEndpoint.kind, fact: `${fact}; ${byEndpoint.fact}` }
  }
  if (
    client.subnet === null ||
    client.subnet.region === region ||
    storageEndpoint(client.subnet.serviceEndpoints) !== undefined
  ) {
    // https://learn.microsoft.com/azure/storage/common/storage-network-security-limitations
    const fact = `${shut}; its ${rules} cover dms.egress, but they do not count within a region or behind a service endpoint, where the account sees a private address`
    return { is: 'open', kind: 'insufficient', fact }
  }
  return { is: 'admitted', fact: `the ${rules} of ${account} cover ${egress.join(', ')}, under which DMS appears` }
}

function judgeClosed(facts: AccountFacts, client: ClientFact, closed: string): ClientAnswer {
  const byEndpoint = judgeEndpoints(facts, client)
  if (byEndpoint !== undefined) return { is: 'open', kind: byEndpoint.kind, fact: `${closed}, and ${byEndpoint.fact}` }
  return { is: 'shut-out', fact: `${closed} and no private endpoint for its blobs is Approved`, mend: 'public-access' }
}

/** What private endpoints leave open; undefined: there is none. They never decide: names are looked up elsewhere. */
function judgeEndpoints(
  { endpointGaps }: AccountFacts,
  { endpoints }: ClientFact,
): { kind: CauseKind; fact: string } | undefined {
  if (endpoints.length === 0) {
    const [gap] = endpointGaps
    return gap === undefined ? undefined : { kind: 'insufficient', fact: gap }
  }
  const near = endpoints.filter(({ network }) => network === 'same' || network === 'peered')
  const name = (one: (typeof endpoints)[number]): string =>
    `private endpoint ${one.name}${one.networkName === undefined ? '' : ` in ${one.networkName}`}`
  if (near.length > 0) {
    return {
      kind: 'dns',
      fact: `${near.map(name).join(', ')} is Approved and near; whether the name of the account leads to it there cannot be seen from here`,
    }
  }
  return {
    kind: 'insufficient',
    fact: `${endpoints.map(name).join(', ')} is Approved, but whether a way leads there is not looked at`,
  }
}

function unknownSubnet({ name, gap, gapBlockedBy, isDms }: ClientFact): ClientAnswer {
  const fact = `the subnet of ${name} is not known: ${gap ?? ''}`
  if (gapBlockedBy !== undefined) return { is: 'blocked', fact, by: gapBlockedBy }
  return { is: 'open', kind: isDms && (gap ?? '').startsWith('the manifest') ? 'missing-input' : 'insufficient', fact }
}

function isReady(state: string | undefined): boolean {
  return state === undefined || state.toLowerCase() === 'succeeded'
}

/** `Microsoft.Storage.Global` reaches accounts of every region. */
function storageEndpoint(services: readonly string[]): 'global' | 'regional' | undefined {
  const names = services.map((service) => service.toLowerCase())
  if (names.includes('microsoft.storage.global')) return 'global'
  return names.includes('microsoft.storage') ? 'regional' : undefined
}
