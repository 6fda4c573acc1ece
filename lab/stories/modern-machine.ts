import type { DatabaseState, SqlState } from '../sql/state.ts'
import {
  BY_PERSONS,
  backedUp,
  backupOf,
  backupStorage,
  containerOf,
  modernManifest,
  modernService,
  uploaded,
  type Attested,
} from './modern.ts'
import { SALES_PASSWORD, TARGET_PASSWORD } from './sales.ts'
import { MACHINE_THUMBPRINT, SQL_MACHINE, sqlMachine } from './sql-machine.ts'
import { MANIFEST_PATH, type Story } from './story.ts'

/** P25: a machine with an older SQL Server than the source, registered in the mode that the portal no longer offers. */
export function modernMachineStory({ fixed }: { fixed: boolean }): Story {
  const databases = backedUp().map((one) => (one.name === 'Sales' ? { ...one, encryptedBy: MACHINE_THUMBPRINT } : one))
  const version = fixed ? ([16, 0, 4135] as const) : ([14, 0, 3456] as const)
  return {
    ...machineStory({ fixed, migration: 'offline', databases, attested: [['source/encryption-is-inventoried']] }),
    name: 'modern-machine',
    title: `Sales moves to SQL Server on a virtual machine${fixed ? ', made ready' : ''}`,
    azure: [...sqlMachine(fixed ? {} : { sqlManagement: 'LightWeight' }), modernService()],
    servers: {
      source: { state: source(databases) },
      target: { state: { ...target(version), certificates: fixed ? [MACHINE_THUMBPRINT] : [] } },
    },
    expected: fixed
      ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: ['target/has-tde-certificates', 'target/iaas-agent-is-full', 'target/version-is-not-older'],
        },
    look: fixed
      ? ['The gate is open: the machine, its agent, its version, its volumes and the certificate of Sales are proven.']
      : [
          'The SQL Server of the machine is older than the source: no backup can be restored there.',
          'The registration is LightWeight: the service works through the SQL IaaS Agent, which has to be Full.',
          'Sales is encrypted, and the machine does not have its certificate: the statements to copy it stand there.',
        ],
  }
}

/** P26: the log backups are appended to one file, and the machine was stopped for the night. */
export function modernMachineOnlineStory({ fixed }: { fixed: boolean }): Story {
  const databases = fixed ? backedUp() : appended()
  return {
    ...machineStory({ fixed, migration: 'online', databases }),
    name: 'modern-machine-online',
    title: `Sales moves to SQL Server on a virtual machine while it runs${fixed ? ', made ready' : ''}`,
    azure: [...sqlMachine({}, fixed ? {} : { power: 'deallocated' }), modernService()],
    servers: {
      source: { state: source(databases) },
      target: { state: target([16, 0, 4135]), ...(fixed ? {} : { down: true }) },
    },
    expected: fixed
      ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: ['storage/one-backup-per-file', 'target/virtual-machine-is-running'],
        },
    look: fixed
      ? ['The gate is open: the machine runs, every backup has a file of its own, and the chain of the log is whole.']
      : [
          'The machine is deallocated, and what could only be asked of its SQL Server is blocked, not failed.',
          'The job appends log backups to one file: the service restores the first one of a file alone.',
        ],
  }
}

function appended(): DatabaseState[] {
  return backedUp().map((database) => {
    const file = `D:\\backup\\${database.name}_log.trn`
    const log = { ...backupOf(database.name, 'L', 21), file, followed: true }
    const backups = [backupOf(database.name, 'D', 20), log, { ...backupOf(database.name, 'L', 22), file, position: 2 }]
    return { ...database, backups }
  })
}

function machineStory({
  fixed,
  migration,
  databases,
  attested = [],
}: {
  fixed: boolean
  migration: 'offline' | 'online'
  databases: readonly DatabaseState[]
  attested?: readonly Attested[]
}): Pick<Story, 'secrets' | 'inputs' | 'storage' | 'files'> {
  return {
    secrets: { SALES_PASSWORD, TARGET_PASSWORD },
    inputs: {},
    storage: backupStorage([...new Set(uploaded(databases))], { sas: true }),
    files: (ports) => ({
      [MANIFEST_PATH]: modernManifest(ports, {
        title: 'Sales to a virtual machine',
        scenario: 'sql-server-to-sql-server-on-azure-vm',
        migration,
        target: SQL_MACHINE,
        targetCa: true,
        more: containerOf(ports, { sas: true }),
        attestations: fixed ? [...BY_PERSONS, ...attested] : [],
      }),
    }),
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

function target(version: SqlState['version']): SqlState {
  return {
    serverName: 'VM-SQL',
    version,
    logins: [{ user: 'dms', password: TARGET_PASSWORD, sysadmin: true }],
    databases: [],
  }
}
