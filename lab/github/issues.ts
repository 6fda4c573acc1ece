import { FORBIDDEN, identityOf, isBody, may, pageOf, refusal, type Answer, type Asked, type Book } from './replies.ts'
import { GITHUB_ACTIONS_BOT, type GitHubIssue, type GitHubState } from './state.ts'

/** https://docs.github.com/rest/issues/issues#create-an-issue: longer titles are refused with 422. */
const TITLE_LIMIT_CHARS = 256
const FIRST_NUMBER = 20

const GONE = refusal(410, 'Issues has been disabled in this repository.')

/** The issues of the state, with what they leave out. */
export function firstIssues({ issues = [] }: GitHubState): GitHubIssue[] {
  return issues.map((issue, at) => ({
    number: FIRST_NUMBER + at,
    title: 'An issue',
    state: 'open',
    reason: null,
    user: GITHUB_ACTIONS_BOT,
    ...issue,
  }))
}

/** https://docs.github.com/rest/issues/issues#list-repository-issues: pull requests stand among them. */
export function answerIssues(state: GitHubState, book: Book, asked: Asked): Answer {
  if (state.hasIssues === false) return GONE
  if (asked.method === 'POST') return create(state, book, asked)
  if (asked.method !== 'GET') return refusal(404, 'Not Found')
  if (!may(state, 'issues: read')) return FORBIDDEN('issues: read')
  const { searchParams } = asked.url
  const wanted = searchParams.get('state') ?? 'open'
  const creator = searchParams.get('creator')
  const isOldFirst = searchParams.get('direction') === 'asc'
  const found = book.issues.filter(
    (issue) => (wanted === 'all' || issue.state === wanted) && (creator === null || issue.user.login === creator),
  )
  const sorted = found.sort((a, b) => (isOldFirst ? a.number - b.number : b.number - a.number))
  return pageOf(sorted, asked, (issue) => shown(state, issue))
}

function create(state: GitHubState, book: Book, { body: given }: Asked): Answer {
  if (!may(state, 'issues: write')) return FORBIDDEN('issues: write')
  const { title, body } = given
  if (!isTitle(title) || !isBody(body)) return refusal(422, 'Validation Failed')
  const number = Math.max(FIRST_NUMBER - 1, ...book.issues.map((issue) => issue.number)) + 1
  const issue: GitHubIssue = { number, title, body, state: 'open', reason: null, user: identityOf(state) }
  book.issues.push(issue)
  return { status: 201, body: shown(state, issue) }
}

/** https://docs.github.com/rest/issues/issues#update-an-issue */
export function answerIssue(state: GitHubState, book: Book, asked: Asked, number: number): Answer {
  if (state.hasIssues === false) return GONE
  const issue = book.issues.find((candidate) => candidate.number === number)
  if (issue === undefined) return refusal(404, 'Not Found')
  if (asked.method === 'GET') {
    return may(state, 'issues: read') ? { status: 200, body: shown(state, issue) } : FORBIDDEN('issues: read')
  }
  if (asked.method !== 'PATCH') return refusal(404, 'Not Found')
  if (!may(state, 'issues: write')) return FORBIDDEN('issues: write')
  const { title = issue.title, body = issue.body, state: wanted = issue.state, state_reason: reason } = asked.body
  if (!isTitle(title) || !isBody(body) || (wanted !== 'open' && wanted !== 'closed'))
    return refusal(422, 'Validation Failed')
  const closing = typeof reason === 'string' ? reason : 'completed'
  Object.assign(issue, { title, body, state: wanted, reason: wanted === 'closed' ? closing : null })
  return { status: 200, body: shown(state, issue) }
}

function isTitle(title: unknown): title is string {
  return typeof title === 'string' && title !== '' && title.length <= TITLE_LIMIT_CHARS
}

function shown(state: GitHubState, issue: GitHubIssue): unknown {
  const { repository = 'acme/db' } = state
  const url = `https://github.com/${repository}/${issue.isPull === true ? 'pull' : 'issues'}/${String(issue.number)}`
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.reason,
    user: issue.user,
    html_url: url,
    ...(issue.isPull === true ? { pull_request: { html_url: url } } : {}),
  }
}
