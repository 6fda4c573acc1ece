import { virtualNetwork, type PeeringSpec } from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { managedInstance } from '../../../lab/azure/storage-resources.ts'
import type { DatabaseState, LoginState } from '../../../lab/sql/state.ts'
import { changeStory, putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { INSTANCE, INSTANCE_SUBNET, instanceStory } from '../../../lab/stories/instance.ts'
import { DMS_SUBNET, GATEWAY, NET, NSG, SALES, SALES_PASSWORD, TARGET_PASSWORD } from '../../../lab/stories/sales.ts'
import type { Case, Expectation } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { instance } from './storage-cases.ts'
import { NO_ENDPOINT, SOURCE_PASSWORD_WRONG, TARGET_PASSWORD_WRONG } from './worlds.ts'

const EXISTS = 'target/managed-instance-exists'
const CONNECTED = 'network/target-is-connected'
const SYSADMIN = 'target/login-is-sysadmin'
const STORAGE = 'target/has-free-storage'
const NAMES = 'target/database-names-are-free'
const TDE = 'target/has-tde-certificates'
const CONTAINED = 'target/allows-contained-databases'
const SOURCE_SYSADMIN = 'source/login-is-sysadmin'
const FILESTREAM = 'source/has-no-filestream'
const CHECKSUMS = 'source/backups-have-checksums'
const READABLE = 'source/database-is-readable'
const OF_DATABASES = [FILESTREAM, CHECKSUMS]
const OF_INSTANCE = [SYSADMIN, STORAGE, NAMES, TDE, CONTAINED]

const SALES_DATABASE = { subject: 'sales/Sales' }
const ORDERS = { subject: 'sales/Orders' }
const THUMBPRINT = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'
const SPOKE = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-mi')
const HUB = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
const SPOKE_SUBNET = `${SPOKE}/subnets/snet-mi`

function being(spec: { state?: string; provisioningState?: string; subnet?: string }): Change {
  return { azure: putResources(managedInstance(SALES, 'mi-sales', { subnet: INSTANCE_SUBNET, ...spec })) }
}
/** The instance in a network of its own, with these peerings on both sides. */
function inSpoke(hub: readonly PeeringSpec[], spoke: readonly PeeringSpec[]): Change {
  const gateway = {
    name: 'GatewaySubnet',
    prefix: '10.1.255.0/27',
    ipConfigurations: [`${GATEWAY}/ipConfigurations/a`],
  }
  return {
    azure: putResources(
      virtualNetwork(NET, 'vnet-hub', {
        prefixes: ['10.1.0.0/16'],
        subnets: [{ name: 'snet-dms', prefix: '10.1.2.0/24', networkSecurityGroup: NSG }, gateway],
        peerings: hub,
      }),
      virtualNetwork(NET, 'vnet-mi', {
        prefixes: ['10.2.0.0/16'],
        subnets: [{ name: 'snet-mi', prefix: '10.2.3.0/24' }],
        peerings: spoke,
      }),
      managedInstance(SALES, 'mi-sales', { subnet: SPOKE_SUBNET }),
    ),
  }
}
const TO_SPOKE: PeeringSpec = { name: 'to-mi', remote: SPOKE, remotePrefixes: ['10.2.0.0/16'] }
const TO_HUB: PeeringSpec = { name: 'to-hub', remote: HUB, remotePrefixes: ['10.1.0.0/16'] }

function databases(sales: Partial<DatabaseState>, orders: Partial<DatabaseState> = {}): Change {
  return {
    source: {
      state: {
        databases: [
          { name: 'Sales', ...sales },
          { name: 'Orders', ...orders },
        ],
      },
    },
  }
}
function sourceLogin(login: Partial<LoginState>): Change {
  return { source: { state: { logins: [{ user: 'dms', password: SALES_PASSWORD, ...login }] } } }
}
function targetLogin(login: Partial<LoginState>): Change {
  return { target: { state: { logins: [{ user: 'dms', password: TARGET_PASSWORD, ...login }] } } }
}
const blockedBy = (ids: readonly string[], by: string): Expectation[] => ids.map((id) => isBlocked(id, by))

export const INSTANCE_CASES: readonly Case[] = [
  {
    world: 'all is well',
    story: instance(),
    expected: [
      passes(EXISTS, /mi-sales is Ready, provisioning Succeeded \(GP_Gen5, 8 vCores, 1024 GB, in subnet snet-mi\)/),
      passes(CONNECTED, /vnet-hub holds DMS in subnet snet-dms and the instance in subnet snet-mi/),
      passes(SYSADMIN, /dms is sysadmin on localhost/, { proof: 'direct' }),
      passes(STORAGE, /2 databases need 1\.0 GB; the instance has 1024\.0 GB, of which 2\.0 GB is used/),
      passes(NAMES, /none is named OrdersNew/, { subject: 'default/OrdersNew' }),
      doesNotApply(TDE, /it is not encrypted/),
      doesNotApply(CONTAINED, /is not contained/),
      passes(SOURCE_SYSADMIN, /dms is sysadmin/),
      passes(FILESTREAM, /no FILESTREAM container/),
      passes(CHECKSUMS, /checksums: yes/),
      passes('target/name-resolves', /localhost resolves/),
      passes('target/login-is-accepted', /in the database master/),
    ],
  },
  {
    world: 'logins without the role, and a name that is taken',
    story: changeStory(instanceStory({ fixed: false })),
    expected: [
      fails(SOURCE_SYSADMIN, /dms is not sysadmin/),
      fails(CHECKSUMS, /remembers no full backup/, ORDERS),
      fails(SYSADMIN, /dms is not sysadmin on localhost.*\(roles: none\)/),
      fails(NAMES, /a database ORDERSNEW \(ONLINE\), which is the same name by its collation/, {
        subject: 'default/OrdersNew',
      }),
      isUnknown(STORAGE, 'forbidden', /missing: VIEW SERVER STATE/),
    ],
  },
  {
    world: 'the instance is stopped',
    story: instance(being({ state: 'Stopped' })),
    expected: [fails(EXISTS, /mi-sales is Stopped/), passes(CONNECTED, /snet-mi/)],
  },
  {
    world: 'the instance is on its way',
    story: instance(being({ state: 'Starting' })),
    expected: [isUnknown(EXISTS, 'insufficient', /is Starting.*may pass/)],
  },
  {
    world: 'the last operation on the instance failed',
    story: instance(being({ provisioningState: 'Failed' })),
    expected: [isUnknown(EXISTS, 'insufficient', /is Ready, provisioning Failed/)],
  },
  {
    world: 'the instance may not be read',
    story: instance({
      azure: (state) => {
        state.forbidden = [INSTANCE]
      },
    }),
    expected: [EXISTS, CONNECTED].map((id) =>
      isUnknown(id, 'forbidden', /403/, { missing: 'Microsoft.Sql/managedInstances/read' }),
    ),
  },
  {
    world: 'no such instance, and no endpoint in the manifest',
    story: instance(NO_ENDPOINT, { azure: removeResources(INSTANCE) }),
    expected: [
      fails(EXISTS, /mi-sales is not there/),
      isBlocked(CONNECTED, EXISTS),
      isBlocked('target/name-resolves', EXISTS),
      isBlocked('target/engine-port-is-reachable', 'target/name-resolves'),
    ],
  },
  {
    world: 'a name outside of Azure SQL',
    story: instance(NO_ENDPOINT, {
      azure: putResources(
        managedInstance(SALES, 'mi-sales', { subnet: INSTANCE_SUBNET, fullyQualifiedDomainName: 'localhost' }),
      ),
    }),
    expected: [isUnknown('target/name-resolves', 'untrusted-host', /no credential goes there/)],
  },
  {
    world: 'no sign-in to Azure',
    story: instance({ inputs: { 'client-secret': 'n0t~the.Secret' } }),
    expected: blockedBy([EXISTS, CONNECTED], 'azure/sign-in-works'),
  },
  {
    world: 'two networks, peered',
    story: instance(inSpoke([TO_SPOKE], [TO_HUB])),
    expected: [passes(CONNECTED, /peered directly: to-mi and to-hub are Connected/)],
  },
  {
    world: 'two networks, not peered',
    story: instance(inSpoke([], [])),
    expected: [fails(CONNECTED, /vnet-hub \(DMS\) has no peering with vnet-mi \(instance\)/)],
  },
  {
    world: 'a peering that one side gave up',
    story: instance(inSpoke([{ ...TO_SPOKE, state: 'Disconnected' }], [])),
    expected: [fails(CONNECTED, /to-mi of vnet-hub is Disconnected; vnet-mi has no peering back/)],
  },
  {
    world: 'the network of the instance may not be read',
    story: instance(inSpoke([TO_SPOKE], [TO_HUB]), {
      azure: (state) => {
        state.forbidden = [SPOKE]
      },
    }),
    expected: [isUnknown(CONNECTED, 'forbidden', /the other side could not be read: .*virtualNetworks\/read/)],
  },
  {
    world: 'DMS in the subnet of the instance',
    story: instance({ manifest: { [DMS_SUBNET]: INSTANCE_SUBNET } }),
    expected: [fails(CONNECTED, /are both in subnet snet-mi/)],
  },
  {
    world: 'the instance refuses the login',
    story: instance(TARGET_PASSWORD_WRONG),
    expected: blockedBy(OF_INSTANCE, 'target/login-is-accepted'),
  },
  {
    world: 'the source refuses the login',
    story: instance(SOURCE_PASSWORD_WRONG),
    expected: [
      ...blockedBy([SOURCE_SYSADMIN, ...OF_DATABASES, STORAGE, TDE, CONTAINED], 'source/login-is-accepted'),
      passes(NAMES, /none is named/),
    ],
  },
  {
    world: 'servers that answer NULL',
    story: instance({ source: { state: { azure: true } }, target: { state: { azure: true } } }),
    expected: [
      isUnknown(SOURCE_SYSADMIN, 'insufficient', /answered NULL/),
      isUnknown(SYSADMIN, 'insufficient', /answered NULL/),
      isUnknown(NAMES, 'forbidden', /lacks VIEW ANY DATABASE/),
    ],
  },
  {
    world: 'an instance without room',
    story: instance({ target: { state: { storage: { reservedMb: 32_768, usedMb: 32_000 } } } }),
    expected: [fails(STORAGE, /has no room for them: 2 databases need 1\.0 GB/)],
  },
  {
    world: 'an instance that does not tell its storage',
    story: instance(targetLogin({ sysadmin: false })),
    expected: [isUnknown(STORAGE, 'forbidden', /has 1024\.0 GB, of which an unknown part is used/)],
  },
  {
    world: 'encrypted and contained, and the instance is ready for it',
    story: instance(databases({ encryptedBy: THUMBPRINT, containment: 'PARTIAL' }), {
      target: { state: { certificates: [THUMBPRINT], containedAuthentication: true } },
    }),
    expected: [
      passes(TDE, /lists that certificate as tde-0/, SALES_DATABASE),
      { ...doesNotApply(TDE, /not encrypted/), ...ORDERS },
      passes(CONTAINED, /is on at/, SALES_DATABASE),
    ],
  },
  {
    world: 'encrypted and contained, and nothing is ready for it',
    story: instance(databases({ encryptedBy: THUMBPRINT, containment: 'PARTIAL' })),
    expected: [
      { ...isManual(TDE, new RegExp(`certificate ${THUMBPRINT}.*does not list it`)), ...SALES_DATABASE },
      fails(CONTAINED, /is off at/, SALES_DATABASE),
    ],
  },
  {
    world: 'a source login that may see little',
    story: instance(sourceLogin({ databases: ['Sales', 'Orders'] })),
    expected: [
      isUnknown(TDE, 'forbidden', /missing: VIEW SERVER STATE/),
      isUnknown(STORAGE, 'forbidden', /missing: VIEW ANY DEFINITION/),
      isUnknown(CHECKSUMS, 'forbidden', /./),
    ],
  },
  {
    world: 'a source that does not tell who is contained',
    story: instance({
      source: {
        state: {
          refusesStatements: [
            {
              holding: 'containment_desc',
              error: { number: 207, state: 1, severity: 16, message: "Invalid column name 'containment_desc'." },
            },
          ],
        },
      },
    }),
    expected: [isUnknown(CONTAINED, 'insufficient', /containment could not be seen/)],
  },
  {
    world: 'databases that a managed instance does not take',
    story: instance(databases({ nonTransactedAccess: 'FULL' }, { filestreamFiles: 1 })),
    expected: [
      fails(FILESTREAM, /non-transacted access FULL/, SALES_DATABASE),
      isUnknown(FILESTREAM, 'insufficient', /only the database itself tells/, ORDERS),
    ],
  },
  {
    world: 'a database that is not there',
    story: instance(databases({ name: 'Sales2' })),
    expected: [
      fails(READABLE, /./, SALES_DATABASE),
      ...blockedBy([FILESTREAM, TDE], READABLE).map((one) => ({ ...one, ...SALES_DATABASE })),
    ],
  },
]
