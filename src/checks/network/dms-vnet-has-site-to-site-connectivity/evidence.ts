import type { GatewayFacts } from '../../gateway-facts.ts'
import type { VantageFact } from '../../network-path.ts'
import type { PeeringFact, RouteTableFact } from '../../route-table.ts'

/** A connection to the engine's port that went through from the DMS subnet. */
export type UsedWay = { from: string; address: string; port: number }

export type Evidence = GatewayFacts & {
  host: string
  /** As the runner's resolver gives them; only from the DMS subnet are they surely those of DMS. */
  addresses: string[]
  network: string
  networkPrefixes: string[]
  subnet: string
  subnetPrefixes: string[]
  peerings: PeeringFact[]
  /** Of the DMS subnet; null: it has none. */
  routeTable: RouteTableFact | null
  /** A route server learns routes from appliances, which Azure does not show here. */
  hasRouteServer: boolean
  vantage: VantageFact
  used?: UsedWay
}
