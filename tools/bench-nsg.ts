// What the evaluation of a large network security group costs beside reading the same input as JSON: 1,000 rules, and a
// list of service tags with 20,000 prefixes.
import type { FilterRule } from '../src/domain/filter-rule.ts'
import type { Flow, FlowPeer } from '../src/domain/flow-scenes.ts'
import { proposeRules } from '../src/domain/rule-proposal.ts'
import { evaluateFlow } from '../src/domain/security-rules.ts'
import { readNetwork, type NetworkFacts, type ServiceTag } from '../src/domain/service-tags.ts'

const RULES = 1_000
const TAGS = 200
const PREFIXES_PER_TAG = 100
const ROUNDS = 15
const GOAL_MS = 100
const SERVICES = ['ServiceBus', 'Storage', 'AzureMonitor', 'AzureCloud']

interface Input {
  rules: FilterRule[]
  tags: ServiceTag[]
}

interface NsgFigures {
  rules: number
  tagPrefixes: number
  inputBytes: number
  goalMs: number
  jsonParseMs: number
  /** The flows of all five ports: the first time in the process, and the median after it. */
  dmsPorts: { firstMs: number; ms: number; ratioToJsonParse: number }
  /** Ports 0-65535, tcp and udp, to one tag. */
  allPorts: { firstMs: number; ms: number; ratioToJsonParse: number }
  /** With the rules that would open the five ports. */
  withProposals: { ms: number }
}

/** Measured in this process, which has to be a new one for the first times to mean anything. */
function nsgFigures(): NsgFigures {
  const text = JSON.stringify(makeInput())
  const parse = timesOf(() => JSON.parse(text) as Input)
  const input = JSON.parse(text) as Input
  const ports = timesOf(() => evaluateAll(input, dmsFlows(), false))
  const all = timesOf(() => evaluateAll(input, [everyPort()], false))
  const proposals = timesOf(() => evaluateAll(input, dmsFlows(), true))
  const jsonParseMs = parse.median
  const figures = ({ first, median }: Times): NsgFigures['dmsPorts'] => ({
    firstMs: round1(first),
    ms: round1(median),
    ratioToJsonParse: round1(median / jsonParseMs),
  })
  return {
    rules: RULES,
    tagPrefixes: TAGS * PREFIXES_PER_TAG,
    inputBytes: text.length,
    goalMs: GOAL_MS,
    jsonParseMs: round1(jsonParseMs),
    dmsPorts: figures(ports),
    allPorts: figures(all),
    withProposals: { ms: round1(proposals.median) },
  }
}

/** Everything from the parsed bodies on: tags and rules are read anew each time. */
function evaluateAll({ rules, tags }: Input, flows: readonly Flow[], isProposing: boolean): string[] {
  const facts: NetworkFacts = {
    subnetPrefixes: ['10.1.2.0/24'],
    extent: { prefixes: ['10.1.0.0/16', '10.2.0.0/16'], isWhole: true, hasDefaultRoute: false, doubts: [] },
    region: 'westeurope',
    tags,
  }
  const network = readNetwork(facts)
  const stack = { adminRules: [], rules }
  return flows.map((flow) => {
    if (isProposing) proposeRules(stack, flow, network)
    return evaluateFlow(stack, flow, network).answer
  })
}

function dmsFlows(): Flow[] {
  const to = (port: number, peer: FlowPeer): Flow => ({
    direction: 'outbound',
    protocols: ['tcp'],
    ports: [[port, port]],
    peer,
  })
  return [
    ...SERVICES.slice(0, 3).map((tag) => to(443, { kind: 'tag', tag })),
    to(9354, { kind: 'tag', tag: 'ServiceBus' }),
    { ...to(53, { kind: 'addresses', prefixes: ['10.1.0.4'] }), protocols: ['tcp', 'udp'] },
    to(445, { kind: 'virtual-network' }),
    to(12_000, { kind: 'tag', tag: 'AzureCloud' }),
  ]
}

function everyPort(): Flow {
  return {
    direction: 'outbound',
    protocols: ['tcp', 'udp'],
    ports: [[0, 65_535]],
    peer: { kind: 'tag', tag: 'AzureCloud' },
  }
}

/** The same in every run: rules by tags, by lists of prefixes and by ports, most of them about something else, as in real groups. */
function makeInput(): Input {
  const random = randomNumbers(20261126)
  const address = (): string => `20.${String(random(256))}.${String(random(256))}.${String(random(16) * 16)}`
  const tags = Array.from({ length: TAGS }, (_, index): ServiceTag => ({
    name: SERVICES[index] ?? `Service${String(index)}.WestEurope`,
    region: index < SERVICES.length ? '' : 'westeurope',
    prefixes: Array.from({ length: PREFIXES_PER_TAG }, () => `${address()}/${String(24 + random(5))}`),
  }))
  const rules = Array.from({ length: RULES }, (_, index): FilterRule => {
    const kind = random(4)
    const first = random(65_000)
    return {
      name: `Rule${String(index)}`,
      priority: 100 + index,
      direction: 'outbound',
      access: random(2) === 0 ? 'allow' : 'deny',
      protocol: ['Tcp', 'Udp', '*'][random(3)] ?? '*',
      sourcePrefixes: random(3) === 0 ? [`10.1.2.${String(random(8) * 32)}/27`] : ['*'],
      sourcePorts: ['*'],
      destinationPrefixes:
        kind === 0
          ? [tags[random(TAGS)]?.name ?? 'Storage']
          : Array.from({ length: 1 + random(20) }, () => `${address()}/28`),
      destinationPorts: random(10) === 0 ? ['443', '9354'] : [`${String(first)}-${String(first + random(500))}`],
      sourceGroupIds: [],
      destinationGroupIds: [],
    }
  })
  return { rules, tags }
}

/** mulberry32 */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

interface Times {
  first: number
  median: number
}

function timesOf(work: () => unknown): Times {
  const times = Array.from({ length: ROUNDS }, () => {
    const before = performance.now()
    work()
    return performance.now() - before
  })
  const sorted = times.slice(1).sort((a, b) => a - b)
  return { first: times[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 }
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}

console.log(JSON.stringify(nsgFigures(), null, 2))
