import { containsAddress, isPrivateAddress } from '../../../domain/address.ts'
import { SCENARIOS } from '../../../domain/manifest.ts'
import { mapSeen, unseen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundText } from '../../foreign-text.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'
import { isConnected, isCovering, isIpsec, readGateways, type ConnectionFact, type GatewayFacts } from './gateways.ts'

type Evidence = GatewayFacts & {
  host: string
  addresses: string[]
  network: string
  networkPrefixes: string[]
  peerings: { name: string; state?: string; useRemoteGateways: boolean }[]
  /** A route table on the DMS subnet can send packets to an appliance that Azure's gateways know nothing of. */
  hasRouteTable: boolean
}

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
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'not-applicable'],
    why: 'DMS reads the source from inside its own virtual network. Without a site-to-site connection it has no way to an on-premises server.',
    source: {
      title: 'Prerequisites for Azure Database Migration Service',
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
    const { host } = spec.source.server
    const [dms, name] = await Promise.all([readDmsSubnet(arm, spec.manifest), net.resolve(host)])
    if (!dms.ok) return dms
    if (!dms.value.found) return unseen('not-found', dms.value.message)
    if (!name.ok) return name
    if (!name.value.found) return unseen('dns', `${host} has no address here: ${name.value.message}`)
    const addresses = name.value.addresses.map(({ address }) => address)
    const { network, subnet } = dms.value
    return mapSeen(await readGateways(arm, network, addresses), (gateways) => ({
      host,
      addresses,
      network: network.name,
      networkPrefixes: [...network.addressPrefixes],
      peerings: network.peerings.map(({ name: peering, state, useRemoteGateways }) => ({
        name: peering,
        ...(state === undefined ? {} : { state }),
        useRemoteGateways,
      })),
      hasRouteTable: subnet.routeTableId !== undefined,
      ...gateways,
    }))
  },
  judge: (evidence) => {
    const { host, addresses, network, networkPrefixes } = evidence
    if (addresses.length > 0 && addresses.every((address) => containsAddress(networkPrefixes, address))) {
      const place = `the address space of ${network} (${networkPrefixes.join(', ')})`
      return { verdict: 'not-applicable', summary: `${source(evidence)} is in ${place}: no connection is needed` }
    }
    const covering = evidence.connections.filter((one) => isIpsec(one) && isCovering(one, addresses))
    const up = covering.find(isConnected)
    if (up !== undefined) {
      const actual = `${describe(up)} of gateway ${up.gateway} in ${network} is Connected and covers ${addresses.join(', ')}`
      const summary = `From ${network} to ${source(evidence)}: ${describe(up)} of gateway ${up.gateway} is Connected and covers it with ${coveringPrefixes(up, addresses)}`
      return { verdict: 'pass', proof: 'direct', summary, expected: expected(evidence), actual }
    }
    if (covering.length > 0 && covering.every(isDown) && !hasOtherWay(evidence, covering))
      return down(evidence, covering)
    const isBare = evidence.gateways.length === 0 && evidence.peerings.length === 0 && !evidence.hasRouteTable
    if (isBare && addresses.length > 0 && addresses.every(isPrivateAddress)) {
      const actual = `${network} has no gateway and no peering, and ${host} has the private address ${addresses.join(', ')}`
      return failed(
        evidence,
        `From ${network} to ${source(evidence)} there is no way: ${actual}`,
        actual,
        'Create a VPN or ExpressRoute gateway in the network, or peer it with the network that has one.',
      )
    }
    return undetermined(evidence)
  },
})

function isDown({ status }: ConnectionFact): boolean {
  return status?.toLowerCase() === 'notconnected'
}

/** Something else that is up, or of which Azure does not say that it is down, may carry the packets. */
function hasOtherWay({ gateways, connections }: Evidence, covering: readonly ConnectionFact[]): boolean {
  const isOther = (one: ConnectionFact): boolean =>
    !covering.includes(one) && !isDown(one) && (one.enableBgp || !isIpsec(one))
  return gateways.some(({ type }) => type?.toLowerCase() === 'expressroute') || connections.some(isOther)
}

function down(evidence: Evidence, covering: readonly ConnectionFact[]): Judgement {
  const names = covering.map((one) => `${describe(one)} of gateway ${one.gateway}`).join(', ')
  const actual = `${names}, which covers ${evidence.addresses.join(', ')}, is NotConnected`
  const summary = `From ${evidence.network} to ${source(evidence)} there is no way now: ${actual}`
  return failed(
    evidence,
    summary,
    actual,
    'Bring the tunnel up: compare the shared key, the IPsec policy and the peer address on both ends, and look at the log of the VPN device.',
  )
}

function failed(evidence: Evidence, summary: string, actual: string, text: string): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary,
    expected: expected(evidence),
    actual,
    remediation: { text, scripts: [] },
  }
}

function undetermined(evidence: Evidence): Judgement {
  const { gateways, connections, peerings, hasRouteTable, network } = evidence
  const parts = [
    ...gateways.map(({ name, type }) => `gateway ${name} (${type ?? 'type not told'})`),
    ...connections.map((one) => {
      const reach = one.prefixes.length === 0 ? 'no prefixes' : one.prefixes.join(', ')
      return `${describe(one)} ${one.status ?? 'without a status'}, behind it ${reach}${one.enableBgp ? ', more by BGP' : ''}`
    }),
    ...peerings.map(
      ({ name, state, useRemoteGateways }) =>
        `peering ${name} (${state ?? 'state not told'}${useRemoteGateways ? ', uses its gateway' : ''})`,
    ),
    ...(hasRouteTable ? ['a route table on the DMS subnet'] : []),
  ]
  const message = boundText(`${network} has ${parts.length === 0 ? 'no gateway and no peering' : parts.join('; ')}`)
  const summary = `Whether ${network} reaches ${source(evidence)} does not follow from what Azure shows: ${message}`
  const text = 'Run this from a runner in the DMS subnet: there the port check of the source proves the way.'
  const cause = { kind: 'insufficient' as const, message }
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary,
    expected: expected(evidence),
    cause,
    remediation: { text, scripts: [] },
  }
}

function expected({ network, addresses, host }: Evidence): string {
  return `${network} has a connected site-to-site connection that covers ${addresses.join(', ')} (${host})`
}

function source({ host, addresses }: Evidence): string {
  return addresses.includes(host) ? host : `${host} (${addresses.join(', ')})`
}

function describe({ name, type }: ConnectionFact): string {
  return `${type ?? 'unnamed'} connection ${name}`
}

function coveringPrefixes({ prefixes }: ConnectionFact, addresses: readonly string[]): string {
  return prefixes.filter((prefix) => addresses.some((address) => containsAddress([prefix], address))).join(', ')
}
