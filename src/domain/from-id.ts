import type { ResourceId } from './resource-id.ts'

/** What `mode: init` may start from, by the type of its id in lower case. */
export const FROM_KINDS = {
  'microsoft.network/virtualnetworks/subnets': 'subnet',
  'microsoft.datamigration/services': 'classic-service',
  'microsoft.datamigration/sqlmigrationservices': 'service',
  'microsoft.sql/servers': 'server',
  'microsoft.sql/servers/databases': 'database',
  'microsoft.sql/managedinstances': 'managed-instance',
  'microsoft.sqlvirtualmachine/sqlvirtualmachines': 'virtual-machine',
  'microsoft.storage/storageaccounts': 'storage-account',
  'microsoft.storage/storageaccounts/blobservices/containers': 'container',
} as const
export type FromKind = (typeof FROM_KINDS)[keyof typeof FROM_KINDS]

/** One line of the input `from`. */
export interface FromId {
  kind: FromKind
  id: ResourceId
}
