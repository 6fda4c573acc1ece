import type { Observed } from '../domain/observed.ts'
import type { ReportProblem } from '../domain/report.ts'
import type { GitHubPort, Issue, IssueChange } from '../ports/github-port.ts'
import { decodeState, encodeState, shortHash, type PublishedState } from '../report/published-state.ts'
import { isOlderRun } from '../report/run-stamp.ts'
import type { RunState } from './comment.ts'
import { isMarked, isWrittenBy, linesOf, markerOf, stateLineOf, stateOf } from './own-text.ts'
import type { Redact } from './redacted.ts'
import { hiddenMarker } from '../render/escape.ts'

/** https://docs.github.com/rest/issues/issues: GitHub refuses longer bodies. */
export const ISSUE_LIMIT_CHARS = 65_536

/** What stands in the issue from earlier runs. */
export interface IssueHistory {
  before: PublishedState | undefined
  /** The third line: what was true when it was last ready; empty when nothing is on record. */
  green: string
}

export interface IssueText {
  title: string
  /** What readers see, within the room given. */
  body: string
  /** For those who watch the issue; absent: nothing that they have not been told. */
  news?: string
}

export interface TrackingRequest {
  identity: string
  /** The gate's answer: not ready opens the issue, ready closes it. */
  ready: boolean
  state: RunState
  now: number
  /** What was true when it was last ready, for the next runs; empty: nothing. */
  green(history: IssueHistory): string
  /** `isReopened`: the issue is closed now, and will be open. */
  write(history: IssueHistory, roomChars: number, isReopened: boolean): IssueText
  /** What the issue says, without what differs from run to run. */
  essence(history: IssueHistory): string
}

export interface PublishedIssue {
  outcome: 'opened' | 'reopened' | 'updated' | 'unchanged' | 'closed' | 'outdated' | 'none'
  url?: string
  problem?: ReportProblem
}

const GREEN_NAME = 'dms-preflight-green '

/**
 * Keeps one issue of this identity: ours is the oldest that begins with our marker and was opened by the token's own
 * account, open or closed. Nobody else's is touched.
 */
export async function publishTrackingIssue(
  port: GitHubPort,
  request: TrackingRequest,
  redact: Redact,
): Promise<PublishedIssue> {
  const turn: Turn = { port, request, redact }
  try {
    const viewer = await port.viewer()
    return viewer.ok ? await publishTurn(turn, viewer.value) : failed(turn, viewer)
  } catch (error) {
    return notWritten(turn, error instanceof Error ? error.message : String(error))
  }
}

interface Turn {
  port: GitHubPort
  request: TrackingRequest
  redact: Redact
}

async function publishTurn(turn: Turn, viewer: string): Promise<PublishedIssue> {
  const { port, request } = turn
  const found = await findOwn(turn, viewer)
  if (!found.ok) return failed(turn, found)
  const [oldest, ...others] = found.value.issues
  for (const other of others) await retire(port, other, oldest)
  if (oldest !== undefined) return keep(turn, oldest)
  if (request.ready) return { outcome: 'none' }
  if (!found.value.complete) {
    return notWritten(
      turn,
      'this account opened so many issues that not all were read, and none of them is the tracking issue; a second one must not be made. A token of its own for this workflow helps.',
    )
  }
  const history: IssueHistory = { before: undefined, green: '' }
  const { title, body } = textOf(turn, history, false)
  const created = await port.createIssue(title, body)
  return created.ok ? yieldToOlder(turn, created.value) : failed(turn, created)
}

/** Two runs may have looked at the same moment: both find out now, and the younger issue is retired. */
async function yieldToOlder(turn: Turn, ours: Issue): Promise<PublishedIssue> {
  const opened: PublishedIssue = { outcome: 'opened', url: ours.url }
  const found = await findOwn(turn, ours.author)
  const oldest = found.ok ? found.value.issues.find(({ number }) => number < ours.number) : undefined
  if (oldest === undefined) return opened
  const retired = await retire(turn.port, ours, oldest)
  return retired.ok ? keep(turn, oldest) : { ...failed(turn, retired), ...opened }
}

