import { GITHUB_ACTIONS_BOT, type GitHubComment, type GitHubIssue, type GitHubState, type GitHubUser } from './state.ts'

export interface Answer {
  status: number
  body: unknown
  headers?: Readonly<Record<string, string>>
}

export interface Asked {
  method: string
  url: URL
  /** Parsed JSON of the request, `{}` without a body. */
  body: Record<string, unknown>
  origin: string
}

/** What changes while the lab runs. */
export interface Book {
  comments: GitHubComment[]
  issues: GitHubIssue[]
  nextId: number
}

const DOCUMENTATION = 'https://docs.github.com/rest'
/** https://docs.github.com/rest/issues/comments: longer bodies are refused with 422. */
const COMMENT_LIMIT_CHARS = 65_536
const DEFAULT_PERMISSIONS = ['contents: read', 'pull-requests: write', 'issues: write']

export function refusal(status: number, message: string, headers?: Readonly<Record<string, string>>): Answer {
  return {
    status,
    body: { message, documentation_url: DOCUMENTATION, status: String(status) },
    ...(headers === undefined ? {} : { headers }),
  }
}

export const FORBIDDEN = (permission: string): Answer =>
  refusal(403, 'Resource not accessible by integration', {
    'x-accepted-github-permissions': permission.replaceAll('-', '_').replace(': ', '='),
  })

export function may(state: GitHubState, permission: string): boolean {
  const granted = state.permissions ?? DEFAULT_PERMISSIONS
  return granted.includes(permission) || granted.includes(permission.replace(': read', ': write'))
}

export function identityOf(state: GitHubState): GitHubUser {
  const identity = state.identity ?? { kind: 'github-token' }
  return identity.kind === 'github-token' ? GITHUB_ACTIONS_BOT : identity.user
}

export function isBody(body: unknown): body is string {
  return typeof body === 'string' && body !== '' && body.length <= COMMENT_LIMIT_CHARS
}

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api: at most 100 a page, 30 by default. */
export function pageOf<T>(all: readonly T[], { url, origin }: Asked, show: (item: T) => unknown): Answer {
  const perPage = Math.min(100, Number(url.searchParams.get('per_page') ?? '30'))
  const page = Number(url.searchParams.get('page') ?? '1')
  const last = Math.max(1, Math.ceil(all.length / perPage))
  const to = (number: number, rel: string): string => {
    const target = new URL(url.pathname + url.search, origin)
    target.searchParams.set('page', String(number))
    return `<${target.href}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ]
  return {
    status: 200,
    body: all.slice((page - 1) * perPage, page * perPage).map(show),
    ...(links.length === 0 ? {} : { headers: { link: links.join(', ') } }),
  }
}
