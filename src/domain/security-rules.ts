import { formatAddress } from './address.ts'
import {
  decideFlow,
  isAllowed,
  isDenied,
  isDeniedByAdmin,
  readStack,
  type Outcome,
  type ReadStack,
  type Region,
  type RuleStack,
} from './decide-flow.ts'
import { DEFAULT_PRIORITY } from './default-rules.ts'
import { PROTOCOL_NUMBERS, type FlowProtocol } from './filter-rule.ts'
import { scenesOf, unknownTag, type Flow } from './flow-scenes.ts'
import type { Bound, NumberSet } from './number-set.ts'
import { isSharingPackets } from './packets.ts'
import { matchesOf } from './rule-match.ts'
import type { Network } from './service-tags.ts'

/** One packet. The other end is the tag's name where the tag's addresses are not known. */
export interface Witness {
  source: string
  destination: string
  protocol: FlowProtocol
  /** Destination port. */
  port: number
}

/** A rule that ends packets. */
export interface Decider {
  name: string
  priority: number
  access: 'allow' | 'deny'
  /** Of a network manager. */
  isAdmin: boolean
}

/**
 * `allowed`: every packet; `denied`: surely every packet; `partial`: surely some and not all; `depends`: no packet is
 * surely denied, and some hang on what `unresolved` names. A flow without any packet depends on nothing that is known.
 */
export interface FlowAnswer {
  answer: 'allowed' | 'denied' | 'partial' | 'depends'
  /** In order of evaluation. */
  deciders: readonly Decider[]
  /** Their names. */
  decidingRules: readonly string[]
  /** For `denied` and `partial`: a packet that is surely denied. */
  witness?: Witness
  unresolved: readonly string[]
  /** Rules that match packets of the flow and decide none: rules before them do. Default rules are not listed. */
  shadowedRules: readonly string[]
  /** Names of the security admin rules that surely deny packets of the flow: no security group can let those through. */
  denyingAdminRules: readonly string[]
}

const NO_ANSWER: FlowAnswer = {
  answer: 'depends',
  deciders: [],
  decidingRules: [],
  unresolved: [],
  shadowedRules: [],
  denyingAdminRules: [],
}

/** What the rules do with a flow: security admin rules first, then the group; in each, the first match ends. */
export function evaluateFlow(stack: RuleStack, flow: Flow, network: Network): FlowAnswer {
  const tag = unknownTag(flow, network)
  if (tag !== undefined) {
    const { region } = network.facts
    return { ...NO_ANSWER, unresolved: [`${tag} is a service tag: the list of ${region} has none of that name`] }
  }
  const read = readStack(stack, flow.direction)
  const regions = decideFlow(read, flow, network)
  if (regions === undefined) return { ...NO_ANSWER, unresolved: ['more rules than can be compared'] }
  return summariseRegions(regions, read, flow, network)
}

function summariseRegions(regions: readonly Region[], stack: ReadStack, flow: Flow, network: Network): FlowAnswer {
  if (regions.length === 0) {
    return { ...NO_ANSWER, unresolved: ['no packet: the subnet has no address of the family of the other end'] }
  }
  const denied = regions.filter(isDenied).sort((a, b) => a.outcomes.length - b.outcomes.length)
  const hanging = regions.filter((region) => !isDenied(region) && !isAllowed(region))
  const shadowedRules = findShadowed(regions, stack, flow, network)
  const denyingAdminRules = namesOf(decidersOf(denied.filter(isDeniedByAdmin)))
  const answerBy = (answer: FlowAnswer['answer'], telling: readonly Region[]): FlowAnswer => {
    const deciders = decidersOf(telling)
    return { answer, deciders, decidingRules: namesOf(deciders), shadowedRules, denyingAdminRules, unresolved: [] }
  }
  const [first] = denied
  if (first !== undefined) {
    return { ...answerBy(denied.length === regions.length ? 'denied' : 'partial', denied), witness: witnessOf(first) }
  }
  if (hanging.length === 0) return answerBy('allowed', regions)
  return { ...answerBy('depends', hanging), unresolved: [...new Set(hanging.flatMap(doubtsOf))] }
}

function doubtsOf({ scene, unresolved, worlds }: Region): string[] {
  return [
    ...unresolved,
    ...(scene.kind === 'rest' ? ['VirtualNetwork beyond what is known of it'] : []),
    ...(worlds.length > 0 ? ['no rule ends these packets'] : []),
  ]
}

/** A rule can match packets and yet never decide: rules before it end them all. */
function findShadowed(regions: readonly Region[], stack: ReadStack, flow: Flow, network: Network): string[] {
  const deciding = new Set(regions.flatMap(({ outcomes }) => outcomes.map(({ rule }) => rule)))
  const scenes = scenesOf(flow, network)
  return (stack.rules ?? [])
    .filter(({ rule }) => rule.priority < DEFAULT_PRIORITY && !deciding.has(rule))
    .filter((read) =>
      scenes.some((scene) => matchesOf(read, scene).some(({ packets }) => isSharingPackets(packets, scene.packets))),
    )
    .map(({ rule }) => rule.name)
}

function decidersOf(regions: readonly Region[]): Decider[] {
  const byRule = new Map<Outcome['rule'], Decider>()
  for (const { rule, access, isAdmin } of regions.flatMap(({ outcomes }) => outcomes)) {
    if (rule !== undefined) byRule.set(rule, { name: rule.name, priority: rule.priority, access, isAdmin })
  }
  return [...byRule.values()].sort((a, b) => Number(b.isAdmin) - Number(a.isAdmin) || a.priority - b.priority)
}

function namesOf(deciders: readonly Decider[]): string[] {
  return [...new Set(deciders.map(({ name }) => name))]
}

function witnessOf({ packets, scene }: Region): Witness {
  const at = (set: NumberSet, side: 'source' | 'destination'): string => {
    if (side !== scene.peerSide) return formatAddress({ family: scene.family, value: BigInt(usable(set)) })
    return scene.peerName ?? formatAddress({ family: scene.family, value: BigInt(set[0] ?? 0) })
  }
  return {
    source: at(packets.source, 'source'),
    destination: at(packets.destination, 'destination'),
    protocol: packets.protocols[0] === PROTOCOL_NUMBERS.tcp ? 'tcp' : 'udp',
    port: Number(packets.ports[0] ?? 0),
  }
}

/** Azure keeps the first four addresses of a subnet for itself, so the fifth makes the better example. */
function usable([first = 0, end = 0]: NumberSet): Bound {
  if (typeof first === 'number') return first + 4 < end ? first + 4 : first
  return first + 4n < end ? first + 4n : first
}

/** One answer for flows that are all needed. A packet surely denied decides over one that depends, that over allowed. */
export function combineAnswers(answers: readonly FlowAnswer['answer'][]): FlowAnswer['answer'] {
  if (answers.length > 0 && answers.every((answer) => answer === 'denied')) return 'denied'
  if (answers.some((answer) => answer === 'denied' || answer === 'partial')) return 'partial'
  return answers.length === 0 || answers.includes('depends') ? 'depends' : 'allowed'
}
