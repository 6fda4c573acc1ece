import {
  formatRange,
  parsePrefix,
  PRIVATE_PREFIXES,
  subtractRanges,
  type AddressRange,
} from '../../../domain/address.ts'
import { isSameResource } from '../../../domain/resource-id.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { AccountFacts, ClientFact } from './evidence.ts'

/** Whether the network of the account lets one client in; `fact` follows its name. */
export type ClientAnswer =
  | { is: 'admitted'; fact: string }
  | { is: 'shut-out'; fact: string; mend: 'rule' | 'endpoint' | 'public-access' }
  | { is: 'open'; fact: string; kind: CauseKind }
  | { is: 'blocked'; fact: string; by: { id: string; subject: string } }

/** By the firewall of the account alone: routes and security groups of the subnet are the business of other checks. */
export function judgeClient(facts: AccountFacts, client: ClientFact): ClientAnswer {
  const { account, publicNetworkAccess, defaultAction } = facts
  if (client.gapBlockedBy !== undefined && !client.isDms) return unknownSubnet(client)
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
  if (client.isRuntime === true) return judgeRuntime(facts)
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

/** Its host may be in a subnet that a rule names, so that it is never known to be shut out. */
function judgeRuntime({ account, addressRules, egress }: AccountFacts): ClientAnswer {
  if (publicPart(egress).length > 0 && addressRules.length > 0 && uncovered(egress, addressRules).length === 0) {
    const fact = `the rules for public addresses of ${account} cover ${egress.join(', ')}, under which the runtime appears (${DECLARED}); a host in Azure in the region of the account would be seen under a private address, for which they do not count`
    return { is: 'admitted', fact }
  }
  const isDeclared = publicPart(egress).length > 0
  const why = isDeclared
    ? `no rule for public addresses covers ${egress.join(', ')}, under which the runtime appears (${DECLARED})`
    : `the manifest does not declare under which public addresses the runtime appears (${DECLARED})`
  const fact = `the firewall of ${account} denies what no rule admits, and ${why}`
  return { is: 'open', kind: isDeclared ? 'insufficient' : 'missing-input', fact }
}

/** No network rule matches. What is left are rules for public addresses, and private endpoints. */
function judgeAddresses(facts: AccountFacts, client: ClientFact, note: string): ClientAnswer {
  const { account, addressRules } = facts
  const shut = `the firewall of ${account} denies what no rule admits, and ${note}`
  if (addressRules.length === 0) return unlessEndpoint(facts, client, shut)
  const rules = `rules for public addresses (${addressRules.slice(0, 5).join(', ')}${addressRules.length > 5 ? ', ...' : ''})`
  const egress = egressOf(facts, client)
  if ('gap' in egress) return { is: 'open', kind: egress.kind, fact: `${shut}; ${egress.gap(rules)}` }
  const left = uncovered(egress.addresses, addressRules)
  if (left.length > 0) {
    return unlessEndpoint(
      facts,
      client,
      `${shut}; its ${rules} leave out ${left.map(formatRange).join(', ')} of ${egress.from}`,
    )
  }
  if (seesPrivateAddress(facts, client)) {
    // https://learn.microsoft.com/azure/storage/common/storage-network-security-limitations
    const fact = `${shut}; its ${rules} cover ${egress.from}, but they do not count within a region or behind a service endpoint, where the account sees a private address`
    return { is: 'open', kind: 'insufficient', fact }
  }
  const told = client.egress
  const gone = told === undefined || 'gap' in told ? [] : uncovered(told.addresses, addressRules)
  if (told !== undefined && !('gap' in told) && gone.length > 0) {
    const fact = `its ${rules} cover ${egress.from}, and by ${told.from} ${client.name} appears under ${told.addresses.join(', ')}, of which they leave out ${gone.map(formatRange).join(', ')}`
    return { is: 'open', kind: 'insufficient', fact }
  }
  const from = egress.from === DECLARED ? '' : ` (${egress.from})`
  const listed = egress.addresses.join(', ')
  return {
    is: 'admitted',
    fact: `the ${rules} of ${account} cover ${listed}, under which ${client.name} appears${from}`,
  }
}

const DECLARED = 'dms.egress'

/** Under which public addresses a client appears: as declared, else as Azure tells of the NAT gateway. */
function egressOf(
  { egress }: AccountFacts,
  client: ClientFact,
): { from: string; addresses: string[] } | { gap: (rules: string) => string; kind: CauseKind } {
  if (client.isDms && publicPart(egress).length > 0) return { from: DECLARED, addresses: egress }
  const { egress: told } = client
  if (told !== undefined && !('gap' in told)) return told
  const why = told === undefined ? '' : `; ${told.gap}`
  return client.isDms
    ? {
        gap: (rules) =>
          `it has ${rules}, and the manifest does not declare under which addresses DMS appears (${DECLARED})${why}`,
        kind: 'missing-input',
      }
    : {
        gap: (rules) =>
          `whether its ${rules} admit the instance is not known, as Azure does not tell its public address${why}`,
        kind: 'insufficient',
      }
}

/** In the region of the account, and by a service endpoint, no public address is seen. */
function seesPrivateAddress({ region }: AccountFacts, { subnet }: ClientFact): boolean {
  return subnet === null || subnet.region === region || storageEndpoint(subnet.serviceEndpoints) !== undefined
}

function uncovered(addresses: readonly string[], rules: readonly string[]): AddressRange[] {
  return subtractRanges(publicPart(addresses), rangesOf(rules))
}

function publicPart(addresses: readonly string[]): AddressRange[] {
  return subtractRanges(rangesOf(addresses), rangesOf(PRIVATE_PREFIXES))
}

function rangesOf(texts: readonly string[]): AddressRange[] {
  return texts.map(parsePrefix).filter((range) => range !== undefined)
}

/** Shut out, where no private endpoint leaves it open. */
function unlessEndpoint(facts: AccountFacts, client: ClientFact, fact: string): ClientAnswer {
  const byEndpoint = judgeEndpoints(facts, client)
  return byEndpoint === undefined
    ? { is: 'shut-out', fact, mend: 'rule' }
    : { is: 'open', kind: byEndpoint.kind, fact: `${fact}; ${byEndpoint.fact}` }
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
