import type { Judgement } from './define.ts'
import { isDenying, isResolvedElsewhere, type FlowEvidence, type FlowFact } from './flow-evidence.ts'
import { boundText } from './foreign-text.ts'
import { proxyNote } from './network-path.ts'
import { openingRules } from './opening-rules.ts'

/** Room for several doubts, each with the permission that is missing. */
const MESSAGE_LIMIT_CHARS = 1_500

/** What the rules of the DMS subnet do with flows that are all needed (contract, section 6). Pure. */
export function judgeFlows(evidence: FlowEvidence): Judgement {
  const { flows, answer } = evidence
  const from = placeOf(evidence)
  const asked = describeFlows(flows)
  const expected = `${from}: ${asked} allowed for every packet`
  switch (answer) {
    case 'allowed': {
      const actual = describeAllowed(evidence)
      const notes = [resolverNote(flows), ...evidence.doubts].filter((note) => note !== undefined)
      return {
        verdict: 'pass',
        proof: flows.some(isResolvedElsewhere) ? 'proxy' : 'direct',
        summary: `${from}: ${asked}: ${[actual, ...notes].join('; ')}`,
        expected,
        actual,
      }
    }
    case 'depends':
      return undetermined(evidence, from, expected)
    case 'denied':
    case 'partial':
      return denied(evidence, from, expected)
  }
}

/** From where the packets go, or to where. */
function placeOf({ subnet, subnetPrefixes, flows }: FlowEvidence): string {
  const place = `${subnet} (${subnetPrefixes.join(', ')})`
  return flows[0]?.direction === 'inbound' ? `Inbound to ${place}` : `Outbound from ${place}`
}

/** `tcp 443 to ServiceBus.WestEurope, Storage.WestEurope` */
export function describeFlows(flows: readonly FlowFact[]): string {
  const peers = new Map<string, string[]>()
  for (const { protocols, ports, peer, direction } of flows) {
    const way = `${protocols.join('/')} ${ports.join(', ')} ${direction === 'inbound' ? 'from' : 'to'}`
    peers.set(way, [...(peers.get(way) ?? []), peer])
  }
  return [...peers].map(([way, names]) => `${way} ${names.join(', ')}`).join('; ')
}

function describeAllowed(evidence: FlowEvidence): string {
  const { nsg, subnet, flows } = evidence
  const deciders = flows.flatMap((flow) => flow.deciders)
  const admin = [...new Set(deciders.filter(({ isAdmin }) => isAdmin).map(({ name }) => name))].join(', ')
  const own = [...new Set(deciders.filter(({ isAdmin }) => !isAdmin).map(({ name }) => name))].join(', ')
  const byAdmin = admin === '' ? [] : [`security admin rule ${admin} of a network manager`]
  if (nsg === null)
    return [`${subnet} has no network security group`, ...byAdmin.map((rule) => `${rule} allows it`)].join(', and ')
  const rules = [...byAdmin, ...(own === '' ? [] : [`${own} of ${nsg.name}`])]
  return rules.length === 0 ? `no rule of ${nsg.name} denies it` : `allowed by ${rules.join(' and ')}`
}

