import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import {
  dmsService,
  firewallRule,
  ipv6FirewallRule,
  sqlDatabase,
  sqlServer,
  virtualNetworkRule,
} from '../../../lab/azure/data-resources.ts'
import { connection, localNetworkGateway, virtualNetwork, vpnGateway } from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { networkSecurityGroup } from '../../../lab/azure/security-rules.ts'
import { azureState } from '../../../lab/azure/state.ts'

const PLACE = { resourceGroup: 'rg-mig' }
const SUBNET = resourceId(PLACE, 'Microsoft.Network/virtualNetworks/subnets', 'vnet', 'snet-dms')
const nsg = networkSecurityGroup(PLACE, 'nsg', [
  { name: 'DenySmb', priority: 200, direction: 'Outbound', access: 'Deny', protocol: 'TCP', ports: ['445', '137-139'] },
])
const network = virtualNetwork(PLACE, 'vnet', {
  prefixes: ['10.0.0.0/16'],
  dnsServers: ['10.0.0.4'],
  subnets: [
    { name: 'snet-dms', prefix: '10.0.1.0/24', networkSecurityGroup: nsg.id, serviceEndpoints: ['Microsoft.Sql'] },
  ],
  peerings: [{ name: 'hub', remote: '/subscriptions/x', useRemoteGateways: true }],
})
const gateway = vpnGateway(PLACE, 'gw', { subnet: SUBNET })
const site = localNetworkGateway(PLACE, 'site', { prefixes: ['192.168.0.0/16'] })
const tunnels = ['t1', 't2', 't3'].map((name) =>
  connection(PLACE, name, { gateway: gateway.id, status: 'Connected', localNetworkGateway: site.id }),
)
const server = sqlServer(PLACE, 'sql', {
  publicNetworkAccess: 'Disabled',
  privateEndpoints: [{ name: 'pe', status: 'Approved' }],
})
const service = dmsService(PLACE, 'dms', { subnet: SUBNET })
const state = azureState([
  network,
  nsg,
  gateway,
  site,
  ...tunnels,
  server,
  sqlDatabase(PLACE, 'sql', 'Sales'),
  sqlDatabase(PLACE, 'sql', 'Sales Archive#1'),
  ipv6FirewallRule(PLACE, 'sql', 'six', '2001:db8::1', '2001:db8::9'),
  firewallRule(PLACE, 'sql', 'azure', '0.0.0.0'),
  firewallRule(PLACE, 'sql', 'office', '203.0.113.1', '203.0.113.9'),
  virtualNetworkRule(PLACE, 'sql', 'dms', { subnet: SUBNET }),
  service,
])

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
afterEach(() => {
  delete state.forbidden
  delete state.pageSize
  state.faults = []
})

const found = (value: unknown): object => ({ ok: true, value: { found: true, value } })
const failed = (kind: string, message: RegExp): object => ({
  ok: false,
  failure: { kind, message: expect.stringMatching(message) },
})

