import type { JsonObject } from '../../src/domain/json.ts'
import type { AzureState } from './state.ts'

/**
 * Answer of the service tag discovery. Azure takes the region in the path as a hint for a version alone: the list has
 * the tags of every region, whichever was asked for.
 */
export function serviceTags(state: AzureState, subscription: string, url?: URL): JsonObject {
  const { serviceTags: tags = LAB_SERVICE_TAGS, pageSize = Number.POSITIVE_INFINITY } = state
  const all = Object.entries(tags)
  const start = Number(url?.searchParams.get('$skipToken') ?? '0')
  const end = start + pageSize
  return {
    name: 'Public',
    id: `/subscriptions/${subscription}/providers/Microsoft.Network/serviceTags/Public`,
    type: 'Microsoft.Network/serviceTags',
    changeNumber: '143',
    cloud: 'Public',
    values: all.slice(start, end).map(([name, addressPrefixes]) => serviceTag(name, addressPrefixes)),
    ...(url === undefined || end >= all.length ? {} : { nextLink: nextPage(url, end) }),
  }
}

function nextPage(url: URL, skipToken: number): string {
  const next = new URL(url)
  next.searchParams.set('$skipToken', String(skipToken))
  return next.href
}

/** One entry, as recorded at api-version 2020-05-01: the name is the id, all numbers are texts. */
export function serviceTag(name: string, addressPrefixes: readonly string[]): JsonObject {
  const [service = name, suffix = ''] = name.split('.')
  return {
    name,
    id: name,
    serviceTagChangeNumber: '143',
    properties: {
      changeNumber: '7',
      region: REGIONS[suffix.toLowerCase()] ?? '',
      state: 'GA',
      networkFeatures: ['API', 'NSG', 'UDR', 'FW'],
      systemService: SYSTEM_SERVICES[service] ?? service,
      addressPrefixes: [...addressPrefixes],
    },
  }
}

/**
 * Region of a tag's entry by the end of its name. Not every end is a region (`AzureFrontDoor.Backend`), and some
 * regions are not written as their location is: francecentral's are `Storage.FranceCentral` and
 * `AzureCloud.centralfrance`, both with the region `centralfrance`
 * (https://learn.microsoft.com/azure/virtual-network/service-tags-overview).
 */
const REGIONS: Readonly<Record<string, string>> = {
  westeurope: 'westeurope',
  northeurope: 'northeurope',
  francecentral: 'centralfrance',
  centralfrance: 'centralfrance',
  eastus2: 'eastus2',
}

const SYSTEM_SERVICES: Readonly<Record<string, string>> = {
  AzureCloud: '',
  ServiceBus: 'AzureServiceBus',
  Sql: 'AzureSQL',
  Storage: 'AzureStorage',
}

/** Made up: services apart from each other, their regional parts within them, and AzureCloud around them all. */
export const LAB_SERVICE_TAGS: Readonly<Record<string, readonly string[]>> = {
  AzureCloud: ['20.0.0.0/11', '40.64.0.0/10', '2603:1000::/24'],
  'AzureCloud.centralfrance': ['20.8.0.0/14', '2603:1020:800::/40'],
  'AzureCloud.northeurope': ['20.4.0.0/14', '40.126.0.0/17', '2603:1020::/40'],
  'AzureCloud.westeurope': ['20.16.0.0/12', '40.112.0.0/13', '2603:1020:200::/40'],
  'AzureFrontDoor.Backend': ['20.16.40.0/24', '2603:1020:20a::/48'],
  AzureMonitor: ['20.16.8.0/22', '20.4.8.0/22', '40.113.8.0/22', '2603:1020:206::/48', '2603:1020:6::/48'],
  'AzureMonitor.NorthEurope': ['20.4.8.0/24', '2603:1020:6:1::/64'],
  'AzureMonitor.WestEurope': ['20.16.8.0/24', '2603:1020:206:1::/64'],
  ServiceBus: ['20.16.16.0/22', '20.4.16.0/22', '40.113.16.0/22', '2603:1020:207::/48', '2603:1020:7::/48'],
  'ServiceBus.NorthEurope': ['20.4.16.0/24', '2603:1020:7:1::/64'],
  'ServiceBus.WestEurope': ['20.16.16.0/24', '40.113.16.0/25', '2603:1020:207:1::/64'],
  Sql: ['20.16.24.0/22', '20.4.24.0/22', '40.113.24.0/22', '2603:1020:208::/48', '2603:1020:8::/48'],
  'Sql.NorthEurope': ['20.4.24.0/24', '2603:1020:8:1::/64'],
  'Sql.WestEurope': ['20.16.24.0/24', '2603:1020:208:1::/64'],
  Storage: ['20.16.32.0/22', '20.4.32.0/22', '20.8.32.0/22', '40.113.32.0/22', '2603:1020:209::/48'],
  'Storage.FranceCentral': ['20.8.32.0/24'],
  'Storage.NorthEurope': ['20.4.32.0/24'],
  'Storage.WestEurope': ['20.16.32.0/24', '40.113.32.0/24', '2603:1020:209:1::/64'],
}
