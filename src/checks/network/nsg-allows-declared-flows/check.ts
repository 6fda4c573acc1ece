import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { askedFlow, flowsBefore } from '../../asked-flows.ts'
import { defineCheck } from '../../define.ts'
import { evidenceOfFlows, type FlowEvidence } from '../../flow-evidence.ts'
import { judgeFlows } from '../../judge-flows.ts'
import { readSubnetFilter } from '../../subnet-filter.ts'
import { flowSubjects, type FlowSpec } from '../../subjects.ts'

export default defineCheck<FlowSpec, FlowEvidence, 'arm' | 'net'>({
  meta: {
    id: 'network/nsg-allows-declared-flows',
    ref: 'DMSP-047',
    title: 'The network security group of the DMS subnet lets the declared flows through',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'The manifest names this flow as one that the migration needs. A packet that the security group drops shows up as a time-out in the middle of the migration.',
    source: {
      title: 'Azure network security groups overview',
      url: 'https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview',
      verified: '2026-11-26',
      rows: [],
    },
    remedy:
      'Add an allow rule for the flow to the network security group of the DMS subnet, with a smaller priority number than the rule that denies.',
  },
  uses: ['arm', 'net'],
  subjects: flowSubjects,
  observe: async ({ arm, net }, { spec }) => {
    const { manifest, flow } = spec
    const filter = await readSubnetFilter(arm, manifest)
    if (!filter.ok) return filter
    const before = await flowsBefore({ flow }, manifest, filter.value.network, { arm, net })
    return seen(evidenceOfFlows(filter.value, [askedFlow(flow)], before))
  },
  judge: (evidence) => judgeFlows(evidence),
})
