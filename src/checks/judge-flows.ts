import type { Judgement } from './define.ts'
import { isDenying, isResolvedElsewhere, type FlowEvidence, type FlowFact } from './flow-evidence.ts'
import { boundText } from './foreign-text.ts'
import { proxyNote } from './network-path.ts'
import { openingRules } from './opening-rules.ts'

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

function describeAllowed({ nsg, subnet, decidingRules }: FlowEvidence): string {
  const rules = decidingRules.join(', ')
  if (nsg === null) return `${subnet} has no network security group${rules === '' ? '' : `, and ${rules} allows it`}`
  return rules === '' ? `no rule of ${nsg.name} denies it` : `allowed by ${rules} of ${nsg.name}`
}

function denied(evidence: FlowEvidence, from: string, expected: string): Judgement {
  const shut = evidence.flows.filter((flow) => isDenying(flow) && !isResolvedElsewhere(flow))
  if (shut.length === 0) return deniedElsewhere(evidence, from, expected)
  const actual = describeDenied(evidence, shut)
  const packet = describePacket(shut)
  const remediation = openingRules(evidence, shut)
  const points = [
    { label: 'Rule', text: boundText(describeRules(evidence, shut)) },
    ...(packet === undefined ? [] : [{ label: 'Packet', text: packet }]),
    { label: 'Change', text: boundText(remediation.text) },
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
    return `${describeFlows([first, ...more])} ${verb} ${denied} by ${namesOf(evidence, first.decidingRules)}`
  })
  return boundText(facts.join('; '))
}

/** Flows that the same rules deny in the same way. */
function bySameRules(flows: readonly FlowFact[]): [FlowFact, ...FlowFact[]][] {
  const groups = new Map<string, [FlowFact, ...FlowFact[]]>()
  for (const flow of flows) {
    const key = [flow.answer, ...flow.decidingRules].join('\n')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [flow])
    else group.push(flow)
  }
  return [...groups.values()]
}

/** `DenyInternet (priority 200) of nsg-dms` */
function describeRules(evidence: FlowEvidence, shut: readonly FlowFact[]): string {
  const names = [...new Set(shut.flatMap(({ decidingRules }) => decidingRules))]
  const part = shut.every(({ answer }) => answer === 'partial') ? ' a part of' : ''
  return `${namesOf(evidence, names)} ${names.length === 1 ? 'denies' : 'deny'}${part} ${describeFlows(shut)}`
}

function namesOf({ rules, adminRules, nsg }: FlowEvidence, names: readonly string[]): string {
  const own = names.filter((name) => !adminRules.some((rule) => rule.name === name))
  const admin = names.filter((name) => !own.includes(name))
  const listed = (list: readonly { name: string; priority: number }[], wanted: readonly string[]): string =>
    wanted
      .map((name) => `${name} (priority ${String(list.find((rule) => rule.name === name)?.priority ?? 'default')})`)
      .join(', ')
  return [
    ...(admin.length > 0 ? [`security admin rule ${listed(adminRules, admin)} of a network manager`] : []),
    ...(own.length > 0 ? [`${listed(rules, own)} of ${nsg?.name ?? 'the group'}`] : []),
  ].join(' and ')
}

function describePacket(flows: readonly FlowFact[]): string | undefined {
  const witness = flows.find((flow) => flow.witness !== undefined)?.witness
  if (witness === undefined) return undefined
  const { source, destination, protocol, port } = witness
  return `${protocol} from ${source} to ${destination} port ${String(port)}`
}

function undetermined(evidence: FlowEvidence, from: string, expected: string): Judgement {
  const open = evidence.flows.filter(({ answer }) => answer === 'depends')
  const facts = open.map((flow) => `${describeFlows([flow])} hangs on whether: ${flow.unresolved.join('; ')}`)
  const isAboutNetwork = open.some(({ unresolved }) => unresolved.some((fact) => fact.includes('VirtualNetwork')))
  const why = [...(isAboutNetwork ? evidence.network.doubts : []), ...evidence.doubts]
  const group = evidence.nsg === null ? '' : ` (rules of ${evidence.nsg.name})`
  const message = boundText([`${facts.join('. ')}${group}`, ...why].join('. '))
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `${from}: the rules do not decide alone; ${message}`,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text: 'Allow the flow by a rule of its own, above the rules on which it hangs.', scripts: [] },
  }
}
