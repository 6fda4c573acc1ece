import { createHash } from 'node:crypto'
import type { Answer } from './replies.ts'
import type { GitHubState } from './state.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

interface Entry {
  path: string
  mode: '100644' | '040000'
  type: 'blob' | 'tree'
  sha: string
  size?: number
}

/** https://docs.github.com/rest/git/trees: a recursive list is cut here. */
const TREE_LIMIT = 100_000

export function blobId(content: string | Uint8Array): string {
  return objectId('blob', Buffer.from(content))
}

/** https://docs.github.com/rest/git: commits by ref, trees and blobs by id, of the files that the state holds; undefined: no such object. */
export function answerGitObject(state: GitHubState, rest: string, isDeep: boolean): Answer | undefined {
  const commit = /^\/commits\/(.+)$/.exec(rest)?.[1]
  if (commit !== undefined) return answerCommit(state, commit)
  const [, kind, id = ''] = /^\/git\/(trees|blobs)\/([0-9a-f]{40})$/.exec(rest) ?? []
  const all = Object.values(state.files ?? {})
  if (kind === 'trees') {
    const folder = all.flatMap((files) => [...folders(files)]).find((tree) => tree.sha === id)
    if (folder === undefined) return undefined
    const tree = isDeep ? deepEntries(folder.files) : folder.entries
    return { status: 200, body: { sha: id, tree: tree.slice(0, TREE_LIMIT), truncated: tree.length > TREE_LIMIT } }
  }
  if (kind === 'blobs') {
    const content = all.flatMap((files) => Object.values(files)).find((file) => blobId(file) === id)
    if (content === undefined) return undefined
    const bytes = Buffer.from(content)
    const lines = bytes.toString('base64').replace(/.{60}/g, '$&\n')
    return { status: 200, body: { sha: id, size: bytes.length, encoding: 'base64', content: `${lines}\n` } }
  }
  return undefined
}

function answerCommit(state: GitHubState, ref: string): Answer | undefined {
  const files = state.files?.[ref.replace(/^(heads|tags)\//, '')]
  if (files === undefined) return { status: 422, body: { message: `No commit found for SHA: ${ref}` } }
  return {
    status: 200,
    body: { sha: objectId('commit', Buffer.from(ref)), commit: { tree: { sha: treeOf(files).sha } } },
  }
}

interface Folder {
  sha: string
  entries: readonly Entry[]
  /** With paths relative to this folder. */
  files: Files
}

function treeOf(files: Files): Folder {
  const below = new Map<string, Record<string, string | Uint8Array>>()
  const entries: Entry[] = []
  for (const [path, content] of Object.entries(files)) {
    const cut = path.indexOf('/')
    if (cut === -1) {
      const size = Buffer.from(content).length
      entries.push({ path, mode: '100644', type: 'blob', sha: blobId(content), size })
    } else {
      const name = path.slice(0, cut)
      below.set(name, { ...below.get(name), [path.slice(cut + 1)]: content })
    }
  }
  for (const [path, inner] of below) entries.push({ path, mode: '040000', type: 'tree', sha: treeOf(inner).sha })
  // https://git-scm.com/book/en/v2/Git-Internals-Git-Objects: a folder is sorted as if its name ended in a slash.
  const sortName = ({ path, type }: Entry): string => (type === 'tree' ? `${path}/` : path)
  entries.sort((left, right) => Buffer.compare(Buffer.from(sortName(left)), Buffer.from(sortName(right))))
  const lines = entries.map(({ mode, path, sha }) =>
    Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${path}\0`), Buffer.from(sha, 'hex')]),
  )
  return { sha: objectId('tree', Buffer.concat(lines)), entries, files }
}

/** The root and every folder below it. */
function* folders(files: Files): Generator<Folder> {
  yield treeOf(files)
  for (const name of new Set(Object.keys(files).flatMap((path) => path.split('/').slice(0, -1).slice(0, 1)))) {
    const inner = Object.entries(files).filter(([path]) => path.startsWith(`${name}/`))
    yield* folders(Object.fromEntries(inner.map(([path, content]) => [path.slice(name.length + 1), content])))
  }
}

function deepEntries(files: Files, prefix = ''): Entry[] {
  return treeOf(files).entries.flatMap((entry) => {
    const own = { ...entry, path: prefix + entry.path }
    if (entry.type === 'blob') return [own]
    const inner = Object.entries(files).filter(([path]) => path.startsWith(`${entry.path}/`))
    const relative = Object.fromEntries(inner.map(([path, content]) => [path.slice(entry.path.length + 1), content]))
    return [own, ...deepEntries(relative, `${own.path}/`)]
  })
}

function objectId(type: string, bytes: Buffer): string {
  return createHash('sha1')
    .update(`${type} ${String(bytes.length)}\0`)
    .update(bytes)
    .digest('hex')
}