/** Issues cannot be deleted: without our marker it is found no more. */
function retire(port: GitHubPort, issue: Issue, other: Issue | undefined): Promise<Observed<Issue>> {
  const body = `Duplicate of #${other?.number ?? 0}: two runs began at the same moment.`
  return port.updateIssue(issue.number, { body, state: 'closed', reason: 'not_planned' })
}

async function keep(turn: Turn, listed: Issue): Promise<PublishedIssue> {
  const { port, request } = turn
  // Another run may have written since the list was read.
  const again = await port.readIssue(listed.number)
  const issue = again.ok ? again.value : listed
  const history = historyOf(turn, issue)
  const { url } = issue
  if (history.before !== undefined && isOlderRun(request.state.run, history.before.run))
    return { outcome: 'outdated', url }
  const isReopened = !issue.isOpen && !request.ready
  const { title, body, news } = textOf(turn, history, isReopened)
  const isSettled = issue.isOpen !== request.ready
  if (isSettled && isSame(turn, history, issue, body)) return { outcome: 'unchanged', url }
  const change: IssueChange = {
    title,
    body,
    ...(isSettled ? {} : request.ready ? { state: 'closed', reason: 'completed' } : { state: 'open' }),
  }
  const updated = await port.updateIssue(issue.number, change)
  if (!updated.ok) return { ...failed(turn, updated), url }
  const told = news === undefined ? undefined : await port.commentOnIssue(issue.number, turn.redact(news))
  const outcome = isSettled ? 'updated' : request.ready ? 'closed' : 'reopened'
  const problem = told?.ok === false ? failed(turn, told).problem : undefined
  return { outcome, url, ...(problem === undefined ? {} : { problem }) }
}

function historyOf({ request }: Turn, { body }: Issue): IssueHistory {
  return { before: decodeState(stateOf(body), `issue ${request.identity}`, request.now), green: greenOf(body) }
}

function greenOf(body: string): string {
  const line = linesOf(body)[2] ?? ''
  const start = `<!-- ${GREEN_NAME}`
  return line.startsWith(start) && line.endsWith(' -->') ? line.slice(start.length, -' -->'.length) : ''
}

/** The same words, by nobody's hand but ours, and the same facts on record. */
function isSame({ request, redact }: Turn, history: IssueHistory, issue: Issue, body: string): boolean {
  const { before } = history
  if (before === undefined || before.body !== shortHash(visibleOf(issue.body))) return false
  return before.text === shortHash(redact(request.essence(history))) && greenOf(body) === history.green
}

function visibleOf(body: string): string {
  return linesOf(body).slice(3).join('\n').trim()
}

function textOf({ request, redact }: Turn, history: IssueHistory, isReopened: boolean): IssueText {
  const { identity, state } = request
  const text = shortHash(redact(request.essence(history)))
  const headOf = (visible: string): string => {
    const hidden = { ...state, result: shortHash(''), text, body: shortHash(visibleOf(`\n\n\n${visible}`)) }
    const stateLine = stateLineOf(encodeState(hidden, `issue ${identity}`))
    return [markerOf(identity, 'issue'), stateLine, hiddenMarker(`${GREEN_NAME}${request.green(history)}`)].join('\n')
  }
  // Its length does not depend on the text that it stands for.
  const written = request.write(history, ISSUE_LIMIT_CHARS - headOf('').length - 1, isReopened)
  const visible = redact(written.body)
  return { ...written, title: redact(written.title), body: redact(`${headOf(visible)}\n${visible}`) }
}

async function findOwn({ port, request }: Turn, viewer: string): ReturnType<GitHubPort['findIssues']> {
  const marker = markerOf(request.identity, 'issue')
  return port.findIssues(viewer, (issue) => isMarked(issue, marker) && isWrittenBy(issue, viewer))
}

function failed(turn: Turn, { failure }: Extract<Observed<unknown>, { ok: false }>): PublishedIssue {
  const advice = failure.missing === undefined ? '' : ` Missing: ${failure.missing}.`
  return notWritten(turn, failure.message + advice)
}

function notWritten({ redact }: Turn, words: string): PublishedIssue {
  return {
    outcome: 'none',
    problem: { severity: 'warning', message: redact(`The tracking issue was not kept up to date: ${words}`) },
  }
}
