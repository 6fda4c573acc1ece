import type { Source } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { Judgement } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { readVolumes, type VolumeFacts } from '../../machine-volumes.ts'
import { describeNotSeen, findByName, observeInstance, observeSource, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin, type RefusedFacts, type WithheldFacts } from '../../sql-login.ts'
import { DATABASE_SIZES } from '../../statements/server-volumes.ts'
import { sourcesOf, type TargetSpec } from '../../subjects.ts'
import { inGb } from './judge-storage.ts'

type Use = Pick<Ports, 'net' | 'arm' | 'sql'>

/** Sizes of what comes from one source; null: the source shows no file of it. */
type SourceSizes =
  | {
      source: string
      outcome: 'seen'
      sizes: { database: string; dataMb: number | null; logMb: number | null }[]
    }
  | { source: string; outcome: 'unseen'; kind: CauseKind; why: string; missing: string | null }
  | { source: string; outcome: 'no-login'; login: RefusedFacts | WithheldFacts }

export type MachineEvidence = { machine: SourceFacts<VolumeFacts>; sizes: SourceSizes[] }

export async function observeMachineStorage(
  ports: Use,
  name: string,
  spec: TargetSpec,
  id: string,
): Promise<Observed<MachineEvidence>> {
  const [machine, sizes] = await Promise.all([
    observeInstance(ports, { name, spec }, id, async (ask) => {
      const volumes = await readVolumes(ask)
      return () => seen(volumes)
    }),
    Promise.all(sourcesOf(spec.manifest, name).map((source) => readSizes(ports, spec, source, id))),
  ])
  return machine.ok ? seen({ machine: machine.value, sizes }) : machine
}

async function readSizes(
  ports: Use,
  { manifest, target }: TargetSpec,
  source: Source,
  id: string,
): Promise<SourceSizes> {
  const { name, location } = source
  const observed = await observeSource(ports, { name, spec: { manifest, source, location } }, id, async (ask) => {
    const rows = await ask(DATABASE_SIZES)
    return ({ collation }) => {
      if (!rows.ok) return rows
      // Every server has files of its own databases: an empty view hides them.
      if (rows.value.length === 0)
        return unseen('forbidden', 'sys.master_files shows no file to this login', { missing: 'VIEW ANY DEFINITION' })
      return seen({
        sizes: source.databases
          .filter((database) => database.target === target.name)
          .map((database) => {
            const found = findByName(rows.value, database.name, collation)
            return {
              database: boundName(database.name),
              dataMb: found?.dataMb ?? null,
              logMb: found?.logMb ?? null,
            }
          }),
      })
    }
  })
  if (!observed.ok) {
    const { kind, message, missing } = observed.failure
    return { source: name, outcome: 'unseen', kind, why: boundText(message), missing: missing ?? null }
  }
  if (observed.value.outcome !== 'answered') return { source: name, outcome: 'no-login', login: observed.value }
  return { source: name, outcome: 'seen', sizes: observed.value.sizes }
}

/** What one volume has to take. */
interface Load {
  volume: string
  what: string
  neededMb: number
  freeMb: number | null
}

export function judgeMachineStorage({ machine, sizes }: MachineEvidence, name: string, spec: TargetSpec): Judgement {
  const { manifest } = spec
  if (machine.outcome !== 'answered') return judgeNoLogin(machine, name, manifest.name, 'target')
  for (const fact of sizes) {
    if (fact.outcome === 'no-login') return judgeNoLogin(fact.login, fact.source, manifest.name)
  }
  const at = `${machine.host}:${String(machine.port)}`
  const databases = sizes.flatMap((fact) => (fact.outcome === 'seen' ? fact.sizes : []))
  const sum = (part: 'dataMb' | 'logMb'): number => databases.reduce((total, one) => total + (one[part] ?? 0), 0)
  const loads = loadsOf(machine, { dataMb: sum('dataMb'), logMb: sum('logMb') })
  const count = databases.length === 1 ? '1 database needs' : `${String(databases.length)} databases need`
  const actual = `${count} ${inGb(sum('dataMb'))} for data and ${inGb(sum('logMb'))} for logs; ${loads.length === 0 ? 'the volumes of the default folders are not known' : loads.map(describeLoad).join(', ')}`
  const expected = `the volumes of the default folders of ${at} have room for the files of all databases that go there`
  const full = loads.filter(({ freeMb, neededMb }) => freeMb !== null && neededMb > freeMb)
  if (full.length > 0) {
    const summary = `${at} has no room for them on ${full.map(({ volume }) => volume).join(', ')}: ${actual}`
    const text =
      'Enlarge the disks of the volume or add some (in the portal under Storage of the SQL virtual machine), set other default folders, or shrink the files at the source.'
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: { text, scripts: [] } }
  }
  const gaps = [...gapsOf(sizes), ...gapsOfVolumes(machine)]
  const [gap] = gaps
  if (gap !== undefined) {
    const message = `Whether ${at} has room could not be determined: ${gaps.map(({ text }) => text).join('; ')} (${actual})`
    const text = 'Grant the permission that is named, or look at the volumes of the machine and the sizes of the files.'
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: gap.kind, message },
      remediation: { text, scripts: [] },
    }
  }
  const summary = `${at} has room for them: ${actual}; whether the disks are fast enough for the load is not measured here`
  return { verdict: 'pass', proof: 'direct', summary, expected, actual }
}

function loadsOf({ data, log }: VolumeFacts, needed: { dataMb: number; logMb: number }): Load[] {
  if (data !== null && log !== null && data.volume.toLowerCase() === log.volume.toLowerCase()) {
    const neededMb = needed.dataMb + needed.logMb
    return [{ volume: data.volume, what: 'data and logs', neededMb, freeMb: data.freeMb }]
  }
  return [
    ...(data === null ? [] : [{ volume: data.volume, what: 'data', neededMb: needed.dataMb, freeMb: data.freeMb }]),
    ...(log === null ? [] : [{ volume: log.volume, what: 'logs', neededMb: needed.logMb, freeMb: log.freeMb }]),
  ]
}

function describeLoad({ volume, what, freeMb }: Load): string {
  return `${volume} (${what}) has ${freeMb === null ? 'an unknown part' : inGb(freeMb)} free`
}

interface Gap {
  kind: CauseKind
  text: string
}

function gapsOf(sizes: readonly SourceSizes[]): Gap[] {
  return sizes.flatMap((fact): Gap[] => {
    if (fact.outcome === 'unseen') {
      const missing = fact.missing === null ? '' : ` (missing: ${fact.missing})`
      return [{ kind: fact.kind, text: `the sizes at source ${fact.source} were not seen: ${fact.why}${missing}` }]
    }
    if (fact.outcome === 'no-login') return []
    const hidden = fact.sizes.filter(({ dataMb, logMb }) => dataMb === null || logMb === null)
    if (hidden.length === 0) return []
    const names = hidden.map(({ database }) => database).join(', ')
    return [{ kind: 'insufficient', text: `source ${fact.source} shows no files of ${names}` }]
  })
}

function gapsOfVolumes({ data, log, notSeen }: VolumeFacts): Gap[] {
  if ([data, log].every((one) => one !== null && one.freeMb !== null)) return []
  const isRefused = notSeen.some(({ missing }) => missing !== undefined)
  const text = `the machine does not tell how much is free on the volumes of its default folders${describeNotSeen(notSeen)}`
  return [{ kind: isRefused ? 'forbidden' : 'insufficient', text }]
}
