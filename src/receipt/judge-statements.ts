import type { FileDigest, ReceiptPayload, RunIdentity, Sha256, VerificationStep } from '../domain/receipt.ts'
import { manifestHash } from './make-payload.ts'
import { isoSecond } from './receipt-schema.ts'

/** How far the clock of the verifying runner may be behind that of the gate's. Its end has no such tolerance. */
export const CLOCK_SKEW_MS = 60_000

/** What stands in the checkout of the verifying job. */
export type ManifestHere =
  | { ok: true; files: readonly FileDigest[]; targets: readonly Sha256[] }
  /** Why it could not be read, as a sentence. */
  | { ok: false; problem: string }

export interface Here {
  identity: RunIdentity
  manifest: ManifestHere
  nowMs: number
  /** The input `receipt-max-age` of the verifying job. */
  maxAgeMs: number
}

/** Whether what a receipt says is true of the job that wants to go on. Its signature has been checked. */
export function judgeStatements(payload: ReceiptPayload, here: Here): VerificationStep[] {
  const { identity } = here
  return [
    judgeRepository(payload, identity),
    judgeWorkflow(payload, identity),
    judgeCommit(payload, identity),
    judgeManifest(payload, here.manifest),
    judgeTime(payload, here),
  ]
}

function judgeRepository({ repository }: ReceiptPayload, here: RunIdentity): VerificationStep {
  const holds = repository.id === here.repository.id && repository.name === here.repository.name
  const words = holds
    ? `It is for this repository, ${repository.name} (id ${repository.id}).`
    : `It is for the repository ${repository.name} (id ${repository.id}); this is ${here.repository.name} (id ${here.repository.id}).`
  return step('repository', holds, words, 'run the gate in this repository, under its present name')
}

function judgeWorkflow({ workflow }: ReceiptPayload, here: RunIdentity): VerificationStep {
  const holds = workflow.ref === here.workflow.ref && workflow.sha === here.workflow.sha
  const words = holds
    ? `It is of this workflow, ${workflow.ref}.`
    : `It is of the workflow ${workflow.ref} (commit ${workflow.sha}); this is ${here.workflow.ref} (commit ${here.workflow.sha}).`
  return step('workflow', holds, words, 'let the gate and this job be jobs of one workflow file, run on the same ref')
}

function judgeCommit({ commit, ref }: ReceiptPayload, here: RunIdentity): VerificationStep {
  const holds = commit === here.commit && ref === here.ref
  const words = holds
    ? `It is for this commit, ${commit} of ${ref}.`
    : `It is for the commit ${commit} of ${ref}; this run is of ${here.commit} of ${here.ref}.`
  return step('commit', holds, words, 'run the gate for this commit, best in the same run')
}

function judgeManifest({ manifest, targets }: ReceiptPayload, here: ManifestHere): VerificationStep {
  const next =
    'check out the same commit, name the same `manifest`, change no file before this step, or run the gate again'
  if (!here.ok) return step('manifest', false, `The manifest of this checkout could not be read: ${here.problem}`, next)
  const other = differingFile(manifest.files, here.files)
  if (other !== undefined) return step('manifest', false, other, next)
  const isSame = manifestHash(here.files) === manifest.hash && targets.join() === here.targets.join()
  if (!isSame) return step('manifest', false, 'The manifest of this checkout is another one.', next)
  const count = here.files.length
  const what = count === 1 ? 'the one file in use is' : `all ${String(count)} files in use are`
  return step('manifest', true, `It is for this manifest: ${what} the same to the byte.`)
}

/** The first difference as a sentence. */
function differingFile(then: readonly FileDigest[], now: readonly FileDigest[]): string | undefined {
  const hashes = new Map(now.map(({ path, hash }) => [path, hash]))
  for (const { path, hash } of then) {
    const here = hashes.get(path)
    if (here === undefined) return `\`${path}\` was in use at the gate and is not here.`
    if (here !== hash) return `\`${path}\` is not the file that the gate has proved.`
  }
  const known = new Set(then.map(({ path }) => path))
  const added = now.find(({ path }) => !known.has(path))
  return added === undefined ? undefined : `\`${added.path}\` is in use here and was not at the gate.`
}

/** Until when the receipt is accepted here: its own end, or the age that this job allows. */
export function endOf({ issuedAt, notAfter }: ReceiptPayload, maxAgeMs: number): number {
  return Math.min(Date.parse(notAfter), Date.parse(issuedAt) + maxAgeMs)
}

function judgeTime(payload: ReceiptPayload, { nowMs, maxAgeMs }: Here): VerificationStep {
  const { issuedAt, notAfter } = payload
  const now = isoSecond(nowMs)
  const endMs = endOf(payload, maxAgeMs)
  const end = isoSecond(endMs)
  if (nowMs < Date.parse(issuedAt) - CLOCK_SKEW_MS) {
    const words = `It is not valid yet: it was issued at ${issuedAt}, and the clock of this runner says ${now}.`
    return step('time', false, words, "set the runners' clocks by a time server")
  }
  if (nowMs >= endMs) {
    const why = endMs < Date.parse(notAfter) ? `, by \`receipt-max-age\` of this job (its own end is ${notAfter})` : ''
    return step('time', false, `It ended at ${end}${why}; it is ${now}.`, 'run the gate again')
  }
  return step('time', true, `It was issued at ${issuedAt} and holds until ${end}; it is ${now}.`)
}

function step(name: VerificationStep['name'], holds: boolean, words: string, next?: string): VerificationStep {
  return { name, holds, words, ...(holds || next === undefined ? {} : { next }) }
}
