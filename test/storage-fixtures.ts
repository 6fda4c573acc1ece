// A migration to a managed instance, and a blob port that answers from memory, for tests of the storage checks.
import type { Container, Manifest } from '../src/domain/manifest.ts'
import { seen, unseen, type Observed } from '../src/domain/observed.ts'
import type { SasFacts } from '../src/domain/sas.ts'
import type {
  BlobAnswer,
  BlobPort,
  FolderListAnswer,
  FolderListing,
  RefusalReason,
  WriteAnswer,
} from '../src/ports/blob-port.ts'
import type { StorageAccount } from '../src/ports/storage-resources.ts'
import { GROUP, manifestWith } from './arm-fixtures.ts'
import { MANIFEST } from './fixtures.ts'

export const NOW = Date.parse('2026-11-26T12:00:00Z')
export const ACCOUNT_ID = `${GROUP}/providers/Microsoft.Storage/storageAccounts/stmig`
export const INSTANCE_ID = `${GROUP}/providers/Microsoft.Sql/managedInstances/mi-erp`
export const URL_OF_CONTAINER = 'https://stmig.blob.core.windows.net/backups'

export const CONTAINER: Container = {
  name: 'default',
  url: URL_OF_CONTAINER,
  sas: { secret: 'BACKUP_SAS' },
  resourceId: ACCOUNT_ID,
  location: { path: 'wave.yml', line: 20, column: 1 },
}

/** The cutover ends on 6 December at two in the morning. */
export function instanceManifest(more: Partial<Manifest> = {}): Manifest {
  return manifestWith({
    scenario: 'sql-server-to-azure-sql-managed-instance',
    cutover: { start: '2026-12-05T20:00:00.000Z', durationMs: 6 * 3_600_000 },
    targets: MANIFEST.targets.map((target) => ({ ...target, resourceId: INSTANCE_ID })),
    containers: [CONTAINER],
    ...more,
  })
}

export const GOOD_SAS: SasFacts = {
  kind: 'service',
  resource: 'c',
  permissions: 'rwdl',
  expires: '2026-12-20T00:00:00.000Z',
  protocol: 'https',
  version: '2024-11-04',
  problems: [],
}

export const ACCOUNT: StorageAccount = {
  id: ACCOUNT_ID,
  name: 'stmig',
  location: 'westeurope',
  blobEndpoint: 'https://stmig.blob.core.windows.net/',
  defaultAction: 'Allow',
  virtualNetworkRules: [],
  addressRules: [],
  privateEndpointConnections: [],
}

export interface BlobAnswers {
  sas?: SasFacts | Observed<never>
  list?: BlobAnswer | Observed<never>
  write?: WriteAnswer | Observed<never>
  writes?: boolean
  /** By folder; one that is not named is empty. */
  folders?: Readonly<Record<string, FolderListAnswer | Observed<never>>>
}

/** Accepted, where nothing else is said. `asked` gets the questions that went to the service. */
export function blobWith(
  { sas = GOOD_SAS, list, write, writes = false, folders = {} }: BlobAnswers,
  asked: string[] = [],
): BlobPort {
  const observed = <T extends object>(answer: T | Observed<never>): Observed<T> =>
    'ok' in answer ? answer : seen(answer)
  const ask = <T extends object>(question: string, answer: T | Observed<never>): Promise<Observed<T>> => {
    asked.push(question)
    return Promise.resolve(observed(answer))
  }
  return {
    writes,
    access: () => {
      const facts = observed(sas)
      const place = { url: URL_OF_CONTAINER, account: 'stmig', container: 'backups' }
      return Promise.resolve(facts.ok ? seen({ ...place, sas: facts.value }) : facts)
    },
    list: () => ask<BlobAnswer>('list', list ?? { outcome: 'accepted' }),
    listFolder: (_container, folder) => ask<FolderListAnswer>(`list ${folder}`, folders[folder] ?? listing([])),
    probeWrite: () => ask<WriteAnswer>('write', write ?? { outcome: 'accepted', blob: 'dms-preflight-probe-1' }),
  }
}

/** Blobs by name, the newest first; a name with a slash at its end is a folder. */
export function listing(names: readonly string[], more: Partial<FolderListing> = {}): FolderListing {
  const folders = names.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1))
  const files = names.filter((name) => !name.endsWith('/'))
  return {
    outcome: 'listed',
    newest: files.map((name, place) => ({
      name,
      ...{ kind: 'block' as const, bytes: 1024 },
      modified: new Date(NOW - place * 60_000).toISOString(),
    })),
    blobs: files.length,
    kinds: { block: files.length, page: 0, append: 0 },
    folders,
    folderCount: folders.length,
    isCut: false,
    ...more,
  }
}

export function refusal(
  reason: RefusalReason,
  code = 'AuthenticationFailed',
): Extract<BlobAnswer, { outcome: 'refused' }> {
  return { outcome: 'refused', reason, code, message: 'The service says no.' }
}

export const NO_CONTAINER: BlobAnswer = {
  outcome: 'no-container',
  code: 'ContainerNotFound',
  message: 'It is not there.',
}
export const FIREWALL = unseen('forbidden', 'the firewall does not admit this runner')
