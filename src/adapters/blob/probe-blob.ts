import type { ContainerClient } from '@azure/storage-blob'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { WriteAnswer } from '../../ports/blob-port.ts'
import { BlobStatusError, judgeBlobAnswer } from './blob-errors.ts'
import { asData } from './container-client.ts'

type Refused = Extract<WriteAnswer, { outcome: 'refused' }>
type Step = Refused['step']

export interface ProbeTerms {
  host: string
  /** Ends the probe; what it made is removed nevertheless. */
  signal: AbortSignal
  timeoutMs: number
  /** A client whose requests outlive the run's signal, for the removal. */
  cleaner: () => Promise<ContainerClient>
}

interface Probe extends ProbeTerms {
  blob: string
  content: string
}

/** Why a step did not succeed. */
type Trouble = { refusal: Omit<Refused, 'left'> } | { failure: ProbeFailure; step: Step }

/** Says what the blob is to whoever finds one that could not be removed. */
const CONTENT = 'Made by dms-preflight to prove that this container can be written to; it can be deleted. '
/** A write that was cut off may still be carried out by the service after the first removal. */
const LATE_WRITE_MS = 400
/** Failures by which the request did not get to the service, so that it made nothing. */
const UNSENT: ReadonlySet<CauseKind> = new Set(['dns', 'refused', 'unreachable', 'tls', 'untrusted-host'])

/** Writes a blob of an unguessable name, reads it and deletes it. It is removed after a failure or cancellation too. */
export async function probeBlob(container: ContainerClient, terms: ProbeTerms): Promise<Observed<WriteAnswer>> {
  if (terms.signal.aborted) return unseen('cancelled', 'The run was stopped before a probe blob was written.')
  const blob = `dms-preflight-probe-${randomBytes(16).toString('hex')}`
  const probe = { ...terms, blob, content: `${CONTENT}${randomBytes(16).toString('hex')}` }
  const trouble = await writeReadDelete(container, probe)
  if (trouble === undefined) return seen({ outcome: 'accepted', blob })
  const left = mayBeThere(trouble) && !(await remove(probe, 'failure' in trouble && trouble.step === 'write'))
  if ('refusal' in trouble) return seen({ ...trouble.refusal, left })
  const { kind, message, ...more } = trouble.failure
  return left ? unseen(kind, `${message} The probe blob ${blob} may be left there.`, more) : unseen(kind, message, more)
}

function mayBeThere(trouble: Trouble): boolean {
  if ('refusal' in trouble) return trouble.refusal.step !== 'write'
  return trouble.step !== 'write' || !UNSENT.has(trouble.failure.kind)
}

async function writeReadDelete(container: ContainerClient, probe: Probe): Promise<Trouble | undefined> {
  const { blob, content, signal: abortSignal } = probe
  const client = container.getBlockBlobClient(blob)
  const isWritten = await tryStep('write', probe, async () => {
    await client.upload(content, Buffer.byteLength(content), { conditions: { ifNoneMatch: '*' }, abortSignal })
  })
  if (isWritten !== undefined) return isWritten
  let found = ''
  const isRead = await tryStep('read', probe, async () => {
    const bounded = AbortSignal.any([abortSignal, AbortSignal.timeout(probe.timeoutMs)])
    const { readableStreamBody } = await client.download(0, undefined, { abortSignal: bounded, maxRetryRequests: 0 })
    found = await readText(readableStreamBody, Buffer.byteLength(content))
  })
  if (isRead !== undefined) return isRead
  if (found !== content) return { refusal: { ...refusalOf('read', blob), reason: 'other-content' } }
  return tryStep('delete', probe, async () => {
    await client.delete({ deleteSnapshots: 'include', abortSignal })
  })
}

/** Undefined: the step succeeded. */
async function tryStep(step: Step, probe: Probe, ask: () => Promise<void>): Promise<Trouble | undefined> {
  const what = `${WORDS[step]} of the probe blob ${probe.blob}`
  const answer = await asData(what, ask)
  if (!(answer instanceof BlobStatusError)) return answer.ok ? undefined : { failure: answer.failure, step }
  const judged = judgeBlobAnswer(answer, { what, host: probe.host })
  switch (judged.is) {
    case 'failure':
      return { failure: judged.failure, step }
    case 'done': {
      // Only what an earlier try of the same step did; a blob that cannot be read is no success.
      const isOwn = step === 'write' ? judged.code === 'BlobAlreadyExists' : step === 'delete'
      return isOwn
        ? undefined
        : { refusal: { ...refusalOf(step, probe.blob), reason: 'other-content', code: judged.code } }
    }
    case 'absent':
    case 'refused': {
      const reason = judged.is === 'absent' ? 'no-container' : judged.reason
      return { refusal: { ...refusalOf(step, probe.blob), reason, code: judged.code, message: judged.message } }
    }
  }
}

const WORDS: Record<Step, string> = { write: 'the writing', read: 'the reading', delete: 'the deletion' }

function refusalOf(step: Step, blob: string): Pick<Refused, 'outcome' | 'step' | 'blob' | 'code' | 'message'> {
  return { outcome: 'refused', step, blob, code: '', message: '' }
}

/** Whether the blob is surely gone. */
async function remove({ blob, cleaner, host }: Probe, mayComeLate: boolean): Promise<boolean> {
  const container = await cleaner()
  const ask = async (): Promise<'removed' | 'not-there' | 'unknown'> => {
    const answer = await asData('the removal of the probe blob', () =>
      container.getBlobClient(blob).delete({ deleteSnapshots: 'include' }),
    )
    if (!(answer instanceof BlobStatusError)) return answer.ok ? 'removed' : 'unknown'
    const { is } = judgeBlobAnswer(answer, { what: 'the removal of the probe blob', host })
    return is === 'done' || is === 'absent' ? 'not-there' : 'unknown'
  }
  const first = await ask()
  if (first !== 'not-there' || !mayComeLate) return first !== 'unknown'
  await sleep(LATE_WRITE_MS)
  return (await ask()) !== 'unknown'
}

/** Of a stream so many bytes at most: a server that sends more sends something else. */
async function readText(stream: NodeJS.ReadableStream | undefined, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream ?? []) {
    const bytes = Buffer.from(chunk as Uint8Array)
    chunks.push(bytes)
    length += bytes.length
    if (length > limitBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
