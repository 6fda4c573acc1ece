import { isSameResource } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { isAzureServices, isCovered, isIpv4, isPrivateOnly, listRanges, publicPartOf, uncovered } from './coverage.ts'
import { addressScripts, networkScripts, SQL_ENDPOINT } from './gate-scripts.ts'
import { failed, passed, undetermined, whoOf } from './gate-judgements.ts'
import { judgeEndpoints } from './judge-endpoints.ts'
import type { AddressRuleFact, EgressFact, NetworkRuleFact, ServerFacts, SubnetFact } from './evidence.ts'

/** Whether what the server's gate sees of DMS is admitted: by a network rule, by an address rule, or not. */
export function judgeGate(facts: ServerFacts, serverId: string): Judgement {
  const access = facts.publicNetworkAccess?.toLowerCase()
  if (access === undefined)
    return undetermined(facts, 'insufficient', `Azure did not say whether ${facts.server} admits public network access`)
  if (access === 'disabled') return judgeDisabled(facts, serverId)
  if (access !== 'enabled') return judgeOther(facts)
  const judgement = admitted(facts) ?? judgeNetworkRule(facts, serverId) ?? judgeAddresses(facts, serverId)
  const byEndpoint = judgement.verdict === 'pass' ? undefined : judgeEndpoints(facts)
  if (byEndpoint?.answer === 'admits') return passed(facts, byEndpoint.fact)
  if (byEndpoint?.answer !== 'open' || judgement.verdict !== 'fail') return judgement
  return undetermined(
    facts,
    byEndpoint.kind,
    `no rule of ${facts.server} admits ${whoOf(facts)}, but ${byEndpoint.fact}`,
  )
}

/** The pass of the server's gate, if it admits DMS; what follows from the rules alone when the subnet is not known. */
export function admitted(facts: ServerFacts): Judgement | undefined {
  const { server, subnet, egress } = facts
  const own = ownRule(facts)
  if (subnet !== null && isReady(own) && hasSqlEndpoint(subnet) && isSameRegion(facts)) {
    return passed(
      facts,
      `virtual network rule ${own?.name ?? ''} of ${server} admits ${subnet.name}, whose Microsoft.Sql endpoint is on`,
    )
  }
  const azure = facts.isInsideAzure ? facts.addressRules.find(isAzureServices) : undefined
  if (azure !== undefined)
    return passed(
      facts,
      `firewall rule ${azure.name} (0.0.0.0) of ${server} admits everything inside Azure, and so DMS`,
    )
  if (egress === null || !isCovered(egress, facts) || isBehindEndpoint(facts)) return undefined
  if (facts.told !== undefined && uncovered(facts.told, facts).length > 0) return undefined
  return passed(
    facts,
    `the firewall rules of ${server} cover ${egress.addresses.join(', ')}, under which ${whoOf(facts)} appears (${egress.from})`,
  )
}

/**
 * With the endpoint on, the server sees the subnet and no longer a public address, so that address rules stop matching
 * (https://learn.microsoft.com/azure/virtual-network/virtual-network-service-endpoints-overview).
 */
function isBehindEndpoint({ subnet }: ServerFacts): boolean {
  return subnet !== null && hasSqlEndpoint(subnet)
}

/** Whether only the subnet would tell if a network rule admits DMS, and another check says why it is not known. */
export function isWaitingForSubnet(facts: ServerFacts): boolean {
  const { publicNetworkAccess, networkRules, subnet, subnetGap, isInsideAzure } = facts
  if (publicNetworkAccess?.toLowerCase() !== 'enabled' || networkRules.length === 0 || subnet !== null) return false
  const isTold = isInsideAzure && subnetGap !== undefined && subnetGap !== 'undeclared'
  return isTold && admitted(facts) === undefined
}