function denied(evidence: FlowEvidence, from: string, expected: string): Judgement {
  const shut = evidence.flows.filter((flow) => isDenying(flow) && !isResolvedElsewhere(flow))
  if (shut.length === 0) return deniedElsewhere(evidence, from, expected)
  const actual = describeDenied(evidence, shut)
  const packet = describePacket(shut)
  const remediation = openingRules(evidence, shut)
  const points = [
    { label: 'Rule', text: boundText(describeRules(evidence, shut), MESSAGE_LIMIT_CHARS) },
    ...(packet === undefined ? [] : [{ label: 'Packet', text: packet }]),
    { label: 'Change', text: boundText(remediation.text, MESSAGE_LIMIT_CHARS) },
  ]
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${from}: ${actual}${packet === undefined ? '' : `; for example ${packet}`}`,
    expected,
    actual,
    remediation: { ...remediation, points },
  }
}

/** What is denied is on the way to addresses that DMS may not be given for the name. */
function deniedElsewhere(evidence: FlowEvidence, from: string, expected: string): Judgement {
  const shut = evidence.flows.filter(isDenying)
  const message = boundText(resolverNote(shut) ?? '')
  return {
    verdict: 'unknown',
    proof: 'proxy',
    summary: `${from}: by the addresses that this runner knows, ${describeDenied(evidence, shut)}; ${message}`,
    expected,
    cause: { kind: 'dns', message },
    remediation: {
      text: 'Run this from a runner in the DMS subnet, or name the host by its address in the manifest. If the addresses are right, allow the flow above the rule that denies.',
      scripts: [],
    },
  }
}

function resolverNote(flows: readonly FlowFact[]): string | undefined {
  const named = flows.filter(isResolvedElsewhere)
  const vantage = named[0]?.vantage
  if (vantage === undefined) return undefined
  const names = named.map(({ peer, addresses = [] }) => `${peer} to the same addresses (${addresses.join(', ')})`)
  return `whether DMS resolves ${names.join(', ')} is not known: ${proxyNote(vantage)}`
}

function describeDenied(evidence: FlowEvidence, shut: readonly FlowFact[]): string {
  const facts = bySameRules(shut).map(([first, ...more]) => {
    const verb = more.length === 0 ? 'is' : 'are'
    const denied = first.answer === 'denied' ? 'denied' : 'partly denied'
    return `${describeFlows([first, ...more])} ${verb} ${denied} by ${namesOf(evidence, first.deciders)}`
  })
  return boundText(facts.join('; '))
}

/** Flows that the same rules deny in the same way. */
function bySameRules(flows: readonly FlowFact[]): [FlowFact, ...FlowFact[]][] {
  const groups = new Map<string, [FlowFact, ...FlowFact[]]>()
  for (const flow of flows) {
    const key = JSON.stringify([flow.answer, flow.deciders])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [flow])
    else group.push(flow)
  }
  return [...groups.values()]
}

/** `DenyInternet (priority 200) of nsg-dms` */
function describeRules(evidence: FlowEvidence, shut: readonly FlowFact[]): string {
  const deciders = shut.flatMap((flow) => flow.deciders)
  const isOne = new Set(deciders.map(describeRule)).size === 1
  const part = shut.every(({ answer }) => answer === 'partial') ? ' a part of' : ''
  return `${namesOf(evidence, deciders)} ${isOne ? 'denies' : 'deny'}${part} ${describeFlows(shut)}`
}

/** `DenyInternet (priority 200) of nsg-dms and security admin rule high-risk/Smb (priority 10) of a network manager` */
function namesOf({ nsg }: FlowEvidence, deciders: FlowFact['deciders']): string {
  const listed = (isAdmin: boolean): string =>
    [...new Set(deciders.filter((one) => one.isAdmin === isAdmin).map(describeRule))].join(', ')
  const [admin, own] = [listed(true), listed(false)]
  return [
    ...(admin === '' ? [] : [`security admin rule ${admin} of a network manager`]),
    ...(own === '' ? [] : [`${own} of ${nsg?.name ?? 'the group'}`]),
  ].join(' and ')
}

function describeRule({ name, priority }: FlowFact['deciders'][number]): string {
  return `${name} (priority ${String(priority)})`
}

function describePacket(flows: readonly FlowFact[]): string | undefined {
  const witness = flows.find((flow) => flow.witness !== undefined)?.witness
  if (witness === undefined) return undefined
  const { source, destination, protocol, port } = witness
  return `${protocol} from ${source} to ${destination} port ${String(port)}`
}

function undetermined(evidence: FlowEvidence, from: string, expected: string): Judgement {
  const open = evidence.flows.filter(({ answer }) => answer === 'depends')
  const isAboutNetwork = open.some(({ unresolved }) => unresolved.some((fact) => fact.includes('VirtualNetwork')))
  const why = [...(isAboutNetwork ? evidence.network.doubts : []), ...evidence.doubts].map(withoutEnd)
  const rules = namesOf(
    evidence,
    open.flatMap(({ deciders }) => deciders),
  )
  // The flows come last: their list may be long, and the title names them.
  const message = boundText(
    [...(rules === '' ? [] : [`decided by ${rules}`]), ...hanging(open), ...why].join('; '),
    MESSAGE_LIMIT_CHARS,
  )
  const remediation = openingRules(evidence, open)
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `${from}: the rules do not decide alone; ${message}`,
    expected,
    cause: { kind: 'insufficient', message },
    remediation:
      remediation.text === '' ? { text: adviceFor(open, evidence.network.region), scripts: [] } : remediation,
  }
}

function adviceFor(open: readonly FlowFact[], region: string): string {
  return open.some(({ unresolved }) => unresolved.some((fact) => fact.includes(' is a service tag: ')))
    ? `Write the tag as Azure does (az network list-service-tags --location ${region}), or the prefixes.`
    : 'Allow the flow by a rule of its own, above the rules on which it hangs.'
}

/** Flows that hang on the same facts together. */
function hanging(flows: readonly FlowFact[]): string[] {
  const byFacts = new Map<string, FlowFact[]>()
  for (const flow of flows) {
    const facts = flow.unresolved.join('; ')
    byFacts.set(facts, [...(byFacts.get(facts) ?? []), flow])
  }
  return [...byFacts].map(([facts, own]) => `${describeFlows(own)} hangs on whether: ${facts}`)
}

function withoutEnd(sentence: string): string {
  return sentence.replace(/[.\s]+$/, '')
}
