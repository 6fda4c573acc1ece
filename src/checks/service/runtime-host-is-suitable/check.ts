import { SCENARIOS, type Manifest } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { noRuntimeUsed, readRuntimeNodes, whereRuntimeIsUsed } from '../../integration-runtime.ts'
import { backupPlaceOf, usesRuntime } from '../../modern-path.ts'
import { manifestSubject } from '../../subjects.ts'
import { judgeMachines, type Evidence, type OtherMachine } from './judge-machines.ts'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'service/runtime-host-is-suitable',
    ref: 'DMSP-093',
    title: 'The integration runtime has a machine of its own that is large enough',
    team: 'windows',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'recommended',
    needs: [{ id: 'service/dms-is-online', when: whereRuntimeIsUsed }],
    vantage: 'control-plane',
    verdicts: ['fail', 'manual', 'not-applicable'],
    why: 'The runtime takes memory and processor time from whatever else its machine does, above all from the source. On the host of the share it cannot read the share at all (error 2049).',
    source: {
      title: 'Create and configure a self-hosted integration runtime',
      url: 'https://learn.microsoft.com/azure/data-factory/create-self-hosted-integration-runtime',
      verified: '2026-11-22',
      rows: ['SHIRHOST', 'P23-005'],
    },
    remedy:
      'Give the integration runtime 64-bit Windows machines of its own, up to four, each with 4 cores, 8 GB of memory and 80 GB of disk; none of them a SQL Server, a file server or a domain controller.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec: { manifest } }) => {
    if (!usesRuntime(manifest)) return seen<Evidence>({ used: false })
    const nodes = await readRuntimeNodes(arm, manifest)
    if (!nodes.ok) return nodes
    const declared = manifest.dms.runtimeHosts.map(boundName)
    return seen<Evidence>({ used: true, nodes: nodes.value, declared, others: otherMachines(manifest) })
  },
  judge: (evidence) => (evidence.used ? judgeMachines(evidence) : noRuntimeUsed()),
})

/** What the runtime must not share a machine with: sources and file servers whose data it reads. */
function otherMachines(manifest: Manifest): OtherMachine[] {
  const read = manifest.sources.filter((source) => backupPlaceOf(manifest, source) !== 'container')
  const shares = manifest.shares.filter(({ name }) => read.some(({ share }) => share === name))
  return [
    ...read.map(({ name, server }) => ({
      kind: 'source' as const,
      name: boundName(name),
      host: boundName(server.host),
    })),
    ...(manifest.scenario === 'sql-server-to-azure-sql-database'
      ? []
      : shares.map(({ name, host }) => ({ kind: 'share' as const, name: boundName(name), host: boundName(host) }))),
  ]
}
