import { parseAddresses } from '../domain/address-set.ts'
import type { DeclaredFlow, Manifest, Source } from '../domain/manifest.ts'
import { mapSeen, unseen, type Observed } from '../domain/observed.ts'
import type { VirtualNetwork } from '../ports/network-resources.ts'
import type { Ports } from '../ports/ports.ts'
import { BROWSER_PORT, DEFAULT_PORT, instanceBehindBrowser, readSourceEndpoint } from './engine-endpoint.ts'
import type { AskedFlow } from './flow-evidence.ts'
import { flowsOfPort, flowToHost, portsOf } from './port-flows.ts'

type Reads = Pick<Ports, 'arm' | 'net'>

/**
 * The flows of all checks on the group of the DMS subnet stand in one order: the ports of Microsoft's lists, the
 * sources, the declared flows. Each check has the flows before its own, so that the rules proposed for all of them have
 * priorities of their own.
 */
export async function flowsBefore(
  own: { port: number } | { source: Source } | { flow: DeclaredFlow },
  manifest: Manifest,
  network: VirtualNetwork,
  ports: Reads,
): Promise<AskedFlow[]> {
  const all = portsOf(manifest)
  const portsAhead = 'port' in own ? all.slice(0, Math.max(0, all.indexOf(own.port))) : all
  const sourcesAhead = 'port' in own ? [] : 'source' in own ? ahead(manifest.sources, own.source) : manifest.sources
  const reads = await Promise.all([
    ...portsAhead.map((port) => flowsOfPort(port, manifest, network, ports)),
    ...sourcesAhead.map((source) => sourceFlows(source, manifest, ports)),
  ])
  const flowsAhead = 'flow' in own ? ahead(manifest.dms.flows, own.flow).map(askedFlow) : []
  return [...reads.flatMap((read) => (read.ok ? read.value : [])), ...flowsAhead]
}

function ahead<T>(list: readonly T[], one: T): readonly T[] {
  return list.slice(0, Math.max(0, list.indexOf(one)))
}

/** A flow of the manifest. */
export function askedFlow({ direction, protocol, ports, peer }: DeclaredFlow): AskedFlow {
  const isAddress = parseAddresses(peer) !== undefined
  return {
    peer,
    flow: {
      direction,
      protocols: protocol === 'any' ? ['tcp', 'udp'] : [protocol],
      ports,
      peer: isAddress ? { kind: 'addresses', prefixes: [peer] } : { kind: 'tag', tag: peer },
    },
  }
}

/** To the engine's port and, where only it knows that port, to SQL Server Browser. */
export async function sourceFlows(source: Source, manifest: Manifest, ports: Reads): Promise<Observed<AskedFlow[]>> {
  const port = await enginePort(source, ports)
  if (!port.ok) return port
  const { host } = source.server
  const engine = await flowToHost(host, `the source's host ${host}`, port.value, manifest, ports)
  return mapSeen(engine, (flow) =>
    instanceBehindBrowser(source.server) === undefined
      ? [flow]
      : [flow, { ...flow, flow: { ...flow.flow, protocols: ['udp'], ports: [[BROWSER_PORT, BROWSER_PORT]] } }],
  )
}

/** That of the manifest, else the one that SQL Server Browser tells, else the default of the default instance. */
async function enginePort({ name, server, ...source }: Source, ports: Pick<Ports, 'net'>): Promise<Observed<number>> {
  const { port = DEFAULT_PORT } = server
  if (instanceBehindBrowser(server) === undefined) return { ok: true, value: port }
  const endpoint = await readSourceEndpoint(ports, { name, server, ...source })
  if (!endpoint.ok) return endpoint
  if (endpoint.value.state === 'tried') return { ok: true, value: endpoint.value.port }
  return unseen(
    'insufficient',
    `the port of the instance ${server.instance ?? ''} on ${server.host} is not known here, since SQL Server Browser did not tell it`,
    { missing: `the port in the manifest, \`${server.host},<port>\`, or UDP 1434 from this runner` },
  )
}
