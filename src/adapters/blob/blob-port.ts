import type { ContainerClient } from '@azure/storage-blob'
import type { ContainerUrl } from '../../domain/container-url.ts'
import type { Container } from '../../domain/manifest.ts'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import { createRedactor } from '../../domain/redact.ts'
import type { Secret } from '../../domain/secret.ts'
import type { BlobAnswer, BlobPort } from '../../ports/blob-port.ts'
import { createMemo } from '../memo.ts'
import { answerOf, BlobStatusError } from './blob-errors.ts'
import { openPlace, readContainer, type OpenedContainer, type StorageToken } from './blob-access.ts'
import { asData, openContainer } from './container-client.ts'
import { listFolder } from './list-folder.ts'
import { probeBlob } from './probe-blob.ts'

export interface BlobPortOptions {
  /** For one request with its retries. */
  timeoutMs: number
  signal: AbortSignal
  secrets: ReadonlyMap<string, Secret>
  /** Lets probe blobs be written (input `allow-writes`). */
  writes: boolean
  /** For containers without a SAS; absent: the run has no Azure identity. */
  storageToken?: StorageToken
  onRequest?: (method: string, url: string) => void
  /** PEM, used instead of the built-in authorities. */
  ca?: string
}

export interface ClosableBlobPort extends BlobPort {
  /** Ends probes under way; resolves when nothing that this port wrote is left to remove. */
  close(): Promise<void>
}

/** A runner kills a cancelled step within seconds, and the report has to be published after the removal. */
const REMOVAL_TIMEOUT_MS = 2_000

/** Blob containers through their SAS or as the run's Azure identity, by @azure/storage-blob. */
export function createBlobPort(options: BlobPortOptions): ClosableBlobPort {
  const memo = createMemo()
  const { timeoutMs, signal, writes } = options
  const pending = new Set<Promise<unknown>>()
  /** Ends the probes that nobody waits for any more, so that what they wrote is removed at once. */
  const closing = new AbortController()
  const probeSignal = AbortSignal.any([signal, closing.signal])

  const open = (
    opened: OpenedContainer,
    terms: { timeoutMs: number; signal: AbortSignal },
  ): Promise<ContainerClient> => {
    const scrub = createRedactor([opened.proof.secret.reveal()])
    const { onRequest, ca } = options
    return openContainer(opened, {
      ...terms,
      scrub,
      ...(onRequest === undefined ? {} : { onRequest }),
      ...(ca === undefined ? {} : { ca }),
    })
  }
  const ask = <T>(
    question: string,
    container: Container,
    until: AbortSignal,
    put: (client: ContainerClient, opened: OpenedContainer) => Promise<Observed<T>>,
  ): Promise<Observed<T>> => {
    const found = readContainer(container, options.secrets)
    if (!found.ok) return Promise.resolve(found)
    const { at, sas } = found.value
    return memo.once(`${question} ${at.url} ${sas?.query.reveal() ?? ''}`, async () => {
      const opened = await openPlace(found.value, options.storageToken)
      return opened.ok ? put(await open(opened.value, { timeoutMs, signal: until }), opened.value) : opened
    })
  }

  return {
    writes,
    access: (container) =>
      Promise.resolve(
        mapSeen(readContainer(container, options.secrets), ({ at, sas }) => ({
          url: at.url,
          account: at.account,
          container: at.container,
          ...(sas === undefined ? {} : { sas: sas.facts }),
        })),
      ),
    list: (container) => ask('list', container, signal, (client, { at }) => listContainer(client, at)),
    listFolder: (container, folder) =>
      ask(`list of ${folder} in`, container, signal, (client, { at }) => listFolder(client, at, folder)),
    probeWrite(container) {
      if (!writes)
        return Promise.resolve(unseen('writes-off', WRITES_OFF, { missing: 'the input `allow-writes: true`' }))
      const probing = ask('probe', container, probeSignal, (client, opened) =>
        probeBlob(client, {
          host: new URL(opened.at.origin).host,
          signal: probeSignal,
          timeoutMs,
          cleaner: () =>
            open(opened, { timeoutMs: REMOVAL_TIMEOUT_MS, signal: AbortSignal.timeout(2 * REMOVAL_TIMEOUT_MS) }),
        }),
      )
      pending.add(probing)
      return probing
    },
    async close() {
      closing.abort()
      await Promise.allSettled(pending)
    },
  }
}

const WRITES_OFF = 'No probe blob was written: this run may not write.'

async function listContainer(client: ContainerClient, at: ContainerUrl): Promise<Observed<BlobAnswer>> {
  const what = `a list of the container ${at.container}`
  const answer = await asData(what, async () => {
    const page = (await client.listBlobsFlat().byPage({ maxPageSize: 1 }).next()) as { value: unknown }
    return page.value
  })
  const host = new URL(at.origin).host
  if (!(answer instanceof BlobStatusError)) {
    if (!answer.ok) return answer
    // A page of another server can be sound XML too.
    const page = answer.value as { containerName?: unknown; segment?: unknown } | undefined
    return page?.containerName === at.container && page.segment !== undefined
      ? seen({ outcome: 'accepted' })
      : unseen('protocol', `${host} answered ${what} with something that is no such list.`)
  }
  return answerOf(answer, what, host)
}
