// The oracle in the shape of an evaluator: slow, and what the comparison must never find fault with.
import { coverOf, Slices, type Box, type Slice } from './cover.ts'
import { fateOf, judge } from './judge.ts'
import { read } from './oracle.ts'
import { formatAddress, formatRange, isTagText } from './ranges.ts'
import { freePriorities } from './rule-form.ts'
import type { Evaluation, Evaluator, FilterRule, FlowProtocol, Proposal, Situation, Witness } from './situation.ts'
import { clipToFlow, gridOf, sweep, type Grid, type SweptPacket } from './sweep.ts'

export const referenceEvaluator: Evaluator = {
  evaluateFlow: (stack, flow, network) => evaluate({ stack, flow, network }),
  proposeRules: (stack, flow, network) => propose({ stack, flow, network }),
}

function evaluate(situation: Situation): Evaluation {
  const judgement = judge(situation)
  const isDenied = judgement.answer === 'denied' || judgement.answer === 'partial'
  const witness = isDenied ? firstDenied(situation) : undefined
  return {
    answer: judgement.answer,
    decidingRules: isDenied ? [...judgement.denying.keys()] : [...judgement.deciding],
    ...(witness === undefined ? {} : { witness }),
    unresolved: judgement.answer === 'depends' ? namedTerms(situation) : [],
    shadowedRules: judgement.shadowed,
  }
}

function firstDenied(situation: Situation): Witness | undefined {
  let witness: Witness | undefined
  sweep(read(situation), clipToFlow(gridOf(situation), situation), (packet) => {
    if (witness !== undefined || fateOf(packet) !== 'denied') return
    const { family, source, destination, protocol, destinationPort } = packet
    witness = {
      source: formatAddress({ family, value: source }),
      destination: formatAddress({ family, value: destination }),
      protocol: protocol as FlowProtocol,
      port: destinationPort,
    }
  })
  return witness
}

function namedTerms({ stack }: Situation): string[] {
  const rules = [...stack.adminRules, ...(stack.rules ?? [])]
  const prefixes = rules.flatMap((rule) => [...rule.sourcePrefixes, ...rule.destinationPrefixes])
  const groups = (stack.rules ?? []).flatMap((rule) => [...rule.sourceGroupIds, ...rule.destinationGroupIds])
  return ['VirtualNetwork', ...prefixes.filter(isTagText), ...groups]
}

function propose(situation: Situation): Proposal {
  const judgement = judge(situation)
  if (judgement.packets.denied === 0) return { kind: 'none-needed' }
  if (judgement.adminDenies === 'always') {
    const adminRules = [...judgement.denying].flatMap(([name, { stage }]) => (stage === 'admin' ? [name] : []))
    return { kind: 'no-rule-helps', adminRules }
  }
  const reading = read(situation)
  const slices = new Slices(reading)
  const whole = gridOf(situation)
  const grid = clipToFlow(whole, situation)
  const denied = (visit: (packet: SweptPacket) => void): void =>
    sweep(reading, grid, (packet) => {
      if (fateOf(packet) === 'denied') visit(packet)
    })
  denied((packet) => slices.add(packet))
  const boxes = [...slices.all.values()].flatMap((slice) => coverOf(slice).map((box) => ({ slice, box })))
  const holds = boxes.map(({ slice, box }) => membership(slice, box))
  const bounds = boxes.map(() => ({ priority: Infinity, rule: '' }))
  denied((packet) => {
    for (const [index, isHeld] of holds.entries())
      for (const decider of isHeld(packet) ? packet.deciders : []) {
        const rule = reading.rules[decider]
        const bound = bounds[index]
        if (rule?.stage === 'admin' || rule === undefined || bound === undefined) continue
        if (rule.priority < bound.priority) bounds[index] = { priority: rule.priority, rule: rule.name }
      }
  })
  const rules = boxes.map(({ slice, box }, index) => ruleFor(situation, whole, slice, box, index))
  return withPriorities(situation, rules, bounds)
}

function membership(slice: Slice, box: Box): (packet: SweptPacket) => boolean {
  const [sources, destinations, sourcePorts, ports] = box.map((values) => new Set(values))
  return (packet) =>
    slice.protocol === packet.protocol &&
    slice.family === packet.family &&
    sources?.has(packet.source) === true &&
    destinations?.has(packet.destination) === true &&
    sourcePorts?.has(packet.sourcePort) === true &&
    ports?.has(packet.destinationPort) === true
}

/** The lowest free number for the rule that needs it most, and so on. */
function withPriorities(
  { stack, flow }: Situation,
  rules: readonly FilterRule[],
  bounds: readonly { priority: number; rule: string }[],
): Proposal {
  const free = freePriorities(stack.rules ?? [], flow.direction)
  const order = bounds.map((bound, index) => ({ bound, index })).sort((a, b) => a.bound.priority - b.bound.priority)
  const fits = ({ bound }: (typeof order)[number], at: number): boolean => (free[at] ?? Infinity) < bound.priority
  const tooMany = order.find((entry, at) => !fits(entry, at))
  if (tooMany !== undefined) return { kind: 'no-room', below: tooMany.bound.rule }
  return {
    kind: 'rules',
    rules: order.flatMap(({ index }, at) =>
      rules.slice(index, index + 1).map((rule) => ({ ...rule, priority: free[at] ?? 0 })),
    ),
  }
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = {
  azureplatformdns: 'AzurePlatformDNS',
  azureplatformimds: 'AzurePlatformIMDS',
}

/** Each value of a box stands for all up to the next one of the grid. */
function ruleFor({ flow }: Situation, grid: Grid, slice: Slice, box: Box, index: number): FilterRule {
  const { family, platform, protocol } = slice
  const [sources = [], destinations = [], sourcePorts = [], ports = []] = box
  const prefixes = (values: Box[number], all: readonly bigint[]): string[] =>
    runsOf(values.map(BigInt), all).map(([first, last]) => formatRange({ family, first, last }))
  const portTexts = (values: Box[number], all: readonly number[]): string[] =>
    runsOf(values.map(BigInt), all.map(BigInt)).map(([first, last]) =>
      first === last ? String(first) : `${first}-${last}`,
    )
  return {
    ...{ name: `proposed-${index}`, priority: 0, direction: flow.direction, access: 'allow', protocol },
    sourcePrefixes: prefixes(sources, grid.source[family]),
    sourcePorts: portTexts(sourcePorts, grid.sourcePorts),
    destinationPrefixes:
      platform === undefined ? prefixes(destinations, grid.destination[family]) : [PLATFORM_NAMES[platform] ?? ''],
    destinationPorts: portTexts(ports, grid.destinationPorts),
    ...{ sourceGroupIds: [], destinationGroupIds: [] },
  }
}

function runsOf(values: readonly bigint[], all: readonly bigint[]): [bigint, bigint][] {
  const runs: [bigint, bigint][] = []
  for (const first of [...values].sort((a, b) => (a < b ? -1 : 1))) {
    const last = (all[all.indexOf(first) + 1] ?? first + 1n) - 1n
    const before = runs.at(-1)
    if (before !== undefined && before[1] + 1n === first) before[1] = last
    else runs.push([first, last])
  }
  return runs
}
