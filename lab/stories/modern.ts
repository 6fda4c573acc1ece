// What the stories of the five ways of the migration service share: Sales and Orders move by `generation: modern`.
import { sqlMigrationService } from '../azure/migration-service.ts'
import { resourceId } from '../azure/place.ts'
import type { ArmResource } from '../azure/state.ts'
import { serviceSas, sasTime } from '../sas.ts'
import type { BackupOfState, DatabaseState } from '../sql/state.ts'
import type { StorageLab } from '../storage-lab.ts'
import { putAccount, STORAGE_ACCOUNT } from './instance.ts'
import { isoDay, SALES } from './sales.ts'
import type { Ports, StoryStorage } from './story.ts'

export const MODERN_SERVICE = resourceId(SALES, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-sales')
const DAY_MS = 86_400_000

export function modernService(): ArmResource {
  return sqlMigrationService(SALES, 'dms-sales')
}

export interface ModernManifest {
  title: string
  scenario:
    | 'sql-server-to-azure-sql-database'
    | 'sql-server-to-azure-sql-managed-instance'
    | 'sql-server-to-sql-server-on-azure-vm'
  migration: 'offline' | 'online'
  /** Resource id. */
  target: string
  /** The certificate of the target is of the authority that the manifest names. */
  targetCa?: boolean
  /** Further lines of the map `dms`. */
  dms?: string
  /** Further maps: `container`, `share`, `tools`. */
  more?: string
  attestations: readonly Attested[]
}

/** A check, and its subject where it has several. */
export type Attested = readonly [check: string, subject?: string]

/** What only persons can vouch for on every way. */
export const BY_PERSONS: readonly Attested[] = [
  ['tools/assessment-is-clean'],
  ['service/window-is-agreed'],
  ['migration/performance-baseline-is-captured'],
  ['migration/clients-can-be-switched'],
  ['migration/validation-is-defined'],
  ['migration/rollback-is-agreed'],
]
/** And where the runtime takes part: Azure tells neither how it is updated nor what else its machine does. */
export const BY_WINDOWS_TEAM: readonly Attested[] = [
  ['service/runtime-is-kept-up-to-date'],
  ['service/runtime-host-is-suitable'],
]
export const RUNTIME_TOOL = 'tools: { integration-runtime: { version: "5.58.9344.1" } }\n'

export function modernManifest(ports: Ports, spec: ModernManifest): string {
  const { title, scenario, migration, target, targetCa = false, dms = '', more = '', attestations } = spec
  return `version: 1
name: ${title}
scenario: ${scenario}
generation: modern
migration: ${migration}
cutover: { start: ${isoDay(13)}T20:00:00Z, duration: 6h }
dms:
  service: ${MODERN_SERVICE}
${dms}sources:
  - name: sales
    server: localhost,${String(ports.sql['source'])}
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { ca: certs/root.pem }
    databases: [Sales, { name: Orders, as: OrdersNew }]
target:
  resource: ${target}
  endpoint: localhost,${String(ports.sql['target'])}
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
${targetCa ? '  tls: { ca: certs/root.pem }\n' : ''}${more}${attested(attestations)}`
}

function attested(all: readonly Attested[]): string {
  if (all.length === 0) return ''
  const entries = all.map(
    ([check, subject], at) => `  - check: ${check}
${subject === undefined ? '' : `    subject: ${subject}\n`}    by: "@dba-lead"
    on: ${isoDay(-2)}
    expires: ${isoDay(60)}
    evidence: https://tickets.example/${String(4720 + at)}
`,
  )
  return `attestations:\n${entries.join('')}`
}

/** The container of the backups; `sas`: listed by a SAS, else by the identity of the run. */
export function containerOf({ blob }: Ports, { sas }: { sas: boolean }): string {
  return `container:
  url: ${blob ?? ''}/stmig/backups
${sas ? '  sas: "${BACKUP_SAS}"\n' : ''}  resource: ${STORAGE_ACCOUNT}
`
}

/** The account with these files in the container `backups`; a SAS that may read and list, where one is asked for. */
export function backupStorage(files: readonly string[], { sas }: { sas: boolean }): StoryStorage {
  return {
    secrets: (account) =>
      sas
        ? { BACKUP_SAS: serviceSas(account, 'backups', { sp: 'rl', se: sasTime(30 * DAY_MS), spr: 'https', sr: 'c' }) }
        : {},
    prepare: async ({ front, owner }: StorageLab, state) => {
      putAccount(front.origin)(state)
      // One after another: the newest comes last.
      for (const file of files) await owner.putBlob('backups', file)
    },
  }
}

/** A backup of last night, on a disk of the source. */
export function backupOf(database: string, type: BackupOfState['type'], hour: number): BackupOfState {
  const kind = { D: 'full', I: 'diff', L: 'log' }[type]
  const at = String(hour).padStart(2, '0')
  return {
    type,
    finished: `${isoDay(-1)}T${at}:00:07`,
    checksums: true,
    file: `D:\\backup\\${database}_${kind}_${at}00.${type === 'L' ? 'trn' : 'bak'}`,
  }
}

/** Both databases with a full backup and two of the log, in files of their own. */
export function backedUp(more: Partial<DatabaseState> = {}): DatabaseState[] {
  return ['Sales', 'Orders'].map((name) => ({
    name,
    backups: [backupOf(name, 'D', 20), backupOf(name, 'L', 21), backupOf(name, 'L', 22)],
    ...more,
  }))
}

/** Where those backups lie in the container. */
export function uploaded(databases: readonly DatabaseState[]): string[] {
  return databases.flatMap(({ name, backups = [] }) =>
    backups.flatMap(({ file }) => (file === undefined ? [] : [`${name}/${file.replace(/^.*\\/, '')}`])),
  )
}
