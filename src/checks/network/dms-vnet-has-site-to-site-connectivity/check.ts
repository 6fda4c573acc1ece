import { SCENARIOS, type Manifest, type Source } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck } from '../../define.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { readSourceEndpoint } from '../../engine-endpoint.ts'
import { boundText } from '../../foreign-text.ts'
import { describeRunner, readResolverVantage, readVantage } from '../../network-path.ts'
import { peeringFact, readRouteTable } from '../../route-table.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'
import type { Evidence, UsedWay } from './evidence.ts'
import { hasRouteServer, readGateways } from '../../gateways.ts'
import { judgeAddresses, judgeWay } from './judge-way.ts'

export default defineCheck<SourceSpec, Evidence, 'arm' | 'net'>({
  meta: {
    id: 'network/dms-vnet-has-site-to-site-connectivity',
    ref: 'DMSP-032',
    title: 'The virtual network of DMS reaches the source by VPN or ExpressRoute',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }, { id: 'source/name-resolves' }],
    vantage: 'network-path',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'DMS reads the source from inside its own virtual network. Without a site-to-site connection it has no way to an on-premises server.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['C1'],
    },
    remedy:
      'Connect the virtual network of DMS with the network of the source by a site-to-site VPN or ExpressRoute, and let the local network gateway cover the address of the source.',
  },
  uses: ['arm', 'net'],
  subjects: sourceSubjects,
  observe: async ({ arm, net }, { spec }) => {
    const { manifest, source } = spec
    const { host } = source.server
    const [dms, name] = await Promise.all([readDmsSubnet(arm, manifest), net.resolve(host)])
    if (!dms.ok) return dms
    if (!dms.value.found) return unseen('not-found', dms.value.message)
    if (!name.ok) return name
    if (!name.value.found) return unseen('dns', `${host} has no address here: ${name.value.message}`)
    const addresses = name.value.addresses.map(({ address }) => address)
    const { network, subnet } = dms.value
    const vantage = await readResolverVantage({ arm, net }, manifest, addresses[0])
    const [{ facts, failures }, table] = await Promise.all([readGateways(arm, network), readRouteTable(arm, subnet)])
    const evidence: Evidence = {
      host,
      addresses,
      network: network.name,
      networkPrefixes: [...network.addressPrefixes],
      subnet: subnet.name,
      subnetPrefixes: [...subnet.addressPrefixes],
      peerings: network.peerings.map(peeringFact),
      routeTable: table?.ok === true ? table.value : null,
      hasRouteServer: hasRouteServer(network),
      ...facts,
      vantage,
    }
    // What could not be read of the gateways matters only when nothing else proves the path.
    const { verdict } = judgeAddresses(evidence)
    if (verdict === 'not-applicable' || (verdict === 'pass' && table?.ok !== false)) return seen(evidence)
    // What Azure shows decides the plain cases; only where it does not, the port tells whether the way was used.
    const used = vantage.verified ? await readUsedWay({ arm, net }, manifest, source) : undefined
    const [failure] = [...(table?.ok === false ? [table] : []), ...failures]
    if (failure === undefined) return seen({ ...evidence, ...(used === undefined ? {} : { used }) })
    if (used === undefined) return failure
    return seen({ ...evidence, unfollowed: [...facts.unfollowed, boundText(failure.failure.message)], used })
  },
  judge: (evidence) => judgeWay(evidence),
})

/** The connection of the port check, when it went through from an address in the DMS subnet. */
async function readUsedWay(
  ports: Pick<Ports, 'arm' | 'net'>,
  manifest: Manifest,
  source: Source,
): Promise<UsedWay | undefined> {
  const observed = await readSourceEndpoint(ports, source)
  if (!observed.ok || observed.value.state !== 'tried' || observed.value.outcome !== 'open') return undefined
  const { address, port, localAddress } = observed.value
  const vantage = await readVantage(ports, manifest, localAddress)
  return vantage.verified ? { from: describeRunner(vantage), address, port } : undefined
}
