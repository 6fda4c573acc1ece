import { startAzurite, type Azurite } from './azurite.ts'
import { startBlobFront, type BlobFront } from './blob-front.ts'
import { createStorageOwner, type StorageOwner } from './storage-owner.ts'
import { createAuthority, type Authority } from './certificates.ts'

/** A storage account of the lab: Azurite, and the front that the action is to talk to. */
export interface StorageLab {
  azurite: Azurite
  front: BlobFront
  owner: StorageOwner
  authority: Authority
  close(): Promise<void>
}

const NAMES = ['localhost', '127.0.0.1', '::1']

/** The container `backups` is there. */
export async function openStorage(given?: Authority): Promise<StorageLab> {
  const authority = given ?? (await createAuthority())
  const tls = await authority.issue({ names: NAMES })
  const azurite = await startAzurite(tls)
  const front = await startBlobFront(azurite, tls, authority.certificate)
  const owner = await createStorageOwner(azurite, authority.certificate)
  await owner.createContainer('backups')
  return {
    azurite,
    front,
    owner,
    authority,
    async close() {
      await front.close()
      await azurite.close()
    },
  }
}
