import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import type { Issue, IssueComment, PullRequestFacts, RepositoryFacts } from '../../ports/github-port.ts'

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
  return { id: data['id'], ...authored(data) }
}

/** What comments and issues have alike. */
function authored(data: JsonObject): Omit<IssueComment, 'id'> {
  const user = isJsonObject(data['user']) ? data['user'] : {}
  return {
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

/** https://docs.github.com/rest/issues/issues: one issue. */
export function decodeIssue(data: unknown): Issue | undefined {
  if (!isJsonObject(data) || typeof data['number'] !== 'number' || typeof data['title'] !== 'string') return undefined
  if (data['state'] !== 'open' && data['state'] !== 'closed') return undefined
  return { number: data['number'], title: data['title'], isOpen: data['state'] === 'open', ...authored(data) }
}

/** One page of a list of issues, without the pull requests that GitHub shows among them. */
export function decodeIssues(data: unknown): Issue[] | undefined {
  if (!Array.isArray(data)) return undefined
  const issues = data.filter((one) => !isJsonObject(one) || one['pull_request'] === undefined).map(decodeIssue)
  return issues.every((issue) => issue !== undefined) ? issues : undefined
}

/** https://docs.github.com/rest/pulls/pulls */
export function decodePullRequest(data: unknown): PullRequestFacts | undefined {
  if (!isJsonObject(data) || typeof data['number'] !== 'number') return undefined
  const head = sideOf(data['head'])
  const base = sideOf(data['base'])
  if (head === undefined || base?.repository === undefined) return undefined
  return {
    number: data['number'],
    isOpen: data['state'] === 'open',
    headSha: head.sha,
    headRef: head.ref,
    ...(head.repository === undefined ? {} : { headRepository: head.repository }),
    baseRef: base.ref,
    baseRepository: base.repository,
  }
}

function sideOf(side: unknown): { sha: string; ref: string; repository?: string } | undefined {
  if (!isJsonObject(side)) return undefined
  const { sha, ref, repo } = side
  if (typeof sha !== 'string' || typeof ref !== 'string') return undefined
  const name = isJsonObject(repo) ? repo['full_name'] : undefined
  return { sha, ref, ...(typeof name === 'string' ? { repository: name } : {}) }
}

export function decodePullRequests(data: unknown): PullRequestFacts[] | undefined {
  if (!Array.isArray(data)) return undefined
  const pulls = data.map(decodePullRequest)
  return pulls.every((pull) => pull !== undefined) ? pulls : undefined
}
