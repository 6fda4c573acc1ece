import { isTouchingPort, type FilterRule, type FlowProtocol } from '../../../domain/rule-match.ts'
import { combineAnswers, evaluateFlow, type FlowAnswer } from '../../../domain/security-rules.ts'
import type { NetworkFacts } from '../../../domain/service-tags.ts'
import type { NetworkSecurityGroup } from '../../../ports/network-resources.ts'
import type { VantageFact } from '../../network-path.ts'
import type { PortFlow } from './flows.ts'

export type NsgFact = { id: string; name: string }

type PacketFact = { source: string; destination: string; protocol: FlowProtocol; port: number }

export type FlowFact = {
  to: string
  destinations: string[]
  protocol: FlowProtocol
  port: number
  answer: FlowAnswer['answer']
  decidingRules: string[]
  /** The destination is the tag's name where the tag's addresses are not known. */
  witness?: PacketFact
  firstDenyPriority?: number
  unresolved: string[]
  /** Where the runner stood that resolved the name; absent: no name was resolved. */
  vantage?: VantageFact
}

/** A rule as it was read, so that the answer can be found again from it. */
export type RuleFact = {
  name: string
  priority: number
  access: 'allow' | 'deny'
  protocol: string
  sourcePrefixes: string[]
  sourcePorts: string[]
  destinationPrefixes: string[]
  destinationPorts: string[]
  sourceGroupIds: string[]
  destinationGroupIds: string[]
}

export type Evidence = {
  answer: FlowAnswer['answer']
  decidingRules: string[]
  witness?: PacketFact
  subnet: string
  /** Null: the subnet has no network security group. */
  nsg: NsgFact | null
  network: {
    subnetPrefixes: string[]
    networkPrefixes: string[]
    isNetworkWhole: boolean
    hasRouteTable: boolean
    region: string
  }
  flows: FlowFact[]
  /** The outbound rules that name this port. */
  rules: RuleFact[]
  /** Of all outbound rules. */
  usedPriorities: number[]
}

/** The answer for every flow of the port, with all that is needed to find it again. */
export function evidenceOf(
  subnet: string,
  nsg: NetworkSecurityGroup | null,
  facts: NetworkFacts,
  flows: readonly PortFlow[],
  port: number,
): Evidence {
  const answers = flows.map((flow) => answerOf(flow, nsg, facts, port))
  const answer = combineAnswers(answers.map((one) => one.answer))
  const telling =
    answer === 'partial'
      ? answers.filter(isDenying)
      : answer === 'depends'
        ? answers.filter((one) => one.answer === 'depends')
        : answers
  const witness = telling.find((one) => one.witness !== undefined)?.witness
  const outbound = (nsg?.rules ?? []).filter(({ direction }) => direction === 'outbound')
  const { subnetPrefixes, networkPrefixes, ...network } = facts
  return {
    answer,
    decidingRules: [...new Set(telling.flatMap((one) => one.decidingRules))],
    ...(witness === undefined ? {} : { witness }),
    subnet,
    nsg: nsg === null ? null : { id: nsg.id, name: nsg.name },
    network: { subnetPrefixes: [...subnetPrefixes], networkPrefixes: [...networkPrefixes], ...network },
    flows: answers,
    rules: outbound.filter((rule) => isTouchingPort(rule, port)).map(factOf),
    usedPriorities: outbound.map(({ priority }) => priority),
  }
}

function factOf(rule: FilterRule): RuleFact {
  return {
    name: rule.name,
    priority: rule.priority,
    access: rule.access,
    protocol: rule.protocol,
    sourcePrefixes: [...rule.sourcePrefixes],
    sourcePorts: [...rule.sourcePorts],
    destinationPrefixes: [...rule.destinationPrefixes],
    destinationPorts: [...rule.destinationPorts],
    sourceGroupIds: [...rule.sourceGroupIds],
    destinationGroupIds: [...rule.destinationGroupIds],
  }
}

function answerOf(
  { to, destinations, protocol, peer, vantage }: PortFlow,
  nsg: NetworkSecurityGroup | null,
  facts: NetworkFacts,
  port: number,
): FlowFact {
  const open: FlowAnswer = { answer: 'allowed', decidingRules: [], unresolved: [] }
  const answer =
    nsg === null ? open : evaluateFlow(nsg.rules, { protocols: [protocol], ports: [port, port], peer }, facts)
  const { witness, firstDenyPriority } = answer
  return {
    to,
    destinations,
    protocol,
    port,
    answer: answer.answer,
    decidingRules: [...answer.decidingRules],
    ...(witness === undefined ? {} : { witness: { ...witness } }),
    ...(firstDenyPriority === undefined ? {} : { firstDenyPriority }),
    unresolved: [...answer.unresolved],
    ...(vantage === undefined ? {} : { vantage }),
  }
}

export function isDenying({ answer }: FlowFact): boolean {
  return answer === 'denied' || answer === 'partial'
}

/** The name's addresses are known for this runner only, and not for DMS. */
export function isResolvedElsewhere({ vantage }: FlowFact): boolean {
  return vantage?.verified === false
}
