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
