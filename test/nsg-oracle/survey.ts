// A run over many situations: the first disagreement, made small, or the figures of what was asked.
import { compare, type Comparison } from './compare.ts'
import { situationOf } from './generate.ts'
import { shrink } from './shrink.ts'
import type { Evaluation, Evaluator, Proposal, Situation } from './situation.ts'

export interface Disagreement {
  problem: string
  situation: Situation
  evaluation: Evaluation | undefined
  proposal: Proposal | undefined
}

export interface Survey {
  situations: number
  /** Packets asked of the oracle. */
  packets: number
  answers: Record<string, number>
  proposals: Record<string, number>
  peers: Record<string, number>
  directions: Record<string, number>
  withUnknownFacts: number
  withAdminRules: number
  withIpv6: number
  withShadowedRules: number
  withoutGroup: number
  withoutPacket: number
  /** How many proposals have so many rules. */
  rulesProposed: Record<number, number>
  /** Of proposals whose least number of rules is known: all have it, or it is a disagreement. */
  knownLeast: number
  /** Of the others: how many rules more (or, below zero, fewer) than folding equal rows together gives. */
  rulesBesideFolded: Record<number, number>
}

export function survey(
  evaluator: Evaluator,
  { seed, count, first = 0 }: { seed: number; count: number; first?: number },
): { figures: Survey; wrong: { index: number; problem: string } | undefined } {
  const figures = emptySurvey()
  for (let index = first; index < first + count; index += 1) {
    const situation = situationOf(seed, index)
    const comparison = compare(evaluator, situation)
    tally(figures, situation, comparison)
    if (comparison.problem !== undefined) return { figures, wrong: { index, problem: comparison.problem } }
  }
  return { figures, wrong: undefined }
}

/** The same fault in the smallest situation that can be found by leaving things out. */
export function smallestDisagreement(evaluator: Evaluator, situation: Situation): Disagreement {
  const subject = subjectOf(compare(evaluator, situation).problem)
  const small = shrink(situation, (candidate) => subjectOf(compare(evaluator, candidate).problem) === subject)
  const { evaluation, proposal, problem = '' } = compare(evaluator, small)
  return { problem, situation: small, evaluation, proposal }
}

/** What a problem is about: shrinking must not end at another one. */
function subjectOf(problem: string | undefined): string | undefined {
  return problem?.split(':')[0]
}

function emptySurvey(): Survey {
  return {
    ...{ situations: 0, packets: 0, answers: {}, proposals: {}, peers: {}, directions: {} },
    ...{ withUnknownFacts: 0, withAdminRules: 0, withIpv6: 0, withShadowedRules: 0, withoutGroup: 0, withoutPacket: 0 },
    ...{ rulesProposed: {}, knownLeast: 0, rulesBesideFolded: {} },
  }
}

function tally(figures: Survey, situation: Situation, { judgement, proposal, figures: rules }: Comparison): void {
  const { stack, flow, network } = situation
  figures.situations += 1
  figures.packets += judgement.packets.all
  count(figures.answers, judgement.answer)
  if (proposal !== undefined) count(figures.proposals, proposal.kind)
  count(figures.peers, flow.peer.kind)
  count(figures.directions, flow.direction)
  figures.withUnknownFacts += Number(judgement.hasUnknownFacts)
  figures.withAdminRules += Number(stack.adminRules.length > 0)
  figures.withIpv6 += Number(network.subnetPrefixes.some((text) => text.includes(':')))
  figures.withShadowedRules += Number(judgement.shadowed.length > 0)
  figures.withoutGroup += Number(stack.rules === null)
  figures.withoutPacket += Number(judgement.packets.all === 0)
  if (rules === undefined) return
  count(figures.rulesProposed, rules.rules)
  if (rules.least === undefined) count(figures.rulesBesideFolded, rules.rules - rules.folded)
  else figures.knownLeast += 1
}

function count<K extends string | number>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1
}
