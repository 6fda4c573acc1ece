import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { Witness } from '../../../domain/security-rules.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundText } from '../../foreign-text.ts'
import { proxyNote } from '../../network-path.ts'
import { nsgPortSubjects, type NsgPortSpec } from '../../subjects.ts'
import { evidenceOf, isDenying, isResolvedElsewhere, type Evidence, type FlowFact, type RuleFact } from './evidence.ts'
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
    const flows = await flowsOfPort(spec.port, spec.manifest, network, { arm, net })
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
        const note = resolverNote(flows)
        return {
          verdict: 'pass',
          proof: note === undefined ? 'direct' : 'proxy',
          summary: `Outbound from ${from}: ${asked}: ${actual}${note === undefined ? '' : `; ${note}`}`,
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
  const { nsg, flows, network, usedPriorities } = evidence
  const shut = flows.filter((flow) => isDenying(flow) && !isResolvedElsewhere(flow))
  if (shut.length === 0) return deniedElsewhere(evidence, from, expected)
  const actual = describeDenied(evidence, shut)
  const witness = shut.find((flow) => flow.witness !== undefined)?.witness
  const summary = `Outbound from ${from}: ${actual}${describeWitness(witness)}`
  const { scripts, stuck } =
    nsg === null ? { scripts: [], stuck: [] } : openingRules(nsg, shut, network.subnetPrefixes, usedPriorities)
  const room =
    stuck.length === 0
      ? ''
      : ` For ${stuck.join(', ')} no priority above the denying rule is free: move that rule or the ones above it down first.`
  const text = `Allow it above the rule that denies.${room}`
  return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: { text, scripts } }
}

/** What is denied is on the way to addresses that DMS may not be given for the name. */
function deniedElsewhere(evidence: Evidence, from: string, expected: string): Judgement {
  const { flows } = evidence
  const message = boundText(resolverNote(flows.filter(isDenying)) ?? '')
  const fact = describeDenied(evidence, flows.filter(isDenying))
  return {
    verdict: 'unknown',
    proof: 'proxy',
    summary: `Outbound from ${from}: by the addresses that this runner knows, ${fact}; ${message}`,
    expected,
    cause: { kind: 'dns', message },
    remediation: {
      text: 'Run this from a runner in the DMS subnet, or name the share by its address in the manifest. If the addresses are right, allow the flow above the rule that denies.',
      scripts: [],
    },
  }
}

function resolverNote(flows: readonly FlowFact[]): string | undefined {
  const named = flows.filter(isResolvedElsewhere)
  const vantage = named[0]?.vantage
  if (vantage === undefined) return undefined
  const names = named.map(({ to, destinations }) => `${to} to the same addresses (${destinations.join(', ')})`)
  return `whether DMS resolves ${names.join(', ')} is not known: ${proxyNote(vantage)}`
}

function describeDenied({ nsg, rules }: Evidence, shut: readonly FlowFact[]): string {
  const facts = shut.map((flow) => {
    const names = flow.decidingRules.map((name) => `${name} (priority ${priorityOf(rules, name)})`).join(', ')
    return `${flow.protocol} ${String(flow.port)} to ${flow.to} is ${flow.answer === 'denied' ? '' : 'partly '}denied by ${names}`
  })
  return boundText(`${facts.join('; ')} of ${nsg?.name ?? 'the group'}`)
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
