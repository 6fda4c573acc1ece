import { isPrivateAddress } from '../domain/address.ts'
import { isTouchingPort } from '../domain/rule-match.ts'
import type { FilterRule } from '../domain/filter-rule.ts'
import type { Flow } from '../domain/flow-scenes.ts'
import { proposeRules, type RuleProposal } from '../domain/rule-proposal.ts'
import type { RuleStack } from '../domain/decide-flow.ts'
import { combineAnswers, evaluateFlow, type FlowAnswer } from '../domain/security-rules.ts'
import { readNetwork, tagOfRegion, type Network } from '../domain/service-tags.ts'
import type { VantageFact } from './network-path.ts'
import type { SubnetFilter } from './subnet-filter.ts'

/** A flow that has to be let through, and what people call its other end. */
export interface AskedFlow {
  /** Host, address, prefix or tag. */
  peer: string
  flow: Flow
  /** The addresses are those that the runner's resolver gave for a name; DMS may be given others. */
  vantage?: VantageFact
  /**
   * Another check asks whether the network reaches it at all. If it does, by a gateway whose routes are not known here,
   * its private addresses belong to VirtualNetwork.
   */
  isConnected?: true
}

/** A rule as it was read or is proposed. */
export type RuleFact = {
  name: string
  priority: number
  direction: 'inbound' | 'outbound'
  access: 'allow' | 'deny' | 'always-allow'
  protocol: string
  sourcePrefixes: string[]
  sourcePorts: string[]
  destinationPrefixes: string[]
  destinationPorts: string[]
  sourceGroupIds: string[]
  destinationGroupIds: string[]
}

type PacketFact = { source: string; destination: string; protocol: 'tcp' | 'udp'; port: number }

type DeciderFact = { name: string; priority: number; access: 'allow' | 'deny'; isAdmin: boolean }

export type ProposalFact =
  /** `isWide`: they name packets as well that are allowed already. */
  | { kind: 'rules'; rules: RuleFact[]; isWide: boolean }
  | { kind: 'none-needed' }
  /** The rules proposed for flows before it open it. */
  | { kind: 'opened-before'; by: string[] }
  | { kind: 'no-room'; below: string }
  /** `rules` are for the part that no security admin rule denies. */
  | { kind: 'no-rule-helps'; adminRules: string[]; rules: RuleFact[] }

export type FlowFact = {
  peer: string
  direction: 'inbound' | 'outbound'
  protocols: ('tcp' | 'udp')[]
  ports: string[]
  /** Addresses that a name stood for. */
  addresses?: string[]
  answer: FlowAnswer['answer']
  decidingRules: string[]
  deciders: DeciderFact[]
  /** The other end is the tag's name where the tag's addresses are not known. */
  witness?: PacketFact
  unresolved: string[]
  shadowedRules: string[]
  denyingAdminRules: string[]
  proposal: ProposalFact
  /** Where the runner stood that resolved the name; absent: no name was resolved. */
  vantage?: VantageFact
}

/** What a check on flows has seen; the first three fields are promised to readers of reports (contract, section 6). */
export type FlowEvidence = {
  answer: FlowAnswer['answer']
  decidingRules: string[]
  witness?: PacketFact
  subnet: string
  subnetPrefixes: string[]
  /** Null: the subnet has no network security group. */
  nsg: { id: string; name: string } | null
  network: { prefixes: string[]; isWhole: boolean; hasDefaultRoute: boolean; doubts: string[]; region: string }
  flows: FlowFact[]
  /** The rules of the flows' direction that name their ports: of the group, and security admin rules. */
  rules: RuleFact[]
  adminRules: RuleFact[]
  /** Sentences on what could not be read and had to be judged without. */
  doubts: string[]
}

/**
 * The answer for every flow, with all that is needed to find it again. `before`: flows of other checks whose proposed
 * rules take their priorities first, so that the rules of all checks can be added side by side.
 */
export function evidenceOfFlows(
  filter: SubnetFilter,
  asked: readonly AskedFlow[],
  before: readonly AskedFlow[] = [],
): FlowEvidence {
  const networks = readNetworks(filter, [...before, ...asked])
  let stack = filter.stack
  const opened: string[] = []
  const propose = (one: AskedFlow): RuleProposal => {
    const proposal = proposeFor(stack, one.flow, networks(one))
    if (proposal.kind === 'rules')
      opened.push(`${one.flow.protocols.join('/')} ${portTexts(one.flow).join(', ')} to ${one.peer}`)
    stack = openedBy(stack, proposal)
    return proposal
  }
  before.forEach(propose)
  const flows = asked.map((one) => {
    const network = networks(one)
    const answer = evaluateFlow(filter.stack, one.flow, network)
    const by = [...opened]
    const proposal = propose(one)
    const isDenied = answer.answer === 'denied' || answer.answer === 'partial'
    const isOpened = isDenied && proposal.kind === 'none-needed'
    return factOfFlow(one, answer, isOpened ? { kind: 'opened-before', by } : factOfProposal(proposal), network)
  })
  const answer = combineAnswers(flows.map((fact) => fact.answer))
  const telling = tellingFlows(flows, answer)
  const witness = telling.find((fact) => fact.witness !== undefined)?.witness
  const { extent, region } = filter.facts
  return {
    answer,
    decidingRules: [...new Set(telling.flatMap(({ decidingRules }) => decidingRules))],
    ...(witness === undefined ? {} : { witness }),
    subnet: filter.subnet.name,
    subnetPrefixes: [...filter.subnet.addressPrefixes],
    nsg: filter.nsg === null ? null : { id: filter.nsg.id, name: filter.nsg.name },
    network: {
      prefixes: [...extent.prefixes],
      isWhole: extent.isWhole,
      hasDefaultRoute: extent.hasDefaultRoute,
      doubts: [...extent.doubts],
      region,
    },
    flows,
    rules: (filter.stack.rules ?? []).filter((rule) => isTouching(rule, asked)).map(factOfRule),
    adminRules: filter.stack.adminRules.filter((rule) => isTouching(rule, asked)).map(factOfRule),
    doubts: filter.doubts,
  }
}

