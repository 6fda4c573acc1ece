/** The migration service of today (Microsoft.DataMigration/sqlMigrationServices). */
export interface SqlMigrationService {
  id: string
  name: string
  location: string
  /** `Succeeded`, ...; absent when Azure left it out. */
  provisioningState?: string
  /** Of its self-hosted integration runtime: `Online`, `Offline`, `NeedRegistration`, `Limited`; absent likewise. */
  integrationRuntimeState?: string
}

/** A machine that is registered as a node of the service's integration runtime. Azure may tell nothing but its name. */
export interface RuntimeNode {
  name: string
  availableMemoryInMB?: number
  /** Percent. */
  cpuUtilization?: number
  concurrentJobsLimit?: number
  concurrentJobsRunning?: number
  maxConcurrentJobs?: number
}
