// The only file here that imports from src: the evaluator that is compared with the oracle.
import type { FilterRule as OwnRule } from '../../src/domain/filter-rule.ts'
import { proposeRules } from '../../src/domain/rule-proposal.ts'
import { evaluateFlow } from '../../src/domain/security-rules.ts'
import { readNetwork } from '../../src/domain/service-tags.ts'
import type { Evaluator, FilterRule } from './situation.ts'

export const evaluatorUnderTest: Evaluator = {
  evaluateFlow: (stack, flow, network) => {
    const { decidingRules, unresolved, shadowedRules, ...answer } = evaluateFlow(stack, flow, readNetwork(network))
    return {
      ...answer,
      decidingRules: [...decidingRules],
      unresolved: [...unresolved],
      shadowedRules: [...shadowedRules],
    }
  },
  proposeRules: (stack, flow, network) => {
    const proposal = proposeRules(stack, flow, readNetwork(network))
    switch (proposal.kind) {
      case 'rules':
        return { kind: 'rules', rules: proposal.rules.map(copyOf) }
      case 'no-rule-helps':
        return { kind: 'no-rule-helps', adminRules: [...proposal.adminRules] }
      case 'no-room':
      case 'none-needed':
        return proposal
    }
  },
}

function copyOf(rule: OwnRule): FilterRule {
  return {
    ...rule,
    sourcePrefixes: [...rule.sourcePrefixes],
    sourcePorts: [...rule.sourcePorts],
    destinationPrefixes: [...rule.destinationPrefixes],
    destinationPorts: [...rule.destinationPorts],
    sourceGroupIds: [...rule.sourceGroupIds],
    destinationGroupIds: [...rule.destinationGroupIds],
  }
}