describe('what is there', () => {
  it('the identity, with the object id from the token', async () => {
    const { clientId, tenantId, objectId } = state
    expect(await lab.arm().signIn()).toEqual({ ok: true, value: { kind: 'secret', clientId, tenantId, objectId } })
  })

  it('SQL server, database and rules', async () => {
    const arm = lab.arm()
    expect(await arm.sqlServer(server.id)).toMatchObject(
      found({
        name: 'sql',
        publicNetworkAccess: 'Disabled',
        privateEndpointConnections: [{ name: 'pe', status: 'Approved' }],
      }),
    )
    expect(await arm.sqlDatabase(`${server.id}/databases/sales`)).toMatchObject(
      found({ name: 'Sales', status: 'Online', sku: 'GP_Gen5', maxSizeBytes: 34_359_738_368 }),
    )
    expect(await arm.sqlDatabase(`${server.id}/databases/Sales Archive#1`)).toMatchObject(
      found({ name: 'Sales Archive#1', status: 'Online' }),
    )
    expect(lab.server.requests.at(-1)?.path).toMatch(/\/databases\/Sales%20Archive%231$/)
    expect(await arm.sqlDatabases(server.id)).toMatchObject(
      found([{ name: 'Sales', status: 'Online', sku: 'GP_Gen5' }, { name: 'Sales Archive#1' }]),
    )
    expect(await arm.sqlFirewallRules(server.id)).toEqual(
      found([
        { name: 'azure', startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' },
        { name: 'office', startIpAddress: '203.0.113.1', endIpAddress: '203.0.113.9' },
      ]),
    )
    expect(await arm.sqlIpv6FirewallRules(server.id)).toEqual(
      found([{ name: 'six', startIpAddress: '2001:db8::1', endIpAddress: '2001:db8::9' }]),
    )
    expect(await arm.sqlVirtualNetworkRules(server.id)).toEqual(
      found([{ name: 'dms', subnetId: SUBNET, state: 'Ready', ignoreMissingEndpoint: false }]),
    )
  })

  it('network, security group and service', async () => {
    const arm = lab.arm()
    expect(await arm.virtualNetwork(network.id)).toMatchObject(
      found({
        addressPrefixes: ['10.0.0.0/16'],
        dnsServers: ['10.0.0.4'],
        subnets: [
          {
            id: SUBNET,
            addressPrefixes: ['10.0.1.0/24'],
            networkSecurityGroupId: nsg.id,
            serviceEndpoints: ['Microsoft.Sql'],
          },
        ],
        peerings: [{ name: 'hub', state: 'Connected', remoteId: '/subscriptions/x', useRemoteGateways: true }],
      }),
    )
    const group = await arm.networkSecurityGroup(nsg.id)
    const rules = group.ok && group.value.found ? group.value.value.rules : []
    expect(rules).toHaveLength(7)
    expect(rules[0]).toEqual({
      name: 'DenySmb',
      priority: 200,
      direction: 'outbound',
      access: 'deny',
      protocol: 'tcp',
      sourcePrefixes: ['*'],
      sourcePorts: ['*'],
      sourceGroupIds: [],
      destinationPrefixes: ['*'],
      destinationPorts: ['445', '137-139'],
      destinationGroupIds: [],
    })
    expect(await arm.dmsService(service.id)).toMatchObject(
      found({ provisioningState: 'Succeeded', virtualSubnetId: SUBNET }),
    )
  })

  it('a gateway with the ids of its connections, which are read one by one', async () => {
    state.pageSize = 2
    const arm = lab.arm()
    expect(await arm.virtualNetworkGateway(gateway.id)).toEqual(
      found({
        id: gateway.id,
        name: 'gw',
        gatewayType: 'Vpn',
        clientPrefixes: [],
        connectionIds: tunnels.map(({ id }) => id),
      }),
    )
    expect(await arm.gatewayConnection(tunnels[0]?.id ?? '')).toMatchObject(
      found({
        connectionType: 'IPsec',
        connectionStatus: 'Connected',
        enableBgp: false,
        localNetworkGatewayId: site.id,
      }),
    )
    expect(await arm.localNetworkGateway(site.id)).toMatchObject(found({ addressPrefixes: ['192.168.0.0/16'] }))
  })
})

describe('how it asks', () => {
  it('each object once in any letter case, with one token, by GET alone, with an api-version', async () => {
    const start = lab.server.requests.length
    const seenByHook: string[] = []
    const arm = lab.arm({ onRequest: (method, url) => seenByHook.push(`${method} ${new URL(url).pathname}`) })
    const odd = network.id.replace('resourceGroups', 'RESOURCEGROUPS').replace('virtualNetworks', 'VIRTUALNETWORKS')
    const answers = await Promise.all([network.id, odd, `${network.id}/`].map((id) => arm.virtualNetwork(id)))
    await Promise.all([server.id, server.id].flatMap((id) => [arm.sqlServer(id), arm.sqlFirewallRules(id)]))
    const requests = lab.server.requests.slice(start)
    const gets = requests.filter(({ path }) => path.startsWith('/subscriptions'))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(gets).toHaveLength(3)
    expect(gets.every(({ method, query }) => method === 'GET' && query.includes('api-version='))).toBe(true)
    expect(requests.filter(({ path }) => path.endsWith('/token'))).toHaveLength(1)
    expect(seenByHook).toEqual(requests.map(({ method, path }) => `${method} ${path}`))
  })

  it('all pages of a list', async () => {
    state.pageSize = 1
    const rules = await lab.arm().sqlFirewallRules(server.id)
    expect(rules.ok && rules.value.found ? rules.value.value : []).toHaveLength(2)
  })

  it('no other origin: neither by a link to the next page, nor by a redirect', async () => {
    const start = lab.server.requests.length
    for (const link of [
      'https://evil.example/next',
      `${lab.server.url.replace(/\d+$/, '')}1/next`,
      'http://localhost/next',
    ]) {
      state.faults = [{ match: '/(firewallRules|connections)$', status: 200, body: { value: [], nextLink: link } }]
      const arm = lab.arm()
      expect(await arm.sqlFirewallRules(server.id)).toMatchObject(failed('untrusted-host', /nowhere but/))
      expect(await arm.virtualNetworkGateway(gateway.id)).toMatchObject(failed('untrusted-host', /nowhere but/))
    }
    for (const location of ['https://evil.example/', network.id]) {
      state.faults = [{ match: '^/subscriptions', status: 307, headers: { location } }]
      const arm = lab.arm()
      expect(await arm.virtualNetwork(network.id)).toMatchObject(failed('untrusted-host', /redirects/))
      expect(await arm.sqlServer(server.id)).toMatchObject(failed('untrusted-host', /redirects/))
    }
    expect(lab.server.requests.slice(start).filter(({ path }) => path.includes('next'))).toEqual([])
  })

  it('no list that goes in circles', async () => {
    const nextLink = `${lab.server.url}${server.id}/firewallRules?api-version=1`
    state.faults = [{ match: '/firewallRules$', status: 200, body: { value: [], nextLink } }]
    expect(await lab.arm().sqlFirewallRules(server.id)).toMatchObject(failed('protocol', /read before/))
  })

  it('nothing for an id that is none, or is of something else', async () => {
    const start = lab.server.requests.length
    const arm = lab.arm()
    expect(await arm.sqlServer('sql')).toMatchObject(failed('missing-input', /not the id/))
    expect(await arm.sqlServer(network.id)).toMatchObject(failed('missing-input', /was expected/))
    expect(lab.server.requests.length).toBe(start)
  })
})

describe('what is not there', () => {
  const absent = (missing: string): object => ({ ok: true, value: { found: false, missing } })

  it('is an answer when the object, its parent or its group is missing', async () => {
    const arm = lab.arm()
    const nobody = resourceId(PLACE, 'Microsoft.Sql/servers', 'nobody')
    expect(await arm.sqlServer(nobody)).toMatchObject(absent('resource'))
    expect(await arm.sqlDatabase(`${nobody}/databases/x`)).toMatchObject(absent('parent'))
    expect(await arm.sqlFirewallRules(nobody)).toMatchObject(absent('parent'))
    const noGroup = resourceId({ resourceGroup: 'nowhere' }, 'Microsoft.Network/virtualNetworks', 'v')
    expect(await arm.virtualNetwork(noGroup)).toMatchObject(absent('resource-group'))
  })

  it('is no answer when the subscription is missing, or when a 404 says nothing', async () => {
    const arm = lab.arm()
    const type = 'Microsoft.Network/virtualNetworks'
    const elsewhere = resourceId({ ...PLACE, subscription: '99999999-2222-3333-4444-555555555555' }, type, 'v')
    expect(await arm.virtualNetwork(elsewhere)).toMatchObject(failed('not-found', /no role in it/))
    const malformed = resourceId({ ...PLACE, subscription: 'prod' }, type, 'v')
    expect(await arm.virtualNetwork(malformed)).toMatchObject(failed('not-found', /subscription id is wrong/))
    state.faults = [
      { match: 'virtualNetworks/vnet$', status: 404, body: '<html>', headers: { 'content-type': 'text/html' } },
    ]
    expect(await arm.virtualNetwork(network.id)).toMatchObject(failed('protocol', /decides nothing.*web page/))
    state.faults = [{ match: 'servers/sql$', status: 404, body: '' }]
    expect(await arm.sqlServer(server.id)).toMatchObject(failed('protocol', /decides nothing.*no body/))
  })

  it('a list of connections that is missing says nothing about its gateway', async () => {
    state.faults = [
      { match: '/connections$', status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } },
    ]
    expect(await lab.arm().virtualNetworkGateway(gateway.id)).toMatchObject(failed('protocol', /does not list/))
  })
})

