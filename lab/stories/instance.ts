import { virtualNetwork } from '../azure/network-resources.ts'
import { resourceId } from '../azure/place.ts'
import type { ArmResource, AzureState } from '../azure/state.ts'
import { blobContainer, managedInstance, storageAccount, type StorageAccountSpec } from '../azure/storage-resources.ts'
import { goodParameters, serviceSas } from '../sas.ts'
import type { SqlState } from '../sql/state.ts'
import { putResources } from './change.ts'
import {
  DMS_SUBNET,
  GATEWAY,
  isoDay,
  NET,
  NSG,
  SALES,
  salesAttestations,
  salesAzure,
  salesSource,
  SALES_PASSWORD,
  TARGET_PASSWORD,
} from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

const SUBNETS = 'Microsoft.Network/virtualNetworks/subnets'
export const INSTANCE_SUBNET = resourceId(NET, SUBNETS, 'vnet-hub', 'snet-mi')
export const INSTANCE = resourceId(SALES, 'Microsoft.Sql/managedInstances', 'mi-sales')
export const STORAGE_ACCOUNT = resourceId(SALES, 'Microsoft.Storage/storageAccounts', 'stmig')

/** Sales moves to a managed instance; both logins lack a role, a database was never backed up, and a name is taken. */
export function instanceStory({ fixed = true, dmsPrefix = '10.1.2.0/24' } = {}): Story {
  return {
    name: 'instance',
    title: fixed
      ? 'Sales moves to Azure SQL Managed Instance, made ready'
      : 'Sales moves to Azure SQL Managed Instance',
    azure: instanceAzure(dmsPrefix),
    servers: { source: { state: instanceSource({ fixed }) }, target: { state: instanceTarget({ fixed }) } },
    storage: {
      secrets: (account) => ({ BACKUP_SAS: serviceSas(account, 'backups', goodParameters()) }),
      prepare: ({ front }, state) => {
        putAccount(front.origin)(state)
      },
    },
    secrets: { SALES_PASSWORD, TARGET_PASSWORD },
    inputs: {},
    files: (ports) => ({ [MANIFEST_PATH]: instanceManifest(ports) }),
    expected: fixed
      ? // Without a share nobody knows where the backups are to be written.
        { status: 'undetermined', exitCode: 1, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: [
            'source/login-is-sysadmin',
            'source/backups-have-checksums',
            'target/login-is-sysadmin',
            'target/database-names-are-free',
          ],
        },
    look: fixed
      ? [
          'The instance, its network, its storage, its names and the backup container are proven; nothing was written.',
          'The manifest names no share: what is asked of it is not known, each with what is missing.',
        ]
      : [
          'Both logins have to be sysadmin, and neither is: the statement to copy stands under each.',
          'The instance has a database ORDERSNEW: by its collation that is the name under which Orders would arrive.',
          'What the logins may not see is not known, and not failed: each names the permission that it lacks.',
        ],
  }
}

function instanceSource({ fixed }: { fixed: boolean }): SqlState {
  const source = salesSource({ controlServer: true })
  const backups = [{ type: 'D' as const, finished: `${isoDay(-1)}T22:00:07`, checksums: true }]
  return {
    ...source,
    logins: source.logins.map((login) => ({ ...login, sysadmin: fixed })),
    databases: source.databases.map((database) =>
      fixed || database.name !== 'Orders' ? { ...database, backups } : database,
    ),
  }
}

function instanceTarget({ fixed }: { fixed: boolean }): SqlState {
  return {
    serverName: 'mi-sales',
    version: [12, 0, 2000],
    engineEdition: 8,
    logins: [{ user: 'dms', password: TARGET_PASSWORD, sysadmin: fixed }],
    databases: fixed ? [] : [{ name: 'ORDERSNEW' }],
  }
}

/** The account as Azure tells it, with its blobs at the lab's own origin. */
export function putAccount(origin: string, spec: StorageAccountSpec = {}): (state: AzureState) => void {
  return putResources(
    ...storageAccount(SALES, 'stmig', { blobEndpoint: `${origin}/stmig/`, ...spec }),
    blobContainer(SALES, 'stmig', 'backups'),
  )
}

/** The network of the sales migration with a subnet for the instance, and the instance in it. */
function instanceAzure(dmsPrefix: string): ArmResource[] {
  const others = salesAzure().filter(
    ({ type }) => type.startsWith('Microsoft.Network/') && type !== 'Microsoft.Network/virtualNetworks',
  )
  const serviceEndpoints = ['Microsoft.Storage']
  return [
    virtualNetwork(NET, 'vnet-hub', {
      prefixes: ['10.1.0.0/16'],
      subnets: [
        { name: 'snet-dms', prefix: dmsPrefix, networkSecurityGroup: NSG, serviceEndpoints },
        { name: 'snet-mi', prefix: '10.1.3.0/24', serviceEndpoints },
        { name: 'GatewaySubnet', prefix: '10.1.255.0/27', ipConfigurations: [`${GATEWAY}/ipConfigurations/default`] },
      ],
    }),
    ...others,
    managedInstance(SALES, 'mi-sales', { subnet: INSTANCE_SUBNET }),
  ]
}

function instanceManifest({ sql, blob }: Ports): string {
  return `version: 1
name: Sales to a managed instance
scenario: sql-server-to-azure-sql-managed-instance
generation: classic
cutover: { start: ${isoDay(13)}T20:00:00Z, duration: 6h }
dms:
  subnet: ${DMS_SUBNET}
sources:
  - name: sales
    server: localhost,${String(sql['source'])}
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    tls: { ca: certs/root.pem }
    databases: [Sales, { name: Orders, as: OrdersNew }]
target:
  resource: ${INSTANCE}
  endpoint: localhost,${String(sql['target'])}
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
container:
  url: ${blob ?? ''}/stmig/backups
  sas: "\${BACKUP_SAS}"
  resource: ${STORAGE_ACCOUNT}
${salesAttestations()}`
}
