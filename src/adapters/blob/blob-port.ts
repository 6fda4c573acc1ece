import type { ContainerClient } from '@azure/storage-blob'
import { parseContainerUrl, type ContainerUrl } from '../../domain/container-url.ts'
import type { Container } from '../../domain/manifest.ts'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import { createRedactor } from '../../domain/redact.ts'
import { parseSas } from '../../domain/sas.ts'
import type { Secret } from '../../domain/secret.ts'
import type { BlobAnswer, BlobPort } from '../../ports/blob-port.ts'
import { createMemo } from '../memo.ts'
import { BlobStatusError, judgeBlobAnswer } from './blob-errors.ts'
import { asData, openContainer, type SasContainer } from './container-client.ts'
import { probeBlob } from './probe-blob.ts'

export interface BlobPortOptions {
  /** For one request with its retries. */
  timeoutMs: number
  signal: AbortSignal
  secrets: ReadonlyMap<string, Secret>
  /** Lets probe blobs be written (input `allow-writes`). */
  writes: boolean
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

/** Blob containers through their SAS, by @azure/storage-blob. */
export function createBlobPort(options: BlobPortOptions): ClosableBlobPort {
  const memo = createMemo()
  const { timeoutMs, signal, writes } = options
  const pending = new Set<Promise<unknown>>()
  /** Ends the probes that nobody waits for any more, so that what they wrote is removed at once. */
  const closing = new AbortController()
  const probeSignal = AbortSignal.any([signal, closing.signal])

  const open = (
    { at, sas }: SasContainer,
    terms: { timeoutMs: number; signal: AbortSignal },
  ): Promise<ContainerClient> => {
    const scrub = createRedactor([sas.query.reveal()])
    const { onRequest, ca } = options
    return openContainer(
      { at, sas },
      { ...terms, scrub, ...(onRequest === undefined ? {} : { onRequest }), ...(ca === undefined ? {} : { ca }) },
    )
  }
  const ask = <T>(
    question: string,
    container: Container,
    until: AbortSignal,
    put: (client: ContainerClient, opened: SasContainer) => Promise<Observed<T>>,
  ): Promise<Observed<T>> => {
    const found = readContainer(container, options.secrets)
    if (!found.ok) return Promise.resolve(found)
    const { at, sas } = found.value
    return memo.once(`${question} ${at.url} ${sas.query.reveal()}`, async () =>
      put(await open(found.value, { timeoutMs, signal: until }), found.value),
    )
  }

  return {
    writes,
    access: (container) =>
      Promise.resolve(
        mapSeen(readContainer(container, options.secrets), ({ at, sas }) => ({
          url: at.url,
          account: at.account,
          container: at.container,
          sas: sas.facts,
        })),
      ),
    list: (container) => ask('list', container, signal, (client, { at }) => listContainer(client, at)),
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

/** The container and its SAS, as manifest and environment give them. */
function readContainer({ name, url, sas }: Container, secrets: ReadonlyMap<string, Secret>): Observed<SasContainer> {
  const secret = secrets.get(sas.secret)
  if (secret === undefined) {
    return unseen(
      'no-credential',
      `The environment variable ${sas.secret} (the SAS of container ${name}) is not set.`,
      {
        missing: `a value for ${sas.secret}: the SAS of the container, from a secret of the repository or environment`,
      },
    )
  }
  const parsed = parseSas(secret.reveal(), secret.name)
  if (!parsed.ok) {
    return unseen('missing-input', `The value of ${sas.secret} cannot be used as a SAS: ${parsed.problem}.`, {
      missing: `a SAS in ${sas.secret}: the query (sv=...&sr=c&sp=rwdl&se=...&sig=...), or the full SAS URI of the container`,
    })
  }
  const declared = url === undefined ? undefined : parseContainerUrl(url)
  const at = url === undefined ? parsed.sas.target : declared
  if (at === undefined) return noPlace(name, sas.secret, url)
  const { target } = parsed.sas
  if (target !== undefined && target.url !== at.url) return otherPlace(name, sas.secret, target, at)
  return seen({ at, sas: parsed.sas })
}

function noPlace(name: string, variable: string, url: string | undefined): Observed<never> {
  const message =
    url === undefined
      ? `The manifest gives no URL for container ${name}, and ${variable} holds only the query of a SAS.`
      : `The URL of container ${name} (${url}) is not that of a blob container.`
  const missing = 'the `url` of the container: https://<account>.blob.core.windows.net/<container>'
  return unseen('missing-input', message, { missing })
}

/** Neither is taken for right: the SAS goes nowhere. */
function otherPlace(name: string, variable: string, target: ContainerUrl, at: ContainerUrl): Observed<never> {
  return unseen(
    'missing-input',
    `The SAS URI in ${variable} is for ${target.url}, and the manifest gives ${at.url} for container ${name}; the SAS was sent to neither.`,
    { missing: `a SAS for ${at.url} in ${variable}, or the other URL in the manifest` },
  )
}

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
  const judged = judgeBlobAnswer(answer, { what, host })
  switch (judged.is) {
    case 'refused':
      return seen({ outcome: 'refused', reason: judged.reason, code: judged.code, message: judged.message })
    case 'absent':
      return seen({ outcome: 'no-container', code: judged.code, message: judged.message })
    case 'done':
      return unseen('protocol', `${host} answered ${what} with ${judged.code}, which is no answer to that.`)
    case 'failure':
      return { ok: false, failure: judged.failure }
  }
}
