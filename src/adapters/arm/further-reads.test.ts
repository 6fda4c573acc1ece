import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { adminRule } from '../../../lab/azure/admin-rules.ts'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { dmsService } from '../../../lab/azure/data-resources.ts'
import { azureFirewall, loadBalancer, networkInterface } from '../../../lab/azure/appliance-resources.ts'
import { connection, virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { LAB_SERVICE_TAGS } from '../../../lab/azure/service-tags.ts'
import { azureState, LAB_SUBSCRIPTION } from '../../../lab/azure/state.ts'
import * as wan from '../../../lab/azure/wan-resources.ts'
import * as ways from '../../../lab/azure/ways-resources.ts'
import type { ArmPort } from '../../ports/arm-port.ts'

const PLACE = { resourceGroup: 'rg-net' }
const SUBNET = resourceId(PLACE, 'Microsoft.Network/virtualNetworks/subnets', 'vnet', 'snet-dms')
const network = virtualNetwork(PLACE, 'vnet', {
  prefixes: ['10.0.0.0/16'],
  subnets: [{ name: 'snet-dms', prefix: '10.0.1.0/24' }],
  peerings: [{ name: 'hub', remote: '/hub', allowGatewayTransit: true, remotePrefixes: ['10.9.0.0/16'] }],
})
const table = ways.routeTable(PLACE, 'rt', [
  { name: 'all', prefix: '0.0.0.0/0', nextHop: 'VirtualAppliance', address: '10.0.0.4' },
])
const pip = ways.publicIpAddress(PLACE, 'pip', '203.0.113.7')
const prefix = ways.publicIpPrefix(PLACE, 'prefix', '203.0.113.4/31')
const nat = ways.natGateway(PLACE, 'nat', { addresses: [pip.id], prefixes: [prefix.id] })
const endpoint = ways.privateEndpoint(PLACE, 'pe', {
  subnet: SUBNET,
  target: '/server',
  group: 'sqlServer',
  host: 'sqlsales.database.windows.net',
  addresses: ['10.0.2.5'],
})
const site = wan.vpnSite(PLACE, 'hq', ['192.168.0.0/16'])
const gateway = wan.hubVpnGateway(PLACE, 'vpn', ['to-hq'])
const toSite = wan.hubVpnConnection(PLACE, 'vpn', 'to-hq', { site: site.id, links: ['Connecting', 'Connected'] })
const circuit = wan.expressRouteCircuit(PLACE, 'er', { privatePeering: 'Enabled', microsoftPeering: 'Disabled' })
const link = connection(PLACE, 'cn', { gateway: '/gw', connectionType: 'ExpressRoute', circuit: circuit.id })
const circuitPeering = `${circuit.id}/peerings/AzurePrivatePeering`
const expressGateway = wan.hubExpressRouteGateway(PLACE, 'er-gw', {
  hub: resourceId(PLACE, 'Microsoft.Network/virtualHubs', 'hub-weu'),
  connections: [{ name: 'er', circuitPeering }],
})
const toCircuit = wan.hubExpressRouteConnection(PLACE, 'er-gw', 'er', circuitPeering)
const firewall = azureFirewall(PLACE, 'fw', { subnet: SUBNET, address: '10.0.0.4' })
const card = networkInterface(PLACE, 'nic', { subnet: SUBNET, address: '10.0.0.5', machine: 'vm-nva' })
const balancer = loadBalancer(PLACE, 'lb', { subnet: SUBNET, address: '10.0.0.6' })
const hub = wan.virtualHub(PLACE, 'hub-weu', { vpnGateway: gateway.id })
const hubLink = wan.hubConnection(PLACE, 'hub-weu', 'c', network.id)
const state = azureState([
  ...[network, table, pip, prefix, nat, endpoint, site, gateway, toSite, hub, hubLink],
  ...[expressGateway, toCircuit, circuit, link, firewall, card, balancer],
  dmsService(PLACE, 'dms', { subnet: SUBNET }),
])

let lab: AzureLab
/** As in one run: what was read is kept. */
let port: ArmPort
beforeAll(async () => {
  lab = await openAzure(state)
  port = lab.arm()
})
afterAll(() => lab.server.close())
afterEach(() => {
  delete state.forbidden
  delete state.pageSize
  delete state.adminRules
  delete state.providers
  delete state.permissions
  delete state.faults
})

describe('what the network checks read', () => {
  it('of routes and addresses', async () => {
    expect(await port.routeTable(table.id)).toMatchObject({
      value: { value: { name: 'rt', routes: [{ addressPrefix: '0.0.0.0/0', nextHopIpAddress: '10.0.0.4' }] } },
    })
    expect(await port.natGateway(nat.id)).toMatchObject({
      value: { value: { publicIpAddressIds: [pip.id], publicIpPrefixIds: [prefix.id] } },
    })
    expect(await port.publicIpAddress(pip.id)).toMatchObject({ value: { value: { ipAddress: '203.0.113.7' } } })
    expect(await port.publicIpPrefix(prefix.id)).toMatchObject({ value: { value: { ipPrefix: '203.0.113.4/31' } } })
    expect(await port.privateEndpoint(endpoint.id)).toMatchObject({
      value: {
        value: { subnetId: SUBNET, connections: [{ status: 'Approved' }], dnsConfigs: [{ ipAddresses: ['10.0.2.5'] }] },
      },
    })
    expect(await port.virtualNetwork(network.id)).toMatchObject({
      value: { value: { peerings: [{ allowGatewayTransit: true, remotePrefixes: ['10.9.0.0/16'] }] } },
    })
  })

  it('of an ExpressRoute circuit', async () => {
    expect(await port.expressRouteCircuit(circuit.id)).toMatchObject({
      value: {
        value: {
          name: 'er',
          providerState: 'Provisioned',
          peerings: [
            { type: 'AzurePrivatePeering', state: 'Enabled' },
            { type: 'MicrosoftPeering', state: 'Disabled' },
          ],
        },
      },
    })
    expect(await port.gatewayConnection(link.id)).toMatchObject({ value: { value: { circuitId: circuit.id } } })
  })

  it('of virtual WAN hubs', async () => {
    expect(await port.virtualHubs(LAB_SUBSCRIPTION)).toMatchObject({ value: { value: [{ vpnGatewayId: gateway.id }] } })
    expect(await port.hubConnections(hub.id)).toMatchObject({ value: { value: [{ remoteNetworkId: network.id }] } })
    expect(await port.hubGateway(gateway.id)).toMatchObject({
      value: { value: { kind: 'vpn', connections: [{ id: toSite.id, name: 'to-hq' }] } },
    })
    expect(await port.hubGatewayConnection(toSite.id)).toMatchObject({
      value: { value: { status: 'Connected', siteId: site.id, enableBgp: false } },
    })
    expect(await port.hubGateway(expressGateway.id)).toMatchObject({
      value: { value: { kind: 'express-route', connections: [{ id: toCircuit.id }] } },
    })
    expect(await port.hubGatewayConnection(toCircuit.id)).toMatchObject({ value: { value: { circuitId: circuit.id } } })
    expect(await port.vpnSite(site.id)).toMatchObject({ value: { value: { addressPrefixes: ['192.168.0.0/16'] } } })
  })

  it('of what has an address in a subnet', async () => {
    expect(await port.addressHolder(firewall.id)).toMatchObject({ value: { value: { addresses: ['10.0.0.4'] } } })
    expect(await port.addressHolder(card.id)).toMatchObject({
      value: { value: { addresses: ['10.0.0.5'], virtualMachineId: expect.stringContaining('/vm-nva') } },
    })
    expect(await port.addressHolder(balancer.id)).toMatchObject({ value: { value: { addresses: ['10.0.0.6'] } } })
    expect(await port.addressHolder(table.id)).toMatchObject({ failure: { kind: 'missing-input' } })
  })

  it('of the service tags of a region, once a run', async () => {
    const before = lab.server.requests.length
    const [tags, again] = await Promise.all([
      port.serviceTags(LAB_SUBSCRIPTION, 'westeurope'),
      port.serviceTags(LAB_SUBSCRIPTION.toUpperCase(), 'WestEurope'),
    ])
    expect(again).toBe(tags)
    expect(tags).toMatchObject({ value: { found: true, value: { changeNumber: '143' } } })
    const list = tags.ok && tags.value.found ? tags.value.value.tags : []
    expect(list).toHaveLength(Object.keys(LAB_SERVICE_TAGS).length)
    const byName = Object.fromEntries(list.map(({ name, ...tag }) => [name, tag]))
    expect(byName).toMatchObject({
      Sql: { region: '', prefixes: LAB_SERVICE_TAGS['Sql'] },
      'Sql.WestEurope': { region: 'westeurope', prefixes: LAB_SERVICE_TAGS['Sql.WestEurope'] },
      'AzureCloud.centralfrance': { region: 'centralfrance' },
      'Storage.FranceCentral': { region: 'centralfrance' },
      'AzureFrontDoor.Backend': { region: '' },
    })
    expect(lab.server.requests.slice(before).filter(({ path }) => path.endsWith('/serviceTags'))).toHaveLength(1)
  })

  it('of service tags that come in pages', async () => {
    state.pageSize = 5
    const before = lab.server.requests.length
    const tags = await lab.arm().serviceTags(LAB_SUBSCRIPTION, 'westeurope')
    const names = tags.ok && tags.value.found ? tags.value.value.tags.map(({ name }) => name) : []
    expect(names).toEqual(Object.keys(LAB_SERVICE_TAGS))
    const pages = lab.server.requests.slice(before).filter(({ path }) => path.endsWith('/serviceTags'))
    expect(pages).toHaveLength(Math.ceil(names.length / 5))
  })

  it('of service tags that change between their pages nothing', async () => {
    state.faults = [
      {
        match: '/serviceTags$',
        status: 200,
        body: { changeNumber: '1', values: [], nextLink: `${lab.server.url}/subscriptions/s/serviceTags2` },
      },
      { match: '/serviceTags2$', status: 200, body: { changeNumber: '2', values: [] } },
    ]
    expect(await lab.arm().serviceTags(LAB_SUBSCRIPTION, 'westeurope')).toMatchObject({
      failure: { kind: 'protocol', message: expect.stringContaining('changed between pages') },
    })
  })

  it('of security admin rules, page by page', async () => {
    state.adminRules = ['a', 'b', 'c'].map((name, index) =>
      adminRule({ name, priority: index + 1, direction: 'Outbound', access: 'AlwaysAllow', ports: ['443'] }),
    )
    state.pageSize = 2
    const before = lab.server.requests.length
    expect(await port.securityAdminRules(network.id)).toMatchObject({
      value: {
        value: [
          {
            name: 'high-risk/a',
            access: 'always-allow',
            protocol: '*',
            destinationPrefixes: ['*'],
            destinationPorts: ['443'],
          },
          { name: 'high-risk/b', collection: 'High-risk ports' },
          { name: 'high-risk/c', priority: 3 },
        ],
      },
    })
    expect(lab.server.requests.slice(before).map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('of the subscription', async () => {
    expect(await port.provider(LAB_SUBSCRIPTION, 'Microsoft.DataMigration')).toMatchObject({
      value: { value: { registrationState: 'Registered', resourceTypes: [{ type: 'services' }, {}, {}] } },
    })
    expect(await port.dmsSkus(LAB_SUBSCRIPTION)).toMatchObject({
      value: {
        value: [{ name: 'Standard_1vCores', tier: 'Standard', locations: ['West Europe'], restrictions: [] }, {}, {}],
      },
    })
    expect(await port.dmsServices(LAB_SUBSCRIPTION)).toMatchObject({ value: { value: [{ name: 'dms' }] } })
    for (const scope of [`/subscriptions/${LAB_SUBSCRIPTION}`, network.id]) {
      expect(await port.permissions(scope)).toMatchObject({ value: { value: [{ actions: ['*'], notActions: [] }] } })
    }
  })
})

describe('what cannot be read', () => {
  it('names the missing action', async () => {
    const fresh = lab.arm()
    state.forbidden = [network.id, `/subscriptions/${LAB_SUBSCRIPTION}/providers/Microsoft.Network`]
    expect(await fresh.securityAdminRules(network.id)).toMatchObject({
      failure: {
        kind: 'forbidden',
        missing: expect.stringContaining('virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action'),
      },
    })
    expect(await fresh.serviceTags(LAB_SUBSCRIPTION, 'westeurope')).toMatchObject({
      failure: { kind: 'forbidden', missing: expect.stringContaining('Microsoft.Network/locations/serviceTags/read') },
    })
    expect(await fresh.virtualHubs(LAB_SUBSCRIPTION)).toMatchObject({ failure: { kind: 'forbidden' } })
  })

  it('may be the service tags alone', async () => {
    const fresh = lab.arm()
    state.forbidden = ['Microsoft.Network/locations/serviceTags/read']
    expect(await fresh.serviceTags(LAB_SUBSCRIPTION, 'westeurope')).toMatchObject({ failure: { kind: 'forbidden' } })
    expect(await fresh.virtualHubs(LAB_SUBSCRIPTION)).toMatchObject({ value: { found: true } })
  })

  it('is a permission of which not all is told', async () => {
    for (const permission of [{ actions: ['*'] }, { actions: ['*'], notActions: null }, { notActions: [] }]) {
      state.permissions = [permission]
      expect(await lab.arm().permissions(network.id)).toMatchObject({ failure: { kind: 'protocol' } })
    }
  })

  it('sends nothing for what is no id', async () => {
    const before = lab.server.requests.length
    const asked = await Promise.all([
      port.serviceTags('mine', 'westeurope'),
      port.virtualHubs('../..'),
      port.provider('x', 'Microsoft.Sql'),
      port.permissions('https://evil.example/subscriptions/1'),
      port.permissions(`/subscriptions/${LAB_SUBSCRIPTION}/../x`),
      port.permissions(`/subscriptions/${LAB_SUBSCRIPTION}/resourceGroups/a%2f..`),
      port.hubConnections('/subscriptions/x'),
      port.securityAdminRules(table.id),
    ])
    expect(asked.map((one) => (one.ok ? 'ok' : one.failure.kind))).toEqual(asked.map(() => 'missing-input'))
    expect(lab.server.requests).toHaveLength(before)
  })

  it('tells a network that is not there', async () => {
    expect(await port.securityAdminRules(`${network.id}2`)).toMatchObject({
      value: { found: false, missing: 'resource' },
    })
    expect(await port.hubGateway(`${gateway.id}2`)).toMatchObject({ value: { found: false } })
    expect(await port.dmsSkus('99999999-0000-4000-8000-000000000009')).toMatchObject({
      ok: false,
      failure: { kind: 'not-found' },
    })
  })
})
