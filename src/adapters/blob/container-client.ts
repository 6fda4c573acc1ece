import type { ContainerClient } from '@azure/storage-blob'
import { unseen, type Observed } from '../../domain/observed.ts'
import { ProbeError } from '../arm/probe-error.ts'
import type { OpenedContainer } from './blob-access.ts'
import { BlobStatusError } from './blob-errors.ts'
import { createHttpClient, type HttpClientOptions } from './http-client.ts'

const HOUR_MS = 3_600_000

/** The SDK's client for one container, loaded when the first container is asked. */
export async function openContainer(
  { at, proof }: OpenedContainer,
  options: Omit<HttpClientOptions, 'origin'>,
): Promise<ContainerClient> {
  const { AnonymousCredential, ContainerClient: Client, newPipeline } = await import('@azure/storage-blob')
  const httpClient = await createHttpClient({ ...options, origin: at.origin })
  // One try: trying again is the transport's business, within one timeout for all of them.
  const settings = { httpClient, retryOptions: { maxTries: 1 } }
  if (proof.kind === 'sas') {
    return new Client(`${at.url}?${proof.secret.reveal()}`, newPipeline(new AnonymousCredential(), settings))
  }
  const token = proof.secret.reveal()
  // The SDK asks for a new token when this one ends; the run's one is renewed before it is given.
  const credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + HOUR_MS }) }
  return new Client(at.url, newPipeline(credential, settings))
}

/** What the service said, or why it could not be asked; an error of the SDK itself means an answer that it cannot read. */
export async function asData<T>(what: string, ask: () => Promise<T>): Promise<Observed<T> | BlobStatusError> {
  try {
    return { ok: true, value: await ask() }
  } catch (error) {
    if (error instanceof BlobStatusError) return error
    if (error instanceof ProbeError) return { ok: false, failure: error.failure }
    // Not its message: those of the SDK can repeat the URL, and so the SAS.
    const kind = error instanceof Error ? error.name : 'an error'
    return unseen('protocol', `The answer of blob storage, asked for ${what}, cannot be read (${kind}).`)
  }
}
