import { adminRule } from '../../lab/azure/admin-rules.ts'
import { dmsService, firewallRule, sqlDatabase, sqlServer, virtualNetworkRule } from '../../lab/azure/data-resources.ts'
import { virtualNetwork } from '../../lab/azure/network-resources.ts'
import { resourceId } from '../../lab/azure/place.ts'
import { networkSecurityGroup } from '../../lab/azure/security-rules.ts'
import { MANIFEST } from '../fixtures.ts'
import {
  DATA,
  DMS_SUBNET,
  GATEWAY,
  LOCATION,
  NAMED,
  NET,
  SERVER,
  SERVICE,
  SHUT,
  SOURCE,
  SOURCE_HOST,
  SURROUNDINGS,
  TARGET,
  TARGET_HOST,
  azure,
  gateway,
  manifest,
  network,
  type World,
} from './world-frame.ts'

/** Nothing is as it should be, and Azure says so. */
export function broken(): World {
  const serverId = (name: string): string => resourceId(DATA, 'Microsoft.Sql/servers', name)
  const [target] = MANIFEST.targets
  const [source] = MANIFEST.sources
  if (target === undefined || source === undefined) throw new Error('the fixture has no source or no target')
  const openHost = 'sqlopen.database.windows.net'
  return {
    name: 'broken',
    azure: azure(
      [
        virtualNetwork(NET, 'vnet-dms', {
          prefixes: ['10.1.0.0/16'],
          subnets: [
            {
              name: 'snet-dms',
              prefix: '10.1.2.0/24',
              networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
              serviceEndpoints: ['Microsoft.Storage'],
            },
            {
              name: 'GatewaySubnet',
              prefix: '10.1.255.0/27',
              ipConfigurations: [`${GATEWAY}/ipConfigurations/default`],
            },
          ],
        }),
        networkSecurityGroup(NET, 'nsg-dms', [
          {
            name: 'DenyServices',
            priority: 100,
            direction: 'Outbound',
            access: 'Deny',
            protocol: 'Tcp',
            source: ['10.1.2.0/24'],
            destination: 'AzureCloud',
          },
          {
            name: 'DenySource',
            priority: 110,
            direction: 'Outbound',
            access: 'Deny',
            protocol: 'Tcp',
            destination: ['192.168.0.0/16', '10.1.0.0/16'],
            ports: ['1433', '445'],
          },
          {
            name: 'DenyDns',
            priority: 120,
            direction: 'Outbound',
            access: 'Deny',
            destination: 'AzurePlatformDNS',
          },
        ]),
        ...gateway('NotConnected'),
        sqlServer(DATA, 'sqlsales'),
        sqlDatabase(DATA, 'sqlsales', 'Sales', { status: 'Offline' }),
        virtualNetworkRule(DATA, 'sqlsales', 'other', { subnet: `${DMS_SUBNET}-2` }),
        firewallRule(DATA, 'sqlsales', 'private', '10.1.2.0', '10.1.2.255'),
        sqlServer(DATA, 'sqlopen', { state: 'Disabled' }),
        sqlDatabase(DATA, 'sqlopen', 'open'),
        sqlServer(DATA, 'sqllost'),
        sqlServer(DATA, 'sqlclosed', { publicNetworkAccess: 'Disabled' }),
        firewallRule(DATA, 'sqlopen', 'AllowAllWindowsAzureIps', '0.0.0.0'),
        dmsService(NET, 'dms', { subnet: DMS_SUBNET, provisioningState: 'Failed' }),
      ],
      {
        adminRules: [
          adminRule({
            name: 'no-smb',
            priority: 1,
            direction: 'Outbound',
            access: 'Deny',
            protocol: 'Tcp',
            ports: ['445'],
          }),
        ],
        providers: { 'Microsoft.DataMigration': 'NotRegistered' },
      },
    ),
    manifest: manifest({
      dms: { serviceId: SERVICE },
      sources: [
        {
          databases: [
            ...source.databases,
            ...['open', 'lost', 'closed'].map((name) => ({ name, as: name, target: name, location: LOCATION })),
          ],
        },
        SHUT,
        NAMED,
        { name: 'gone', server: { text: 'sql03.corp.example', host: 'sql03.corp.example' }, databases: [] },
      ],
      targets: [
        { ...target, resourceId: SERVER },
        ...['open', 'lost', 'closed'].map((name) => ({ ...target, name, resourceId: serverId(`sql${name}`) })),
      ],
    }),
    surroundings: {
      ...SURROUNDINGS,
      names: {
        ...SURROUNDINGS.names,
        // In the network of DMS itself, so that the tunnel that is down does not matter.
        [SOURCE_HOST]: ['10.1.4.10'],
        [openHost]: ['20.16.24.10'],
        'sqlclosed.database.windows.net': ['20.16.24.11'],
      },
      servers: {
        [SOURCE_HOST]: {
          ...SOURCE,
          logins: [{ user: 'dms', password: 'x' }],
          databases: [
            { name: 'Sales', recoveryModel: 'SIMPLE', logFiles: 2, filestreamFiles: 1 },
            { name: 'Orders', state: 'OFFLINE' },
          ],
        },
        [TARGET_HOST]: { ...TARGET, databases: [{ name: 'Sales' }] },
        [openHost]: { ...TARGET, serverName: 'sqlopen', databases: [{ name: 'open' }] },
      },
      browsers: {},
      open: ['10.1.4.10:1433', '20.16.24.9:1433', '20.16.24.10:1433'],
    },
  }
}
