import { formatAddress, mergeRanges } from './address.ts'
import { intersectBoxes, subtractBox, type Box, type Interval } from './packet-box.ts'
import {
  interval,
  PROTOCOL_NUMBERS,
  ruleMatches,
  type FilterRule,
  type FlowProtocol,
  type RuleMatch,
} from './rule-match.ts'
import { parseAll, TAG_POINT, tagDestinations, type Destination, type NetworkFacts } from './service-tags.ts'

/** Who a flow goes to: a service tag, addresses, all of VirtualNetwork, or the DNS of the platform. */
export type FlowPeer =
  | { kind: 'tag'; tag: string }
  | { kind: 'addresses'; prefixes: readonly string[] }
  | { kind: 'virtual-network' }
  | { kind: 'platform-dns' }

/** Packets from every address of a subnet, source ports 1024-65535, to every address of the peer. */
export interface Flow {
  protocols: readonly FlowProtocol[]
  /** First and last destination port, both included. */
  ports: readonly [first: number, last: number]
  peer: FlowPeer
}

/** One packet. The destination is the tag's name where the tag's addresses are not known. */
export interface Witness {
  source: string
  destination: string
  protocol: FlowProtocol
  port: number
}

/**
 * `allowed`: every packet; `denied`: surely every packet; `partial`: surely some and not all; `depends`: no packet is
 * surely denied, and some hang on what `unresolved` names. A flow without any packet depends on nothing that is known.
 */
export interface FlowAnswer {
  answer: 'allowed' | 'denied' | 'partial' | 'depends'
  /** Names in order of priority. */
  decidingRules: readonly string[]
  witness?: Witness
  /** The priority of the first rule that may deny a packet of the flow. */
  firstDenyPriority?: number
  unresolved: readonly string[]
}

interface Outcome {
  access: 'allow' | 'deny'
  rule: string
  priority: number
}

/** Packets that have the same possible outcomes; `assumed` are facts that hold for those not decided yet. */
interface Region {
  box: Box
  destination: Destination
  outcomes: readonly Outcome[]
  assumed: ReadonlyMap<string, boolean>
  unresolved: readonly string[]
  /** No rule has surely ended it. */
  isOpen: boolean
}

const SOURCE_PORTS: Interval = [1024n, 65535n]
/** Beyond this many different sets of packets the answer is `depends`: a group has at most 4,000 address ranges. */
const REGION_LIMIT = 5_000

/** Azure's default rules, which no group can be without (network security groups overview). */
const DEFAULT_PRIORITY = 65_000
const DEFAULT_RULES: readonly FilterRule[] = [
  defaultRule('AllowVnetOutBound', 65_000, 'allow', 'VirtualNetwork', 'VirtualNetwork'),
  defaultRule('AllowInternetOutBound', 65_001, 'allow', '*', 'Internet'),
  defaultRule('DenyAllOutBound', 65_500, 'deny', '*', '*'),
]

/** What the outbound rules of one group do with a flow: in order of priority, the first match ends. */
export function evaluateFlow(rules: readonly FilterRule[], flow: Flow, network: NetworkFacts): FlowAnswer {
  const outbound = rules.filter(({ direction }) => direction === 'outbound').sort((a, b) => a.priority - b.priority)
  const hasDefaults = outbound.some(({ priority }) => priority >= DEFAULT_PRIORITY)
  const all = hasDefaults ? outbound : [...outbound, ...DEFAULT_RULES]
  const decided: Region[] = []
  for (const destination of destinationsOf(flow.peer, network)) {
    const regions = decide(startRegions(flow, destination, network), all, network)
    if (regions === undefined)
      return { answer: 'depends', decidingRules: [], unresolved: ['too many rules to compare'] }
    decided.push(...regions)
  }
  return summariseRegions(decided)
}

/** One answer for flows that are all needed. A packet surely denied decides over one that depends, that over allowed. */
export function combineAnswers(answers: readonly FlowAnswer['answer'][]): FlowAnswer['answer'] {
  if (answers.length > 0 && answers.every((answer) => answer === 'denied')) return 'denied'
  if (answers.some((answer) => answer === 'denied' || answer === 'partial')) return 'partial'
  return answers.length === 0 || answers.includes('depends') ? 'depends' : 'allowed'
}

function destinationsOf(peer: FlowPeer, network: NetworkFacts): Destination[] {
  switch (peer.kind) {
    case 'tag':
      return tagDestinations(peer.tag)
    case 'addresses':
      return mergeRanges(parseAll(peer.prefixes)).map((range) => ({ kind: 'range', range }))
    case 'virtual-network': {
      const own = mergeRanges(parseAll(network.networkPrefixes)).map((range): Destination => ({ kind: 'range', range }))
      return network.isNetworkWhole ? own : [...own, { kind: 'network-rest' }]
    }
    case 'platform-dns':
      return [{ kind: 'platform-dns' }]
  }
}

function startRegions(flow: Flow, destination: Destination, network: NetworkFacts): Region[] {
  const target = destination.kind === 'range' ? destination.range : TAG_POINT
  const sources = mergeRanges(parseAll(network.subnetPrefixes)).filter(({ family }) => family === target.family)
  return sources.flatMap((source) =>
    flow.protocols.map((protocol) => {
      const number = PROTOCOL_NUMBERS[protocol]
      const ports: Interval = [BigInt(flow.ports[0]), BigInt(flow.ports[1])]
      const box: Box = [interval(source), SOURCE_PORTS, [number, number], ports, interval(target)]
      return { box, destination, outcomes: [], assumed: new Map(), unresolved: [], isOpen: true }
    }),
  )
}