function judgeDisabled(facts: ServerFacts, serverId: string): Judgement {
  const { server } = facts
  const byEndpoint = judgeEndpoints(facts)
  const closed = `public network access of ${server} is Disabled`
  if (byEndpoint?.answer === 'admits') return passed(facts, `${closed}, and ${byEndpoint.fact}`)
  if (byEndpoint?.answer === 'open') return undetermined(facts, byEndpoint.kind, `${closed}, and ${byEndpoint.fact}`)
  if (byEndpoint !== undefined) {
    const text = facts.isInsideAzure
      ? 'Link the private DNS zone of the endpoint to the network of DMS, or let its DNS servers forward to it.'
      : 'Let the DNS servers of the host of the integration runtime forward to the private DNS zone of the endpoint.'
    return failed(facts, `${closed}, and ${byEndpoint.fact}`, text, [])
  }
  const actual = `public network access of ${server} is Disabled and no private endpoint is Approved: it refuses every connection (error 47073)`
  const enable = azScript('az sql server update', {
    ...groupOptions(serverId),
    '--name': server,
    '--enable-public-network': 'true',
  })
  return failed(
    facts,
    actual,
    facts.isInsideAzure
      ? 'Create a private endpoint in the network of DMS, or enable public access and admit only the DMS subnet.'
      : 'Create a private endpoint that the host of the integration runtime reaches, or enable public access and admit only its public addresses.',
    [enable],
  )
}

function judgeNetworkRule(facts: ServerFacts, serverId: string): Judgement | undefined {
  const { server, subnet, networkRules } = facts
  if (!facts.isInsideAzure) return judgeRulesOfOthers(facts)
  const own = ownRule(facts)
  if (own === undefined || subnet === null) {
    if (subnet === null && networkRules.length > 0 && facts.subnetGap === 'undeclared') {
      const message = `${server} has virtual network rules (${networkRules.map(({ name }) => name).join(', ')}), and the manifest names no subnet of DMS`
      return undetermined(facts, 'missing-input', message)
    }
    return undefined
  }
  if (!isReady(own)) {
    const message = `virtual network rule ${own.name} of ${server} for ${subnet.name} is ${own.state ?? 'without a state'}, not Ready`
    return undetermined(facts, 'insufficient', message)
  }
  const names = `virtual network rule ${own.name} of ${server} names ${subnet.name}`
  if (hasSqlEndpoint(subnet)) {
    const message = `${names}, whose network is in ${subnet.location}, and the server is in ${facts.location}: such a rule counts only within one region`
    return undetermined(facts, 'insufficient', message)
  }
  const actual = `${names}, which has no Microsoft.Sql endpoint, so that the rule never matches`
  const byAddress = judgeAddresses(facts, serverId, actual)
  if (byAddress.verdict === 'unknown') return byAddress
  return failed(
    facts,
    actual,
    'Turn the Microsoft.Sql service endpoint on for the DMS subnet.',
    networkScripts(facts, serverId).slice(0, 1),
  )
}

/** A runtime may stand in a subnet that a rule names; where nobody says under which addresses it appears, that is open. */
function judgeRulesOfOthers({ server, networkRules, egress, ...rest }: ServerFacts): Judgement | undefined {
  if (networkRules.length === 0 || egress !== null) return undefined
  const message = `${server} has virtual network rules (${networkRules.map(({ name }) => name).join(', ')}), which admit subnets of Azure alone: whether the host of the integration runtime is in one, and else under which addresses it appears (dms.egress), the manifest does not say`
  return undetermined({ server, networkRules, egress, ...rest }, 'missing-input', message)
}

/** `note`: what is known of a network rule that does not admit DMS. */
function judgeAddresses(facts: ServerFacts, serverId: string, note?: string): Judgement {
  const besides = note === undefined ? '' : `; ${note}`
  if (facts.egress !== null && publicPartOf(facts.egress.addresses).length > 0) {
    return judgeEgress(facts, facts.egress, serverId, besides)
  }
  const { server, egressGap, addressRules, networkRules, isInsideAzure } = facts
  const azure = isInsideAzure ? undefined : addressRules.find(isAzureServices)
  const outer = addressRules.filter((rule) => !isAzureServices(rule) && !isPrivateOnly(rule))
  if (azure !== undefined || outer.length > 0) {
    const rules =
      azure === undefined
        ? `firewall rules for public addresses (${describe(outer)})`
        : `the firewall rule ${azure.name} (0.0.0.0), which admits what runs inside Azure alone`
    const message = `${server} has ${rules}, and the manifest does not declare under which addresses ${whoOf(facts)} appears (dms.egress)${egressGap === undefined ? '' : `; ${egressGap}`}${besides}`
    return undetermined(facts, 'missing-input', message)
  }
  const scripts = networkScripts(facts, serverId)
  const text = isInsideAzure
    ? 'Admit the DMS subnet by a virtual network rule, or declare its public addresses in dms.egress and admit those.'
    : 'Declare the public addresses of the host of the integration runtime in dms.egress and admit those, or give it a private endpoint.'
  const inner = addressRules.filter(isPrivateOnly)
  if (inner.length > 0) {
    const actual = `${server} has only a firewall rule for a private range (${describe(inner)}), which Azure SQL never sees: it sees the public address${isInsideAzure ? ' or the subnet itself' : ' alone'}`
    return failed(facts, actual, text, scripts)
  }
  const others =
    networkRules.length === 0
      ? 'no rule'
      : `rules for other subnets only (${networkRules.map(({ name }) => name).join(', ')})`
  return failed(facts, `${server} has ${others} that would admit ${whoOf(facts)}`, text, scripts)
}

