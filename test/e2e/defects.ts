import { firewallRule, sqlDatabase, sqlServer } from '../../lab/azure/data-resources.ts'
import { connection, localNetworkGateway } from '../../lab/azure/network-resources.ts'
import { resourceId } from '../../lab/azure/place.ts'
import { networkSecurityGroup } from '../../lab/azure/security-rules.ts'
import { putResources, removeResources, type Change } from '../../lab/stories/change.ts'
import { ASSESSMENT_PATH, assessmentReport, salesReport } from '../../lab/stories/ready.ts'
import { GATEWAY, NET, NSG, ON_PREMISES, SALES, SQL_SERVER } from '../../lab/stories/sales.ts'
import type { LoginState } from '../../lab/sql/state.ts'
import type { Defect } from './defect.ts'
import { DMS_DEFECTS } from './dms-defects.ts'

const NETWORK_ID = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
const MANIFEST = 'Sales to Azure SQL Database'

function sourceLogin(change: Partial<LoginState>): Change {
  const login: LoginState = { user: 'dms', password: 'Grün-5alt!sales', controlServer: true, ...change }
  return { source: { state: { logins: [login] } } }
}

function closed(...ids: readonly string[]): Change {
  return {
    azure: (state) => {
      state.forbidden = ids
    },
  }
}

const SOURCE_LOGIN = ['source/login-is-accepted (sales)']
const SOURCE_TLS = ['source/tls-is-acceptable (sales)']
const FIREWALL = ['target/server-firewall-admits-dms (default)']

const SOURCE_DEFECTS: readonly Defect[] = [
  { defect: 'wrong password', change: { secrets: { SALES_PASSWORD: 'n0t-the-pass' } }, roots: SOURCE_LOGIN },
  { defect: 'no password', change: { secrets: { SALES_PASSWORD: '' } }, roots: SOURCE_LOGIN },
  { defect: 'disabled login', change: sourceLogin({ disabled: true }), roots: SOURCE_LOGIN },
  { defect: 'locked login', change: sourceLogin({ locked: true }), roots: SOURCE_LOGIN },
  { defect: 'expired password', change: sourceLogin({ expired: true }), roots: SOURCE_LOGIN },
  { defect: 'password to be changed', change: sourceLogin({ mustChange: true }), roots: SOURCE_LOGIN },
  {
    defect: 'no CONTROL SERVER',
    change: sourceLogin({ controlServer: false }),
    roots: ['source/login-has-control-server (sales)'],
  },
  { defect: 'untrusted certificate', change: { source: { certificate: 'self-signed' } }, roots: SOURCE_TLS },
  { defect: 'expired certificate', change: { source: { certificate: 'expired' } }, roots: SOURCE_TLS },
  { defect: 'no encryption', change: { source: { certificate: 'none' } }, roots: SOURCE_TLS },
  {
    defect: 'closed port of the source',
    change: { source: { down: true } },
    roots: ['source/engine-port-is-reachable (sales)'],
  },
  {
    defect: 'another service on the port of the source',
    change: { source: { misbehave: 'garbage' } },
    roots: ['source/tcp-ip-is-enabled (sales)'],
  },
  {
    defect: 'misspelt source',
    change: {
      manifest: { 'server: localhost,': 'server: sql01.invalid,' },
      files: {
        [ASSESSMENT_PATH]: assessmentReport({
          databases: ['Sales', 'Orders'].map((name) => ['sql01.invalid', name] as const),
        }),
      },
    },
    roots: ['source/name-resolves (sales)'],
  },
  {
    defect: 'a database that is being restored',
    change: { source: { state: { databases: [{ name: 'Sales' }, { name: 'Orders', state: 'RESTORING' }] } } },
    roots: ['source/database-is-readable (sales/Orders)'],
  },
  {
    defect: 'a misspelt database',
    change: { source: { state: { databases: [{ name: 'Sales' }, { name: 'Order' }] } } },
    roots: ['source/database-is-readable (sales/Orders)'],
  },
  {
    defect: 'a port of another instance',
    change: {
      source: { state: { instanceName: 'OTHER' } },
      manifest: { 'server: localhost,': 'server: localhost\\SALES,' },
    },
    roots: ['source/port-matches-instance (sales)'],
  },
  {
    defect: 'a source that is no SQL Server',
    change: { source: { state: { engineEdition: 8 } } },
    roots: ['source/version-is-supported (sales)'],
  },
]

