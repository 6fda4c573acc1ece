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
  isFile: boolean
}

/** https://docs.github.com/rest/repos/contents: the entries of a folder; undefined when it is a file. */
export function decodeFolder(data: unknown): FolderEntry[] | undefined {
  if (!Array.isArray(data)) return undefined
  return data.filter(isJsonObject).flatMap(({ name, sha, type }) => {
    return typeof name === 'string' && typeof sha === 'string' ? [{ name, sha, isFile: type === 'file' }] : []
  })
}

export function decodeFileSha(data: unknown): string | undefined {
  return isJsonObject(data) && data['type'] === 'file' && typeof data['sha'] === 'string' ? data['sha'] : undefined
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
