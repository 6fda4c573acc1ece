import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { Witness } from '../../../domain/security-rules.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundText } from '../../foreign-text.ts'
import { nsgPortSubjects, type NsgPortSpec } from '../../subjects.ts'
import { evidenceOf, isDenying, type Evidence, type RuleFact } from './evidence.ts'
import { flowsOfPort, networkFacts } from './flows.ts'
import { openingRules } from './open-flow.ts'

export default defineCheck<NsgPortSpec, Evidence, 'arm' | 'net'>({
  meta: {
    id: 'network/nsg-allows-dms-ports',
    ref: 'DMSP-033',
    title: 'The network security group of the DMS subnet lets the ports of DMS out',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: ({ port, manifest }) =>
      port === 443 || (port === 445 && manifest.scenario === 'sql-server-to-azure-sql-managed-instance')
        ? 'required'
        : 'recommended',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS is steered through Service Bus, Storage and Azure Monitor. Where a security group of its subnet denies them, the service cannot start, or a migration hangs without a word.',
    source: {
      title: 'Prerequisites for Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['C2'],
    },
    remedy:
      'Add an outbound allow rule to the network security group of the DMS subnet, with a smaller priority number than the rule that denies.',
  },
  uses: ['arm', 'net'],
  subjects: nsgPortSubjects,
  observe: async ({ arm, net }, { spec }) => {
    const dms = await readDmsSubnet(arm, spec.manifest)
    if (!dms.ok) return dms
    if (!dms.value.found) return unseen('not-found', dms.value.message)
    const { subnet, network } = dms.value
    const flows = await flowsOfPort(spec.port, spec.manifest, network, net)
    if (!flows.ok) return flows
    const facts = networkFacts(network, subnet)
    if (subnet.networkSecurityGroupId === undefined)
      return seen(evidenceOf(subnet.name, null, facts, flows.value, spec.port))
    const nsg = await arm.networkSecurityGroup(subnet.networkSecurityGroupId)
    if (!nsg.ok) return nsg
    const answer = nsg.value
    if (!answer.found)
      return unseen(
        'not-found',
        `Azure names a security group for ${subnet.name} and does not find it: ${answer.message}`,
      )
    return seen(evidenceOf(subnet.name, answer.value, facts, flows.value, spec.port))
  },
  judge: (evidence, { spec }) => {
    const { nsg, subnet, network, flows, answer } = evidence
    const from = `${subnet} (${network.subnetPrefixes.join(', ')})`
    const asked = flows.map(({ to, protocol }) => `${protocol} ${String(spec.port)} to ${to}`).join(', ')
    const expected = `outbound from ${from}: ${asked} allowed for every packet`
    if (nsg === null && answer === 'allowed') {
      const actual = `${subnet} has no network security group`
      return {
        verdict: 'pass',
        proof: 'direct',
        summary: `Outbound from ${from}: ${asked}: ${actual}`,
        expected,
        actual,
      }
    }
    switch (answer) {
      case 'allowed': {
        const group = nsg?.name ?? 'no group'
        const rules = evidence.decidingRules.join(', ')
        const actual = rules === '' ? `no rule of ${group} denies it` : `allowed by ${rules} of ${group}`
        return {
          verdict: 'pass',
          proof: 'direct',
          summary: `Outbound from ${from}: ${asked}: ${actual}`,
          expected,
          actual,
        }
      }
      case 'depends':
        return undetermined(evidence, from, expected)
      case 'denied':
      case 'partial':
        return denied(evidence, from, expected)
    }
  },
})

function denied(evidence: Evidence, from: string, expected: string): Judgement {
  const { nsg, flows, network, rules, usedPriorities } = evidence
  const shut = flows.filter(isDenying)
  const facts = shut.map((flow) => {
    const names = flow.decidingRules.map((name) => `${name} (priority ${priorityOf(rules, name)})`).join(', ')
    return `${flow.protocol} ${String(flow.port)} to ${flow.to} is ${flow.answer === 'denied' ? '' : 'partly '}denied by ${names}`
  })
  const actual = boundText(`${facts.join('; ')} of ${nsg?.name ?? 'the group'}`)
  const summary = `Outbound from ${from}: ${actual}${describeWitness(evidence.witness)}`
  const { scripts, stuck } =
    nsg === null ? { scripts: [], stuck: [] } : openingRules(nsg, shut, network.subnetPrefixes, usedPriorities)
  const room =
    stuck.length === 0
      ? ''
      : ` For ${stuck.join(', ')} no priority above the denying rule is free: move that rule or the ones above it down first.`
  const text = `Allow it above the rule that denies.${room}`
  return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: { text, scripts } }
}

function undetermined({ flows, nsg }: Evidence, from: string, expected: string): Judgement {
  const open = flows.filter(({ answer }) => answer === 'depends')
  const facts = open.map(
    ({ to, protocol, port, unresolved }) =>
      `${protocol} ${String(port)} to ${to} hangs on whether: ${unresolved.join('; ')}`,
  )
  const message = boundText(`${facts.join('. ')}${nsg === null ? '' : ` (rules of ${nsg.name})`}`)
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `Outbound from ${from}: the rules do not decide alone; ${message}`,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text: 'Allow the flow by a rule of its own, above the rules on which it hangs.', scripts: [] },
  }
}

function describeWitness(witness: Witness | undefined): string {
  if (witness === undefined) return ''
  const { source, destination, protocol, port } = witness
  return `; for example ${protocol} from ${source} to ${destination} port ${String(port)}`
}

function priorityOf(rules: readonly RuleFact[], name: string): string {
  return String(rules.find((rule) => rule.name === name)?.priority ?? 'default')
}
