export interface StorageAccount {
  id: string
  name: string
  location: string
  /** `StorageV2`, `BlobStorage`, ... */
  kind?: string
  /** `Standard_LRS`. */
  skuName?: string
  provisioningState?: string
  /** Whether the keys of the account, and so a service or account SAS, are taken; absent means yes. */
  allowSharedKeyAccess?: boolean
  /** `Enabled`, `Disabled`, `SecuredByPerimeter`; absent in accounts that never had it set, which means enabled. */
  publicNetworkAccess?: string
  /** `https://stmig.blob.core.windows.net/` */
  blobEndpoint?: string
  /** Of the firewall. `Allow`: all networks. */
  defaultAction: string
  virtualNetworkRules: readonly { subnetId: string; state?: string }[]
  /** Public addresses and prefixes that are admitted. */
  addressRules: readonly string[]
  privateEndpointConnections: readonly { name: string; status?: string; endpointId?: string }[]
}

export interface BlobContainerResource {
  id: string
  name: string
  /** Deleted, and kept for a while to be restored. */
  deleted: boolean
  hasImmutabilityPolicy: boolean
  hasLegalHold: boolean
}
