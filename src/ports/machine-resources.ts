/** A virtual machine as Azure knows it for its SQL Server; a resource beside the machine itself. */
export interface SqlVirtualMachineResource {
  id: string
  name: string
  location: string
  provisioningState?: string
  /** The machine itself, in Microsoft.Compute. */
  virtualMachineId?: string
  /** `Full`, `LightWeight`, `NoAgent`: as Azure finds it, since nobody can choose it any more. */
  sqlManagement?: string
  /** `Enabled` or `NotSet`. */
  leastPrivilegeMode?: string
  /** `PAYG`, `AHUB`, `DR`. */
  licenseType?: string
  /** `SQL2022-WS2022`, and the edition: `Enterprise`. */
  imageOffer?: string
  imageSku?: string
  /** Folders that the storage configuration gave to data, log and tempdb; absent where there is none. */
  storage?: { dataPath?: string; logPath?: string; tempDbPath?: string }
}

/** What runs on the machine for Azure, and how it fares. */
export interface MachineExtension {
  name: string
  /** `Microsoft.SqlServer.Management.SqlIaaSAgent`. */
  type?: string
  /** Codes such as `ProvisioningState/succeeded`. */
  statuses: readonly string[]
}

/** A virtual machine of Microsoft.Compute with its instance view. */
export interface VirtualMachineResource {
  id: string
  name: string
  location: string
  provisioningState?: string
  vmSize?: string
  /** Codes of the instance view: `PowerState/running`, `ProvisioningState/succeeded`; absent when Azure left it out. */
  statuses?: readonly string[]
  extensions: readonly MachineExtension[]
  /** The primary one first. */
  networkInterfaceIds: readonly string[]
  dataDisks: readonly { name: string; sizeGb?: number }[]
}
