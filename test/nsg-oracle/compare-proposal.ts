// Whether a proposal is right: its kind, and what its rules do.
import { coverOf, isProduct } from './cover.ts'
import { judge, type Judgement } from './judge.ts'
import { effectOf } from './proposal-effect.ts'
import { freePriorities, ruleProblem } from './rule-form.ts'
import type { Evaluator, FilterRule, Proposal, Situation } from './situation.ts'

export interface ProposalFigures {
  rules: number
  /** The least number that any proposal can have, where it is cheap to know. */
  least: number | undefined
  /** The number of rules that folding equal rows together gives. */
  folded: number
}

interface Finding {
  problem: string | undefined
  figures?: ProposalFigures
}

export function proposalProblem(
  evaluator: Evaluator,
  situation: Situation,
  judgement: Judgement,
  proposal: Proposal,
): Finding {
  const kinds = possibleKinds(judgement)
  if (!kinds.includes(proposal.kind)) return { problem: `proposal: ${proposal.kind}, and not ${kinds.join(' or ')}` }
  switch (proposal.kind) {
    case 'none-needed':
      return { problem: undefined }
    case 'no-rule-helps':
      return { problem: adminProblem(judgement, proposal.adminRules) }
    case 'no-room':
      return { problem: roomProblem(evaluator, situation, judgement, proposal.below) }
    case 'rules':
      return rulesProblem(situation, judgement, proposal.rules)
  }
}

/** A packet that an admin rule denies only as an unknown fact has it leaves open whether a rule helps. */
function possibleKinds({ packets, adminDenies }: Judgement): Proposal['kind'][] {
  if (packets.denied === 0) return ['none-needed']
  if (adminDenies === 'always') return ['no-rule-helps']
  return adminDenies === 'sometimes' ? ['rules', 'no-room', 'no-rule-helps'] : ['rules', 'no-room']
}

function adminProblem({ denying }: Judgement, names: readonly string[]): string | undefined {
  const other = names.find((name) => denying.get(name)?.stage !== 'admin')
  if (other !== undefined) return `no-rule-helps: ${other} is no admin rule that denies a packet of the flow`
  return names.length === 0 ? 'no-rule-helps: no admin rule is named' : undefined
}

function rulesProblem(situation: Situation, judgement: Judgement, rules: readonly FilterRule[]): Finding {
  const ofForm = ruleProblem(situation, rules)
  if (ofForm !== undefined) return { problem: ofForm }
  const effect = effectOf(situation, rules)
  if (effect.problem !== undefined) return { problem: effect.problem }
  for (const [index, { name, priority }] of rules.entries()) {
    const bound = effect.bounds[index] ?? Infinity
    if (bound === Infinity) return { problem: `proposal: ${name} matches no denied packet` }
    if (priority >= bound) return { problem: `proposal: ${name} at ${priority} is not above the deny at ${bound}` }
  }
  const { stack, flow, network } = situation
  const after = judge({ stack: { ...stack, rules: [...(stack.rules ?? []), ...rules] }, flow, network })
  const mayDepend = judgement.packets.depends > 0 || judgement.adminDenies === 'sometimes'
  if (after.answer !== 'allowed' && !(mayDepend && after.answer === 'depends'))
    return { problem: `proposal: the flow is ${after.answer} with it` }
  const slices = [...effect.slices.all.values()]
  const least = slices.every(isProduct) ? slices.length : undefined
  const figures = {
    rules: rules.length,
    least,
    folded: slices.reduce((sum, slice) => sum + coverOf(slice).length, 0),
  }
  if (least !== undefined && rules.length !== least)
    return { problem: `proposal: ${rules.length} rules where ${least} do`, figures }
  return { problem: undefined, figures }
}

/** Where "no room" is said, the rules that it would propose with room must really find none. */
function roomProblem(
  evaluator: Evaluator,
  situation: Situation,
  { denying }: Judgement,
  below: string,
): string | undefined {
  const denies = denying.get(below)
  if (denies?.stage !== 'nsg') return `no-room: ${below} is no rule of the group that denies a packet of the flow`
  const { stack, flow, network } = structuredClone(withRoom(situation))
  const roomy = evaluator.proposeRules(stack, flow, network)
  if (roomy.kind !== 'rules') return `no-room: with room between all rules it is ${roomy.kind}`
  const { problem, bounds } = effectOf(situation, roomy.rules)
  if (problem !== undefined) return `no-room: with room between all rules, ${problem}`
  const free = freePriorities(situation.stack.rules ?? [], flow.direction)
  const isShort = (bound: number): boolean =>
    bounds.filter((one) => one <= bound).length > free.filter((one) => one < bound).length
  if (!bounds.some(isShort)) return `no-room: there is room for all ${bounds.length} rules`
  return isShort(denies.priority) ? undefined : `no-room: above ${below} there is room`
}

/** The same order of rules, far from each other. */
function withRoom(situation: Situation): Situation {
  const { direction } = situation.flow
  const isOwn = (rule: FilterRule): boolean => rule.direction === direction && rule.priority < 65000
  const own = (situation.stack.rules ?? []).filter(isOwn).sort((a, b) => a.priority - b.priority)
  const spaced = (rule: FilterRule): FilterRule => ({
    ...rule,
    priority: 100 + Math.floor(((own.indexOf(rule) + 1) * 3996) / (own.length + 1)),
  })
  const rules = situation.stack.rules?.map((rule) => (isOwn(rule) ? spaced(rule) : rule)) ?? null
  return { ...situation, stack: { ...situation.stack, rules } }
}
