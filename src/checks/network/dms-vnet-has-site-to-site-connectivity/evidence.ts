import type { GatewayFacts } from '../../gateway-facts.ts'
import type { VantageFact } from '../../network-path.ts'

/** A connection to the engine's port that went through from the DMS subnet. */
export type UsedWay = { from: string; address: string; port: number }

export type Evidence = GatewayFacts & {
  host: string
  /** As the runner's resolver gives them; only from the DMS subnet are they surely those of DMS. */
  addresses: string[]
  network: string
  networkPrefixes: string[]
  peerings: { name: string; state?: string; useRemoteGateways: boolean; remotePrefixes: string[] }[]
  /** A route table on the DMS subnet can send packets to an appliance that Azure's gateways know nothing of. */
  hasRouteTable: boolean
  /** A route server learns routes from appliances, which Azure does not show here. */
  hasRouteServer: boolean
  vantage: VantageFact
  used?: UsedWay
}
