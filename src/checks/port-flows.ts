import { parseAddress } from '../domain/address.ts'
import type { FlowProtocol } from '../domain/filter-rule.ts'
import type { FlowPeer } from '../domain/flow-scenes.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import { PLATFORM_ADDRESS } from '../domain/service-tags.ts'
import type { VirtualNetwork } from '../ports/network-resources.ts'
import type { Ports } from '../ports/ports.ts'
import type { AskedFlow } from './flow-evidence.ts'
import { readResolverVantage } from './network-path.ts'
import { nsgPortSubjects } from './subjects.ts'

/** The ports of Microsoft's lists that a manifest asks for, in the order of their checks. */
export function portsOf(manifest: Manifest): number[] {
  return nsgPortSubjects(manifest).map(({ spec }) => spec.port)
}

/** The flows that stand behind a port of Microsoft's lists (contract, section 6), outbound from the DMS subnet. */
export async function flowsOfPort(
  port: number,
  manifest: Manifest,
  network: VirtualNetwork,
  ports: Pick<Ports, 'arm' | 'net'>,
): Promise<Observed<AskedFlow[]>> {
  switch (port) {
    case 53:
      return seen(dnsFlows(network.dnsServers))
    case 445:
      return shareFlows(manifest, ports)
    case 9354:
      return seen([flowTo('ServiceBus', { kind: 'tag', tag: 'ServiceBus' }, port)])
    case 12_000:
      return seen([flowTo('AzureCloud', { kind: 'tag', tag: 'AzureCloud' }, port)])
    default:
      return seen(['ServiceBus', 'Storage', 'AzureMonitor'].map((tag) => flowTo(tag, { kind: 'tag', tag }, port)))
  }
}

/** One port, outbound. */
export function flowTo(
  peer: string,
  to: FlowPeer,
  port: number,
  protocols: readonly FlowProtocol[] = ['tcp'],
): AskedFlow {
  return { peer, flow: { direction: 'outbound', protocols, ports: [[port, port]], peer: to } }
}

/** To the network's own DNS servers, all in one; with none set Azure's DNS serves it. */
function dnsFlows(servers: readonly string[]): AskedFlow[] {
  const own = servers.filter((server) => server !== PLATFORM_ADDRESS)
  return [
    ...(own.length === 0 ? [] : [flowTo(own.join(', '), { kind: 'addresses', prefixes: own }, 53, ['tcp', 'udp'])]),
    ...(own.length < servers.length || servers.length === 0
      ? [flowTo('AzurePlatformDNS', { kind: 'platform-dns' }, 53, ['tcp', 'udp'])]
      : []),
  ]
}

async function shareFlows(manifest: Manifest, ports: Pick<Ports, 'arm' | 'net'>): Promise<Observed<AskedFlow[]>> {
  const used = new Set(manifest.sources.flatMap(({ share }) => share ?? []))
  const hosts = new Set(manifest.shares.filter(({ name }) => used.has(name)).map(({ host }) => host))
  if (hosts.size === 0) return seen([flowTo('VirtualNetwork', { kind: 'virtual-network' }, 445)])
  const flows = await Promise.all(
    [...hosts].map((host) => flowToHost(host, `the share's host ${host}`, 445, manifest, ports)),
  )
  const failed = flows.find((flow) => !flow.ok)
  if (failed?.ok === false) return failed
  return seen(flows.flatMap((flow) => (flow.ok ? [flow.value] : [])))
}

/** To every address of a host, as this runner's resolver tells them. A source's host is another check's to reach. */
export async function flowToHost(
  host: string,
  what: string,
  port: number,
  manifest: Manifest,
  ports: Pick<Ports, 'arm' | 'net'>,
): Promise<Observed<AskedFlow>> {
  const isSource = manifest.sources.some(({ server }) => server.host.toLowerCase() === host.toLowerCase())
  const connected = isSource ? { isConnected: true as const } : {}
  const to = (prefixes: readonly string[]): AskedFlow => ({
    ...flowTo(host, { kind: 'addresses', prefixes }, port),
    ...connected,
  })
  if (parseAddress(host) !== undefined) return seen(to([host]))
  const name = await ports.net.resolve(host)
  if (!name.ok) return name
  if (!name.value.found) return unseen('dns', `${what} has no address here: ${name.value.message}`)
  const prefixes = name.value.addresses.map(({ address }) => address)
  const vantage = await readResolverVantage(ports, manifest, prefixes[0])
  return seen({ ...to(prefixes), vantage })
}
