import { parseAddress } from '../../../domain/address.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { FlowProtocol } from '../../../domain/rule-match.ts'
import type { FlowPeer } from '../../../domain/security-rules.ts'
import type { NetworkFacts } from '../../../domain/service-tags.ts'
import type { Subnet, VirtualNetwork } from '../../../ports/network-resources.ts'
import type { Ports } from '../../../ports/ports.ts'
import { readResolverVantage, type VantageFact } from '../../network-path.ts'

export type PortFlow = {
  /** As a rule would name it: a tag, or the address. */
  to: string
  /** Destinations that a rule which lets the flow through has to name. */
  destinations: string[]
  protocol: FlowProtocol
  peer: FlowPeer
  /** The addresses are those that the runner's resolver gave for a name; DMS may be given others. */
  vantage?: VantageFact
}

/** Azure's own DNS; learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16. */
const PLATFORM_DNS_ADDRESS = '168.63.129.16'
const GATEWAY_SUBNET = 'gatewaysubnet'

/** What is known of the network without asking for its peers: those make VirtualNetwork larger than its address space. */
export function networkFacts(network: VirtualNetwork, subnet: Subnet): NetworkFacts {
  const hasGateway = network.subnets.some(
    ({ name, ipConfigurationIds }) => name.toLowerCase() === GATEWAY_SUBNET && ipConfigurationIds.length > 0,
  )
  const hasRouteTable = subnet.routeTableId !== undefined
  return {
    subnetPrefixes: [...subnet.addressPrefixes],
    networkPrefixes: [...network.addressPrefixes],
    isNetworkWhole: !hasGateway && !hasRouteTable && network.peerings.length === 0,
    hasRouteTable,
    region: network.location,
  }
}

/** The flows that stand behind a port of Microsoft's lists (contract, section 6), outbound from the DMS subnet. */
export async function flowsOfPort(
  port: number,
  manifest: Manifest,
  network: VirtualNetwork,
  ports: Pick<Ports, 'arm' | 'net'>,
): Promise<Observed<PortFlow[]>> {
  switch (port) {
    case 53:
      return seen(dnsFlows(network.dnsServers))
    case 445:
      return shareFlows(manifest, ports)
    case 9354:
      return seen([tagFlow('ServiceBus')])
    case 12_000:
      return seen([tagFlow('AzureCloud')])
    default:
      return seen(['ServiceBus', 'Storage', 'AzureMonitor'].map(tagFlow))
  }
}

function tagFlow(tag: string): PortFlow {
  return { to: tag, destinations: [tag], protocol: 'tcp', peer: { kind: 'tag', tag } }
}

function dnsFlows(servers: readonly string[]): PortFlow[] {
  const peers = (servers.length === 0 ? [PLATFORM_DNS_ADDRESS] : servers).map((server) =>
    server === PLATFORM_DNS_ADDRESS
      ? { to: 'AzurePlatformDNS', peer: { kind: 'platform-dns' as const } }
      : { to: server, peer: { kind: 'addresses' as const, prefixes: [server] } },
  )
  return peers.flatMap(({ to, peer }) =>
    (['tcp', 'udp'] as const).map((protocol) => ({ to, destinations: [to], protocol, peer })),
  )
}

async function shareFlows(manifest: Manifest, ports: Pick<Ports, 'arm' | 'net'>): Promise<Observed<PortFlow[]>> {
  const used = new Set(manifest.sources.flatMap(({ share }) => share ?? []))
  const hosts = new Set(manifest.shares.filter(({ name }) => used.has(name)).map(({ host }) => host))
  if (hosts.size === 0) {
    const to = 'VirtualNetwork'
    return seen([{ to, destinations: [to], protocol: 'tcp', peer: { kind: 'virtual-network' } }])
  }
  const flows: PortFlow[] = []
  for (const host of hosts) {
    const flow = await shareFlow(host, manifest, ports)
    if (!flow.ok) return flow
    flows.push(flow.value)
  }
  return seen(flows)
}

async function shareFlow(
  host: string,
  manifest: Manifest,
  ports: Pick<Ports, 'arm' | 'net'>,
): Promise<Observed<PortFlow>> {
  const to = (prefixes: string[]): PortFlow => ({
    to: host,
    destinations: prefixes,
    protocol: 'tcp',
    peer: { kind: 'addresses', prefixes },
  })
  if (parseAddress(host) !== undefined) return seen(to([host]))
  const name = await ports.net.resolve(host)
  if (!name.ok) return name
  if (!name.value.found) return unseen('dns', `the share's host ${host} has no address here: ${name.value.message}`)
  const addresses = name.value.addresses.map(({ address }) => address)
  return seen({ ...to(addresses), vantage: await readResolverVantage(ports, manifest, addresses[0]) })
}
