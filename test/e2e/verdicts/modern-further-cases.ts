// Of the current service: what only a person knows, and what its runtime says when it is asked to try a connection.
import { sqlMigrationService } from '../../../lab/azure/migration-service.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { LAB_SQL_LOGIN } from '../../../lab/azure/state.ts'
import type { LabRuntime } from '../../../lab/azure/validate-ir.ts'
import { changeStory, putResources, type Change } from '../../../lab/stories/change.ts'
import { runtimeStory } from '../../../lab/stories/runtime.ts'
import { DMS_SUBNET, isoDay, SALES } from '../../../lab/stories/sales.ts'
import { shareStory } from '../../../lab/stories/share.ts'
import { SQL_MACHINE, sqlMachineStory } from '../../../lab/stories/sql-machine.ts'
import type { Story } from '../../../lab/stories/story.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes, type Case } from '../expectation.ts'
import { SOURCE_PASSWORD_WRONG, TARGET_PASSWORD_WRONG } from './worlds.ts'

const CONNECTS = ['source/runtime-can-connect', 'target/runtime-can-connect']
const SHARE = 'share/runtime-can-connect'
const WINDOW = 'service/window-is-agreed'
const CURRENT = 'service/runtime-is-current'
const ONLINE = 'service/runtime-is-online'
const WAYS = 'service/runtime-reaches-azure'
const FOR_PERSONS = [
  'performance-baseline-is-captured',
  'clients-can-be-switched',
  'validation-is-defined',
  'rollback-is-agreed',
].map((name) => `migration/${name}`)

/** The runtime of the service, which tries what it is asked for. */
function runtime(more: Partial<LabRuntime> = {}): Change {
  return {
    azure: (state) => {
      state.runtime = { online: true, asked: [], most: 0, connect: () => Promise.resolve([]), ...more }
    },
  }
}
const REFUSES = runtime({
  connect: () => Promise.resolve([{ code: '2012', message: "Error details: 'Cannot connect to it.'" }]),
})
const NO_ANSWER = runtime({ instead: ({ test }) => (test === 'online' ? undefined : { status: 504, body: '' }) })
const more = (...lines: readonly string[]): Change => ({ editManifest: (text) => `${text}${lines.join('\n')}\n` })

const IDENTITY = [{ user: LAB_SQL_LOGIN, kind: 'entra' as const, password: '' }]
/** No password stands in the manifest then. */
const BY_IDENTITY: Change = {
  editManifest: (text) => text.replaceAll(/login: \{ user: dms, .* \}$/gm, 'login: { entra: true }'),
  source: {
    state: { version: [16, 0, 4135], logins: IDENTITY, databases: ['Sales', 'Orders'].map((name) => ({ name })) },
  },
  target: {
    state: { logins: IDENTITY, databases: ['Sales', 'OrdersNew'].map((name) => ({ name, owners: [LAB_SQL_LOGIN] })) },
  },
}

