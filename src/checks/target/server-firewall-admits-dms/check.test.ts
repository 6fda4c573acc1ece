import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  manifestWith,
  netWith,
  networkWith,
  notThere,
  SERVER_ID,
  SUBNET_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { Observed } from '../../../domain/observed.ts'
import type { ArmAnswer, ArmPort, SqlFirewallRule } from '../../../ports/arm-port.ts'
import type {
  NatGateway,
  PrivateEndpoint,
  PublicIpAddress,
  RouteTable,
  VirtualNetwork,
} from '../../../ports/network-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check

interface Situation {
  access?: string | undefined
  /** Region of the server; the network's is `westeurope`. */
  location?: string
  /** Private endpoint connections by status. */
  endpoints?: (string | undefined)[]
  /** What Azure says of each of them. */
  endpoint?: Partial<PrivateEndpoint> | Observed<ArmAnswer<PrivateEndpoint>>
  /** What the name of the server means to the runner, and the runner's own address. */
  dns?: string[]
  runner?: string
  peerings?: VirtualNetwork['peerings']
  nat?: Observed<ArmAnswer<NatGateway>>
  publicAddress?: Observed<ArmAnswer<PublicIpAddress>>
  routes?: RouteTable['routes']
  rules?: [name: string, start: string, end: string][]
  /** Undefined: they may not be read. */
  ipv6Rules?: [name: string, start: string, end: string][] | undefined
  /** Addresses of the network interface of each private endpoint. */
  card?: string[]
  networkRules?: { subnetId?: string; state?: string }[]
  serviceEndpoints?: string[]
  egress?: string[]
  network?: Observed<ArmAnswer<VirtualNetwork>>
  manifest?: Partial<Manifest>
}

function portOf(situation: Situation): ArmPort {
  const { endpoints = [], rules = [], networkRules = [], serviceEndpoints = [], network } = situation
  const { endpoint, nat, publicAddress, routes = [], peerings = [], access } = situation
  const ways = {
    ...(nat === undefined && publicAddress === undefined ? {} : { natGatewayId: NAT.id }),
    ...(routes.length === 0 ? {} : { routeTableId: 'rt' }),
  }
  const ipv6Rules = 'ipv6Rules' in situation ? situation.ipv6Rules : []
  const { card } = situation
  const publicNetworkAccess = 'access' in situation ? access : 'Enabled'
  return armWith({
    sqlServer: () =>
      there({
        id: SERVER_ID,
        name: 'sqlsales',
        location: situation.location ?? 'westeurope',
        ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
        fullyQualifiedDomainName: HOST,
        privateEndpointConnections: endpoints.map((status, index) => ({
          name: `pe${String(index)}`,
          ...(status === undefined ? {} : { status }),
          endpointId: ENDPOINT_ID,
        })),
      }),
    privateEndpoint: () =>
      endpoint !== undefined && 'ok' in endpoint
        ? endpoint
        : there({
            id: ENDPOINT_ID,
            name: 'pe',
            subnetId: SUBNET_ID,
            connections: [],
            dnsConfigs: [{ fqdn: HOST, ipAddresses: ['10.0.2.5'] }],
            networkInterfaceIds: ['nic'],
            ...endpoint,
          }),
    addressHolder: (id) => (card === undefined ? forbidden() : there({ id, name: id, addresses: card })),
    natGateway: () => nat ?? there(NAT),
    publicIpAddress: () => publicAddress ?? there({ id: 'pip', name: 'pip', ipAddress: '203.0.113.7' }),
    publicIpPrefix: () => there({ id: 'prefix', name: 'prefix', ipPrefix: '203.0.113.4/31' }),
    routeTable: () => there({ id: 'rt', name: 'rt-dms', disableBgpRoutePropagation: false, routes }),
    sqlFirewallRules: () => there(rules.map(toRule)),
    sqlIpv6FirewallRules: () => (ipv6Rules === undefined ? forbidden() : there(ipv6Rules.map(toRule))),
    sqlVirtualNetworkRules: () =>
      there(
        networkRules.map((rule, index) => ({
          name: `vnet${String(index)}`,
          subnetId: SUBNET_ID,
          ignoreMissingEndpoint: false,
          ...rule,
        })),
      ),
    virtualNetwork: () => network ?? there(networkWith({ peerings }, { serviceEndpoints, ...ways })),
  })
}

