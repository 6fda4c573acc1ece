import { virtualNetwork } from '../azure/network-resources.ts'
import { resourceId } from '../azure/place.ts'
import type { ArmResource, AzureState } from '../azure/state.ts'
import { blobContainer, managedInstance, storageAccount, type StorageAccountSpec } from '../azure/storage-resources.ts'
import { goodParameters, serviceSas } from '../sas.ts'
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

/** Sales moves to a managed instance: as far as the backup container is concerned, all is well. */
export function instanceStory(dmsPrefix = '10.1.2.0/24'): Story {
  return {
    name: 'instance',
    title: 'Sales moves to Azure SQL Managed Instance',
    azure: instanceAzure(dmsPrefix),
    servers: { source: { state: salesSource({ controlServer: true }) } },
    storage: {
      secrets: (account) => ({ BACKUP_SAS: serviceSas(account, 'backups', goodParameters()) }),
      prepare: ({ front }, state) => {
        putAccount(front.origin)(state)
      },
    },
    secrets: { SALES_PASSWORD, TARGET_PASSWORD },
    inputs: {},
    files: (ports) => ({ [MANIFEST_PATH]: instanceManifest(ports) }),
    // What its source lacks is the business of other stories.
    expected: {
      status: 'not-ready',
      exitCode: 1,
      failing: ['source/login-is-sysadmin', 'source/backups-have-checksums', 'source/backups-have-checksums'],
    },
    look: [],
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
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
container:
  url: ${blob ?? ''}/stmig/backups
  sas: "\${BACKUP_SAS}"
  resource: ${STORAGE_ACCOUNT}
${salesAttestations()}`
}