const asked = (...changes: readonly Change[]): Story => changeStory(runtimeStory({ probe: true }), ...changes)
const quiet = (...changes: readonly Change[]): Story => changeStory(runtimeStory(), ...changes)
const SHARE_SERVICE = resourceId(SALES, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-sales')
const onShare = (...changes: readonly Change[]): Story =>
  changeStory(
    shareStory(),
    {
      inputs: { 'probe-through-runtime': 'true' },
      azure: putResources(sqlMigrationService(SALES, 'dms-sales')),
      manifest: { 'generation: classic': 'generation: modern', [`subnet: ${DMS_SUBNET}`]: `service: ${SHARE_SERVICE}` },
      editManifest: (text) => text.replace(/^attestations:\n(?: .*\n)*/m, ''),
    },
    ...changes,
  )
const machine = (...changes: readonly Change[]): Story => changeStory(sqlMachineStory(), ...changes)

export const MODERN_FURTHER_CASES: readonly Case[] = [
  {
    world: 'a runtime that connects to both servers, and a manifest that says nothing of the window',
    story: asked(runtime()),
    expected: [
      ...CONNECTS.map((check) =>
        passes(check, /runtime of dms-sales itself connected to the (source|target)/, { proof: 'direct' }),
      ),
      isManual(WINDOW, /states no `cutover`/),
      isManual(CURRENT, /does not state the version of the integration runtime/),
      ...FOR_PERSONS.map((check) => isManual(check, /wanted as evidence/)),
    ],
  },
  {
    world: 'a runtime that connects to nothing, a window that is over, and a version that is none',
    story: asked(
      REFUSES,
      more(
        `cutover: { start: ${isoDay(-3)}T20:00:00Z, duration: 6h }`,
        'tools: { integration-runtime: { version: "5" } }',
      ),
    ),
    expected: [
      ...CONNECTS.map((check) => fails(check, /tried to connect to .* and failed: 2012/)),
      fails(WINDOW, /ended at/),
      isUnknown(CURRENT, 'missing-input', /no version number/),
    ],
  },
  {
    world: 'a runtime that gives no answer in time',
    story: asked(NO_ANSWER),
    expected: CONNECTS.map((check) =>
      isUnknown(check, 'timeout', /answered 504 when asked for a test by the integration runtime/),
    ),
  },
  {
    world: 'a runtime that has nothing to try with',
    story: asked(runtime(), SOURCE_PASSWORD_WRONG, TARGET_PASSWORD_WRONG),
    expected: ['source', 'target'].map((of) => isBlocked(`${of}/runtime-can-connect`, `${of}/login-is-accepted`)),
  },
  {
    world: 'a service that tells no state of its runtime',
    story: quiet({
      azure: putResources({
        ...sqlMigrationService(SALES, 'dms-sales'),
        properties: { provisioningState: 'Succeeded' },
      }),
    }),
    expected: [isUnknown(ONLINE, 'insufficient', /is without a state .*which does not say whether it can work/)],
  },
  {
    world: 'a runtime that reads the share, seen from a runner that is not its host',
    story: onShare(runtime()),
    expected: [
      passes(SHARE, /itself connected to the share/, { proof: 'direct' }),
      isManual(WAYS, /cannot be seen from here/),
    ],
  },
  {
    world: 'a runtime that does not get to the share',
    story: onShare(REFUSES),
    expected: [fails(SHARE, /tried to connect to .*backup as FILESRV\\upload, and failed: 2012/)],
  },
  {
    world: 'a runtime that tells nothing of the share in time',
    story: onShare(NO_ANSWER),
    expected: [isUnknown(SHARE, 'timeout', /answered 504 when asked for a test/)],
  },
  {
    world: 'a runtime, and a password for the share that is wrong',
    story: onShare(runtime(), { secrets: { SHARE_PASSWORD: 'n0t-the-pass' } }),
    expected: [isBlocked(SHARE, 'share/login-is-accepted')],
  },
  {
    world: "a runtime, and the run's Azure identity as the login of both servers",
    story: asked(runtime(), BY_IDENTITY),
    expected: CONNECTS.map((check) => doesNotApply(check, /there is no password that the runtime could use/)),
  },
  {
    world: 'a runner on the host of the runtime, which does not get to the storage account',
    story: onShare(runtime(), {
      inputs: { vantage: 'runtime-host' },
      manifest: { [`service: ${SHARE_SERVICE}`]: `service: ${SHARE_SERVICE}\n  runtime-hosts: ["127.0.0.1", "::1"]` },
      ...more('container: { url: https://127.0.0.1:1/stmig/backups, sas: "${BACKUP_SAS}" }'),
      secrets: { BACKUP_SAS: 'sv=2024-11-04&sr=c&sp=rl&se=2099-01-01T00:00:00Z&sig=bGFiLXNpZ25hdHVyZQ%3D%3D' },
    }),
    expected: [fails(WAYS, /The runtime does not reach its storage account/)],
  },
  {
    world: 'a virtual machine that the identity may not see, and whose SQL Server tells little',
    story: machine(
      {
        azure: (state) => {
          state.forbidden = [SQL_MACHINE, SQL_MACHINE.replace(/\/Microsoft\.SqlVirtualMachine.*/, '/Microsoft.Compute')]
        },
      },
      {
        target: {
          state: {
            refusesStatements: ['dm_os_volume_stats', 'InstanceDefaultDataPath', "SERVERPROPERTY('ProductLevel')"].map(
              (holding) => ({
                holding,
                error: { number: 300, state: 1, severity: 14, message: 'VIEW SERVER STATE permission was denied' },
              }),
            ),
          },
        },
      },
    ),
    expected: [
      isUnknown('target/virtual-machine-exists', 'forbidden', /answered 403 when asked for .*vm-sql/),
      isUnknown('target/virtual-machine-is-running', 'forbidden', /answered 403 when asked for .*vm-sql/),
      isUnknown('target/iaas-agent-is-full', 'forbidden', /answered 403 when asked for .*vm-sql/),
      isUnknown('target/version-is-not-older', 'forbidden', /Query "server-facts" .*has no permission/),
      isUnknown('target/volumes-are-apart', 'forbidden', /Query "server-facts" .*has no permission/),
    ],
  },
  {
    world: 'a virtual machine, and nobody who may sign in to Azure or to its SQL Server',
    story: machine({ inputs: { 'client-secret': 'n0t-the-secret' } }, TARGET_PASSWORD_WRONG),
    expected: [
      isBlocked('target/virtual-machine-exists', 'azure/sign-in-works'),
      isBlocked('target/volumes-are-apart', 'target/login-is-accepted'),
    ],
  },
]
