import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { flowsBefore } from '../../asked-flows.ts'
import { defineCheck } from '../../define.ts'
import { evidenceOfFlows, type FlowEvidence } from '../../flow-evidence.ts'
import { judgeFlows } from '../../judge-flows.ts'
import { flowsOfPort } from '../../port-flows.ts'
import { readSubnetFilter } from '../../subnet-filter.ts'
import { nsgPortSubjects, type NsgPortSpec } from '../../subjects.ts'

export default defineCheck<NsgPortSpec, FlowEvidence, 'arm' | 'net'>({
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
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
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
    const { manifest, port } = spec
    const filter = await readSubnetFilter(arm, manifest)
    if (!filter.ok) return filter
    const { network } = filter.value
    const flows = await flowsOfPort(port, manifest, network, { arm, net })
    if (!flows.ok) return flows
    const before = await flowsBefore({ port }, manifest, network, { arm, net })
    return seen(evidenceOfFlows(filter.value, flows.value, before))
  },
  judge: (evidence) => judgeFlows(evidence),
})
