import type { Observed } from '../domain/observed.ts'
import type { ReportProblem } from '../domain/report.ts'
import type { GitHubPort, IssueComment } from '../ports/github-port.ts'
import { decodeState, encodeState, shortHash, type PublishedState } from '../report/published-state.ts'
import { isOlderRun } from '../report/run-stamp.ts'
import { isMarked, isWrittenBy, markerOf, stateLineOf, stateOf, visibleOf } from './own-text.ts'
import type { Redact } from './redacted.ts'

/** https://docs.github.com/rest/issues/comments: GitHub refuses longer bodies (counted in characters). */
export const COMMENT_LIMIT_CHARS = 65_536

export type CommentMode = 'always' | 'changes' | 'problems' | 'never'

/** What the run found, as the next one will want to know it. */
export type RunState = Pick<PublishedState, 'run' | 'commit' | 'status' | 'open'>

export interface CommentRequest {
  pullRequest: number
  /** From `talkIdentity`: one comment for each on a pull request. */
  identity: string
  mode: CommentMode
  /** The gate's answer: a first comment is not made for good news, unless `always`. */
  ready: boolean
  /** Same text, same result: with `changes` the comment is left alone while this stays. */
  fingerprint: string
  state: RunState
  now: number
  /** Markdown within so many characters; `before` is what the last run left, if it can be read. */
  render(limitChars: number, before: PublishedState | undefined): string
  /** What the comment says, without all that differs from run to run: while it stays, the comment is left alone. */
  essence(): string
}

export interface PublishedComment {
  /** `outdated`: a younger run has written already. */
  outcome: 'created' | 'updated' | 'unchanged' | 'outdated' | 'none'
  url?: string
  problem?: ReportProblem
}

/** So many more writes until the youngest run's text stands. */
const MOST_REPETITIONS = 2

/**
 * Keeps one comment on the pull request up to date. Ours is the oldest that begins with our marker and was written by
 * the token's own account: nobody else's is ever touched, whatever it holds.
 */
export async function publishComment(
  port: GitHubPort,
  request: CommentRequest,
  redact: Redact,
): Promise<PublishedComment> {
  if (request.mode === 'never') return { outcome: 'none' }
  const turn: Turn = { port, request, redact }
  try {
    return await publishTurn(turn)
  } catch (error) {
    return notWritten(turn, error instanceof Error ? error.message : String(error))
  }
}

interface Turn {
  port: GitHubPort
  request: CommentRequest
  redact: Redact
}

async function publishTurn(turn: Turn): Promise<PublishedComment> {
  const { port, request } = turn
  const viewer = await port.viewer()
  if (!viewer.ok) return failed(turn, viewer)
  const found = await port.findComments(request.pullRequest, ownOf(request, viewer.value))
  if (!found.ok) return failed(turn, found)
  const [oldest, ...others] = found.value.comments
  for (const other of others) await port.deleteComment(other.id)
  if (oldest !== undefined) return update(turn, oldest)
  if (!found.value.complete) {
    return notWritten(
      turn,
      'the conversation is so long that not all of it was read, and no comment of ours was found in what was; a second one must not be made.',
    )
  }
  if (request.ready && request.mode !== 'always') return { outcome: 'none' }
  return create(turn, found.value.lastPage)
}

/** Several runs may have looked at the same moment: all find out now, and only the oldest comment stays. */
async function create(turn: Turn, lastPage: number): Promise<PublishedComment> {
  const { port, request } = turn
  const created = await port.createComment(request.pullRequest, bodyOf(turn, undefined))
  if (!created.ok) return failed(turn, created)
  const ours = created.value
  const published: PublishedComment = { outcome: 'created', url: ours.url }
  // Comments that were deleted meanwhile move the others forward, by a page at most.
  const fromPage = Math.max(1, lastPage - 1)
  const found = await port.findComments(request.pullRequest, ownOf(request, ours.author), fromPage)
  const older = found.ok ? found.value.comments.find(({ id }) => id < ours.id) : undefined
  if (older === undefined) return published
  const deleted = await port.deleteComment(ours.id)
  return deleted.ok ? update(turn, older) : { ...failed(turn, deleted), ...published }
}

