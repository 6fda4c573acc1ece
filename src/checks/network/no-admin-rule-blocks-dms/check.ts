import { SCENARIOS, type Manifest } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { VirtualNetwork } from '../../../ports/network-resources.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { evidenceOfFlows, type AskedFlow, type FlowEvidence } from '../../flow-evidence.ts'
import { describeFlows, judgeFlows } from '../../judge-flows.ts'
import { flowsOfPort, portsOf } from '../../port-flows.ts'
import { readFilterWithoutGroup } from '../../subnet-filter.ts'
import { manifestSubject } from '../../subjects.ts'

type Evidence = FlowEvidence & {
  /** Security admin rules in effect on the network, both directions. */
  inEffect: number
  virtualNetwork: string
  /** Ports whose other end is not known, so that nothing could be asked of them. */
  notAsked: string[]
}

export default defineCheck<Spec, Evidence, 'arm' | 'net'>({
  meta: {
    id: 'network/no-admin-rule-blocks-dms',
    ref: 'DMSP-048',
    title: 'No security admin rule of a network manager blocks DMS',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'recommended',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'Security admin rules of Azure Virtual Network Manager act before every network security group, so that no rule of a group can undo what they deny. The rules that Microsoft suggests for high-risk ports deny TCP 445.',
    source: {
      title: 'Security admin rules in Azure Virtual Network Manager',
      url: 'https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins',
      verified: '2026-11-26',
      rows: [],
    },
    remedy:
      'Ask whoever manages Azure Virtual Network Manager for an exception: an "Always allow" rule above the one that denies, or a network group without the network of DMS.',
  },
  uses: ['arm', 'net'],
  subjects: manifestSubject,
  observe: async ({ arm, net }, { spec }) => {
    const filter = await readFilterWithoutGroup(arm, spec.manifest)
    if (!filter.ok) return filter
    const { network } = filter.value
    const rules = await arm.securityAdminRules(network.id)
    if (!rules.ok) return rules
    if (!rules.value.found)
      return unseen('not-found', `Azure did not list security admin rules: ${rules.value.message}`)
    const { asked, notAsked } = await allFlows(spec.manifest, network, { arm, net })
    const evidence = evidenceOfFlows(filter.value, asked)
    return seen({ ...evidence, inEffect: rules.value.value.length, virtualNetwork: network.name, notAsked })
  },
  judge: (evidence) => judgeAdminRules(evidence),
})

async function allFlows(
  manifest: Manifest,
  network: VirtualNetwork,
  ports: Pick<Ports, 'arm' | 'net'>,
): Promise<{ asked: AskedFlow[]; notAsked: string[] }> {
  const all = portsOf(manifest)
  const reads = await Promise.all(all.map((port) => flowsOfPort(port, manifest, network, ports)))
  return {
    asked: reads.flatMap((read) => (read.ok ? read.value : [])),
    notAsked: all.filter((_, index) => reads[index]?.ok === false).map(String),
  }
}

function judgeAdminRules(evidence: Evidence): Judgement {
  const { inEffect, virtualNetwork, flows, notAsked } = evidence
  const judgement = judgeFlows(evidence)
  const expected = `no security admin rule denies what DMS needs from ${evidence.subnet}`
  if (judgement.verdict === 'fail') return { ...judgement, expected }
  if (inEffect === 0) {
    const actual = `no security admin rule is in effect on ${virtualNetwork}`
    return { verdict: 'pass', proof: 'direct', summary: capitalised(actual), expected, actual }
  }
  if (notAsked.length > 0) {
    const message = `the other end of port ${notAsked.join(', ')} has no address here, so what the security admin rules do with it is not known`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: capitalised(message),
      expected,
      cause: { kind: 'dns', message },
    }
  }
  if (judgement.verdict !== 'pass') return judgement.verdict === 'unknown' ? { ...judgement, expected } : judgement
  const actual = `none of the ${String(inEffect)} security admin rules on ${virtualNetwork} denies ${describeFlows(flows)}`
  return { verdict: 'pass', proof: judgement.proof, summary: capitalised(actual), expected, actual }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
