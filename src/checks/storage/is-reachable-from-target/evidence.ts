/** An approved private endpoint for the blobs of the account, and how its network stands to that of a client. */
export type EndpointFact = { name: string; network: 'same' | 'peered' | 'other' | 'unknown'; networkName?: string }

/** Who has to reach the container: DMS or its runtime, and the target. */
export type ClientFact = {
  /** `DMS`, `managed instance mi-erp`. */
  name: string
  isDms: boolean
  /** The integration runtime of the modern service: a host that may stand anywhere. */
  isRuntime?: true
  /** Null: not known, `gap` says why. */
  subnet: { id: string; name: string; region: string; serviceEndpoints: string[] } | null
  gap?: string
  /** The check that says why the subnet is not known, and of what. */
  gapBlockedBy?: { id: string; subject: string }
  /** What Azure says of the public addresses of the subnet: of its NAT gateway, or why they cannot be told. */
  egress?: { from: string; addresses: string[] } | { gap: string }
  endpoints: EndpointFact[]
}

export type AccountFacts = {
  found: true
  account: string
  /** Region in lower case without spaces: `westeurope`. */
  region: string
  /** Where the blobs of the account are, and where the container is. */
  blobEndpoint: string | null
  url: string | null
  /** `Enabled`, `Disabled`, `SecuredByPerimeter`, as Azure has it. */
  publicNetworkAccess: string
  /** Of the firewall: `Allow` or `Deny`. */
  defaultAction: string
  subnetRules: { id: string; state?: string }[]
  addressRules: string[]
  /** Private endpoint connections that are Approved but could not be read, with why. */
  endpointGaps: string[]
  clients: ClientFact[]
  /** Public addresses of DMS that the manifest declares. */
  egress: string[]
}

export type Evidence = { found: false; account: string; message: string } | AccountFacts
