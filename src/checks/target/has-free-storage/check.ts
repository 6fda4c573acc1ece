import { seen, type Observed } from '../../../domain/observed.ts'
import type { Source } from '../../../domain/manifest.ts'
import type { Ports } from '../../../ports/ports.ts'
import { filesAnswer } from '../../database-facts.ts'
import { defineCheck } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { detail, findByName, observeInstance, observeSource } from '../../source-facts.ts'
import { DATABASE_FILES } from '../../statements/database-files.ts'
import { INSTANCE_STORAGE } from '../../statements/instance-storage.ts'
import { isVirtualMachine } from '../../machine-host.ts'
import { fedTargetSubjects, sourcesOf, type TargetSpec } from '../../subjects.ts'
import { judgeStorage, type InstanceEvidence, type SizesFact } from './judge-storage.ts'
import { judgeMachineStorage, observeMachineStorage, type MachineEvidence } from './machine-storage.ts'

const ID = 'target/has-free-storage'

type Evidence = InstanceEvidence | MachineEvidence

const MB_PER_GB = 1024

export default defineCheck<TargetSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-053',
    title: 'The target has free storage for the databases',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted' }, { id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'A restore makes the files as large as they are at the source. Where the storage of the instance or the volumes of the virtual machine end, the restore does too.',
    source: {
      title: 'Known issues, limitations, and troubleshooting',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['MISIZE', 'P25-003'],
    },
    remedy:
      'Raise the storage of the managed instance or the size of the disks, or make the files of the databases smaller at the source.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: fedTargetSubjects,
  observe: async (ports, { name, spec }) => {
    if (isVirtualMachine(spec.target)) return observeMachineStorage(ports, name, spec, ID)
    const [instance, sizes] = await Promise.all([
      observeInstance(ports, { name, spec }, ID, async (ask) => {
        const storage = detail('storage', await ask(INSTANCE_STORAGE))
        const row = storage.rows?.[0]
        const purchasedMb = row === undefined ? await readPurchased(ports, spec) : null
        return () =>
          seen({
            reservedMb: row?.reservedMb ?? purchasedMb,
            usedMb: row?.usedMb ?? null,
            notSeen: storage.notSeen,
          })
      }),
      Promise.all(sourcesOf(spec.manifest, name).map((source) => readSizes(ports, spec, source))),
    ])
    return instance.ok ? seen<InstanceEvidence>({ instance: instance.value, sizes }) : instance
  },
  judge: (evidence, { name, spec }) =>
    'machine' in evidence ? judgeMachineStorage(evidence, name, spec) : judgeStorage(evidence, name, spec),
})

/** What Azure sells the instance; how much of it is used, only the instance itself tells. */
async function readPurchased({ arm }: Pick<Ports, 'arm'>, { target }: TargetSpec): Promise<number | null> {
  const answer = await arm.managedInstance(target.resourceId)
  if (!answer.ok || !answer.value.found) return null
  const { storageSizeInGB } = answer.value.value
  return storageSizeInGB === undefined ? null : storageSizeInGB * MB_PER_GB
}

async function readSizes(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  { manifest, target }: TargetSpec,
  source: Source,
): Promise<SizesFact> {
  const { name, location } = source
  const observed = await observeSource(ports, { name, spec: { manifest, source, location } }, ID, async (ask) => {
    const files = filesAnswer(await ask(DATABASE_FILES))
    return ({ collation }): Observed<{ sizes: { database: string; sizeMb: number | null }[] }> =>
      files.ok
        ? seen({
            sizes: source.databases
              .filter((database) => database.target === target.name)
              .map((database) => ({
                database: boundName(database.name),
                sizeMb: findByName(files.value, database.name, collation)?.sizeMb ?? null,
              })),
          })
        : files
  })
  if (!observed.ok) {
    const { kind, message, missing } = observed.failure
    return { source: name, outcome: 'unseen', kind, why: boundText(message), missing: missing ?? null }
  }
  if (observed.value.outcome !== 'answered') return { source: name, outcome: 'no-login', login: observed.value }
  return { source: name, outcome: 'seen', sizes: observed.value.sizes }
}
