import { changeStory, putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { natGateway, publicIpAddress } from '../../../lab/azure/ways-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { INSTANCE, instanceStory, INSTANCE_SUBNET, putAccount, STORAGE_ACCOUNT } from '../../../lab/stories/instance.ts'
import { DMS_SUBNET, NET } from '../../../lab/stories/sales.ts'
import type { Story } from '../../../lab/stories/story.ts'
import { storageError } from '../../../lab/blob-front.ts'
import { accountSas, goodParameters, sasTime, serviceSas, type SasParameters } from '../../../lab/sas.ts'
import type { StorageLab } from '../../../lab/storage-lab.ts'
import type { AzureState } from '../../../lab/azure/state.ts'
import type { Case } from '../expectation.ts'
import { fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'

const EXISTS = 'storage/container-exists'
const SAS = 'storage/sas-has-all-permissions'
const REACHABLE = 'storage/is-reachable-from-target'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const WRITES: Change = { inputs: { 'allow-writes': 'true' } }
const ONLY_DMS = { defaultAction: 'Deny', subnets: [DMS_SUBNET] } as const

export function instance(...changes: readonly Change[]): Story {
  return changeStory(instanceStory(), ...changes)
}
/** Another SAS for the container. */
function withSas(change: SasParameters): Change {
  return {
    storage: {
      secrets: (account) => ({ BACKUP_SAS: serviceSas(account, 'backups', { ...goodParameters(), ...change }) }),
    },
  }
}
function prepared(prepare: (lab: StorageLab, state: AzureState) => Promise<void> | void): Change {
  return { storage: { prepare } }
}
const byPolicy: Change = {
  storage: {
    secrets: (account) => ({ BACKUP_SAS: serviceSas(account, 'backups', { sr: 'c', si: 'migration' }) }),
    prepare: ({ owner }) => owner.setPolicy('backups', 'migration', 'rwdl'),
  },
}

export const STORAGE_CASES: readonly Case[] = [
  {
    world: 'all is well, and nothing is written',
    story: instance(),
    expected: [
      passes(EXISTS, /\/stmig\/backups exists: the service listed it/, { proof: 'direct' }),
      passes(SAS, /grants read, write, delete and list until .*the write probe was left out/, { proof: 'direct' }),
      passes(REACHABLE, /stmig lets in DMS and managed instance mi-sales: .* admits all networks/),
    ],
  },
  {
    world: 'all is well, and a probe blob is written',
    story: instance(WRITES),
    expected: [passes(SAS, /a probe blob was written, read and deleted/)],
  },
  {
    world: 'the full SAS URI in the secret, and no URL in the manifest',
    story: instance({
      storage: {
        secrets: (account) => ({ BACKUP_SAS: `${account.origin}/stmig/backups?${serviceSas(account, 'backups')}` }),
        // The account itself, as its front is not in the way here.
        prepare: ({ azurite }, state) => {
          putAccount(azurite.origin)(state)
        },
      },
      editManifest: (text) => text.replace(/^ {2}url: .*\n/m, ''),
    }),
    expected: [passes(EXISTS, /listed it/), passes(SAS, /grants read/), passes(REACHABLE, /admits all networks/)],
  },
  {
    world: 'no such container',
    story: instance({
      manifest: { '/stmig/backups': '/stmig/elsewhere' },
      storage: { secrets: (account) => ({ BACKUP_SAS: serviceSas(account, 'elsewhere') }) },
    }),
    expected: [fails(EXISTS, /\/stmig\/elsewhere is not there: ContainerNotFound/), isBlocked(SAS, EXISTS)],
  },
  {
    world: 'a SAS that is over, and no view of the account',
    story: instance(withSas({ se: sasTime(-DAY_MS) }), {
      azure: (state) => {
        state.forbidden = [STORAGE_ACCOUNT]
      },
    }),
    expected: [
      isBlocked(EXISTS, SAS),
      fails(SAS, /it ended at/),
      isUnknown(REACHABLE, 'forbidden', /403/, { missing: 'Microsoft.Storage/storageAccounts/read' }),
    ],
  },
  {
    world: 'a SAS that ends an hour before the cutover does',
    story: instance(withSas({ se: endOfCutover(-HOUR_MS) })),
    expected: [fails(SAS, /it has to hold until .*15 min after the cutover ends/), passes(EXISTS, /listed it/)],
  },
  {
    world: 'a SAS to read and list',
    story: instance(withSas({ sp: 'rl' }), WRITES),
    expected: [fails(SAS, /permissions are rl: it lacks write \(w\), delete \(d\)/)],
  },
  {
    world: 'a SAS for the account',
    story: instance({ storage: { secrets: (account) => ({ BACKUP_SAS: accountSas(account) }) } }),
    expected: [fails(SAS, /it is an account SAS/), passes(EXISTS, /listed it/)],
  },
  {
    world: 'a SAS for one blob',
    story: instance({
      storage: {
        secrets: (account) => ({ BACKUP_SAS: serviceSas(account, 'backups/a.bak', { ...goodParameters(), sr: 'b' }) }),
      },
    }),
    expected: [fails(SAS, /is for one blob/), passes(EXISTS, /Azure Resource Manager knows it/)],
  },
  {
    world: 'a key that was changed since',
    story: instance({
      storage: { secrets: (account) => ({ BACKUP_SAS: serviceSas({ ...account, accountKey: 'bmV3' }, 'backups') }) },
    }),
    expected: [fails(SAS, /another key signed it or the key was changed since/)],
  },
  {
    world: 'a SAS that has begun by the clock of this runner, and not by that of the service',
    story: instance(
      withSas({ st: sasTime(-60_000) }),
      prepared(({ front }) => {
        front.rules.answer = () =>
          storageError(403, 'AuthenticationFailed', 'Server failed to authenticate the request.')
      }),
    ),
    expected: [isUnknown(SAS, 'insufficient', /it began at .*, less than 15 min ago/)],
  },
  {
    world: 'no account keys',
    story: instance(
      prepared(({ front }) => {
        front.rules.allowSharedKeyAccess = false
      }),
    ),
    expected: [fails(SAS, /allowSharedKeyAccess is false.*KeyBasedAuthenticationNotPermitted/)],
  },
  {
    world: 'a SAS for the addresses of somebody else',
    story: instance(withSas({ sip: '198.51.100.7' })),
    expected: [isUnknown(SAS, 'forbidden', /198\.51\.100\.7 only, and the service saw this runner elsewhere/)],
  },
  {
    world: 'a SAS for the address of this runner',
    story: instance(withSas({ sip: '203.0.113.5' })),
    expected: [isUnknown(SAS, 'insufficient', /under which addresses DMS and the managed instance come/)],
  },
  {
    world: 'a stored access policy, and nothing may be written',
    story: instance(byPolicy),
    expected: [isUnknown(SAS, 'writes-off', /stored access policy migration/)],
  },
  {
    world: 'a stored access policy that is tried',
    story: instance(byPolicy, WRITES),
    expected: [isManual(SAS, /until when stands in its stored access policy migration/)],
  },
  {
    world: 'a policy of the container that forbids to delete',
    story: instance(
      WRITES,
      prepared(({ front }) => {
        front.rules.answer = ({ method }) =>
          method === 'DELETE' ? { status: 409, headers: { 'x-ms-error-code': 'BlobImmutableDueToPolicy' } } : undefined
      }),
    ),
    expected: [fails(SAS, /refused to delete the probe blob, by a policy of the container.*is left there/)],
  },
  {
    world: 'no SAS in the environment',
    story: instance({ storage: { secrets: () => ({ BACKUP_SAS: '' }) } }),
    expected: [EXISTS, SAS].map((id) => isUnknown(id, 'no-credential', /BACKUP_SAS .* is not set/)),
  },
  {
    world: 'the runner is shut out, and so is the instance',
    story: instance(
      prepared(({ front }, state) => {
        front.rules.admits = ['10.1.2.0/24']
        putAccount(front.origin, ONLY_DMS)(state)
      }),
    ),
    expected: [
      passes(EXISTS, /Azure Resource Manager knows it/),
      isUnknown(SAS, 'forbidden', /does not admit this runner, which says nothing of DMS/),
      fails(REACHABLE, /shuts out managed instance mi-sales: .*no rule of its firewall names snet-mi/),
    ],
  },
  {
    world: 'both subnets are admitted',
    story: instance(
      prepared(({ front }, state) => {
        putAccount(front.origin, { ...ONLY_DMS, subnets: [DMS_SUBNET, INSTANCE_SUBNET] })(state)
      }),
    ),
    expected: [passes(REACHABLE, /a rule of stmig names snet-mi, whose Microsoft\.Storage endpoint is on/)],
  },
  {
    world: 'the account is not there',
    story: instance(
      prepared(({ front }, state) => {
        front.rules.admits = []
        removeResources(STORAGE_ACCOUNT)(state)
      }),
    ),
    expected: [fails(EXISTS, /there is no storage account stmig/), isBlocked(REACHABLE, EXISTS)],
  },
  {
    world: 'the instance is not there',
    story: instance({ azure: removeResources(INSTANCE) }),
    expected: [isBlocked(REACHABLE, 'target/managed-instance-exists'), passes(EXISTS, /listed it/)],
  },
  {
    world: 'the NAT gateway of DMS, which the rules for addresses leave out',
    story: instance(
      prepared(({ front }, state) => {
        putAccount(front.origin, { defaultAction: 'Deny', subnets: [INSTANCE_SUBNET], addresses: ['198.51.100.0/24'] })(
          state,
        )
        behindNat(state)
      }),
    ),
    expected: [fails(REACHABLE, /shuts out DMS: .*leave out 203\.0\.113\.7 of NAT gateway nat-dms/)],
  },
  {
    world: 'no sign-in to Azure',
    story: instance({ inputs: { 'client-secret': 'n0t~the.Secret' } }),
    expected: [passes(EXISTS, /listed it/), passes(SAS, /grants read/), isBlocked(REACHABLE, 'azure/sign-in-works')],
  },
]

/** A NAT gateway on the DMS subnet. */
function behindNat(state: AzureState): void {
  const nat = natGateway(NET, 'nat-dms', { addresses: [resourceId(NET, 'Microsoft.Network/publicIPAddresses', 'pip')] })
  const text = JSON.stringify(state.resources)
  const withNat = text.replace(
    '"networkSecurityGroup"',
    () => `"natGateway":${JSON.stringify({ id: nat.id })},"networkSecurityGroup"`,
  )
  state.resources = JSON.parse(withNat) as AzureState['resources']
  putResources(nat, publicIpAddress(NET, 'pip', '203.0.113.7'))(state)
}

/** From the end of the cutover of the story, which starts in 13 days at 20:00 and takes six hours. */
function endOfCutover(offsetMs: number): string {
  const start = Date.parse(`${new Date(Date.now() + 13 * DAY_MS).toISOString().slice(0, 10)}T20:00:00Z`)
  return `${new Date(start + 6 * HOUR_MS + offsetMs).toISOString().slice(0, 19)}Z`
}
