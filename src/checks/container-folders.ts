import type { Container, Manifest } from '../domain/manifest.ts'
import { seen, type Observed } from '../domain/observed.ts'
import { subjectKey, type Subject } from '../domain/subject.ts'
import type { BlobPort, FolderListAnswer, FolderListing } from '../ports/blob-port.ts'
import { boundName, boundText } from './foreign-text.ts'
import { backupPlaceOf } from './modern-path.ts'
import { noContainer } from './storage-container.ts'
import { containerSubjects, sourceDatabaseSubjects, type ContainerSpec, type SourceDatabaseSpec } from './subjects.ts'

/** What lies in a folder, as far as evidence keeps it. */
export type FolderFact = {
  blobs: number
  block: number
  page: number
  append: number
  folders: string[]
  folderCount: number
  isCut: boolean
  /** The newest first. */
  newest: { name: string; modified: string; bytes: number }[]
}

export type ContainerFact = { container: string; url: string } & (
  | { outcome: 'listed'; folder: FolderFact; root?: FolderFact }
  | { outcome: 'refused' | 'no-container'; code: string; message: string }
)

export type FolderEvidence = {
  /** Of the database in the container; names of folders differ in letter case. */
  folder: string
  /** Other databases of the manifest whose backups would lie in the same folder. */
  sharedWith: string[]
  containers: ContainerFact[]
}

const NEWEST_KEPT = 20
const FOLDERS_KEPT = 10

/** Databases whose backups lie in a container, within every container: which of them holds a folder nobody says. */
export function containerDatabaseSubjects(manifest: Manifest): readonly Subject<SourceDatabaseSpec>[] {
  const containers = manifest.containers.map(({ name }) => subjectKey('container', name))
  return sourceDatabaseSubjects(manifest)
    .filter(({ spec }) => backupPlaceOf(manifest, spec.source) === 'container')
    .map((subject) => ({ ...subject, within: [...subject.within, ...containers] }))
}

/** Containers that backups lie in; those of a share the modern service uploads to one of its own making. */
export function backupContainerSubjects(manifest: Manifest): readonly Subject<ContainerSpec>[] {
  const isUsed =
    manifest.generation === 'classic' ||
    manifest.sources.some((source) => backupPlaceOf(manifest, source) === 'container')
  return isUsed ? containerSubjects(manifest) : []
}

export function folderOf({ database }: Pick<SourceDatabaseSpec, 'database'>): string {
  return database.folder ?? database.name
}

/** The folder of a database in every container; of a single database the root as well, which may stand for it. */
export async function observeFolders(
  blob: BlobPort,
  { name, spec }: Subject<SourceDatabaseSpec>,
): Promise<Observed<FolderEvidence>> {
  const { manifest, database } = spec
  if (manifest.containers.length === 0) return noContainer()
  const all = containerDatabaseSubjects(manifest)
  const folder = folderOf(spec)
  const others = all.filter((one) => one.name !== name && folderOf(one.spec) === folder)
  const mayBeRoot = all.length === 1 && database.folder === undefined
  const facts = await Promise.all(
    manifest.containers.map((container) => readFolder(blob, container, folder, mayBeRoot)),
  )
  const containers: ContainerFact[] = []
  for (const fact of facts) {
    if (!fact.ok) return fact
    containers.push(fact.value)
  }
  return seen({ folder, sharedWith: others.map((one) => one.name), containers })
}

async function readFolder(
  blob: BlobPort,
  container: Container,
  folder: string,
  mayBeRoot: boolean,
): Promise<Observed<ContainerFact>> {
  const access = await blob.access(container)
  if (!access.ok) return access
  const [listed, root] = await Promise.all([
    blob.listFolder(container, folder),
    mayBeRoot ? blob.listFolder(container, '') : undefined,
  ])
  if (!listed.ok) return listed
  if (root?.ok === false) return root
  const at = { container: container.name, url: access.value.url }
  if (listed.value.outcome !== 'listed') return seen({ ...at, ...refusalFact(listed.value) })
  const own = root?.value.outcome === 'listed' ? { root: folderFact(root.value) } : {}
  return seen({ ...at, outcome: 'listed', folder: folderFact(listed.value), ...own })
}

function refusalFact({ outcome, code, message }: Exclude<FolderListAnswer, FolderListing>): {
  outcome: 'refused' | 'no-container'
  code: string
  message: string
} {
  return { outcome, code: boundText(code, 80), message: boundText(message) }
}

function folderFact({ blobs, kinds, folders, folderCount, isCut, newest }: FolderListing): FolderFact {
  return {
    blobs,
    ...kinds,
    folders: folders.slice(0, FOLDERS_KEPT).map(boundName),
    folderCount,
    isCut,
    newest: newest
      .slice(0, NEWEST_KEPT)
      .map(({ name, modified, bytes }) => ({ name: boundText(name, 300), modified, bytes })),
  }
}

/** Where the backups of the database lie; several or no such places are told apart by the check on folders. */
export type FolderPlace =
  | { is: 'one'; where: string; fact: FolderFact; url: string; path: string; isRoot: boolean }
  | { is: 'none'; where: string }
  | { is: 'several'; where: string }
  | { is: 'unseen'; message: string }

export function findPlace({ folder, containers }: FolderEvidence): FolderPlace {
  const listed = containers.flatMap((one) => (one.outcome === 'listed' ? [one] : []))
  const found = listed.flatMap(({ url, folder: fact, root }) => {
    if (!isEmpty(fact)) return [{ url, fact, path: `${folder}/`, isRoot: false }]
    return root !== undefined && root.blobs > 0 ? [{ url, fact: root, path: '', isRoot: true }] : []
  })
  const [first, second] = found
  if (second !== undefined) return { is: 'several', where: found.map(({ url, path }) => `${url}/${path}`).join(', ') }
  if (first !== undefined) return { is: 'one', where: `${first.url}/${first.path}`, ...first }
  const unseen = containers.find((one) => one.outcome === 'refused')
  if (unseen?.outcome === 'refused') {
    const said = unseen.message === '' ? unseen.code : `${unseen.code}: ${unseen.message}`
    return { is: 'unseen', message: `${unseen.url} could not be listed (${said})` }
  }
  return { is: 'none', where: containers.map(({ url }) => `${url}/${folder}/`).join(', ') }
}

function isEmpty({ blobs, folderCount }: FolderFact): boolean {
  return blobs === 0 && folderCount === 0
}

/** What would let the container be listed. */
export const LIST_RIGHT =
  'a SAS with read and list (`container.sas`), or the role Storage Blob Data Reader on the container for the Azure identity of the run'
