import type { ContainerClient } from '@azure/storage-blob'
import { unseen, type Observed } from '../../domain/observed.ts'
import type { Sas } from '../../domain/sas.ts'
import type { ContainerUrl } from '../../domain/container-url.ts'
import { ProbeError } from '../arm/probe-error.ts'
import { BlobStatusError } from './blob-errors.ts'
import { createHttpClient, type HttpClientOptions } from './http-client.ts'

/** A container with the SAS that opens it. */
export interface SasContainer {
  at: ContainerUrl
  sas: Sas
}

/** The SDK's client for one container, loaded when the first container is asked. */
export async function openContainer(
  { at, sas }: SasContainer,
  options: Omit<HttpClientOptions, 'origin'>,
): Promise<ContainerClient> {
  const { AnonymousCredential, ContainerClient: Client, newPipeline } = await import('@azure/storage-blob')
  const httpClient = await createHttpClient({ ...options, origin: at.origin })
  // One try: trying again is the transport's business, within one timeout for all of them.
  const pipeline = newPipeline(new AnonymousCredential(), { httpClient, retryOptions: { maxTries: 1 } })
  return new Client(`${at.url}?${sas.query.reveal()}`, pipeline)
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
