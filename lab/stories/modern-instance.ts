import { ROLES } from '../azure/authorization.ts'
import { virtualNetwork } from '../azure/network-resources.ts'
import { managedInstance } from '../azure/storage-resources.ts'
import type { DatabaseState, SqlState } from '../sql/state.ts'
import { INSTANCE, INSTANCE_SUBNET, STORAGE_ACCOUNT } from './instance.ts'
import { FILESHARE_PASSWORD, fileShare, shareOf } from './modern-share.ts'
import {
  BY_PERSONS,
  BY_WINDOWS_TEAM,
  backedUp,
  backupOf,
  backupStorage,
  containerOf,
  modernManifest,
  modernService,
  RUNTIME_TOOL,
  uploaded,
} from './modern.ts'
import { isoDay, NET, SALES, SALES_PASSWORD, TARGET_PASSWORD } from './sales.ts'
import { MANIFEST_PATH, type Story } from './story.ts'

const THUMBPRINT = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'
const IDENTITY = 'cccccccc-0000-4000-8000-0000000000a1'

/** P23: the backups lie in a container, a folder for each database; the instance restores them under its own identity. */
export function modernInstanceStory({ fixed }: { fixed: boolean }): Story {
  const databases = backedUp().map((one) => (one.name === 'Sales' ? { ...one, encryptedBy: THUMBPRINT } : one))
  const files = uploaded(databases)
  // The job that uploads makes a folder for each day of Sales, and began Orders before its last backup had ended.
  const nested = files
    .filter((file) => !/^Orders.*2200/.test(file))
    .map((file) => (file.startsWith('Sales/') ? file.replace('/', `/${isoDay(-1)}/`) : file))
  return {
    ...base({ mayRead: fixed }),
    name: 'modern-instance',
    title: `Sales moves to a managed instance by backups in a container${fixed ? ', made ready' : ''}`,
    servers: {
      source: { state: source(databases) },
      target: { state: target() },
    },
    storage: backupStorage(fixed ? files : nested, { sas: true }),
    files: (ports) => ({
      [MANIFEST_PATH]: modernManifest(ports, {
        title: 'Sales to a managed instance',
        scenario: 'sql-server-to-azure-sql-managed-instance',
        migration: 'offline',
        target: INSTANCE,
        more: containerOf(ports, { sas: true }),
        attestations: fixed ? [...BY_PERSONS, ...BY_DBA] : [],
      }),
    }),
    expected: fixed
      ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: ['storage/folders-are-flat', 'storage/last-backup-is-newest', 'target/identity-can-read-container'],
        },
    look: fixed
      ? [
          'The gate is open: container, folders, last backups and the identity of the instance are proven.',
          'No integration runtime takes part, and nothing is asked of one: the instance restores from the container itself.',
          'Sales is encrypted: an instance does not list uploaded certificates, so whoever uploaded it vouches.',
        ]
      : [
          'Sales: its backups lie a folder deeper than the service looks; whether the last one is there is blocked by that.',
          'Orders: the newest backup that the source remembers is not in the container, so its changes would be lost.',
          'The identity of the instance may not read the container: the role to give stands in the report.',
          'Sales is encrypted, and only whoever uploaded the certificate knows that it is there: to be vouched for.',
        ],
  }
}

/**
 * P24: SQL Server writes its backups to a share, and the runtime takes them to the storage account until the cutover.
 * `hasFileServer: false`: the backups are uploaded to the container by others.
 */