/** The union of the rules against the addresses under which DMS appears. */
function judgeEgress(facts: ServerFacts, egress: EgressFact, serverId: string, besides: string): Judgement {
  const { server, told, addressRules, ipv6Gap, isInsideAzure } = facts
  const listed = egress.addresses.join(', ')
  const left = uncovered(egress, facts)
  if (left.length === 0 && isBehindEndpoint(facts)) {
    const message = `the firewall rules of ${server} cover ${listed}, but ${facts.subnet?.name ?? 'the subnet'} has the Microsoft.Sql endpoint on, behind which the server sees the subnet instead of a public address, and no virtual network rule names it`
    return undetermined(facts, 'insufficient', message)
  }
  if (left.length === 0 && told !== undefined) {
    const message = `${egress.from} declares ${listed}, which the firewall rules of ${server} cover, and by ${told.from} DMS appears under ${told.addresses.join(', ')}, of which they leave out ${listRanges(uncovered(told, facts))}`
    return undetermined(facts, 'insufficient', message)
  }
  if (ipv6Gap !== undefined && left.every((range) => !isIpv4(range))) {
    const message = `${sentence(whoOf(facts))} appears under ${listRanges(left)}, and the IPv6 firewall rules of ${server} could not be read: ${ipv6Gap}${besides}`
    return undetermined(facts, 'insufficient', message)
  }
  const azure = isInsideAzure ? undefined : addressRules.find(isAzureServices)
  if (azure !== undefined) {
    const message = `the firewall rules of ${server} leave out ${listRanges(left)}, and ${azure.name} (0.0.0.0) admits it only if it belongs to Azure, which is not known${besides}`
    return undetermined(facts, 'insufficient', message)
  }
  const inner = addressRules.filter(isPrivateOnly)
  const never = inner.length === 0 ? '' : `; ${describe(inner)} is a private range, which Azure SQL never sees`
  const actual = `the firewall rules of ${server} leave out ${listRanges(left)} of the addresses of ${whoOf(facts)} (${listed}, ${egress.from})${never}`
  return failed(
    facts,
    actual,
    `Admit the addresses under which ${whoOf(facts)} appears.`,
    addressScripts(facts, serverId, left),
  )
}

/** A perimeter has access rules of its own; they do not touch private endpoints (network security perimeter, concepts). */
function judgeOther(facts: ServerFacts): Judgement {
  const message = `public network access of ${facts.server} is ${boundText(facts.publicNetworkAccess ?? '', 60)}, whose rules are not looked at`
  const byEndpoint = judgeEndpoints(facts)
  return byEndpoint?.answer === 'admits' ? passed(facts, byEndpoint.fact) : undetermined(facts, 'insufficient', message)
}

function ownRule({ networkRules, subnet }: ServerFacts): NetworkRuleFact | undefined {
  if (subnet === null) return undefined
  const own = networkRules.filter(({ subnetId }) => isSameResource(subnetId, subnet.id))
  return own.find(isReady) ?? own[0]
}

function isReady(rule: NetworkRuleFact | undefined): boolean {
  return rule?.state?.toLowerCase() === 'ready'
}

function hasSqlEndpoint({ serviceEndpoints }: SubnetFact): boolean {
  return serviceEndpoints.some((service) => service.toLowerCase() === SQL_ENDPOINT)
}

/** A virtual network rule admits subnets of the server's own region (Azure SQL virtual network rules, limitations). */
function isSameRegion({ location, subnet }: ServerFacts): boolean {
  return subnet !== null && location !== '' && location === subnet.location
}

function describe(rules: readonly AddressRuleFact[]): string {
  return rules.map(({ name, start, end }) => `${name} ${start}-${end}`).join(', ')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
