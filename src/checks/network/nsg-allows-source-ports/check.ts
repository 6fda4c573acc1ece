import { SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { flowsBefore, sourceFlows } from '../../asked-flows.ts'
import { defineCheck } from '../../define.ts'
import { instanceBehindBrowser, readSourceEndpoint } from '../../engine-endpoint.ts'
import { whyUntried } from '../../engine-port.ts'
import { evidenceOfFlows, type FlowEvidence } from '../../flow-evidence.ts'
import { judgeFlows } from '../../judge-flows.ts'
import { readSubnetFilter } from '../../subnet-filter.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

type Evidence =
  | FlowEvidence
  /** The engine's port is not known, so that nothing can be asked. */
  | { untried: { check: string; fact: string } }

export default defineCheck<SourceSpec, Evidence, 'arm' | 'net'>({
  meta: {
    id: 'network/nsg-allows-source-ports',
    ref: 'DMSP-049',
    title: 'The network security group of the DMS subnet lets DMS out to the source',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [
      { id: 'network/dms-vnet-uses-resource-manager' },
      { id: 'source/name-resolves' },
      { id: 'network/dms-vnet-has-site-to-site-connectivity' },
    ],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS connects to the source from its subnet. A security group that denies the port of SQL Server there lets the migration end in a connection time-out.',
    source: {
      title: 'Network topologies for migrations with Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/resource-network-topologies',
      verified: '2026-11-26',
      rows: ['NSGOUT'],
    },
    remedy:
      'Add an outbound allow rule for the port of the source to the network security group of the DMS subnet, with a smaller priority number than the rule that denies.',
  },
  uses: ['arm', 'net'],
  subjects: sourceSubjects,
  observe: async ({ arm, net }, { spec }) => {
    const { manifest, source } = spec
    if (instanceBehindBrowser(source.server) !== undefined) {
      const endpoint = await readSourceEndpoint({ net }, source)
      if (endpoint.ok && endpoint.value.state !== 'tried') return seen({ untried: whyUntried(endpoint.value) })
    }
    const [filter, asked] = await Promise.all([
      readSubnetFilter(arm, manifest),
      sourceFlows(source, manifest, { arm, net }),
    ])
    if (!filter.ok) return filter
    if (!asked.ok) return asked
    const before = await flowsBefore({ source }, manifest, filter.value.network, { arm, net })
    return seen(evidenceOfFlows(filter.value, asked.value, before))
  },
  judge: (evidence, { name }) => {
    if (!('untried' in evidence)) return judgeFlows(evidence)
    const { check, fact } = evidence.untried
    return {
      verdict: 'blocked',
      summary: `Not asked, since the port of the source is not known: ${fact}`,
      blockedBy: [{ id: `source/${check}`, subject: name }],
    }
  },
})
