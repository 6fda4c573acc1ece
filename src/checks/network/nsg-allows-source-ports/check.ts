import { isPrivateAddress } from '../../../domain/address.ts'
import { SCENARIOS, type Manifest, type Source } from '../../../domain/manifest.ts'
import { mapSeen, seen, type Observed } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck } from '../../define.ts'
import { BROWSER_PORT, DEFAULT_PORT, instanceBehindBrowser, readSourceEndpoint } from '../../engine-endpoint.ts'
import { evidenceOfFlows, type AskedFlow, type FlowEvidence } from '../../flow-evidence.ts'
import { judgeFlows } from '../../judge-flows.ts'
import { flowsOfPort, flowToHost, portsOf } from '../../port-flows.ts'
import { readSubnetFilter, type SubnetFilter } from '../../subnet-filter.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

export default defineCheck<SourceSpec, FlowEvidence, 'arm' | 'net'>({
  meta: {
    id: 'network/nsg-allows-source-ports',
    ref: 'DMSP-049',
    title: 'The network security group of the DMS subnet lets DMS out to the source',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [
      { id: 'network/dms-vnet-uses-resource-manager' },
      { id: 'source/name-resolves' },
      { id: 'network/dms-vnet-has-site-to-site-connectivity' },
    ],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS connects to the source from its subnet. A security group that denies the port of SQL Server there lets the migration end in a connection time-out.',
    source: {
      title: 'Network topologies for migrations with Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/resource-network-topologies',
      verified: '2026-11-26',
      rows: [],
    },
    remedy:
      'Add an outbound allow rule for the port of the source to the network security group of the DMS subnet, with a smaller priority number than the rule that denies.',
  },
  uses: ['arm', 'net'],
  subjects: sourceSubjects,
  observe: async ({ arm, net }, { spec }) => {
    const { manifest, source } = spec
    const [filter, asked] = await Promise.all([
      readSubnetFilter(arm, manifest),
      sourceFlows(source, manifest, { arm, net }),
    ])
    if (!filter.ok) return filter
    if (!asked.ok) return asked
    const { network } = filter.value
    const ofPorts = await Promise.all(
      portsOf(manifest).map((port) => flowsOfPort(port, manifest, network, { arm, net })),
    )
    const before = ofPorts.flatMap((read) => (read.ok ? read.value : []))
    return seen(evidenceOfFlows(connectedTo(filter.value, asked.value), asked.value, before))
  },
  judge: (evidence) => judgeFlows(evidence),
})

/** To the engine's port and, where only it knows that port, to SQL Server Browser. */
async function sourceFlows(
  source: Source,
  manifest: Manifest,
  ports: Pick<Ports, 'arm' | 'net'>,
): Promise<Observed<AskedFlow[]>> {
  const { host } = source.server
  const engine = await flowToHost(host, `the source's host ${host}`, await enginePort(source, ports), manifest, ports)
  return mapSeen(engine, (flow) =>
    instanceBehindBrowser(source.server) === undefined
      ? [flow]
      : [flow, { ...flow, flow: { ...flow.flow, protocols: ['udp'], ports: [[BROWSER_PORT, BROWSER_PORT]] } }],
  )
}

/** That of the manifest, else the one that SQL Server Browser told, else the default. */
async function enginePort(source: Source, ports: Pick<Ports, 'net'>): Promise<number> {
  if (source.server.port !== undefined) return source.server.port
  if (source.server.instance === undefined) return DEFAULT_PORT
  const endpoint = await readSourceEndpoint(ports, source)
  return endpoint.ok && endpoint.value.state === 'tried' ? endpoint.value.port : DEFAULT_PORT
}

/**
 * Whether the source is connected at all is another check's question. If it is, by a gateway whose routes are not known
 * here, its private addresses belong to VirtualNetwork.
 */
function connectedTo(filter: SubnetFilter, asked: readonly AskedFlow[]): SubnetFilter {
  const { extent } = filter.facts
  if (extent.isWhole) return filter
  const addresses = asked.flatMap(({ flow }) => (flow.peer.kind === 'addresses' ? flow.peer.prefixes : []))
  const prefixes = [...extent.prefixes, ...addresses.filter(isPrivateAddress)]
  return { ...filter, facts: { ...filter.facts, extent: { ...extent, prefixes } } }
}
