import type { Observed } from '../domain/observed.ts'
import type { ArmAnswer, ArmPort } from '../ports/arm-port.ts'

/**
 * Reads of the port that `mode: init` uses as soon as the port has them; without them it goes by the id alone, and says so.
 * A method that comes to ArmPort under one of these names is used without further ado, if its answer has these fields.
 */
export interface LaterReads {
  sqlMigrationService?: (id: string) => Promise<Observed<ArmAnswer<{ location?: string; provisioningState?: string }>>>
  /** Of the service's integration runtime. */
  runtimeNodes?: (serviceId: string) => Promise<Observed<ArmAnswer<readonly { name: string }[]>>>
  sqlVirtualMachine?: (id: string) => Promise<Observed<ArmAnswer<{ location?: string }>>>
  /** All databases of a logical server. */
  sqlDatabases?: (serverId: string) => Promise<Observed<ArmAnswer<readonly { name: string }[]>>>
}

/** The reads of Azure that `mode: init` makes. */
export type InitPort = LaterReads &
  Pick<
    ArmPort,
    | 'signIn'
    | 'dmsService'
    | 'virtualNetwork'
    | 'sqlServer'
    | 'sqlDatabase'
    | 'managedInstance'
    | 'storageAccount'
    | 'blobContainer'
  >
