import { createHttpClient } from '../src/adapters/blob/http-client.ts'
import type { Azurite } from './azurite.ts'
import type { DelegationKey } from './sas.ts'

/** What the owner of the storage account does and sees, past every rule of the front. */
export interface StorageOwner {
  createContainer(name: string): Promise<void>
  /** A stored access policy that holds for an hour. */
  setPolicy(container: string, id: string, permissions: string): Promise<void>
  blobsIn(container: string): Promise<string[]>
  /** An empty blob. */
  putBlob(container: string, name: string, kind?: 'block' | 'page' | 'append'): Promise<void>
  /** Of the account's own tenant; it looks into every container. */
  token(): string
  removeBlob(container: string, name: string): Promise<void>
  /** For user delegation SAS; it holds for a week. */
  delegationKey(): Promise<DelegationKey>
}

const TIMEOUT_MS = 20_000
const HOUR_MS = 3_600_000

export async function createStorageOwner(azurite: Azurite, ca: string): Promise<StorageOwner> {
  const { BlobServiceClient, newPipeline, StorageSharedKeyCredential } = await import('@azure/storage-blob')
  const { origin, account, accountKey } = azurite
  const signal = new AbortController().signal
  const httpClient = await createHttpClient({ origin, ca, signal, timeoutMs: TIMEOUT_MS, scrub: (text) => text })
  const options = { httpClient, retryOptions: { maxTries: 1 } }
  const url = `${origin}/${account}`
  const byKey = new BlobServiceClient(url, newPipeline(new StorageSharedKeyCredential(account, accountKey), options))
  const token = { getToken: () => Promise.resolve({ token: labToken(), expiresOnTimestamp: Date.now() + HOUR_MS }) }
  const byToken = new BlobServiceClient(url, newPipeline(token, options))
  return {
    async createContainer(name) {
      await byKey.getContainerClient(name).create()
    },
    async setPolicy(container, id, permissions) {
      const accessPolicy = {
        startsOn: new Date(Date.now() - HOUR_MS),
        expiresOn: new Date(Date.now() + HOUR_MS),
        permissions,
      }
      await byKey.getContainerClient(container).setAccessPolicy(undefined, [{ id, accessPolicy }])
    },
    async blobsIn(container) {
      const names: string[] = []
      for await (const { name } of byKey.getContainerClient(container).listBlobsFlat()) names.push(name)
      return names
    },
    async putBlob(container, name, kind = 'block') {
      const client = byKey.getContainerClient(container)
      if (kind === 'block') await client.getBlockBlobClient(name).upload('', 0)
      else if (kind === 'page') await client.getPageBlobClient(name).create(512)
      else await client.getAppendBlobClient(name).create()
    },
    token: labToken,
    async removeBlob(container, name) {
      await byKey.getContainerClient(container).deleteBlob(name)
    },
    async delegationKey() {
      return byToken.getUserDelegationKey(new Date(Date.now() - HOUR_MS), new Date(Date.now() + 7 * 24 * HOUR_MS))
    },
  }
}

/** The emulator looks at audience, issuer and dates of a token, and not at its signature. */
function labToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/aaaaaaaa-0000-4000-8000-000000000001/',
    oid: 'cccccccc-0000-4000-8000-000000000003',
    tid: 'aaaaaaaa-0000-4000-8000-000000000001',
    iat: now - 60,
    nbf: now - 60,
    exp: now + 3600,
  }
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('lab').toString('base64url')}`
}
