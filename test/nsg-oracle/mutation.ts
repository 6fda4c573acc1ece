// A fault put before or after an evaluator: it sees a changed situation, or its answer is changed.
import { flowRanges } from './oracle.ts'
import { formatAddress, formatRange, isTagText, readPrefix } from './ranges.ts'
import { freePriorities } from './rule-form.ts'
import type {
  AdminRule,
  Direction,
  Evaluation,
  Evaluator,
  FilterRule,
  NetworkFacts,
  Proposal,
  Situation,
} from './situation.ts'

export interface Mutation {
  fault: string
  apply: (evaluator: Evaluator) => Evaluator
}

export function before(fault: string, change: (situation: Situation) => Situation): Mutation {
  return {
    fault,
    apply: (evaluator) => ({
      evaluateFlow: (...given) => {
        const { stack, flow, network } = change({ stack: given[0], flow: given[1], network: given[2] })
        return evaluator.evaluateFlow(stack, flow, network)
      },
      proposeRules: (...given) => {
        const { stack, flow, network } = change({ stack: given[0], flow: given[1], network: given[2] })
        return evaluator.proposeRules(stack, flow, network)
      },
    }),
  }
}

export function ofRules(fault: string, change: (rules: FilterRule[], situation: Situation) => FilterRule[]): Mutation {
  return before(fault, (situation) => {
    const { rules } = situation.stack
    return rules === null ? situation : { ...situation, stack: { ...situation.stack, rules: change(rules, situation) } }
  })
}

export function eachRule(fault: string, change: (rule: FilterRule) => FilterRule): Mutation {
  return ofRules(fault, (rules) => rules.map(change))
}

export function ofPrefixes(fault: string, change: (texts: string[]) => string[]): Mutation {
  return eachRule(fault, (rule) => ({
    ...rule,
    sourcePrefixes: change(rule.sourcePrefixes),
    destinationPrefixes: change(rule.destinationPrefixes),
  }))
}

export function ofPorts(fault: string, change: (texts: string[]) => string[]): Mutation {
  return eachRule(fault, (rule) => ({
    ...rule,
    sourcePorts: change(rule.sourcePorts),
    destinationPorts: change(rule.destinationPorts),
  }))
}

export function ofAdminRules(fault: string, change: (rules: AdminRule[]) => AdminRule[]): Mutation {
  return before(fault, (situation) => {
    const { stack } = situation
    return { ...situation, stack: { ...stack, adminRules: change(stack.adminRules) } }
  })
}

export function ofNetwork(fault: string, change: (network: NetworkFacts) => NetworkFacts): Mutation {
  return before(fault, (situation) => ({ ...situation, network: change(situation.network) }))
}

export function ofEvaluation(fault: string, change: (said: Evaluation, situation: Situation) => Evaluation): Mutation {
  return {
    fault,
    apply: (evaluator) => ({
      ...evaluator,
      evaluateFlow: (stack, flow, network) =>
        change(evaluator.evaluateFlow(stack, flow, network), { stack, flow, network }),
    }),
  }
}

export function ofProposal(fault: string, change: (said: Proposal, situation: Situation) => Proposal): Mutation {
  return {
    fault,
    apply: (evaluator) => ({
      ...evaluator,
      proposeRules: (stack, flow, network) =>
        change(evaluator.proposeRules(stack, flow, network), { stack, flow, network }),
    }),
  }
}

export function ofProposedRules(
  fault: string,
  change: (rules: FilterRule[], situation: Situation) => FilterRule[],
): Mutation {
  return ofProposal(fault, (said, situation) =>
    said.kind === 'rules' ? { ...said, rules: change(said.rules, situation) } : said,
  )
}

/** A range or CIDR, as `sign` says, without its last address. */
export function endEarlier(text: string, sign: '-' | '/'): string {
  const [range] = isTagText(text) || !text.includes(sign) ? [] : readPrefix(text)
  return range === undefined || range.first === range.last ? text : formatRange({ ...range, last: range.last - 1n })
}

export function firstDestination(situation: Situation): string {
  const [range] = flowRanges(situation).destination
  return range === undefined ? '' : formatAddress({ family: range.family, value: range.first })
}

export function freeFrom(rules: readonly FilterRule[], direction: Direction, priority: number): number {
  return freePriorities(rules, direction).find((free) => free >= priority) ?? priority
}
