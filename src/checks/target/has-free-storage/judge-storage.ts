import { parseResourceId } from '../../../domain/resource-id.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import type { Judgement } from '../../define.ts'
import { describeNotSeen, type NotSeen, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin, type RefusedFacts, type WithheldFacts } from '../../sql-login.ts'
import type { TargetSpec } from '../../subjects.ts'

/** Null: not seen. Without the used part the reserved one is what Azure sells. */
export type StorageFacts = { reservedMb: number | null; usedMb: number | null; notSeen: NotSeen[] }

/** Sizes of the databases of one source that go to the target, files of the log among them. */
export type SizesFact =
  | { source: string; outcome: 'seen'; sizes: { database: string; sizeMb: number | null }[] }
  | { source: string; outcome: 'unseen'; kind: CauseKind; why: string; missing: string | null }
  | { source: string; outcome: 'no-login'; login: RefusedFacts | WithheldFacts }

export type InstanceEvidence = { instance: SourceFacts<StorageFacts>; sizes: SizesFact[] }

export const MB_PER_GB = 1024
/** Azure sells storage of a managed instance by this much. */
const STEP_GB = 32

export function judgeStorage({ instance, sizes }: InstanceEvidence, name: string, spec: TargetSpec): Judgement {
  const { manifest } = spec
  if (instance.outcome !== 'answered') return judgeNoLogin(instance, name, manifest.name, 'target')
  for (const fact of sizes) {
    if (fact.outcome === 'no-login') return judgeNoLogin(fact.login, fact.source, manifest.name)
  }
  const databases = sizes.flatMap((fact) => (fact.outcome === 'seen' ? fact.sizes : []))
  const neededMb = databases.reduce((sum, { sizeMb }) => sum + (sizeMb ?? 0), 0)
  const { reservedMb, usedMb } = instance
  const freeMb = reservedMb === null ? undefined : reservedMb - (usedMb ?? 0)
  const count = databases.length === 1 ? '1 database needs' : `${String(databases.length)} databases need`
  const capacity = `${reservedMb === null ? 'an unknown size' : inGb(reservedMb)}, of which ${usedMb === null ? 'an unknown part' : inGb(usedMb)} is used`
  const where = `${instance.host}:${String(instance.port)}`
  const actual = `${count} ${inGb(neededMb)}; the instance has ${capacity}`
  const expected = `the storage of ${where} that is free holds the files of all databases that go there`
  if (freeMb !== undefined && neededMb > freeMb) {
    const summary = `${where} has no room for them: ${actual}`
    const remediation = {
      text: 'Raise the storage of the instance (its vCores and tier set the limit), or shrink the files at the source.',
      scripts: [raise(spec, neededMb + (usedMb ?? 0))],
    }
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation }
  }
  const gaps = [...gapsOf(sizes), ...gapsOfInstance(instance)]
  const [gap] = gaps
  if (gap !== undefined || freeMb === undefined) {
    const message = `Whether ${where} has room could not be determined: ${gaps.map(({ text }) => text).join('; ')} (${actual})`
    const text =
      'Grant the permission that is named, or look at the storage of the instance and the sizes of the files.'
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: gap?.kind ?? 'insufficient', message },
      remediation: { text, scripts: [] },
    }
  }
  const summary = `${where} has room for them: ${actual}, so ${inGb(freeMb - neededMb)} stay free`
  return { verdict: 'pass', proof: 'direct', summary, expected, actual }
}

interface Gap {
  kind: CauseKind
  text: string
}

function gapsOf(sizes: readonly SizesFact[]): Gap[] {
  return sizes.flatMap((fact): Gap[] => {
    if (fact.outcome === 'unseen') {
      const missing = fact.missing === null ? '' : ` (missing: ${fact.missing})`
      return [{ kind: fact.kind, text: `the sizes at source ${fact.source} were not seen: ${fact.why}${missing}` }]
    }
    if (fact.outcome === 'no-login') return []
    const unseen = fact.sizes.filter(({ sizeMb }) => sizeMb === null).map(({ database }) => database)
    if (unseen.length === 0) return []
    return [{ kind: 'insufficient', text: `source ${fact.source} shows no files of ${unseen.join(', ')}` }]
  })
}

function gapsOfInstance({ reservedMb, usedMb, notSeen }: StorageFacts): Gap[] {
  if (reservedMb !== null && usedMb !== null) return []
  const isRefused = notSeen.some(({ missing }) => missing !== undefined)
  const text = `the instance does not tell how much of its storage is used${describeNotSeen(notSeen)}`
  return [{ kind: isRefused ? 'forbidden' : 'insufficient', text }]
}

function raise({ target }: TargetSpec, totalMb: number): ReturnType<typeof azScript> {
  const sizeGb = Math.ceil(totalMb / MB_PER_GB / STEP_GB) * STEP_GB
  return azScript('az sql mi update', {
    ...groupOptions(target.resourceId),
    '--name': parseResourceId(target.resourceId)?.name ?? target.name,
    '--storage': `${String(sizeGb)}GB`,
  })
}

export function inGb(mb: number): string {
  return `${(mb / MB_PER_GB).toFixed(1)} GB`
}
