import type { ArmPort } from '../ports/arm-port.ts'

/** The reads of Azure that `mode: init` makes. */
export type InitPort = Pick<
  ArmPort,
  | 'signIn'
  | 'dmsService'
  | 'sqlMigrationService'
  | 'runtimeNodes'
  | 'virtualNetwork'
  | 'sqlServer'
  | 'sqlDatabase'
  | 'sqlDatabases'
  | 'managedInstance'
  | 'sqlVirtualMachine'
  | 'virtualMachine'
  | 'storageAccount'
  | 'blobContainer'
>