export function modernInstanceOnlineStory({
  fixed,
  hasFileServer = true,
}: {
  fixed: boolean
  hasFileServer?: boolean
}): Story {
  const databases = fixed ? backedUp() : broken()
  const share = hasFileServer
    ? {
        fileServer: fileShare({ fixed }),
        secrets: { SALES_PASSWORD, TARGET_PASSWORD, SHARE_PASSWORD: FILESHARE_PASSWORD },
      }
    : {}
  return {
    ...base({ mayRead: true }),
    name: 'modern-instance-online',
    title: `Sales moves to a managed instance while it runs${fixed ? ', made ready' : ''}`,
    servers: { source: { state: source(databases) }, target: { state: target() } },
    storage: backupStorage(hasFileServer ? [] : uploaded(databases), { sas: true }),
    ...share,
    files: (ports) => ({
      [MANIFEST_PATH]: modernManifest(ports, {
        title: 'Sales to a managed instance, online',
        scenario: 'sql-server-to-azure-sql-managed-instance',
        migration: 'online',
        target: INSTANCE,
        more: `${containerOf(ports, { sas: true })}${hasFileServer ? `${shareOf(ports)}${RUNTIME_TOOL}` : ''}`,
        attestations: [...(fixed ? BY_PERSONS : []), ...(fixed && hasFileServer ? BY_SHARE : [])],
      }),
    }),
    expected: fixed
      ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: [
            'source/log-chain-is-unbroken',
            'source/recovery-model-is-full',
            ...(hasFileServer ? ['share/windows-user-can-read'] : []),
          ],
        },
    look: [
      ...(hasFileServer
        ? []
        : ['Left out: the share. The manifest names none, so the backups are taken from the container.']),
      ...(fixed
        ? [
            'The gate is open: from the newest full backup on, no piece of the log is missing, as the source remembers.',
            ...(hasFileServer
              ? ['The user of the share may read, and needs no more: the runtime takes the backups from there.']
              : []),
          ]
        : [
            'Sales: a log backup is missing in the middle of the chain; the report says from which LSN to which.',
            'Orders: in SIMPLE no log backup can be made, so nothing could follow until the cutover.',
            ...(hasFileServer
              ? ['The user of the share was given the files and not the share: which of the two shuts it out is said.']
              : []),
          ]),
    ],
  }
}

/** Sales: a log backup went astray. Orders: in SIMPLE, with a full backup alone. */
function broken(): DatabaseState[] {
  return [
    {
      name: 'Sales',
      backups: [
        backupOf('Sales', 'D', 20),
        backupOf('Sales', 'L', 21),
        { ...backupOf('Sales', 'L', 23), firstLsn: '2800' },
      ],
    },
    { name: 'Orders', recoveryModel: 'SIMPLE', backups: [backupOf('Orders', 'D', 20)] },
  ]
}

function base({
  mayRead,
}: {
  mayRead: boolean
}): Omit<Story, 'name' | 'title' | 'servers' | 'files' | 'expected' | 'look'> {
  return {
    azure: [
      virtualNetwork(NET, 'vnet-hub', {
        prefixes: ['10.1.0.0/16'],
        subnets: [{ name: 'snet-mi', prefix: '10.1.3.0/24', serviceEndpoints: ['Microsoft.Storage'] }],
      }),
      managedInstance(SALES, 'mi-sales', { subnet: INSTANCE_SUBNET, identity: IDENTITY }),
      modernService(),
    ],
    changeAzure: (state) => {
      if (mayRead) state.roleAssignments = [{ principal: IDENTITY, role: ROLES.blobReader, scope: STORAGE_ACCOUNT }]
    },
    secrets: { SALES_PASSWORD, TARGET_PASSWORD },
    inputs: {},
  }
}

function source(databases: readonly DatabaseState[]): SqlState {
  return {
    serverName: 'SQL01',
    version: [15, 0, 4385],
    logins: [{ user: 'dms', password: SALES_PASSWORD, sysadmin: true }],
    databases,
  }
}

function target(): SqlState {
  return {
    serverName: 'mi-sales',
    version: [12, 0, 2000],
    engineEdition: 8,
    logins: [{ user: 'dms', password: TARGET_PASSWORD, sysadmin: true }],
    databases: [],
  }
}

/** An instance does not list certificates that were uploaded. */
const BY_DBA = [['target/has-tde-certificates', 'sales/Sales'], ['source/encryption-is-inventoried']] as const
const BY_SHARE = [...BY_WINDOWS_TEAM, ['service/runtime-reaches-azure'], ['share/service-account-can-write']] as const
