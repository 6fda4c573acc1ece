import type { Remediation } from '../domain/report.ts'
import type { Script } from '../domain/observed.ts'
import { azScript, groupOptions } from './azure-cli.ts'
import type { FlowEvidence, FlowFact, RuleFact } from './flow-evidence.ts'

/** Longer lists are no command for a person: the tag stands for them then. */
const PREFIX_LIMIT = 100

/** What to change so that the group lets the flows through: one line, and a command for each rule to add. */
export function openingRules({ nsg }: FlowEvidence, shut: readonly FlowFact[]): Remediation {
  const rules = shut.flatMap((flow) =>
    flow.proposal.kind === 'rules' ? flow.proposal.rules.map((rule) => shortened(rule, flow)) : [],
  )
  const sentences = [...rulesToAdd(rules, nsg?.name ?? 'the group'), ...roomToMake(shut), ...adminRulesToChange(shut)]
  return {
    text: sentences.join(' '),
    scripts: nsg === null ? [] : rules.map((rule) => scriptOf(rule, nsg)),
  }
}

/** All of a tag's addresses, some of them allowed already, rather than a list that nobody can read. */
function shortened(rule: RuleFact, { peer, direction }: FlowFact): RuleFact {
  const field = direction === 'outbound' ? 'destinationPrefixes' : 'sourcePrefixes'
  return rule[field].length > PREFIX_LIMIT ? { ...rule, [field]: [peer] } : rule
}

function rulesToAdd(rules: readonly RuleFact[], group: string): string[] {
  const names = rules.map(({ name, priority }) => `${name} at priority ${String(priority)}`)
  const [only, ...more] = names
  if (only === undefined) return []
  if (more.length === 0) return [`Add the allow rule ${only} to ${group}; it changes no other packet.`]
  return [`Add ${String(names.length)} allow rules to ${group}: ${names.join(', ')}; they change no other packet.`]
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
