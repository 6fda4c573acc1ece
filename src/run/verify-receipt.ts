import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Observed } from '../domain/observed.ts'
import type { Receipt, Verification, VerificationStep } from '../domain/receipt.ts'
import type { Secret } from '../domain/secret.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { readRunIdentity } from '../inputs/run-identity.ts'
import { issuerOf } from '../receipt/issuer.ts'
import { judgeKind, judgeWitness, readWitness } from '../receipt/judge-signature.ts'
import { endOf, judgeStatements, type ManifestHere } from '../receipt/judge-statements.ts'
import { filesInUse, targetHashes } from '../receipt/make-payload.ts'
import { parseReceipt } from '../receipt/parse-receipt.ts'
import { isoSecond, RECEIPT_LIMIT_BYTES } from '../receipt/receipt-schema.ts'
import { readDigests } from './read-digests.ts'
import { readManifests } from './read-manifests.ts'
import type { World } from './world.ts'

export interface VerifySettings {
  inputs: Inputs
  context: RunContext
  learnSecret: (secret: Secret) => void
  signal: AbortSignal
}

const CHECK_IDS = CATALOGUE.map(({ meta }) => meta.id)

/** Whether the receipt lets this job go on. Nobody is asked but the issuer of a keyless one, for its public keys. */
export async function verifyReceipt(world: World, settings: VerifySettings): Promise<Verification> {
  const path = settings.inputs.receipt ?? ''
  const steps: VerificationStep[] = []
  const refuse = (step: VerificationStep): Verification => ({ accepted: false, path, steps: [...steps, step] })

  const file = await readFile(world, settings, path)
  if (!file.ok) return refuse(unread(file.failure))
  const size = `${String(file.value.length)} bytes`
  steps.push({ name: 'file', holds: true, words: `It is a regular file of ${size}, and no part of the repository.` })

  const parsed = parseReceipt(file.value)
  if (!parsed.ok) {
    const words = `It is no receipt as the gate wrote it: ${parsed.problem}.`
    return refuse({
      name: 'form',
      holds: false,
      words,
      next: 'take the file as the gate wrote it, or run the gate again',
    })
  }
  steps.push({ name: 'form', holds: true, words: 'It is written as this program writes receipts, to the byte.' })

  const signature = await judgeSignature(world, settings, parsed.receipt)
  if (!signature.holds) return refuse(signature)
  return conclude(world, settings, parsed.receipt, [...steps, signature])
}

async function conclude(
  world: World,
  { inputs, context }: VerifySettings,
  { payload }: Receipt,
  before: readonly VerificationStep[],
): Promise<Verification> {
  const path = inputs.receipt ?? ''
  const manifest = await readManifestHere(world, inputs, context.workspace)
  const { identity } = readRunIdentity(world.env)
  const maxAgeMs = inputs.receiptMaxAgeMs
  const steps = [...before, ...judgeStatements(payload, { identity, manifest, nowMs: world.now(), maxAgeMs })]
  const accepted = steps.every(({ holds }) => holds)
  if (!accepted) return { accepted, path, steps }
  return { accepted, path, steps, receipt: { payload, until: isoSecond(endOf(payload, maxAgeMs)) } }
}

function readFile(world: World, { context }: VerifySettings, path: string): Promise<Observed<Uint8Array>> {
  const { workspace, runnerTemp } = context
  return world.receiptFiles.read({ path, workspace, runnerTemp }, RECEIPT_LIMIT_BYTES)
}

function unread({ message, missing }: { message: string; missing?: string }): VerificationStep {
  return {
    name: 'file',
    holds: false,
    words: message,
    next: `this job needs ${missing ?? 'a receipt that the gate wrote'}`,
  }
}

async function judgeSignature(world: World, settings: VerifySettings, receipt: Receipt): Promise<VerificationStep> {
  const byKind = judgeKind(receipt, settings.inputs.receiptKey)
  if (byKind !== undefined) return byKind
  const { serverUrl } = settings.context
  const issuer = issuerOf(serverUrl)
  if (issuer === undefined) {
    const words = 'The issuer of ID tokens is not known: GITHUB_SERVER_URL is no https URL.'
    return { name: 'signature', holds: false, words, next: 'use `receipt-key` in both jobs' }
  }
  // What does not fit the receipt is refused before anybody is asked.
  const witness = readWitness(receipt, issuer)
  if (!witness.ok) return witness.step
  const { learnSecret, signal, inputs } = settings
  const port = world.receiptIssuer({ learnSecret, signal, timeoutMs: inputs.timeoutMs })
  return judgeWitness(witness.token, issuer, await port.keys(issuer))
}

async function readManifestHere(world: World, { manifests: lines }: Inputs, workspace: string): Promise<ManifestHere> {
  const read = await readManifests(world, workspace, lines, CHECK_IDS)
  const problem = read.problems.find(({ severity }) => severity === 'error')
  if (problem !== undefined) return { ok: false, problem: problem.message }
  const files = await readDigests(world, workspace, filesInUse(read.manifests))
  if (!files.ok) return { ok: false, problem: files.failure.message }
  return { ok: true, files: files.value, targets: targetHashes(read.manifests) }
}
