import type { VantageFact } from '../../network-path.ts'
import type { SubnetGap } from '../../dms-subnet.ts'
import type { EndpointFact } from './read-endpoints.ts'

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

/** `from`: `dms.egress`, or the NAT gateway of the subnet. */
export type EgressFact = { from: string; addresses: string[] }

export type ServerFacts = {
  found: true
  server: string
  /** Region in lower case without spaces: `westeurope`. */
  location: string
  /** `Enabled`, `Disabled`, `SecuredByPerimeter`; absent when Azure left it out. */
  publicNetworkAccess?: string
  /** Private endpoint connections that are Approved, or of which Azure does not say. */
  endpoints: EndpointFact[]
  /** What the server's name resolves to, and where it was looked up; null: not looked up. */
  dns: { host: string; addresses: string[]; vantage: VantageFact } | null
  addressRules: AddressRuleFact[]
  /** Null: not read, since DMS has no IPv6 address; `ipv6Gap`: they could not be. */
  ipv6Rules: AddressRuleFact[] | null
  ipv6Gap?: string
  networkRules: NetworkRuleFact[]
  /** Null: the subnet of DMS is not known; `subnetGap` says why, `unread` when Azure could not be asked. */
  subnet: SubnetFact | null
  subnetGap?: SubnetGap | 'unread'
  /** Public addresses of DMS, as the manifest declares them; else as Azure tells them. Null: nobody says. */
  egress: EgressFact | null
  /** What Azure tells beside a declaration: the NAT gateway of the subnet. */
  told?: EgressFact
  /** Why Azure does not tell the addresses. */
  egressGap?: string
  /** Classic DMS connects, from its subnet inside Azure; else the integration runtime does, from wherever it is. */
  isInsideAzure: boolean
}

export type Evidence = { found: false; message: string } | ServerFacts
