import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { ReceiptPayload, ReceiptSignature, Sha256 } from '../domain/receipt.ts'
import type { Report } from '../domain/report.ts'
import type { Secret } from '../domain/secret.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { readRunIdentity } from '../inputs/run-identity.ts'
import { issuerOf } from '../receipt/issuer.ts'
import { readWitness } from '../receipt/judge-signature.ts'
import { filesInUse, makePayload } from '../receipt/make-payload.ts'
import { receiptText } from '../receipt/parse-receipt.ts'
import { RECEIPT_LIMIT_BYTES, runIdentitySchema } from '../receipt/receipt-schema.ts'
import { signByKey } from '../receipt/sign-by-key.ts'
import { receiptAudience } from '../receipt/token-claims.ts'
import { readDigests } from './read-digests.ts'
import type { World } from './world.ts'

export interface ReceiptSettings {
  inputs: Inputs
  context: RunContext
  /** As it is, before `disclose`. */
  report: Report
  manifests: readonly Manifest[]
  learnSecret: (secret: Secret) => void
  /** Of the publication. */
  signal: AbortSignal
  timeoutMs: number
}

/** What became of the receipt. */
export interface WrittenReceipt {
  /** The path by which a later step finds it. */
  path?: string
  /** A sentence for the summary and the log. */
  words: string
  /** The run was ready, and there is no receipt all the same. */
  isMissing: boolean
}

/** Writes the receipt of a run that lets a migration go on, and of no other. */
export async function writeReceipt(
  world: World,
  settings: ReceiptSettings,
  published: { reportPath: string | undefined; failed: boolean },
): Promise<WrittenReceipt> {
  const { report } = settings
  if (!report.run.trusted) {
    const words = 'No receipt was written: this run is not trusted. Run the gate on the trusted ref.'
    return { words, isMissing: true }
  }
  if (!report.ready || published.failed || report.problems.some(({ severity }) => severity === 'error')) {
    const end = published.failed ? ', and the step fails' : ''
    return { words: `No receipt was written: the status is ${report.status}${end}.`, isMissing: false }
  }
  const path = await issue(world, settings, published.reportPath)
  if (!path.ok) {
    const { message, missing } = path.failure
    const advice = missing === undefined ? '' : ` Missing: ${missing}.`
    return { words: `No receipt was written: ${message}${advice}`, isMissing: true }
  }
  return { path: path.value.path, words: path.value.words, isMissing: false }
}

async function issue(
  world: World,
  settings: ReceiptSettings,
  reportPath: string | undefined,
): Promise<Observed<{ path: string; words: string }>> {
  const { inputs, context } = settings
  const { workspace, runnerTemp } = context
  if (world.cancelled.aborted) return unseen('cancelled', 'the run was cancelled.')
  const payload = await readPayload(world, settings, reportPath)
  if (!payload.ok) return payload
  const signature = await sign(world, settings, payload.value)
  if (!signature.ok) return signature
  const text = receiptText({ type: 'dms-preflight-receipt', payload: payload.value, signature: signature.value })
  if (Buffer.byteLength(text) > RECEIPT_LIMIT_BYTES) {
    return unseen('unsupported', 'so many files are in use that it would be too large. Use several runs.')
  }
  const written = await world.receiptFiles.write({ path: inputs.receipt ?? '', workspace, runnerTemp }, text)
  if (!written.ok) return written
  const by = signature.value.kind === 'hmac-sha256' ? 'signed by `receipt-key`' : 'witnessed by GitHub'
  const words = `The receipt of this run is \`${written.value}\`, ${by}; \`mode: verify\` accepts it for this commit until ${payload.value.notAfter}.`
  return seen({ path: written.value, words })
}

async function readPayload(
  world: World,
  { inputs, context, report, manifests }: ReceiptSettings,
  reportPath: string | undefined,
): Promise<Observed<ReceiptPayload>> {
  const { identity, missing } = readRunIdentity(world.env)
  if (missing.length > 0 || !runIdentitySchema.safeParse(identity).success) {
    const which = missing.length > 0 ? missing.map((name) => `\`${name}\``).join(', ') : 'an odd `GITHUB_` variable'
    return unseen('missing-input', `the runner does not say which run this is (${which}).`)
  }
  const files = await readDigests(world, context.workspace, filesInUse(manifests))
  if (!files.ok) return files
  const facts = { identity, report, manifests, files: files.value, maxAgeMs: inputs.receiptMaxAgeMs }
  const reportHash = await hashReport(world, context, reportPath)
  const payload = makePayload({ ...facts, reportHash, nowMs: world.now() })
  return payload === undefined
    ? unseen('insufficient', `what the run rests on has ended (${report.readyUntil ?? ''}).`)
    : seen(payload)
}

async function hashReport(
  world: World,
  { workspace, runnerTemp }: RunContext,
  path: string | undefined,
): Promise<Sha256 | null> {
  const hash = path === undefined ? undefined : await world.receiptFiles.hashOfWritten({ path, workspace, runnerTemp })
  return hash?.ok === true ? hash.value : null
}

async function sign(
  world: World,
  { inputs, context, learnSecret, signal, timeoutMs }: ReceiptSettings,
  payload: ReceiptPayload,
): Promise<Observed<ReceiptSignature>> {
  const { receiptKey } = inputs
  if (receiptKey !== undefined) return seen({ kind: 'hmac-sha256', value: signByKey(payload, receiptKey) })
  const issuer = issuerOf(context.serverUrl)
  if (issuer === undefined)
    return unseen('missing-input', 'GITHUB_SERVER_URL is no https URL.', { missing: '`receipt-key`' })
  const port = world.receiptIssuer({ learnSecret, signal, timeoutMs })
  const token = await port.idToken(receiptAudience(payload))
  if (!token.ok) {
    const { kind, message, missing } = token.failure
    const ways = [...(missing === undefined ? [] : [missing]), '`receipt-key`'].join(', or ')
    return unseen(kind, message, { missing: ways })
  }
  const signature = { kind: 'github-oidc', token: token.value.reveal() } as const
  // A receipt that would be refused is not written: it is the clock, or a GitHub that leaves claims out.
  const witness = readWitness({ type: 'dms-preflight-receipt', payload, signature }, issuer)
  if (witness.ok) return seen(signature)
  const message = `GitHub gave a token that does not fit this run. ${witness.step.words} Is the clock of this runner right?`
  return unseen('protocol', message, { missing: '`receipt-key`, if this GitHub does not say more' })
}
