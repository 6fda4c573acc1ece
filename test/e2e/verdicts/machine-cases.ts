import type { SqlState } from '../../../lab/sql/state.ts'
import { changeStory, putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { MACHINE_THUMBPRINT, SQL_MACHINE, sqlMachine, sqlMachineStory } from '../../../lab/stories/sql-machine.ts'
import type { Story } from '../../../lab/stories/story.ts'
import type { Case } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { NO_ENDPOINT, TARGET_PASSWORD_WRONG } from './worlds.ts'

const EXISTS = 'target/virtual-machine-exists'
const RUNNING = 'target/virtual-machine-is-running'
const AGENT = 'target/iaas-agent-is-full'
const VERSION = 'target/version-is-not-older'
const VOLUMES = 'target/volumes-are-apart'
const STORAGE = 'target/has-free-storage'
const NAMES = 'target/database-names-are-free'
const TDE = 'target/has-tde-certificates'
const CONTAINED = 'target/allows-contained-databases'
const PORT = 'target/engine-port-is-reachable'
const CONTROL = 'source/login-has-control-server'
const OBJECTS = 'source/instance-objects-are-known'
const ENCRYPTION = 'source/encryption-is-inventoried'

const machine = (...changes: readonly Change[]): Story => changeStory(sqlMachineStory(), ...changes)
const on = (state: Partial<SqlState>): Change => ({ target: { state } })
const from = (state: Partial<SqlState>): Change => ({ source: { state } })
const ENCRYPTED = from({ databases: [{ name: 'Sales', encryptedBy: MACHINE_THUMBPRINT }, { name: 'Orders' }] })
const SALES = { subject: 'sales/Sales' }

export const MACHINE_CASES: readonly Case[] = [
  {
    world: 'a virtual machine that takes the databases',
    story: machine(),
    expected: [
      passes(EXISTS, /SQL virtual machine vm-sql is there \(SQL2022-WS2022, Enterprise, PAYG/),
      passes(RUNNING, /is running$/),
      passes(AGENT, /in the mode Full, and the machine reports the extension SqlIaasExtension/),
      passes(VERSION, /SQL Server 2022 .*source sales \(SQL Server 2019/),
      passes(VOLUMES, /data on F:\\, log on G:\\, tempdb on D:\\/),
      passes(STORAGE, /2 databases need 3\.4 GB for data and 1\.1 GB for logs/),
      passes(NAMES, /none is named/),
      passes(PORT, /no part of the service takes this way; only the checks of this run do$/, { proof: 'direct' }),
      passes(CONTROL, /dms has CONTROL SERVER/),
      passes(OBJECTS, /no jobs/),
      doesNotApply(TDE, /has no encryption key/),
      doesNotApply(CONTAINED, /is not contained/),
      doesNotApply(ENCRYPTION, /neither transparent data encryption nor a key/),
    ],
  },
  {
    world: 'the address of the machine is known from Azure alone, where nothing listens on 1433',
    story: machine(NO_ENDPOINT),
    expected: [
      passes('target/name-resolves', /^127\.0\.0\.1 is an address/),
      isUnknown(PORT, 'refused', /TCP 1433 of 127\.0\.0\.1 .*no part of the service takes this way/),
      isBlocked(VERSION, 'target/login-is-accepted'),
    ],
  },
  {
    world: 'stopped, in another mode, older, of another edition, full, with one volume',
    story: machine(
      { azure: putResources(...sqlMachine({ sqlManagement: 'LightWeight' }, { power: 'deallocated' })) },
      on({
        version: [14, 0, 3456],
        engineEdition: 2,
        databases: [{ name: 'sales' }],
        volumes: {
          drives: [{ mount: 'C:\\', totalMb: 100_000, freeMb: 1024 }],
          dataPath: 'C:\\data\\',
          logPath: 'C:\\data\\',
          tempDb: 'C:\\',
        },
      }),
      ENCRYPTED,
    ),
    expected: [
      fails(RUNNING, /is deallocated$/),
      fails(AGENT, /in the mode LightWeight/),
      fails(VERSION, /source sales \(SQL Server 2019, .* is newer/),
      fails(VOLUMES, /data and log, data and tempdb, log and tempdb share one/),
      fails(NAMES, /The name Sales is taken/, { subject: 'default/Sales' }),
      fails(TDE, /lists 0 certificates and keys in master, and not that one/, SALES),
      isManual(ENCRYPTION, /Sales has transparent data encryption \(0A1B/),
    ],
  },
  {
    world: 'the certificate was copied, and the instance has things of its own',
    story: machine(
      on({ certificates: [MACHINE_THUMBPRINT] }),
      ENCRYPTED,
      from({ agentJobs: ['nightly'], instanceObjects: [{ kind: 'linked server', name: 'ERP' }] }),
    ),
    expected: [
      passes(TDE, /lists that certificate/, SALES),
      isManual(OBJECTS, /1 Agent job \(nightly\), 1 linked server \(ERP\)/),
    ],
  },
  {
    world: 'not registered, and the password of its SQL Server is wrong',
    story: machine({ azure: removeResources(SQL_MACHINE) }, TARGET_PASSWORD_WRONG),
    expected: [
      fails(EXISTS, /SQL virtual machine vm-sql is not there/),
      isBlocked(RUNNING, EXISTS),
      isBlocked(AGENT, EXISTS),
      isBlocked(STORAGE, 'target/login-is-accepted'),
    ],
  },
]
