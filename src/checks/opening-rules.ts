import type { Remediation } from '../domain/report.ts'
import type { Script } from '../domain/observed.ts'
import { azScript, groupOptions } from './azure-cli.ts'
import { isDenying, type FlowEvidence, type FlowFact, type RuleFact } from './flow-evidence.ts'

/** What to change so that the group lets the flows through, and a command for each rule to add. */
export function openingRules({ nsg }: FlowEvidence, shut: readonly FlowFact[]): Remediation {
  const rules = shut.flatMap(({ proposal }) =>
    proposal.kind === 'rules' || proposal.kind === 'no-rule-helps' ? proposal.rules : [],
  )
  const isWide = shut.some(({ proposal }) => proposal.kind === 'rules' && proposal.isWide)
  const isSure = shut.every(isDenying)
  const sentences = [
    ...rulesToAdd(rules, nsg?.name ?? 'the group', isWide, isSure),
    ...rulesOfOthers(shut),
    ...roomToMake(shut),
    ...adminRulesToChange(shut),
  ]
  return { text: sentences.join(' '), scripts: nsg === null ? [] : rules.map((rule) => scriptOf(rule, nsg)) }
}

function rulesToAdd(rules: readonly RuleFact[], group: string, isWide: boolean, isSure: boolean): string[] {
  const names = rules.map(({ name, priority }) => `${name} at priority ${String(priority)}`)
  const [only, ...more] = names
  if (only === undefined) return []
  const they = more.length === 0 ? 'it' : 'they'
  const effect = isWide
    ? `${they} ${they === 'it' ? 'names' : 'name'} all of the flow, since the denied part would need too many rules`
    : isSure
      ? `${they} ${they === 'it' ? 'changes' : 'change'} no other packet`
      : `${they} ${they === 'it' ? 'settles' : 'settle'} what hangs on facts that are not known`
  if (more.length === 0) return [`Add the allow rule ${only} to ${group}; ${effect}.`]
  return [`Add ${String(names.length)} allow rules to ${group}: ${names.join(', ')}; ${effect}.`]
}

function rulesOfOthers(shut: readonly FlowFact[]): string[] {
  const by = new Set(shut.flatMap(({ proposal }) => (proposal.kind === 'opened-before' ? proposal.by : [])))
  return by.size === 0 ? [] : [`The rules that this report proposes for ${[...by].join('; ')} open it as well.`]
}

function roomToMake(shut: readonly FlowFact[]): string[] {
  return shut.flatMap(({ peer, proposal }) =>
    proposal.kind === 'no-room'
      ? [
          `For ${peer} no priority above ${proposal.below} is free: move that rule, or some above it, down first, then run this again.`,
        ]
      : [],
  )
}

function adminRulesToChange(shut: readonly FlowFact[]): string[] {
  const names = [
    ...new Set(shut.flatMap(({ proposal }) => (proposal.kind === 'no-rule-helps' ? proposal.adminRules : []))),
  ]
  if (names.length === 0) return []
  return [
    `No rule of a network security group helps: ${names.join(', ')} of Azure Virtual Network Manager comes before it. Ask who manages it for an "Always allow" security admin rule above it, or an exception for this subnet.`,
  ]
}

function scriptOf(rule: RuleFact, nsg: { id: string; name: string }): Script {
  return azScript('az network nsg rule create', {
    ...groupOptions(nsg.id),
    '--nsg-name': nsg.name,
    '--name': rule.name,
    '--priority': String(rule.priority),
    '--direction': rule.direction === 'outbound' ? 'Outbound' : 'Inbound',
    '--access': 'Allow',
    '--protocol': rule.protocol,
    '--source-address-prefixes': rule.sourcePrefixes,
    '--source-port-ranges': rule.sourcePorts,
    '--destination-address-prefixes': rule.destinationPrefixes,
    '--destination-port-ranges': rule.destinationPorts,
  })
}
