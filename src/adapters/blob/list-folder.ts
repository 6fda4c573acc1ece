import type { ContainerClient } from '@azure/storage-blob'
import type { ContainerUrl } from '../../domain/container-url.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { BlobEntry, BlobKind, FolderListAnswer, FolderListing } from '../../ports/blob-port.ts'
import { answerOf, BlobStatusError } from './blob-errors.ts'
import { asData } from './container-client.ts'

/** A page of so many has about two megabytes, and is read whole. */
const PAGE_BLOBS = 2000
/** A hundred thousand blobs in all. */
const MOST_PAGES = 50
const NEWEST_KEPT = 100
const FOLDERS_KEPT = 100

const KINDS: Readonly<Record<string, BlobKind>> = { BlockBlob: 'block', PageBlob: 'page', AppendBlob: 'append' }

/** The part of a page that counts: https://learn.microsoft.com/rest/api/storageservices/list-blobs */
interface Page {
  containerName?: unknown
  continuationToken?: string
  segment?: {
    blobItems?: readonly {
      name: string
      properties: { blobType?: string; contentLength?: number; lastModified: Date; resourceType?: string }
      metadata?: Readonly<Record<string, string>>
    }[]
    blobPrefixes?: readonly { name: string }[]
  }
}

/** By its delimiter the service tells what lies in a folder and which folders are in it, and not what lies in those. */
export async function listFolder(
  client: ContainerClient,
  at: ContainerUrl,
  folder: string,
): Promise<Observed<FolderListAnswer>> {
  const prefix = folder === '' ? '' : `${folder}/`
  const what = `a list of ${folder === '' ? `the container ${at.container}` : `the folder ${folder} of ${at.container}`}`
  const host = new URL(at.origin).host
  const found = createTally(prefix)
  let token: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await asData(what, async () => readPage(client, prefix, token))
    if (answer instanceof BlobStatusError) return answerOf(answer, what, host)
    if (!answer.ok) return answer
    // A page of another server can be sound XML too.
    if (answer.value?.containerName !== at.container || answer.value.segment === undefined) {
      return unseen('protocol', `${host} answered ${what} with something that is no such list.`)
    }
    found.add(answer.value.segment)
    token = answer.value.continuationToken
    if (token === undefined || token === '') return seen(found.listing(false))
  }
  return seen(found.listing(true))
}

async function readPage(client: ContainerClient, prefix: string, token: string | undefined): Promise<Page | undefined> {
  const pages = client
    .listBlobsByHierarchy('/', { ...(prefix === '' ? {} : { prefix }) })
    .byPage({ maxPageSize: PAGE_BLOBS, ...(token === undefined ? {} : { continuationToken: token }) })
  const page = (await pages.next()) as { value: unknown }
  return page.value as Page | undefined
}

function createTally(prefix: string): {
  add(segment: NonNullable<Page['segment']>): void
  listing(isCut: boolean): FolderListing
} {
  const kinds = { block: 0, page: 0, append: 0 }
  let newest: BlobEntry[] = []
  let blobs = 0
  const folders = new Set<string>()
  const within = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name)
  return {
    add({ blobItems = [], blobPrefixes = [] }) {
      const entries = blobItems.flatMap(({ name, properties, metadata }) => {
        // A folder itself, in accounts with a hierarchy and where a program has made one.
        const isFolder = properties.resourceType === 'directory' || metadata?.['hdi_isfolder'] === 'true'
        if (isFolder || within(name) === '') return []
        return [toEntry(within(name), properties)]
      })
      blobs += entries.length
      for (const { kind } of entries) kinds[kind] += 1
      newest = [...newest, ...entries].sort(byAge).slice(0, NEWEST_KEPT)
      for (const { name } of blobPrefixes) folders.add(within(name).replace(/\/$/, ''))
    },
    listing: (isCut) => ({
      outcome: 'listed',
      newest,
      blobs,
      kinds,
      folders: [...folders].slice(0, FOLDERS_KEPT),
      folderCount: folders.size,
      isCut,
    }),
  }
}

function toEntry(
  name: string,
  {
    blobType = '',
    contentLength = 0,
    lastModified,
  }: NonNullable<NonNullable<Page['segment']>['blobItems']>[number]['properties'],
): BlobEntry {
  return { name, kind: KINDS[blobType] ?? 'block', bytes: contentLength, modified: lastModified.toISOString() }
}

function byAge(left: BlobEntry, right: BlobEntry): number {
  return left.modified === right.modified ? 0 : left.modified > right.modified ? -1 : 1
}
