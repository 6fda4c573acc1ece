// Manifests of the modern generation, for tests of checks.
import type { Manifest } from '../src/domain/manifest.ts'
import { GROUP, manifestWith } from './arm-fixtures.ts'
import { MANIFEST } from './fixtures.ts'

export const SERVICE_ID = `${GROUP}/providers/Microsoft.DataMigration/sqlMigrationServices/dms-now`

/** To Azure SQL Database: rows go through the runtime. */
export function modernWith(more: Partial<Manifest> = {}, dms: Partial<Manifest['dms']> = {}): Manifest {
  return manifestWith({
    generation: 'modern',
    dms: {
      serviceId: SERVICE_ID,
      egress: [],
      nsgPorts: 'current',
      flows: [],
      runtimeHosts: [],
      schemaMigration: false,
      location: MANIFEST.dms.location,
      ...dms,
    },
    ...more,
  })
}
export const MODERN = modernWith()

const INSTANCE_ID = `${GROUP}/providers/Microsoft.Sql/managedInstances/mi-erp`
export const ACCOUNT_ID = `${GROUP}/providers/Microsoft.Storage/storageAccounts/stmig`

/** To a managed instance, with the backups on a share: they go through the runtime. */
export function sharedWith(more: Partial<Manifest> = {}, dms: Partial<Manifest['dms']> = {}): Manifest {
  const [target] = MANIFEST.targets
  if (target === undefined) throw new Error('no target')
  return modernWith(
    {
      scenario: 'sql-server-to-azure-sql-managed-instance',
      targets: [{ ...target, resourceId: INSTANCE_ID }],
      sources: MANIFEST.sources.map((source) => ({ ...source, share: 'default' })),
      shares: [
        {
          name: 'default',
          path: '\\\\fs01.corp.example\\dms',
          host: 'fs01.corp.example',
          port: 445,
          login: { kind: 'windows', user: 'CORP\\dms', password: { secret: 'SHARE_PASSWORD' } },
          location: MANIFEST.location,
        },
      ],
      containers: [
        {
          name: 'default',
          url: 'https://stmig.blob.core.windows.net/backups',
          sas: { secret: 'BACKUP_SAS' },
          resourceId: ACCOUNT_ID,
          location: MANIFEST.location,
        },
      ],
      ...more,
    },
    dms,
  )
}
export const SHARED = sharedWith()