/** The facts as they are for each flow; the tags are read once. */
function readNetworks({ facts }: SubnetFilter, flows: readonly AskedFlow[]): (flow: AskedFlow) => Network {
  const plain = readNetwork(facts)
  const hosts = flows.filter(({ isConnected }) => isConnected === true)
  const addresses = hosts.flatMap(({ flow }) => (flow.peer.kind === 'addresses' ? flow.peer.prefixes : []))
  const privateOnes = addresses.filter(isPrivateAddress)
  if (facts.extent.isWhole || privateOnes.length === 0) return () => plain
  const { extent } = facts
  const connected = readNetwork({ ...facts, extent: { ...extent, prefixes: [...extent.prefixes, ...privateOnes] } })
  return ({ isConnected }) => (isConnected === true ? connected : plain)
}

/** For what is denied; where nothing surely is, for what may be. */
function proposeFor(stack: RuleStack, flow: Flow, network: Network): RuleProposal {
  const proposal = proposeRules(stack, flow, network)
  return proposal.kind === 'none-needed' ? proposeRules(stack, flow, network, { isForDoubtful: true }) : proposal
}

function openedBy(stack: RuleStack, proposal: RuleProposal): RuleStack {
  const rules = proposal.kind === 'rules' || proposal.kind === 'no-rule-helps' ? proposal.rules : []
  return rules.length === 0 ? stack : { ...stack, rules: [...(stack.rules ?? []), ...rules] }
}

function tellingFlows(flows: readonly FlowFact[], answer: FlowAnswer['answer']): readonly FlowFact[] {
  if (answer === 'partial') return flows.filter(isDenying)
  return answer === 'depends' ? flows.filter((fact) => fact.answer === 'depends') : flows
}

function factOfFlow(
  { peer, flow, vantage }: AskedFlow,
  answer: FlowAnswer,
  proposal: ProposalFact,
  network: Network,
): FlowFact {
  const tag = flow.peer.kind === 'tag' ? tagOfRegion(flow.peer.tag, network) : undefined
  const isName = flow.peer.kind === 'addresses' && !flow.peer.prefixes.includes(peer)
  const { witness } = answer
  return {
    peer: tag?.name ?? peer,
    direction: flow.direction,
    protocols: [...flow.protocols],
    ports: portTexts(flow),
    ...(isName && flow.peer.kind === 'addresses' ? { addresses: [...flow.peer.prefixes] } : {}),
    answer: answer.answer,
    decidingRules: [...answer.decidingRules],
    deciders: answer.deciders.map((decider) => ({ ...decider })),
    ...(witness === undefined ? {} : { witness: { ...witness } }),
    unresolved: [...answer.unresolved],
    shadowedRules: [...answer.shadowedRules],
    denyingAdminRules: [...answer.denyingAdminRules],
    proposal,
    ...(vantage === undefined ? {} : { vantage }),
  }
}

function portTexts({ ports }: Flow): string[] {
  return ports.map(([first, last]) => (first === last ? String(first) : `${String(first)}-${String(last)}`))
}

function factOfProposal(proposal: RuleProposal): ProposalFact {
  switch (proposal.kind) {
    case 'rules':
      return { kind: 'rules', rules: proposal.rules.map(factOfRule), isWide: proposal.isWide === true }
    case 'no-rule-helps':
      return {
        kind: 'no-rule-helps',
        adminRules: [...proposal.adminRules],
        rules: proposal.rules.map(factOfRule),
      }
    case 'no-room':
    case 'none-needed':
      return proposal
  }
}

type AnyRule = Omit<FilterRule, 'access' | 'sourceGroupIds' | 'destinationGroupIds'> & {
  access: RuleFact['access']
  sourceGroupIds?: readonly string[]
  destinationGroupIds?: readonly string[]
}

function isTouching(rule: AnyRule, asked: readonly AskedFlow[]): boolean {
  return asked.some(({ flow }) => flow.direction === rule.direction && isTouchingPort(rule, flow.ports))
}

function factOfRule(rule: AnyRule): RuleFact {
  return {
    name: rule.name,
    priority: rule.priority,
    direction: rule.direction,
    access: rule.access,
    protocol: rule.protocol,
    sourcePrefixes: bounded(rule.sourcePrefixes),
    sourcePorts: [...rule.sourcePorts],
    destinationPrefixes: bounded(rule.destinationPrefixes),
    destinationPorts: [...rule.destinationPorts],
    sourceGroupIds: [...(rule.sourceGroupIds ?? [])],
    destinationGroupIds: [...(rule.destinationGroupIds ?? [])],
  }
}

/** A rule can name thousands of prefixes, and stands in the evidence of every port that it names. */
const PREFIXES_SHOWN = 500

function bounded(prefixes: readonly string[]): string[] {
  const more = prefixes.length - PREFIXES_SHOWN
  return more > 0 ? [...prefixes.slice(0, PREFIXES_SHOWN), `and ${String(more)} more`] : [...prefixes]
}

/** Some packet of the flow is surely denied. */
export function isDenying({ answer }: FlowFact): boolean {
  return answer === 'denied' || answer === 'partial'
}

/** The name's addresses are known for this runner only, and not for DMS. */
export function isResolvedElsewhere({ vantage }: FlowFact): boolean {
  return vantage?.verified === false
}