function decide(start: readonly Region[], rules: readonly FilterRule[], network: NetworkFacts): Region[] | undefined {
  const decided: Region[] = []
  let open = [...start]
  for (const rule of rules) {
    const [first] = open
    if (first === undefined) break
    for (const match of ruleMatches(rule, first.destination, network)) {
      open = open.flatMap((region) => applyMatch(region, rule, match, decided))
      if (open.length + decided.length > REGION_LIMIT) return undefined
    }
  }
  return [...decided, ...open]
}

/** What of the region stays open; what the rule surely ends is added to `decided`. */
function applyMatch(region: Region, rule: FilterRule, match: RuleMatch, decided: Region[]): Region[] {
  const common = intersectBoxes(region.box, match.box)
  if (common === undefined) return [region]
  if (match.literals.some(({ fact, holds }) => region.assumed.get(fact) === !holds)) return [region]
  const doubtful = match.literals.filter(({ fact }) => !region.assumed.has(fact))
  const rest = subtractBox(region.box, match.box).map((box) => ({ ...region, box }))
  const outcome = { access: rule.access, rule: rule.name, priority: rule.priority }
  const outcomes = region.outcomes.some((known) => known.rule === rule.name)
    ? region.outcomes
    : [...region.outcomes, outcome]
  if (doubtful.length === 0) {
    decided.push({ ...region, box: common, outcomes, isOpen: false })
    return rest
  }
  const [only] = doubtful
  const assumed = new Map(region.assumed)
  if (only !== undefined && doubtful.length === 1) assumed.set(only.fact, !only.holds)
  const facts = doubtful.map(({ fact }) => fact)
  const unresolved = [...new Set([...region.unresolved, ...facts])]
  return [...rest, { ...region, box: common, outcomes, assumed, unresolved }]
}

function summariseRegions(regions: readonly Region[]): FlowAnswer {
  const denied = regions.filter(isDenied).sort((a, b) => a.outcomes.length - b.outcomes.length)
  const undecided = regions.filter((region) => !isDenied(region) && !isAllowed(region))
  const denyPriorities = regions.flatMap(({ outcomes }) =>
    outcomes.filter(({ access }) => access === 'deny').map(({ priority }) => priority),
  )
  const [first] = denied
  const deny = denyPriorities.length === 0 ? {} : { firstDenyPriority: Math.min(...denyPriorities) }
  if (first !== undefined) {
    const answer = denied.length === regions.length ? 'denied' : 'partial'
    return { answer, decidingRules: ruleNames(denied), witness: witnessOf(first), ...deny, unresolved: [] }
  }
  if (undecided.length === 0 && regions.length > 0) {
    return { answer: 'allowed', decidingRules: ruleNames(regions), unresolved: [] }
  }
  const facts = undecided.flatMap((region) =>
    region.destination.kind === 'network-rest'
      ? [...region.unresolved, 'VirtualNetwork beyond its own address space']
      : region.unresolved,
  )
  const unresolved = regions.length === 0 ? ['no packet: the subnet has no address of the family'] : [...new Set(facts)]
  return { answer: 'depends', decidingRules: ruleNames(undecided), ...deny, unresolved }
}

/** The rest of VirtualNetwork may hold no address at all, so that no packet of it is ever surely denied. */
function isDenied({ outcomes, destination, isOpen }: Region): boolean {
  return !isOpen && destination.kind !== 'network-rest' && outcomes.every(({ access }) => access === 'deny')
}

/** Packets to the DNS of the platform that no rule ends pass; all others meet a default rule first. */
function isAllowed({ outcomes, destination, isOpen }: Region): boolean {
  return (!isOpen || destination.kind === 'platform-dns') && outcomes.every(({ access }) => access === 'allow')
}

function ruleNames(regions: readonly Region[]): string[] {
  const outcomes = regions.flatMap((region) => region.outcomes).sort((a, b) => a.priority - b.priority)
  return [...new Set(outcomes.map(({ rule }) => rule))]
}

function witnessOf({ box, destination }: Region): Witness {
  const [source = [0n, 0n], , protocol = [0n, 0n], port = [0n, 0n], to = [0n, 0n]] = box
  const family = destination.kind === 'range' ? destination.range.family : TAG_POINT.family
  const name = destination.kind === 'tag' ? destination.tag : 'AzurePlatformDNS'
  return {
    source: formatAddress({ family, value: usable(source) }),
    destination: destination.kind === 'range' ? formatAddress({ family, value: usable(to) }) : name,
    protocol: protocol[0] === PROTOCOL_NUMBERS.tcp ? 'tcp' : 'udp',
    port: Number(port[0]),
  }
}

/** Azure keeps the first four addresses of a subnet for itself, so the fifth makes the better example. */
function usable([first, last]: Interval): bigint {
  return first + 4n <= last ? first + 4n : first
}

function defaultRule(
  name: string,
  priority: number,
  access: 'allow' | 'deny',
  source: string,
  destination: string,
): FilterRule {
  return {
    name,
    priority,
    direction: 'outbound',
    access,
    protocol: '*',
    sourcePrefixes: [source],
    sourcePorts: ['*'],
    destinationPrefixes: [destination],
    destinationPorts: ['*'],
    sourceGroupIds: [],
    destinationGroupIds: [],
  }
}