async function update(turn: Turn, listed: IssueComment): Promise<PublishedComment> {
  const { url } = listed
  if (isOutdated(turn, listed)) return { outcome: 'outdated', url }
  if (isUnchanged(turn, listed)) return { outcome: 'unchanged', url }
  // Much may have happened since a long list was read.
  const again = await turn.port.readComment(listed.id)
  if (!again.ok && again.failure.kind === 'not-found') return create(turn, 1)
  const standing = again.ok ? again.value : listed
  return isOutdated(turn, standing) ? { outcome: 'outdated', url } : write(turn, { ...standing, url })
}

/** An older run may write between our look and our write, or after it: then ours is written again. */
async function write(turn: Turn, standing: IssueComment): Promise<PublishedComment> {
  const { port, request } = turn
  const { id, url } = standing
  const body = bodyOf(turn, readState(request, standing))
  for (let repetitions = 0; ; repetitions += 1) {
    const updated = await port.updateComment(id, body)
    if (!updated.ok) return { ...failed(turn, updated), url }
    const now = repetitions < MOST_REPETITIONS ? await port.readComment(id) : undefined
    if (now?.ok !== true || !isOverwritten(turn, now.value)) return { outcome: 'updated', url }
  }
}

function isOutdated({ request }: Turn, comment: IssueComment): boolean {
  const state = readState(request, comment)
  return state !== undefined && isOlderRun(request.state.run, state.run)
}

function isOverwritten({ request }: Turn, comment: IssueComment): boolean {
  const state = readState(request, comment)
  return state !== undefined && isOlderRun(state.run, request.state.run)
}

function isUnchanged({ request, redact }: Turn, { body }: IssueComment): boolean {
  const state = readState(request, { body })
  if (state === undefined) return false
  if (request.mode === 'changes' && state.result === shortHash(request.fingerprint)) return true
  return state.text === shortHash(redact(request.essence())) && state.body === shortHash(visibleOf(body))
}

function readState({ identity, now }: CommentRequest, { body }: { body: string }): PublishedState | undefined {
  return decodeState(stateOf(body), identity, now)
}

/** Redacted before the state is made of it, and as a whole. */
function bodyOf({ request, redact }: Turn, before: PublishedState | undefined): string {
  const { identity, fingerprint, state } = request
  const marker = markerOf(identity)
  const text = shortHash(redact(request.essence()))
  const stateLine = (visible: string): string => {
    const body = shortHash(visibleOf(`\n\n${visible}`))
    const hidden = { ...state, result: shortHash(fingerprint), text, body }
    return stateLineOf(encodeState(hidden, identity))
  }
  // Its length does not depend on the text that it stands for.
  const room = COMMENT_LIMIT_CHARS - marker.length - stateLine('').length - 2
  const visible = redact(request.render(room, before))
  return redact([marker, stateLine(visible), visible].join('\n'))
}

function ownOf({ identity }: CommentRequest, login: string): (comment: IssueComment) => boolean {
  const marker = markerOf(identity)
  return (comment) => isMarked(comment, marker) && isWrittenBy(comment, login)
}

function failed(turn: Turn, { failure }: Extract<Observed<unknown>, { ok: false }>): PublishedComment {
  const advice = failure.missing === undefined ? '' : ` Missing: ${failure.missing}.`
  return notWritten(turn, failure.message + advice)
}

function notWritten({ request, redact }: Turn, words: string): PublishedComment {
  const message = redact(`The comment on pull request #${request.pullRequest} was not written: ${words}`)
  return { outcome: 'none', problem: { severity: 'warning', message } }
}
