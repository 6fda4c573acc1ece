/** Who a comment is from, as GitHub's REST API shows it. */
export interface GitHubUser {
  login: string
  id: number
  type: 'User' | 'Bot'
}

/** https://api.github.com/users/github-actions%5Bbot%5D: the author of everything that GITHUB_TOKEN writes. */
export const GITHUB_ACTIONS_BOT: GitHubUser = { login: 'github-actions[bot]', id: 41_898_282, type: 'Bot' }

export interface GitHubComment {
  id: number
  /** Number of the pull request or issue. */
  issue: number
  body: string
  user: GitHubUser
  createdAt: string
  updatedAt: string
}

export interface GitHubIssue {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  reason: string | null
  user: GitHubUser
  /** A pull request, as lists of issues show it. */
  isPull?: boolean
}

/** A pull request beyond its number. `head.repository: null`: its fork was deleted. */
export interface GitHubPull {
  number: number
  state?: 'open' | 'closed'
  head: { ref: string; sha: string; repository?: string | null }
  base?: { ref: string; repository?: string }
}

export interface GitHubFault {
  /** Tested against `METHOD /path?query`. */
  match: RegExp
  status: number
  /** A string goes out as it is, anything else as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  /** How often before the fault is over; always, when absent. */
  times?: number
  /** The request is carried out, and only the answer is lost behind the fault. */
  afterwards?: boolean
  /** Break the connection instead of answering. */
  reset?: boolean
  delayMs?: number
}

/** Answers of matching requests wait until so many have come: two runs then see the same state before either writes. */
export interface GitHubGate {
  match: RegExp
  count: number
}

export interface GitHubState {
  /** `owner/name` of the only repository. */
  repository?: string
  defaultBranch?: string
  visibility?: 'public' | 'private' | 'internal'
  /** Another token is answered with 401; absent: every token is taken. */
  token?: string
  /** Whose token it is. `github-token` and `app` may not ask `GET /user`, as in reality. */
  identity?: { kind: 'github-token' } | { kind: 'app'; user: GitHubUser } | { kind: 'user'; user: GitHubUser }
  /** As a workflow writes them, `pull-requests: write`; all that the action uses, when absent. */
  permissions?: readonly string[]
  /** Files by branch or tag name and path. */
  files?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>
  /** Numbers of the open pull requests; 7 when absent. */
  pulls?: readonly number[]
  /** Pull requests that can be looked up by their branch; comments on them are taken as well. */
  pullRequests?: readonly GitHubPull[]
  /** Issues that are there already. */
  issues?: readonly (Partial<GitHubIssue> & { body: string })[]
  /** The repository's setting; with `false` every request on issues is answered with 410. */
  hasIssues?: boolean
  /** Comments that are there already; ids and dates count up in their order. */
  comments?: readonly { issue?: number; body: string; user?: GitHubUser }[]
  faults?: GitHubFault[]
  gates?: GitHubGate[]
}

export interface GitHubRequest {
  method: string
  /** Path and query. */
  url: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}