describe('what the identity may not see', () => {
  it('names the missing action and the command for it, for both kinds of readers', async () => {
    state.forbidden = [server.id, network.id]
    const arm = lab.arm()
    for (const [answer, action, id] of [
      [await arm.sqlServer(server.id), 'Microsoft.Sql/servers/read', server.id],
      [await arm.virtualNetwork(network.id), 'Microsoft.Network/virtualNetworks/read', network.id],
    ] as const) {
      const code = `az role assignment create --assignee ${state.objectId} --role Reader --scope ${id}`
      expect(answer).toMatchObject({
        ok: false,
        failure: { kind: 'forbidden', missing: `${action} on ${id}`, scripts: [{ language: 'bash', code }] },
      })
    }
  })

  it('401 is a matter of sign-in', async () => {
    const body = { error: { code: 'InvalidAuthenticationTokenTenant', message: 'wrong issuer' } }
    state.faults = [
      { match: '^/subscriptions', status: 401, body, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    ]
    expect(await lab.arm().sqlServer(server.id)).toMatchObject(failed('auth', /another tenant/))
    expect(await lab.arm().virtualNetwork(network.id)).toMatchObject(failed('auth', /another tenant/))
  })
})

describe('bodies that cannot be read', () => {
  it.each([
    ['a web page', 200, '<html>'],
    ['nothing', 200, ''],
    ['no content', 204, ''],
    ['a list', 200, []],
    ['an object without properties', 200, { id: 'x', name: 'x', location: 'y' }],
    ['properties of a wrong type', 200, { id: 'x', name: 'x', location: 'y', properties: 'z' }],
  ])('%s', async (_, status, body) => {
    state.faults = [{ match: '^/subscriptions', status, body }]
    const arm = lab.arm()
    expect(await arm.sqlServer(server.id)).toMatchObject(failed('protocol', /./))
    expect(await arm.sqlFirewallRules(server.id)).toMatchObject(failed('protocol', /./))
    expect(await arm.virtualNetwork(network.id)).toMatchObject(failed('protocol', /./))
    expect(await arm.virtualNetworkGateway(gateway.id)).toMatchObject(failed('protocol', /./))
  })
})
