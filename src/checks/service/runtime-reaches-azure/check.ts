import { SCENARIOS, type Manifest } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { noRuntimeUsed, readMigrationService, readRuntimeNodes, whereRuntimeIsUsed } from '../../integration-runtime.ts'
import { backupPlaceOf, usesRuntime } from '../../modern-path.ts'
import { manifestSubject } from '../../subjects.ts'
import { judgeWays, type Evidence } from './judge-ways.ts'
import { readStorageWay } from './read-storage-way.ts'

export default defineCheck<Spec, Evidence, 'arm' | 'net' | 'blob'>({
  meta: {
    id: 'service/runtime-reaches-azure',
    ref: 'DMSP-094',
    title: 'The integration runtime reaches what it needs in Azure',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'service/runtime-is-online', when: whereRuntimeIsUsed }],
    // Only where rows are copied: a test of a connection takes the very ways that are needed then.
    provenBy: 'target/runtime-can-connect',
    disprovedBy: ['connect-outcome'],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'manual', 'not-applicable'],
    why: 'The runtime takes its orders from Azure and carries the backups into a storage account, all by connections that it opens itself. A firewall or proxy that keeps one of them back stops the migration after it has begun.',
    source: {
      title: 'Migrate SQL Server to SQL Server on Azure Virtual Machines with Database Migration Service',
      url: 'https://learn.microsoft.com/data-migration/sql-server/virtual-machines/database-migration-service',
      verified: '2026-11-26',
      rows: ['SHIRNET', 'COM-005', 'P12-004', 'P23-005', 'P24-005', 'P25-005', 'P26-005'],
    },
    remedy:
      'Let the machines of the runtime out to the names that Microsoft lists, on TCP 443, without a proxy that opens TLS; and to the storage account through its own firewall.',
  },
  uses: ['arm', 'net', 'blob'],
  subjects: manifestSubject,
  observe: async (ports, { spec: { manifest } }) => {
    if (!usesRuntime(manifest)) return seen<Evidence>({ used: false })
    const [service, nodes, storage] = await Promise.all([
      readMigrationService(ports.arm, manifest),
      readRuntimeNodes(ports.arm, manifest),
      Promise.all(accountsOf(manifest).map((container) => readStorageWay(ports, manifest, container))),
    ])
    if (!service.ok) return service
    const state = service.value.found ? service.value.value.integrationRuntimeState : undefined
    const told = state === undefined ? {} : { state: boundText(state, 60) }
    const machines = nodes.ok ? { machines: nodes.value.length } : {}
    return seen<Evidence>({ used: true, carriesBackups: carriesBackups(manifest), ...told, ...machines, storage })
  },
  judge: (evidence, { spec }) => (evidence.used ? judgeWays(evidence, spec.manifest) : noRuntimeUsed()),
})

function carriesBackups(manifest: Manifest): boolean {
  return manifest.sources.some((source) => backupPlaceOf(manifest, source) === 'share')
}

/** The containers whose accounts the runtime writes the backups of a share to. */
function accountsOf(manifest: Manifest): Manifest['containers'] {
  return carriesBackups(manifest) ? manifest.containers : []
}
