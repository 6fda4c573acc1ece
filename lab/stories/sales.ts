import { firewallRule, sqlDatabase, sqlServer, virtualNetworkRule } from '../azure/data-resources.ts'
import { connection, localNetworkGateway, virtualNetwork, vpnGateway } from '../azure/network-resources.ts'
import { resourceId, type Place } from '../azure/place.ts'
import { networkSecurityGroup } from '../azure/security-rules.ts'
import type { ArmResource } from '../azure/state.ts'
import type { SqlState } from '../sql/state.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

/** Two databases of a shop move to Azure SQL Database; the login that DMS will use was made, but not granted enough. */
export function salesStory({ fixed }: { fixed: boolean }): Story {
  return {
    name: 'sales',
    title: fixed ? 'Sales moves to Azure SQL Database, made ready' : 'Sales moves to Azure SQL Database',
    azure: salesAzure(),
    servers: {
      source: { state: salesSource({ controlServer: fixed }) },
      target: { state: salesTarget() },
    },
    secrets: { SALES_PASSWORD: SALES_PASSWORD, TARGET_PASSWORD: TARGET_PASSWORD },
    inputs: {},
    files: (ports) => ({ [MANIFEST_PATH]: salesManifest(ports) }),
    expected: fixed
      ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
      : { status: 'not-ready', exitCode: 1, failing: ['source/login-has-control-server'] },
    look: fixed
      ? [
          'The gate is open: ready=true. The conditions say what rests on a person or on another vantage than the DMS subnet.',
          'The report counts until the first attestation ends: see ready-until.',
        ]
      : [
          'One check fails: the login that DMS will use lacks CONTROL SERVER. The grant to copy stands under it.',
          'Network paths pass "by proxy": this runner is not in the DMS subnet, and the report says so.',
          'Run `npm run demo -- --fixed` to see the same migration made ready.',
        ],
  }
}

export const NET: Place = { resourceGroup: 'rg-net' }
export const SALES: Place = { resourceGroup: 'rg-sales' }
const SUBNETS = 'Microsoft.Network/virtualNetworks/subnets'
export const DMS_SUBNET = resourceId(NET, SUBNETS, 'vnet-hub', 'snet-dms')
export const SQL_SERVER = resourceId(SALES, 'Microsoft.Sql/servers', 'sqlsales')
export const NSG = resourceId(NET, 'Microsoft.Network/networkSecurityGroups', 'nsg-dms')
export const GATEWAY = resourceId(NET, 'Microsoft.Network/virtualNetworkGateways', 'vgw-hub')
export const ON_PREMISES = resourceId(NET, 'Microsoft.Network/localNetworkGateways', 'lgw-headquarters')
export const SALES_PASSWORD = 'Grün-5alt!sales'
export const TARGET_PASSWORD = 'T4rget;pass=word'

/** A hub with a VPN to the place of the source, an NSG that lets DMS out, and a target whose firewall knows the subnet. */
export function salesAzure(dmsPrefix = '10.1.2.0/24', space = ['10.1.0.0/16']): ArmResource[] {
  return [
    virtualNetwork(NET, 'vnet-hub', {
      prefixes: space,
      subnets: [
        {
          name: 'snet-dms',
          prefix: dmsPrefix,
          networkSecurityGroup: NSG,
          serviceEndpoints: ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.ServiceBus'],
        },
        { name: 'GatewaySubnet', prefix: '10.1.255.0/27', ipConfigurations: [`${GATEWAY}/ipConfigurations/default`] },
      ],
    }),
    networkSecurityGroup(NET, 'nsg-dms', [
      {
        name: 'AllowDmsToServices',
        priority: 200,
        direction: 'Outbound',
        access: 'Allow',
        protocol: 'Tcp',
        destination: 'AzureCloud',
        ports: ['443', '9354', '12000'],
      },
      {
        name: 'DenyRemoteDesktopIn',
        priority: 300,
        direction: 'Inbound',
        access: 'Deny',
        protocol: 'Tcp',
        ports: '3389',
      },
    ]),
    vpnGateway(NET, 'vgw-hub', { subnet: resourceId(NET, SUBNETS, 'vnet-hub', 'GatewaySubnet') }),
    // In the lab the "remote" server is this machine, whatever localhost resolves to.
    localNetworkGateway(NET, 'lgw-headquarters', { prefixes: ['127.0.0.0/8', '::1/128'] }),
    connection(NET, 'cn-headquarters', { gateway: GATEWAY, localNetworkGateway: ON_PREMISES, status: 'Connected' }),
    sqlServer(SALES, 'sqlsales'),
    sqlDatabase(SALES, 'sqlsales', 'Sales'),
    sqlDatabase(SALES, 'sqlsales', 'OrdersNew'),
    firewallRule(SALES, 'sqlsales', 'office', '203.0.113.10', '203.0.113.20'),
    virtualNetworkRule(SALES, 'sqlsales', 'dms', { subnet: DMS_SUBNET }),
  ]
}

export function salesSource({ controlServer }: { controlServer: boolean }): SqlState {
  return {
    serverName: 'SQL01',
    version: [15, 0, 4385],
    logins: [{ user: 'dms', password: SALES_PASSWORD, controlServer, grants: ['VIEW SERVER STATE'] }],
    databases: [{ name: 'Sales' }, { name: 'Orders' }],
  }
}

export function salesTarget(): SqlState {
  return {
    serverName: 'sqlsales',
    version: [12, 0, 2000],
    azure: true,
    logins: [{ user: 'dms', password: TARGET_PASSWORD }],
    databases: [
      { name: 'Sales', owners: ['dms'] },
      { name: 'OrdersNew', owners: ['dms'] },
    ],
  }
}

export function salesManifest(
  ports: Ports,
  {
    tools = 'data-migration-assistant: { version: "5.8" }',
    more = salesAttestations(),
    cutover = `cutover: { start: ${isoDay(13)}T20:00:00Z, duration: 6h }\n`,
  } = {},
): string {
  return `version: 1
name: Sales to Azure SQL Database
scenario: sql-server-to-azure-sql-database
generation: classic
${cutover}dms:
  subnet: ${DMS_SUBNET}
sources:
  - name: sales
    server: localhost,${String(ports.sql['source'])}
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { ca: certs/root.pem }
    databases: [Sales, { name: Orders, as: OrdersNew }]
target:
  resource: ${SQL_SERVER}
  endpoint: localhost,${String(ports.sql['target'])}
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
tools: { ${tools} }
${more}`
}

/** Days from today: a story does not grow old. */
export function isoDay(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}

export function salesAttestations(): string {
  return `attestations:
  - check: source/windows-firewall-lets-dms-in
    subject: sales
    by: "@windows-team"
    on: ${isoDay(-2)}
    expires: ${isoDay(300)}
    evidence: https://tickets.example/4711
  - check: source/firewall-appliance-lets-dms-in
    subject: sales
    by: "@network-team"
    on: ${isoDay(-2)}
    expires: ${isoDay(300)}
    evidence: https://tickets.example/4712
`
}
