import type { SubnetGap } from '../../dms-subnet.ts'

export type AddressRuleFact = { name: string; start: string; end: string }

export type NetworkRuleFact = { name: string; subnetId: string; state?: string }

export type SubnetFact = {
  id: string
  name: string
  /** Region of its network, as `server` has it. */
  location: string
  prefixes: string[]
  serviceEndpoints: string[]
}

export type ServerFacts = {
  found: true
  server: string
  /** Region in lower case without spaces: `westeurope`. */
  location: string
  /** `Enabled`, `Disabled`, `SecuredByPerimeter`; absent when Azure left it out. */
  publicNetworkAccess?: string
  /** Names of private endpoint connections that are Approved. */
  approvedEndpoints: string[]
  addressRules: AddressRuleFact[]
  networkRules: NetworkRuleFact[]
  /** Null: the subnet of DMS is not known; `subnetGap` says why, `unread` when Azure could not be asked. */
  subnet: SubnetFact | null
  subnetGap?: SubnetGap | 'unread'
  /** Public addresses of DMS, as the manifest declares them. */
  egress: string[]
  /** Classic DMS runs inside Azure; the runtime of the modern one need not. */
  isInsideAzure: boolean
}

export type Evidence = { found: false; message: string } | ServerFacts