const TARGET_DEFECTS: readonly Defect[] = [
  {
    defect: 'wrong password of the target',
    change: { secrets: { TARGET_PASSWORD: 'n0t-the-pass' } },
    roots: ['target/login-is-accepted (default)'],
  },
  {
    defect: 'runner not admitted by the target',
    change: { target: { state: { admits: [] } } },
    roots: ['target/login-is-accepted (default)'],
  },
  {
    defect: 'closed port of the target',
    change: { target: { down: true } },
    roots: ['target/engine-port-is-reachable (default)'],
  },
  {
    defect: 'certificate of another server',
    change: { target: { certificate: 'other-name' } },
    roots: ['target/tls-is-acceptable (default)'],
  },
  {
    defect: 'missing database',
    change: { azure: removeResources(`${SQL_SERVER}/databases/OrdersNew`) },
    roots: ['target/sql-database-exists (default/OrdersNew)'],
  },
  {
    defect: 'missing first database',
    change: { azure: removeResources(`${SQL_SERVER}/databases/Sales`) },
    roots: ['target/sql-database-exists (default/Sales)'],
  },
  {
    defect: 'offline database',
    change: { azure: putResources(sqlDatabase(SALES, 'sqlsales', 'Sales', { status: 'Offline' })) },
    roots: ['target/sql-database-exists (default/Sales)'],
  },
  {
    defect: 'missing server',
    change: { azure: removeResources(SQL_SERVER) },
    roots: ['Sales', 'OrdersNew'].map((name) => `target/sql-database-exists (default/${name})`),
  },
  {
    defect: 'no user in a database',
    change: { target: { state: { databases: [{ name: 'Sales', owners: ['dms'] }, { name: 'OrdersNew' }] } } },
    roots: ['target/login-has-control-database (default/OrdersNew)'],
  },
]

const AZURE_DEFECTS: readonly Defect[] = [
  {
    defect: 'wrong client secret',
    change: { inputs: { 'client-secret': 'n0t~the.Secret' } },
    roots: [`azure/sign-in-works (${MANIFEST})`],
  },
  {
    defect: 'server firewall without the subnet',
    change: { azure: removeResources(`${SQL_SERVER}/virtualNetworkRules/dms`, `${SQL_SERVER}/firewallRules/office`) },
    roots: FIREWALL,
  },
  {
    defect: 'server without public access',
    change: { azure: putResources(sqlServer(SALES, 'sqlsales', { publicNetworkAccess: 'Disabled' })) },
    roots: FIREWALL,
  },
  {
    defect: 'server open to all of Azure',
    change: { azure: putResources(firewallRule(SALES, 'sqlsales', 'AllowAllWindowsAzureIps', '0.0.0.0')) },
    roots: ['target/server-firewall-is-closed-to-other-tenants (default)'],
  },
  {
    defect: 'NSG denies 443',
    change: {
      azure: putResources(
        networkSecurityGroup(NET, 'nsg-dms', [
          { name: 'DenyWeb', priority: 100, direction: 'Outbound', access: 'Deny', protocol: 'Tcp', ports: '443' },
        ]),
      ),
    },
    roots: ['network/nsg-allows-dms-ports (snet-dms:443)'],
  },
  {
    defect: 'forbidden NSG',
    change: closed(NSG),
    roots: [
      ...[443, 53, 9354, 445, 12_000].map((port) => `network/nsg-allows-dms-ports (snet-dms:${String(port)})`),
      'network/nsg-allows-source-ports (sales)',
    ],
  },
  {
    defect: 'gateway NotConnected',
    change: {
      azure: putResources(
        connection(NET, 'cn-headquarters', {
          gateway: GATEWAY,
          localNetworkGateway: ON_PREMISES,
          status: 'NotConnected',
        }),
      ),
    },
    roots: ['network/dms-vnet-has-site-to-site-connectivity (sales)'],
  },
  {
    defect: 'tunnel to another site',
    change: { azure: putResources(localNetworkGateway(NET, 'lgw-headquarters', { prefixes: ['192.168.0.0/16'] })) },
    roots: ['network/dms-vnet-has-site-to-site-connectivity (sales)'],
  },
  {
    defect: 'missing network',
    change: { azure: removeResources(NETWORK_ID) },
    roots: [`network/dms-vnet-uses-resource-manager (${MANIFEST})`],
  },
  {
    defect: 'forbidden network',
    change: closed(NETWORK_ID),
    roots: [`network/dms-vnet-uses-resource-manager (${MANIFEST})`],
  },
  {
    defect: 'forbidden server',
    change: closed(SQL_SERVER),
    roots: [
      ...['Sales', 'OrdersNew'].map((name) => `target/sql-database-exists (default/${name})`),
      ...FIREWALL,
      'target/server-firewall-is-closed-to-other-tenants (default)',
    ],
  },
  {
    defect: 'assessment that does not show its writer',
    change: { files: (ports) => ({ [ASSESSMENT_PATH]: salesReport(ports, { sourcePlatform: 'SqlOnPrem' }) }) },
    roots: [`tools/data-migration-assistant-is-current (${MANIFEST})`],
  },
]

export const DEFECTS: readonly Defect[] = [...SOURCE_DEFECTS, ...TARGET_DEFECTS, ...AZURE_DEFECTS, ...DMS_DEFECTS]
