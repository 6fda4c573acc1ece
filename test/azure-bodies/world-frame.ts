// What the worlds have in common: places, a manifest, servers and a network around them.
import { connection, localNetworkGateway, vpnGateway } from '../../lab/azure/network-resources.ts'
import { resourceId, type Place } from '../../lab/azure/place.ts'
import { azureState, type ArmResource, type AzureState } from '../../lab/azure/state.ts'
import type { SqlState } from '../../lab/sql/state.ts'
import type { DeclaredFlow, Dms, Manifest, Source, Target } from '../../src/domain/manifest.ts'
import { MANIFEST } from '../fixtures.ts'
import type { Surroundings } from './stand-ins.ts'

export interface World {
  name: string
  azure: AzureState
  manifest: Manifest
  surroundings: Surroundings
}

export const NET: Place = { resourceGroup: 'rg-net' }
export const DATA: Place = { resourceGroup: 'rg-sales' }
export const network = (type: string, ...names: string[]): string =>
  resourceId(NET, `Microsoft.Network/${type}`, ...names)
export const DMS_SUBNET = network('virtualNetworks/subnets', 'vnet-dms', 'snet-dms')
export const NETWORK = network('virtualNetworks', 'vnet-dms')
export const GATEWAY = network('virtualNetworkGateways', 'vgw')
export const SERVER = resourceId(DATA, 'Microsoft.Sql/servers', 'sqlsales')
export const SERVICE = resourceId(NET, 'Microsoft.DataMigration/services', 'dms')
export const TARGET_HOST = 'sqlsales.database.windows.net'
export const LOCATION = MANIFEST.location

export const SOURCE_HOST = 'sql01.corp.example'
export const SOURCE: SqlState = {
  serverName: 'SQL01',
  version: [16, 0, 4135],
  logins: [{ user: 'dms', password: 'x', sysadmin: true, grants: ['VIEW SERVER STATE'] }],
  databases: [{ name: 'Sales' }, { name: 'Orders' }],
}
export const TARGET: SqlState = {
  serverName: 'sqlsales',
  version: [12, 0, 2000],
  azure: true,
  logins: [{ user: 'dms', password: 'x' }],
  databases: [
    { name: 'Sales', owners: ['dms'] },
    { name: 'OrdersNew', owners: ['dms'] },
  ],
}

export const SURROUNDINGS: Surroundings = {
  names: {
    [SOURCE_HOST]: ['192.168.1.10'],
    'sql02.corp.example': ['192.168.1.11'],
    'sql05.corp.example': ['192.168.1.12'],
    [TARGET_HOST]: ['20.16.24.9'],
  },
  open: ['192.168.1.10:1433', '20.16.24.9:1433'],
  browsers: { '192.168.1.12': 50_123 },
  own: '10.1.2.5',
  servers: { [SOURCE_HOST]: SOURCE, [TARGET_HOST]: TARGET },
}

/** A few of every kind; all of Azure's would only take longer. */
const TAGS = {
  AzureCloud: ['20.0.0.0/11', '2603:1000::/24'],
  'AzureCloud.westeurope': ['20.16.0.0/12', '2603:1020:200::/40'],
  AzureMonitor: ['20.16.8.0/22'],
  'AzureMonitor.WestEurope': ['20.16.8.0/24'],
  ServiceBus: ['20.16.16.0/22'],
  'ServiceBus.WestEurope': ['20.16.16.0/24'],
  'Sql.WestEurope': ['20.16.24.0/24'],
  Storage: ['20.16.32.0/22'],
  'Storage.WestEurope': ['20.16.32.0/24', '2603:1020:209:1::/64'],
}

export function azure(resources: readonly ArmResource[], more: Partial<AzureState> = {}): AzureState {
  return { ...azureState(resources), serviceTags: TAGS, ...more }
}

export function manifest({
  dms,
  sources,
  targets,
}: {
  dms?: Partial<Dms>
  sources?: readonly Partial<Source>[]
  targets?: readonly Target[]
}): Manifest {
  const [source] = MANIFEST.sources
  const [target] = MANIFEST.targets
  if (source === undefined || target === undefined) throw new Error('the fixture has no source or no target')
  return {
    ...MANIFEST,
    dms: { ...MANIFEST.dms, subnetId: DMS_SUBNET, flows: [FLOW], ...dms },
    sources: (sources ?? [{}, SHUT, NAMED]).map((one) => ({ ...source, ...one })),
    targets: targets ?? [{ ...target, resourceId: SERVER }],
  }
}

/** A source of which only Azure tells whether a way leads there: nothing listens on its port. */
export const SHUT: Partial<Source> = {
  name: 'shut',
  server: { text: 'sql02.corp.example', host: 'sql02.corp.example' },
  databases: [],
}

/** A source whose port only SQL Server Browser knows. */
export const NAMED: Partial<Source> = {
  name: 'named',
  server: { text: 'sql05.corp.example\\SALES', host: 'sql05.corp.example', instance: 'SALES' },
  databases: [],
}

export const FLOW: DeclaredFlow = {
  name: 'redirect',
  direction: 'outbound',
  protocol: 'tcp',
  ports: [
    [1433, 1433],
    [11_000, 11_999],
  ],
  peer: 'Sql.WestEurope',
  location: LOCATION,
}

export const ALLOW_SERVICES = {
  name: 'AllowDmsToServices',
  priority: 200,
  direction: 'Outbound',
  access: 'Allow',
  protocol: 'Tcp',
  destination: 'AzureCloud',
  ports: ['443', '9354', '12000', '1433', '11000-11999'],
} as const
export const ALLOW_SOURCE = {
  name: 'AllowDmsToSource',
  priority: 210,
  direction: 'Outbound',
  access: 'Allow',
  protocol: 'Tcp',
  source: ['10.1.2.0/24'],
  destination: ['192.168.0.0/16'],
  ports: ['1433', '445'],
} as const
export const DENY_INTERNET = {
  name: 'DenyInternet',
  priority: 300,
  direction: 'Outbound',
  access: 'Deny',
  destination: 'Internet',
} as const

export function gateway(status: 'Connected' | 'NotConnected', at: Place = NET): ArmResource[] {
  const id = resourceId(at, 'Microsoft.Network/virtualNetworkGateways', 'vgw')
  const local = resourceId(at, 'Microsoft.Network/localNetworkGateways', 'lgw')
  return [
    vpnGateway(at, 'vgw', { subnet: `${id}-subnet` }),
    localNetworkGateway(at, 'lgw', { prefixes: ['192.168.0.0/16'] }),
    connection(at, 'cn-hq', { gateway: id, localNetworkGateway: local, status }),
  ]
}
