// What an evaluator says of a situation against what the oracle finds. A problem is a sentence; none is agreement.
import { fateOf, judge, type Judgement } from './judge.ts'
import { flowRanges, read } from './oracle.ts'
import { proposalProblem, type ProposalFigures } from './compare-proposal.ts'
import { holdsAddress, holdsPort, readAddress } from './ranges.ts'
import type { Evaluation, Evaluator, Proposal, Situation, Witness } from './situation.ts'
import { clipToFlow, gridOf, sweep } from './sweep.ts'

export interface Comparison {
  problem: string | undefined
  judgement: Judgement
  evaluation?: Evaluation
  proposal?: Proposal
  figures?: ProposalFigures
}

export function compare(evaluator: Evaluator, situation: Situation): Comparison {
  const judgement = judge(situation)
  // A copy, so that an evaluator that changes what it is given cannot change what the oracle sees.
  const { stack, flow, network } = structuredClone(situation)
  try {
    const evaluation = evaluator.evaluateFlow(stack, flow, network)
    const proposal = evaluator.proposeRules(stack, flow, network)
    const said = { judgement, evaluation, proposal }
    const problem = evaluationProblem(situation, judgement, evaluation)
    return problem === undefined
      ? { ...said, ...proposalProblem(evaluator, situation, judgement, proposal) }
      : { ...said, problem }
  } catch (error) {
    // Also an answer that cannot be read: an address of a witness, a prefix or port of a proposed rule.
    return { judgement, problem: `threw: ${String(error)}` }
  }
}

function evaluationProblem(situation: Situation, judgement: Judgement, evaluation: Evaluation): string | undefined {
  const { answer, decidingRules, witness, unresolved, shadowedRules } = evaluation
  if (answer !== judgement.answer) return `answer: ${answer}, and the oracle says ${judgement.answer}`
  const idle = decidingRules.find((name) => !judgement.deciding.has(name))
  if (idle !== undefined) return `decidingRules: ${idle} ends no packet of the flow`
  if (answer === 'denied' || answer === 'partial') {
    const problem = witnessProblem(situation, witness, decidingRules)
    if (problem !== undefined) return problem
  } else if (witness !== undefined) return `witness: there is one although the answer is ${answer}`
  if (answer === 'depends' && judgement.packets.all > 0 && unresolved.length === 0)
    return 'unresolved: empty although packets depend on something'
  if (judgement.hasUnknownFacts) return undefined
  const [said, found] = [shadowedRules, judgement.shadowed].map((names) => names.toSorted().join())
  return said === found ? undefined : `shadowedRules: ${said ?? ''}, and the oracle says ${found ?? ''}`
}

/** A witness has no source port: some source port of the flow must make it a denied packet. */
function witnessProblem(
  situation: Situation,
  witness: Witness | undefined,
  decidingRules: readonly string[],
): string | undefined {
  if (witness === undefined) return 'witness: none'
  const [source, destination] = [readAddress(witness.source), readAddress(witness.destination)]
  const { flow } = situation
  const ranges = flowRanges(situation)
  const isOfFlow =
    source.family === destination.family &&
    holdsAddress(ranges.source, source) &&
    holdsAddress(ranges.destination, destination) &&
    flow.protocols.includes(witness.protocol) &&
    holdsPort(flow.ports, witness.port)
  if (!isOfFlow) return `witness: ${JSON.stringify(witness)} is no packet of the flow`
  const reading = read(situation)
  const grid = {
    source: { 4: [], 6: [], [source.family]: [source.value] },
    destination: { 4: [], 6: [], [source.family]: [destination.value] },
    sourcePorts: clipToFlow(gridOf(situation), situation).sourcePorts,
    destinationPorts: [witness.port],
    protocols: [witness.protocol],
  }
  const deciders = new Set<string>()
  sweep(reading, grid, (packet) => {
    if (fateOf(packet) !== 'denied') return
    for (const index of packet.deciders) deciders.add(reading.rules[index]?.name ?? '')
  })
  if (deciders.size === 0) return `witness: ${JSON.stringify(witness)} is not surely denied`
  if ([...deciders].some((name) => decidingRules.includes(name))) return undefined
  return `decidingRules: ${decidingRules.join()}, but ${[...deciders].join()} denies the witness`
}
