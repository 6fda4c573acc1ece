import type { Scenario } from '../../../domain/manifest.ts'

/**
 * Where an action is done. Migrations stand below their target (`<target>/providers/Microsoft.DataMigration/
 * databaseMigrations/<name>`), states of operations below the group of the service, for which Microsoft's roles are
 * assignable.
 */
export type ModernPlace = 'target' | 'service' | 'service-group' | 'storage'

/** One of Microsoft's three custom roles for the current service: just what starts, watches and ends a migration. */
export interface MigrationRole {
  /** Of the role that is proposed here. */
  name: string
  /** Azure's own role for it, which may hold more and other actions; named by Microsoft since 2026-07-10. */
  builtIn: string
  /** Where it is printed, and the date of that text. */
  url: string
  dated: string
  actions: Readonly<Partial<Record<ModernPlace, readonly string[]>>>
}

const SERVICE = 'Microsoft.DataMigration/sqlMigrationServices'
const MIGRATIONS = 'Microsoft.DataMigration/databaseMigrations'
const LOCATIONS = 'Microsoft.DataMigration/locations'
const INSTANCE = 'Microsoft.Sql/managedInstances'
const SERVER = 'Microsoft.Sql/servers'
const MACHINE = 'Microsoft.SqlVirtualMachine/sqlVirtualMachines'
const ACCOUNT = 'Microsoft.Storage/storageAccounts'

const ON_SERVICE = [
  ...['write', 'delete', 'read', 'listAuthKeys/action', 'regenerateAuthKeys/action', 'deleteNode/action'],
  ...['listMonitoringData/action', 'listMigrations/read', 'MonitoringData/read'],
].map((name) => `${SERVICE}/${name}`)
/** In the texts of 2026-07-09, and not in that of 2024-06-26. */
const VALIDATING = ['tasks/read', 'tasks/write', 'tasks/delete', 'validateIR/action'].map(
  (name) => `${SERVICE}/${name}`,
)
const OPERATIONS = ['operationResults', 'operationStatuses', 'sqlMigrationServiceOperationResults'].map(
  (name) => `${LOCATIONS}/${name}/read`,
)
const ON_MIGRATIONS = ['write', 'read', 'delete', 'cancel/action'].map((name) => `${MIGRATIONS}/${name}`)
const ON_STORAGE = [
  'read',
  'listkeys/action',
  'blobServices/read',
  'blobServices/write',
  'blobServices/containers/read',
].map((name) => `${ACCOUNT}/${name}`)

/** By whom the portal lists folders and files of a container: a right to its data, which neither Owner nor Contributor holds. */
export const BLOB_READ = `${ACCOUNT}/blobServices/containers/blobs/read`

export const MIGRATION_ROLES: Readonly<Record<Scenario, MigrationRole>> = {
  'sql-server-to-azure-sql-database': {
    name: 'Database migration to Azure SQL Database',
    builtIn: 'SqlDb Migration Role',
    url: 'https://learn.microsoft.com/data-migration/sql-server/database/custom-roles',
    dated: '2026-07-09',
    actions: {
      target: [
        ...['read', 'write', 'databases/read', 'databases/write', 'databases/delete'].map(
          (name) => `${SERVER}/${name}`,
        ),
        ...ON_MIGRATIONS,
      ],
      service: [...ON_SERVICE, ...VALIDATING],
      'service-group': OPERATIONS,
    },
  },
  'sql-server-to-azure-sql-managed-instance': {
    name: 'Database migration to Azure SQL Managed Instance',
    builtIn: 'SqlMI Migration Role',
    url: 'https://learn.microsoft.com/data-migration/sql-server/managed-instance/custom-roles',
    dated: '2024-06-26',
    actions: {
      target: [
        ...['read', 'write', 'databases/read', 'databases/write', 'databases/delete'].map(
          (name) => `${INSTANCE}/${name}`,
        ),
        ...ON_MIGRATIONS,
        `${MIGRATIONS}/cutover/action`,
      ],
      service: ON_SERVICE,
      'service-group': OPERATIONS,
      storage: ON_STORAGE,
    },
  },
  'sql-server-to-sql-server-on-azure-vm': {
    name: 'Database migration to SQL Server on Azure virtual machines',
    builtIn: 'SqlVM Migration Role',
    url: 'https://learn.microsoft.com/data-migration/sql-server/virtual-machines/custom-roles',
    dated: '2026-07-09',
    actions: {
      target: [`${MACHINE}/read`, `${MACHINE}/write`, ...ON_MIGRATIONS, `${MIGRATIONS}/cutover/action`],
      service: [...ON_SERVICE, ...VALIDATING],
      'service-group': OPERATIONS,
      storage: ON_STORAGE,
    },
  },
}

/** What creating a service takes, of the role Contributor that Microsoft asks for at the subscription. */
export const CREATING: readonly string[] = [
  'Microsoft.DataMigration/register/action',
  `${SERVICE}/write`,
  'Microsoft.Resources/deployments/write',
]

/** Every action of the role, in the order of the places. */
export function actionsOf({ actions }: MigrationRole): string[] {
  return Object.values(actions).flat()
}
