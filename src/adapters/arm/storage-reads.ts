import type { ArmPort } from '../../ports/arm-port.ts'
import { decodeBlobContainer, decodeStorageAccount } from './decode-storage.ts'
import type { Ways } from './further-reads.ts'

const STORAGE_VERSION = '2023-05-01'
const ACCOUNT = 'Microsoft.Storage/storageAccounts'

/** What the storage checks read: settings of the account and the container, never a key. */
export function createStorageReads({ get }: Pick<Ways, 'get'>): Pick<ArmPort, 'storageAccount' | 'blobContainer'> {
  return {
    storageAccount: (id) => get(ACCOUNT, id, STORAGE_VERSION, decodeStorageAccount),
    blobContainer: (accountId, name) =>
      get(
        `${ACCOUNT}/blobServices/containers`,
        `${accountId.replace(/\/$/, '')}/blobServices/default/containers/${name}`,
        STORAGE_VERSION,
        decodeBlobContainer,
      ),
  }
}
