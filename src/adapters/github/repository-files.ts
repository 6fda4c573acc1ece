import { createHash } from 'node:crypto'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import type { RepositoryFile } from '../../ports/github-port.ts'
import { boundText } from '../bounded-text.ts'
import {
  decodeBlob,
  decodeFile,
  decodeFolder,
  decodeCommitId,
  decodeTree,
  decodeTreeOfCommit,
  type Tree,
} from './decode.ts'
import type { Memo } from '../memo.ts'
import type { Call } from './request.ts'

/** Contract, section 4: what a manifest may have. */
const FILE_LIMIT_BYTES = 1024 * 1024
const DEEPEST_FOLDER = 64
/** https://docs.github.com/rest/repos/contents: a folder's list ends here without saying so. */
const FOLDER_LIST_LIMIT = 1000

type FoundBlob = { found: true; sha: string; size: number } | { found: false; message: string }

/** By the folder's list, so that many files of one folder cost one request; links and very large folders one by one. */
export async function findBlob(
  call: Call,
  base: string,
  path: string,
  ref: string,
  memo: Memo,
): Promise<Observed<FoundBlob>> {
  const cutAt = path.lastIndexOf('/')
  const folder = path.slice(0, Math.max(0, cutAt))
  const name = path.slice(cutAt + 1)
  const listed = await memo.once(`folder ${ref}:${folder}`, () => readContents(call, base, folder, ref, decodeFolder))
  if (!listed.ok) return listed
  if (!listed.value.found) return seen(listed.value)
  const entries = listed.value.value
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry?.isFile === true) return seen({ found: true, sha: entry.sha, size: entry.size })
  const notThere = { found: false, message: `${boundText(ref)} has no ${boundText(path)}.` } as const
  if (entry === undefined && entries.length < FOLDER_LIST_LIMIT) return seen(notThere)
  const file = await memo.once(`file ${ref}:${path}`, () =>
    readContents(call, base, path, ref, (data) => decodeFile(data) ?? 'no file'),
  )
  if (!file.ok) return file
  if (!file.value.found) return seen(file.value)
  return seen(file.value.value === 'no file' ? notThere : { found: true, ...file.value.value })
}

type Contents<T> = { found: true; value: T } | { found: false; message: string }

async function readContents<T>(
  call: Call,
  base: string,
  path: string,
  ref: string,
  decode: (data: unknown) => T | undefined,
): Promise<Observed<Contents<T>>> {
  const segments = path === '' ? [] : path.split('/')
  const url = `${[base, 'contents', ...segments.map(encodeURIComponent)].join('/')}?ref=${encodeURIComponent(ref)}`
  const read = await call({ operation: 'read-contents', method: 'GET', path: url }, ({ data }) => {
    const value = decode(data)
    return value === undefined ? undefined : { found: true as const, value }
  })
  if (read.ok || read.failure.kind !== 'not-found') return read
  return seen({ found: false, message: read.failure.message })
}

/** A file up to the limit. */
export async function readFile(
  call: Call,
  base: string,
  path: string,
  ref: string,
  memo: Memo,
): Promise<Observed<RepositoryFile>> {
  const blob = await findBlob(call, base, path, ref, memo)
  if (!blob.ok) return blob
  if (!blob.value.found) return seen(blob.value)
  const { sha, size } = blob.value
  if (size > FILE_LIMIT_BYTES) return tooLarge(path, size)
  const text = await memo.once(`blob ${sha}`, () => readBlobText(call, base, sha, path))
  return mapSeen(text, (read) => ({ found: true, sha, text: read }))
}

/** The text of a blob; its bytes must have the id that was asked for. */
async function readBlobText(call: Call, base: string, sha: string, path: string): Promise<Observed<string>> {
  const read = await call({ operation: 'read-contents', method: 'GET', path: `${base}/git/blobs/${sha}` }, ({ data }) =>
    decodeBlob(data),
  )
  if (!read.ok) return read
  const bytes = read.value
  if (bytes.length > FILE_LIMIT_BYTES) return tooLarge(path, bytes.length)
  // Repositories with SHA-256 ids are left to GitHub's word.
  if (sha.length === 40 && blobId(bytes) !== sha) {
    return unseen('protocol', `GitHub's answer to reading ${boundText(path)} is not the blob that was asked for.`)
  }
  return seen(bytes.toString('utf8'))
}

function tooLarge(path: string, bytes: number): Observed<never> {
  return unseen('unsupported', `${boundText(path)} has ${bytes} bytes; at most ${FILE_LIMIT_BYTES} are read.`)
}

function blobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** Goes down to the folder first, so that the rest of a large repository is not listed with it. */
export async function listTree(
  call: Call,
  base: string,
  folder: string,
  ref: string,
): Promise<Observed<readonly string[]>> {
  const names = folder === '' ? [] : folder.split('/')
  if (names.length > DEEPEST_FOLDER) return unseen('unsupported', `${boundText(folder)} lies too deep to be listed.`)
  const root = await call({ operation: 'list-files', method: 'GET', path: commitPath(base, ref) }, (answer) =>
    decodeTreeOfCommit(answer.data),
  )
  if (!root.ok) return root
  let sha = root.value
  for (const name of names) {
    const level = await readTree(call, base, sha, false)
    if (!level.ok) return level
    const next = level.value.entries.find((entry) => entry.path === name && entry.kind === 'folder')
    if (next === undefined) return level.value.isCut ? tooMany(folder) : seen([])
    sha = next.sha
  }
  const tree = await readTree(call, base, sha, true)
  if (!tree.ok) return tree
  if (tree.value.isCut) return tooMany(folder)
  const prefix = folder === '' ? '' : `${folder}/`
  return seen(tree.value.entries.flatMap(({ path, kind }) => (kind === 'file' ? [prefix + path] : [])))
}

export function readCommit(call: Call, base: string, ref: string): Promise<Observed<string>> {
  return call({ operation: 'read-contents', method: 'GET', path: commitPath(base, ref) }, ({ data }) =>
    decodeCommitId(data),
  )
}

/** https://docs.github.com/rest/commits/commits#get-a-commit: `heads/NAME` and `tags/NAME` are never mistaken for each other. */
function commitPath(base: string, ref: string): string {
  const commit = ref
    .replace(/^refs\//, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
  return `${base}/commits/${commit}?per_page=1`
}

function readTree(call: Call, base: string, sha: string, isDeep: boolean): Promise<Observed<Tree>> {
  const path = `${base}/git/trees/${sha}${isDeep ? '?recursive=1' : ''}`
  return call({ operation: 'list-files', method: 'GET', path }, ({ data }) => decodeTree(data))
}

function tooMany(folder: string): Observed<never> {
  const where = folder === '' ? 'The repository' : `The folder ${boundText(folder)}`
  return unseen('unsupported', `${where} has more files than GitHub lists at once.`, {
    missing: 'a pattern in the input `manifest` that names a smaller folder',
  })
}
