/** A route of the subnet's route table that takes everything, or one of the services of DMS. */
export type RouteFact = {
  name: string
  /** CIDR, or a service tag. */
  prefix: string
  /** As Azure writes it: VirtualAppliance, VirtualNetworkGateway, Internet, None. */
  hop: string
}

export type WayFacts = {
  /** What user routes do with all public addresses: nothing, straight to the internet, elsewhere, or drop them. */
  byRoute: 'nothing' | 'internet' | 'elsewhere' | 'dropped'
  /** The routes that say so. */
  routes: RouteFact[]
  /** Routes for service tags that go straight to the internet. */
  exceptions: RouteFact[]
  /** What may teach the subnet a default route that Azure does not show; empty too where the subnet learns none. */
  teachers: string[]
  /** ExpressRoute gateways that the network may use. */
  expressRoutes: string[]
  /** Circuits behind them, as far as the connections name them. */
  circuits: string[]
  /** Those with Microsoft peering. */
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
