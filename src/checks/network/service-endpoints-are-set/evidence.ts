import type { UserRouteFact } from '../../route-table.ts'

export type WayFacts = {
  /** What user routes do with all public addresses: nothing, straight to the internet, elsewhere, or drop them. */
  byRoute: 'nothing' | 'internet' | 'elsewhere' | 'dropped'
  /** The routes that say so. */
  routes: UserRouteFact[]
  /** Routes for service tags that go straight to the internet. */
  exceptions: UserRouteFact[]
  /** What may teach the subnet a default route that Azure does not show; empty too where the subnet learns none. */
  teachers: string[]
  /** ExpressRoute gateways without any circuit, and connections of the others that name none. */
  untoldCircuits: string[]
  /** Circuits of which Azure does not tell whether their Microsoft peering is on. */
  untoldPeerings: string[]
  /** Circuits with Microsoft peering. */
  microsoftPeerings: string[]
}

export type Evidence = {
  subnet: string
  subnetId: string
  /** Service endpoints that are on. */
  endpoints: string[]
  /** Those of the three that are not. */
  missing: string[]
  /** Null: not looked at, since no endpoint is missing. */
  ways: WayFacts | null
}
