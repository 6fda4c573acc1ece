import { isJsonObject } from '../../domain/json.ts'
import type { IssueComment, RepositoryFacts } from '../../ports/github-port.ts'

/** GitHub's JSON as the port shows it; undefined when it does not have the documented shape. */
export function decodeRepository(data: unknown): RepositoryFacts | undefined {
  if (!isJsonObject(data) || typeof data['default_branch'] !== 'string') return undefined
  const { visibility } = data as { visibility?: unknown }
  const known =
    visibility === 'public' || visibility === 'private' || visibility === 'internal' ? visibility : undefined
  const guess = known ?? (data['private'] === true ? 'private' : undefined)
  return { defaultBranch: data['default_branch'], ...(guess === undefined ? {} : { visibility: guess }) }
}

export function decodeComment(data: unknown): IssueComment | undefined {
  if (!isJsonObject(data) || typeof data['id'] !== 'number') return undefined
  const user = isJsonObject(data['user']) ? data['user'] : {}
  return {
    id: data['id'],
    body: typeof data['body'] === 'string' ? data['body'] : '',
    author: typeof user['login'] === 'string' ? user['login'] : '',
    isBot: user['type'] === 'Bot',
    url: typeof data['html_url'] === 'string' ? data['html_url'] : '',
  }
}

/** https://docs.github.com/rest/issues/comments#list-issue-comments: one page. */
export function decodeComments(data: unknown): IssueComment[] | undefined {
  if (!Array.isArray(data)) return undefined
  const comments = data.map(decodeComment)
  return comments.every((comment) => comment !== undefined) ? comments : undefined
}

export interface FolderEntry {
  name: string
  sha: string
  size: number
  isFile: boolean
}

/** https://docs.github.com/rest/repos/contents: the entries of a folder; undefined when it is a file. */
export function decodeFolder(data: unknown): FolderEntry[] | undefined {
  if (!Array.isArray(data)) return undefined
  return data.filter(isJsonObject).flatMap(({ name, sha, size, type }) => {
    if (typeof name !== 'string' || typeof sha !== 'string') return []
    return [{ name, sha, size: typeof size === 'number' ? size : 0, isFile: type === 'file' }]
  })
}

export function decodeFile(data: unknown): { sha: string; size: number } | undefined {
  if (!isJsonObject(data) || data['type'] !== 'file' || typeof data['sha'] !== 'string') return undefined
  return { sha: data['sha'], size: typeof data['size'] === 'number' ? data['size'] : 0 }
}

/** https://docs.github.com/rest/git/blobs: the bytes of a blob, base64 in lines; undefined when they are not what the size says. */
export function decodeBlob(data: unknown): Buffer | undefined {
  if (!isJsonObject(data) || typeof data['content'] !== 'string' || data['encoding'] !== 'base64') return undefined
  const bytes = Buffer.from(data['content'], 'base64')
  return data['size'] === bytes.length ? bytes : undefined
}

/** https://docs.github.com/rest/commits/commits: the id of its tree. */
export function decodeTreeOfCommit(data: unknown): string | undefined {
  const commit = isJsonObject(data) && isJsonObject(data['commit']) ? data['commit'] : {}
  const tree = isJsonObject(commit['tree']) ? commit['tree'] : {}
  return typeof tree['sha'] === 'string' && OBJECT_ID.test(tree['sha']) ? tree['sha'] : undefined
}

/** https://docs.github.com/rest/commits/commits */
export function decodeCommitId(data: unknown): string | undefined {
  if (!isJsonObject(data) || typeof data['sha'] !== 'string') return undefined
  return OBJECT_ID.test(data['sha']) ? data['sha'] : undefined
}

export interface Tree {
  entries: readonly { path: string; sha: string; kind: 'file' | 'folder' | 'other' }[]
  isCut: boolean
}

const OBJECT_ID = /^[0-9a-f]{40,64}$/
/** https://git-scm.com/docs/git-fast-import: links are 120000, other repositories 160000. */
const FILE_MODES: readonly unknown[] = ['100644', '100755']

/** https://docs.github.com/rest/git/trees */
export function decodeTree(data: unknown): Tree | undefined {
  if (!isJsonObject(data) || !Array.isArray(data['tree'])) return undefined
  const entries = data['tree'].filter(isJsonObject).flatMap(({ path, sha, type, mode }) => {
    if (typeof path !== 'string' || typeof sha !== 'string' || !OBJECT_ID.test(sha)) return []
    const kind = type === 'tree' ? 'folder' : type === 'blob' && FILE_MODES.includes(mode) ? 'file' : 'other'
    return [{ path, sha, kind } as const]
  })
  return { entries, isCut: data['truncated'] === true }
}