function toRule([name, startIpAddress, endIpAddress]: [string, string, string]): SqlFirewallRule {
  return { name, startIpAddress, endIpAddress }
}

function manifestOf({ egress = [], manifest = {} }: Situation): Manifest {
  return manifestWith({ dms: { ...MANIFEST.dms, egress }, ...manifest })
}

function observe(
  arm: ArmPort,
  manifest: Manifest,
  { dns = ['10.0.2.5'], runner = '192.168.9.9' }: Pick<Situation, 'dns' | 'runner'> = {},
): ReturnType<typeof definition.observe> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  const net = { ...netWith({ [HOST]: dns }), routeAddress: () => Promise.resolve(runner) }
  return definition.observe({ arm, net }, subject)
}

async function run(situation: Situation, arm = portOf(situation)): Promise<Judgement> {
  const manifest = manifestOf(situation)
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await observe(arm, manifest, situation)), subject)
}

const HOST = 'sqlsales.database.windows.net'
const ENDPOINT_ID = `${SERVER_ID.replace(/Microsoft\.Sql.*/, '')}Microsoft.Network/privateEndpoints/pe`
const OTHER_NETWORK = SUBNET_ID.replace(/virtualNetworks.*/, 'virtualNetworks/vnet-data')
const NAT: NatGateway = { id: 'nat', name: 'nat-dms', publicIpAddressIds: ['pip'], publicIpPrefixIds: ['prefix'] }
const ROUTE = { name: 'all', addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.4' }
const peering = (state: string) => ({
  name: 'to-data',
  state,
  remoteId: OTHER_NETWORK,
  allowVirtualNetworkAccess: true,
  useRemoteGateways: false,
  allowGatewayTransit: false,
  remotePrefixes: [],
})
const READY = { state: 'Ready' }
const AZURE: [string, string, string] = ['AllowAllWindowsAzureIps', '0.0.0.0', '0.0.0.0']
const PUBLIC: [string, string, string] = ['office', '203.0.113.0', '203.0.113.7']
const IPV6: [string, string, string] = ['six', '2001:db8::', '2001:db8::f']
const PRIVATE: [string, string, string] = ['dms-subnet', '10.0.1.0', '10.0.1.255']
/** A runtime that appears under that address. */
const MODERN = (...egress: string[]): Pick<Situation, 'manifest'> => {
  return { manifest: { generation: 'modern', dms: { ...NO_SUBNET.dms, egress } } }
}
const NO_SUBNET = {
  dms: {
    egress: [],
    nsgPorts: 'seed' as const,
    flows: [],
    runtimeHosts: [],
    schemaMigration: false,
    location: MANIFEST.dms.location,
  },
}

describe('target/server-firewall-admits-dms', () => {
  it.each<[string, Situation, Judgement['verdict'], string]>([
    [
      'a network rule and the endpoint',
      { networkRules: [READY], serviceEndpoints: ['microsoft.sql'] },
      'pass',
      'virtual network rule vnet0 of sqlsales admits snet-dms',
    ],
    [
      'a network rule in another letter case',
      { networkRules: [{ subnetId: SUBNET_ID.toUpperCase(), state: 'ready' }], serviceEndpoints: ['Microsoft.Sql'] },
      'pass',
      'vnet0',
    ],
    [
      'a network rule without the endpoint',
      { networkRules: [READY], serviceEndpoints: ['Microsoft.Storage'] },
      'fail',
      'names snet-dms, which has no Microsoft.Sql endpoint',
    ],
    [
      'a network rule without the endpoint, and public rules that may admit DMS',
      { networkRules: [READY], rules: [PUBLIC, PRIVATE] },
      'unknown',
      '(dms.egress); virtual network rule vnet0 of sqlsales names snet-dms, which has no Microsoft.Sql endpoint',
    ],
    [
      'a network rule without the endpoint, and a private rule',
      { networkRules: [READY], rules: [PRIVATE] },
      'fail',
      'which has no Microsoft.Sql endpoint',
    ],
    [
      'a network rule without the endpoint, and declared addresses left out',
      { networkRules: [READY], rules: [PUBLIC], egress: ['203.0.113.9'] },
      'fail',
      'which has no Microsoft.Sql endpoint',
    ],
    [
      'a network rule in a region that is spelt otherwise',
      { networkRules: [READY], serviceEndpoints: ['Microsoft.Sql'], location: 'West Europe' },
      'pass',
      'virtual network rule vnet0 of sqlsales admits snet-dms',
    ],
    [
      'a network rule across regions',
      { networkRules: [READY], serviceEndpoints: ['Microsoft.Sql'], location: 'North Europe' },
      'unknown',
      'names snet-dms, whose network is in westeurope, and the server is in northeurope',
    ],
    [
      'a network rule across regions, and public rules',
      { networkRules: [READY], serviceEndpoints: ['Microsoft.Sql'], location: 'northeurope', rules: [PUBLIC] },
      'unknown',
      'counts only within one region',
    ],
    [
      'a network rule across regions, and all of Azure',
      { networkRules: [READY], serviceEndpoints: ['Microsoft.Sql'], location: 'northeurope', rules: [AZURE] },
      'pass',
      'AllowAllWindowsAzureIps',
    ],
    [
      'a declared IPv6 address and no rule for it',
      { rules: [PUBLIC], egress: ['2001:db8::7'] },
      'fail',
      'leave out 2001:db8::7 of the addresses of DMS (2001:db8::7, dms.egress)',
    ],
    [
      'a declared IPv6 address and a rule for it',
      { ipv6Rules: [IPV6], egress: ['2001:db8::7'] },
      'pass',
      'the firewall rules of sqlsales cover 2001:db8::7',
    ],
    [
      'IPv4 and IPv6 covered, each by its own rules',
      { rules: [PUBLIC], ipv6Rules: [IPV6], egress: ['203.0.113.7', '2001:db8::/124'] },
      'pass',
      'cover 203.0.113.7, 2001:db8::/124',
    ],
    [
      'an IPv6 prefix covered in part',
      { rules: [PUBLIC], ipv6Rules: [IPV6], egress: ['203.0.113.7', '2001:db8::/123'] },
      'fail',
      'leave out 2001:db8::10/124 of the addresses of DMS',
    ],
    [
      'an IPv6 rule that is written for an IPv4 address',
      { ipv6Rules: [['mapped', '::ffff:203.0.113.7', '::ffff:203.0.113.7']], egress: ['203.0.113.7', '2001:db8::7'] },
      'fail',
      'leave out 203.0.113.7, 2001:db8::7',
    ],
    [
      'an IPv6 address, and its rules may not be read',
      { rules: [PUBLIC], ipv6Rules: undefined, egress: ['203.0.113.7', '2001:db8::7'] },
      'unknown',
      'DMS appears under 2001:db8::7, and the IPv6 firewall rules of sqlsales could not be read: AuthorizationFailed',
    ],
    [
      'IPv4 left out, and the IPv6 rules may not be read',
      { rules: [PUBLIC], ipv6Rules: undefined, egress: ['203.0.113.9', '2001:db8::7'] },
      'fail',
      'leave out 203.0.113.9, 2001:db8::7 of the addresses of DMS (203.0.113.9, 2001:db8::7, dms.egress)',
    ],
    [
      'a network rule without the endpoint, and an IPv6 address whose rules may not be read',
      { networkRules: [READY], ipv6Rules: undefined, egress: ['2001:db8::7'] },
      'unknown',
      'could not be read: AuthorizationFailed; virtual network rule vnet0',
    ],
    [
      'declared addresses covered by several rules together',
      {
        rules: [
          ['a', '203.0.113.0', '203.0.113.5'],
          ['b', '203.0.113.6', '203.0.113.9'],
        ],
        egress: ['203.0.113.0/29'],
      },
      'pass',
      'cover 203.0.113.0/29',
    ],
    [
      'a gap between several rules',
      {
        rules: [
          ['a', '203.0.113.0', '203.0.113.2'],
          ['b', '203.0.113.5', '203.0.113.6'],
        ],
        egress: ['203.0.113.0/29'],
      },
      'fail',
      'leave out 203.0.113.3-203.0.113.4, 203.0.113.7 of the addresses of DMS',
    ],
    [
      'a network rule that is not ready',
      { networkRules: [{ state: 'InProgress' }], serviceEndpoints: ['Microsoft.Sql'] },
      'unknown',
      'is InProgress, not Ready',
    ],
    [
      'a network rule without a state',
      { networkRules: [{}], serviceEndpoints: ['Microsoft.Sql'] },
      'unknown',
      'is without a state',
    ],
    [
      'a network rule for another subnet',
      { networkRules: [{ ...READY, subnetId: `${SUBNET_ID}2` }], serviceEndpoints: ['Microsoft.Sql'] },
      'fail',
      'rules for other subnets only (vnet0)',
    ],
    [
      'all of Azure',
      { rules: [AZURE] },
      'pass',
      'firewall rule AllowAllWindowsAzureIps (0.0.0.0) of sqlsales admits everything inside Azure',
    ],
    [
      'all of Azure, and a runtime that may be elsewhere',
      { rules: [AZURE], manifest: { generation: 'modern' } },
      'unknown',
      'AllowAllWindowsAzureIps (0.0.0.0), which admits what runs inside Azure alone, and the manifest does not declare',
    ],
    [
      'all of Azure, and a runtime whose declared address may be one of Azure',
      {
        rules: [AZURE],
        manifest: { generation: 'modern', dms: { ...MANIFEST.dms, egress: ['198.51.100.1'] } },
      },
      'unknown',
      'leave out 198.51.100.1, and AllowAllWindowsAzureIps (0.0.0.0) admits it only if it belongs to Azure',
    ],
    [
      'network rules, and a runtime whose place nobody tells',
      { networkRules: [READY], serviceEndpoints: ['Microsoft.Sql'], manifest: { generation: 'modern' } },
      'unknown',
      'which admit subnets of Azure alone: whether the host of the integration runtime is in one',
    ],
    [
      'network rules, and rules that leave out the declared address of a runtime',
      { networkRules: [READY], rules: [PUBLIC], ...MODERN('198.51.100.1') },
      'fail',
      'leave out 198.51.100.1 of the addresses of the integration runtime',
    ],
    [
      'the declared address of a runtime is admitted',
      { rules: [PUBLIC], ...MODERN('203.0.113.7') },
      'pass',
      'From the integration runtime to sqlsales: the firewall rules of sqlsales cover 203.0.113.7, under which the',
    ],
    [
      'only a private rule for a runtime',
      { rules: [PRIVATE], ...MODERN() },
      'fail',
      'which Azure SQL never sees: it sees the public address alone',
    ],
    ['no rule for a runtime', MODERN(), 'fail', 'has no rule that would admit the integration runtime'],
    [
      'no public access, and an endpoint whose name the runtime may resolve',
      { access: 'Disabled', endpoints: ['Approved'], ...MODERN() },
      'unknown',
      'private endpoint pe0 is Approved; whether its name resolves to 10.0.2.5 where the integration runtime stands',
    ],
    [
      'no public access and no endpoint for a runtime',
      { access: 'Disabled', ...MODERN() },
      'fail',
      'no private endpoint is Approved',
    ],
    [
      'no rule for the declared address of a runtime',
      { rules: [PUBLIC], manifest: { generation: 'modern', dms: { ...MANIFEST.dms, egress: ['198.51.100.1'] } } },
      'fail',
      'leave out 198.51.100.1',
    ],
    [
      'declared addresses covered',
      { rules: [PUBLIC], egress: ['203.0.113.7', '203.0.113.4/31'] },
      'pass',
      'the firewall rules of sqlsales cover 203.0.113.7, 203.0.113.4/31',
    ],
    [
      'declared addresses covered, endpoint on',
      { rules: [PUBLIC], egress: ['203.0.113.7'], serviceEndpoints: ['Microsoft.Sql'] },
      'unknown',
      'behind which the server sees the subnet instead of a public address',
    ],
    [
      'declared addresses covered in part',
      { rules: [PUBLIC], egress: ['203.0.113.7', '203.0.113.9'] },
      'fail',
      'leave out 203.0.113.9 of the addresses of DMS (203.0.113.7, 203.0.113.9, dms.egress)',
    ],
    [
      'declared addresses and only a private rule',
      { rules: [PRIVATE], egress: ['203.0.113.7'] },
      'fail',
      'leave out 203.0.113.7',
    ],
    [
      'a private range only',
      { rules: [PRIVATE] },
      'fail',
      'a private range (dms-subnet 10.0.1.0-10.0.1.255), which Azure SQL never sees',
    ],
    [
      'a private range declared and admitted',
      { rules: [PRIVATE], egress: ['10.0.1.4'] },
      'fail',
      'which Azure SQL never sees',
    ],
    [
      'public rules and nothing declared',
      { rules: [PUBLIC] },
      'unknown',
      'does not declare under which addresses DMS appears (dms.egress)',
    ],
    ['no rules', {}, 'fail', 'sqlsales has no rule that would admit DMS'],
    [
      'no access and no endpoint',
      { access: 'Disabled', rules: [AZURE] },
      'fail',
      'is Disabled and no private endpoint is Approved',
    ],
    [
      'no access and a pending endpoint',
      { access: 'disabled', endpoints: ['Pending'] },
      'fail',
      'no private endpoint is Approved',
    ],
    [
      'no access and an endpoint without a status',
      { access: 'Disabled', endpoints: [undefined], runner: '10.0.1.4' },
      'unknown',
      'of private endpoint pe0 Azure does not say whether it is Approved',
    ],
    [
      'no rule and an endpoint without a status',
      { endpoints: [undefined, 'Pending'], runner: '10.0.1.4' },
      'unknown',
      'no rule of sqlsales admits DMS, but of private endpoint pe0 Azure does not say',
    ],
    [
      'no access and an approved endpoint',
      { access: 'Disabled', endpoints: ['Pending', 'Approved'] },
      'unknown',
      'private endpoint pe1 is Approved, in vnet, the network of DMS; whether its name resolves to 10.0.2.5 where DMS stands is not known',
    ],
    [
      'no rule and an approved endpoint',
      { endpoints: ['Approved'] },
      'unknown',
      'but private endpoint pe0 is Approved',
    ],
    [
      'no access, and an endpoint to which the name leads in the DMS subnet',
      { access: 'Disabled', endpoints: ['Approved'], runner: '10.0.1.4' },
      'pass',
      `private endpoint pe0 is Approved, in vnet, the network of DMS, and ${HOST} resolves to 10.0.2.5 in snet-dms`,
    ],
    [
      'no rule, and an endpoint to which the name leads in the DMS subnet',
      { endpoints: ['Approved'], runner: '10.0.1.4' },
      'pass',
      'private endpoint pe0 is Approved',
    ],
    [
      'no access, and a name that leads to the public address',
      { access: 'Disabled', endpoints: ['Approved'], runner: '10.0.1.4', dns: ['20.1.2.3'] },
      'fail',
      `but ${HOST} resolves to 20.1.2.3 in snet-dms, not to 10.0.2.5`,
    ],
    [
      'a rule missing, and a name that leads to the public address',
      { endpoints: ['Approved'], runner: '10.0.1.4', dns: ['20.1.2.3'] },
      'fail',
      'has no rule that would admit DMS',
    ],
    [
      'an endpoint in a peered network',
      {
        access: 'Disabled',
        endpoints: ['Approved'],
        runner: '10.0.1.4',
        endpoint: { subnetId: `${OTHER_NETWORK}/subnets/snet-pe` },
        peerings: [peering('Connected')],
      },
      'pass',
      'in vnet-data, peered with the network of DMS',
    ],
    [
      'an endpoint behind a peering that is half made',
      {
        access: 'Disabled',
        endpoints: ['Approved'],
        runner: '10.0.1.4',
        endpoint: { subnetId: `${OTHER_NETWORK}/subnets/snet-pe` },
        peerings: [peering('Initiated')],
      },
      'unknown',
      'in vnet-data, which is neither the network of DMS nor peered with it',
    ],
    [
      'an endpoint that may not be read',
      { access: 'Disabled', endpoints: ['Approved'], endpoint: forbidden() },
      'unknown',
      'where it is could not be told: it could not be read',
    ],
    [
      'an endpoint without addresses, and its network interface may not be read',
      { access: 'Disabled', endpoints: ['Approved'], runner: '10.0.1.4', endpoint: { dnsConfigs: [] } },
      'unknown',
      'Azure tells no address of it',
    ],
    [
      'an endpoint whose records are in a private DNS zone group',
      {
        access: 'Disabled',
        endpoints: ['Approved'],
        runner: '10.0.1.4',
        endpoint: { dnsConfigs: [] },
        card: ['10.0.2.5'],
      },
      'pass',
      `${HOST} resolves to 10.0.2.5 in snet-dms`,
    ],
    [
      'an endpoint behind a peering that allows no access',
      {
        access: 'Disabled',
        endpoints: ['Approved'],
        runner: '10.0.1.4',
        endpoint: { subnetId: `${OTHER_NETWORK}/subnets/snet-pe` },
        peerings: [{ ...peering('Connected'), allowVirtualNetworkAccess: false }],
      },
      'unknown',
      'in vnet-data, which is neither',
    ],
    [
      'a NAT gateway whose addresses are admitted',
      { rules: [PUBLIC], nat: there(NAT) },
      'pass',
      'cover 203.0.113.7, 203.0.113.4/31, under which DMS appears (NAT gateway nat-dms)',
    ],
    [
      'a NAT gateway whose addresses are not admitted',
      { rules: [['office', '203.0.113.4', '203.0.113.6']], nat: there(NAT) },
      'fail',
      'leave out 203.0.113.7 of the addresses of DMS (203.0.113.7, 203.0.113.4/31, NAT gateway nat-dms)',
    ],
    [
      'a NAT gateway, and other addresses declared',
      { rules: [PUBLIC], nat: there(NAT), egress: ['198.51.100.1'] },
      'fail',
      'leave out 198.51.100.1',
    ],
    [
      'a NAT gateway that is not admitted, and other addresses that are',
      { rules: [['office', '198.51.100.0', '198.51.100.9']], nat: there(NAT), egress: ['198.51.100.1'] },
      'unknown',
      'dms.egress declares 198.51.100.1, which the firewall rules of sqlsales cover, and by NAT gateway nat-dms DMS appears under 203.0.113.7, 203.0.113.4/31, of which they leave out 203.0.113.4/31, 203.0.113.7',
    ],
    [
      'a NAT gateway and other addresses, all of them admitted',
      { rules: [PUBLIC, ['b', '198.51.100.0', '198.51.100.9']], nat: there(NAT), egress: ['198.51.100.1'] },
      'pass',
      'cover 198.51.100.1, under which DMS appears (dms.egress)',
    ],
    [
      'a NAT gateway that may not be read, and declared addresses that are admitted',
      { rules: [PUBLIC], nat: forbidden(), egress: ['203.0.113.7'] },
      'pass',
      'cover 203.0.113.7',
    ],
    [
      'a NAT gateway behind half of a default route',
      { rules: [PUBLIC], nat: there(NAT), routes: [{ ...ROUTE, addressPrefix: '0.0.0.0/1' }] },
      'unknown',
      'the route all of rt-dms sends 0.0.0.0/1 to VirtualAppliance 10.0.0.4',
    ],
    [
      'a NAT gateway behind a route for SQL',
      { rules: [PUBLIC], nat: there(NAT), routes: [{ ...ROUTE, addressPrefix: 'Sql.WestEurope' }] },
      'unknown',
      'sends Sql.WestEurope to VirtualAppliance 10.0.0.4',
    ],
    [
      'a NAT gateway beside a route for something else',
      { rules: [PUBLIC], nat: there(NAT), routes: [{ ...ROUTE, addressPrefix: '192.168.0.0/16' }] },
      'pass',
      'NAT gateway nat-dms',
    ],
    [
      'a NAT gateway with an address that is not told, beside one that is admitted',
      { rules: [PUBLIC], publicAddress: there({ id: 'pip', name: 'pip' }) },
      'unknown',
      'Azure does not tell what a public address of the NAT gateway nat-dms, pip, is',
    ],
    [
      'a NAT gateway that may not be read',
      { rules: [PUBLIC], nat: forbidden() },
      'unknown',
      'the NAT gateway of snet-dms could not be read',
    ],
    [
      'a NAT gateway with an address that may not be read',
      { rules: [PUBLIC], publicAddress: forbidden() },
      'unknown',
      'a public address of the NAT gateway nat-dms could not be read',
    ],
    [
      'a NAT gateway behind a firewall',
      { rules: [PUBLIC], nat: there(NAT), routes: [ROUTE] },
      'unknown',
      'the route all of rt-dms sends 0.0.0.0/0 to VirtualAppliance 10.0.0.4',
    ],
    [
      'a NAT gateway and a route to the internet',
      { rules: [PUBLIC], nat: there(NAT), routes: [{ ...ROUTE, nextHopType: 'internet' }] },
      'pass',
      'NAT gateway nat-dms',
    ],
    ['a perimeter', { access: 'SecuredByPerimeter', rules: [AZURE] }, 'unknown', 'is SecuredByPerimeter'],
    [
      'a perimeter and an endpoint to which the name leads',
      { access: 'SecuredByPerimeter', endpoints: ['Approved'], runner: '10.0.1.4' },
      'pass',
      'private endpoint pe0 is Approved',
    ],
    [
      'a perimeter and an endpoint whose DNS is not seen',
      { access: 'SecuredByPerimeter', endpoints: ['Approved'] },
      'unknown',
      'is SecuredByPerimeter',
    ],
    ['access not told', { access: undefined, rules: [AZURE] }, 'unknown', 'Azure did not say'],
    [
      'network rules and no subnet declared',
      { networkRules: [READY], manifest: NO_SUBNET },
      'unknown',
      'the manifest names no subnet of DMS',
    ],
    ['no rules and no subnet declared', { manifest: NO_SUBNET }, 'fail', 'has no rule'],
    [
      'the subnet is not there',
      { networkRules: [READY], network: notThere() },
      'blocked',
      'has virtual network rules (vnet0), and the subnet of DMS',
    ],
    ['the subnet is not there and no rule could name it', { network: notThere() }, 'fail', 'has no rule'],
  ])('%s', async (_, situation, verdict, summary) => {
    const judgement = await run(situation)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
  })

  it('says what is missing in the manifest, and what does not decide', async () => {
    expect(await run({ rules: [PUBLIC] })).toMatchObject({ cause: { kind: 'missing-input' } })
    expect(await run({ access: undefined })).toMatchObject({ cause: { kind: 'insufficient' } })
  })

  it('keeps the endpoints that are on, and opens only what is left out', async () => {
    const codesOf = (judgement: Judgement): string[] =>
      judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code) : []
    const [endpoint, rule] = codesOf(await run({ serviceEndpoints: ['Microsoft.Storage'] }))
    expect(endpoint).toContain('--service-endpoints Microsoft.Storage Microsoft.Sql')
    expect(rule).toContain('az sql server vnet-rule create')
    const opened = codesOf(await run({ rules: [PUBLIC], egress: ['203.0.113.6/31', '203.0.113.8/31'] }))
    expect(opened).toHaveLength(1)
    expect(opened[0]).toContain('--start-ip-address 203.0.113.8 \\\n  --end-ip-address 203.0.113.9')
    const [opened6] = codesOf(await run({ ipv6Rules: [IPV6], egress: ['2001:db8::/123'] }))
    expect(opened6).toContain('az sql server ipv6-firewall-rule create')
    expect(opened6).toContain('--start-ipv6-address 2001:db8::10 \\\n  --end-ipv6-address 2001:db8::1f')
  })

  it('asks for IPv6 rules only when DMS has such an address', async () => {
    const asked: string[] = []
    const arm: ArmPort = {
      ...portOf({ rules: [PUBLIC] }),
      sqlIpv6FirewallRules: (id) => {
        asked.push(id)
        return Promise.resolve(there([]))
      },
    }
    await run({ egress: ['203.0.113.7'] }, arm)
    expect(asked).toEqual([])
    await run({ egress: ['2001:db8::7'] }, arm)
    expect(asked).toEqual([SERVER_ID])
  })

  it('says that rules of single databases are not looked at', async () => {
    expect(await run({})).toMatchObject({ remediation: { text: expect.stringContaining('Rules of single databases') } })
  })

  it('is blocked where there is no server', async () => {
    const judgement = await run({}, { ...portOf({}), sqlServer: () => Promise.resolve(notThere()) })
    expect(judgement).toMatchObject({
      verdict: 'blocked',
      blockedBy: [
        { id: 'target/sql-database-exists', subject: 'default/Sales' },
        { id: 'target/sql-database-exists', subject: 'default/OrdersNew' },
      ],
    })
  })

  it.each(['sqlServer', 'sqlFirewallRules', 'sqlVirtualNetworkRules'] as const)(
    'hands on that it could not ask %s',
    async (method) => {
      const arm: ArmPort = { ...portOf({}), [method]: () => Promise.resolve(forbidden()) }
      expect(await observe(arm, MANIFEST)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    },
  )

  it('advises for a runtime without a word of a subnet of DMS', async () => {
    const worlds: Situation[] = [
      MODERN(),
      { networkRules: [READY], ...MODERN() },
      { rules: [PRIVATE], ...MODERN() },
      { rules: [PUBLIC], ...MODERN('198.51.100.1') },
      { access: 'Disabled', ...MODERN() },
      { access: 'Disabled', endpoints: ['Approved'], ...MODERN() },
    ]
    for (const world of worlds) {
      const told = JSON.stringify(await run(world))
      expect(told).not.toMatch(/DMS subnet|dms\.subnet|network of DMS|vnet-rule/)
    }
  })

  it('believes the name of the server on the host of the runtime', () => {
    const facts = { endpoints: [{ name: 'pe0', network: 'unknown', addresses: ['10.0.2.5'] }] }
    const vantage = { verified: true, reason: 'it is the host of the runtime' }
    const subject = definition.subjects(manifestOf(MODERN()))[0]
    if (subject === undefined) throw new Error('no subject')
    const evidence = (addresses: string[]) =>
      ({
        ...{ found: true, server: 'sqlsales', location: 'westeurope', publicNetworkAccess: 'Disabled', ...facts },
        ...{ addressRules: [], ipv6Rules: null, networkRules: [], subnet: null, egress: null, isInsideAzure: false },
        dns: { host: HOST, addresses, vantage },
      }) as Parameters<typeof definition.judge>[0]
    expect(definition.judge(evidence(['10.0.2.5']), subject).verdict).toBe('pass')
    expect(definition.judge(evidence(['20.1.2.3']), subject).verdict).toBe('fail')
  })

  it('needs the subnet only where a network rule could decide', async () => {
    const hidden = { network: forbidden() }
    expect(await run({ ...hidden, networkRules: [READY] })).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'network/dms-vnet-uses-resource-manager', subject: MANIFEST.name }],
    })
    expect((await run({ ...hidden, networkRules: [READY], rules: [AZURE] })).verdict).toBe('pass')
    expect((await run({ ...hidden, networkRules: [READY], access: 'Disabled' })).verdict).toBe('fail')
    expect((await run(hidden)).verdict).toBe('fail')
  })
})
