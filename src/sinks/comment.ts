import { createHash } from 'node:crypto'
import type { Observed } from '../domain/observed.ts'
import type { ReportProblem } from '../domain/report.ts'
import type { GitHubPort, IssueComment } from '../ports/github-port.ts'
import { redacted, type Redact } from './redacted.ts'

/** https://docs.github.com/rest/issues/comments: GitHub refuses longer bodies (counted in characters). */
export const COMMENT_LIMIT_CHARS = 65_536

export type CommentMode = 'always' | 'changes' | 'problems' | 'never'

export interface CommentRequest {
  pullRequest: number
  /** From `commentIdentity`: one comment for each on a pull request. */
  identity: string
  mode: CommentMode
  /** The gate's answer: a first comment is not made for good news, unless `always`. */
  ready: boolean
  /** Same text, same result: with `changes` the comment is left alone while this stays. */
  fingerprint: string
  /** Markdown within so many characters; its last line is the footer, whose changes alone do not count. */
  render(limitChars: number): string
}

export interface PublishedComment {
  outcome: 'created' | 'updated' | 'unchanged' | 'none'
  url?: string
  problem?: ReportProblem
}

/** What makes a comment the same one in the next run: title, manifests, workflow and job. */
export function commentIdentity(parts: {
  title: string
  manifests: readonly string[]
  workflow: string
  job: string
}): string {
  const text = JSON.stringify([parts.title, parts.manifests.toSorted(), parts.workflow, parts.job])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

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
  try {
    return await redacted(redact, (body) => publishBody({ port, request, redact, body }))(bodyOf(request))
  } catch (error) {
    return {
      outcome: 'none',
      problem: warning(redact, request, error instanceof Error ? error.message : String(error)),
    }
  }
}

/** One publication under way; `body` is redacted. */
interface Turn {
  port: GitHubPort
  request: CommentRequest
  redact: Redact
  body: string
}

async function publishBody(turn: Turn): Promise<PublishedComment> {
  const { port, request } = turn
  const found = await findOwn(port, request)
  if (!found.ok) return failed(turn, found)
  const [oldest, ...others] = found.value
  for (const other of others) await port.deleteComment(other.id)
  if (oldest !== undefined) return update(turn, oldest)
  if (request.ready && request.mode !== 'always') return { outcome: 'none' }
  const created = await port.createComment(request.pullRequest, turn.body)
  return created.ok ? yieldToOlder(turn, created.value) : failed(turn, created)
}

async function update(turn: Turn, comment: IssueComment): Promise<PublishedComment> {
  if (isUnchanged(comment.body, turn.body, turn.request.mode)) return { outcome: 'unchanged', url: comment.url }
  const updated = await turn.port.updateComment(comment.id, turn.body)
  return updated.ok ? { outcome: 'updated', url: updated.value.url } : { ...failed(turn, updated), url: comment.url }
}

/** Two runs may have looked at the same moment: both find out now, and the younger comment goes. */
async function yieldToOlder(turn: Turn, ours: IssueComment): Promise<PublishedComment> {
  const created: PublishedComment = { outcome: 'created', url: ours.url }
  const all = await turn.port.listComments(turn.request.pullRequest)
  if (!all.ok) return created
  const marker = markerOf(turn.request.identity)
  const older = all.value.find(
    (other) => other.id < ours.id && isMarked(other, marker) && isWrittenBy(other, ours.author),
  )
  if (older === undefined) return created
  const deleted = await turn.port.deleteComment(ours.id)
  return deleted.ok ? update(turn, older) : { ...failed(turn, deleted), ...created }
}

function failed({ request, redact }: Turn, { failure }: Extract<Observed<unknown>, { ok: false }>): PublishedComment {
  const advice = failure.missing === undefined ? '' : ` Missing: ${failure.missing}.`
  return { outcome: 'none', problem: warning(redact, request, failure.message + advice) }
}

async function findOwn(
  port: GitHubPort,
  { pullRequest, identity }: CommentRequest,
): Promise<Observed<readonly IssueComment[]>> {
  const all = await port.listComments(pullRequest)
  if (!all.ok) return all
  const marker = markerOf(identity)
  const marked = all.value.filter((comment) => isMarked(comment, marker))
  if (marked.length === 0) return { ok: true, value: [] }
  const viewer = await port.viewer()
  return viewer.ok ? { ok: true, value: marked.filter((comment) => isWrittenBy(comment, viewer.value)) } : viewer
}

function bodyOf(request: CommentRequest): string {
  const head = `${markerOf(request.identity)}\n<!-- dms-preflight-result:${hashOf(request.fingerprint)} -->\n`
  return head + request.render(COMMENT_LIMIT_CHARS - head.length)
}

function markerOf(identity: string): string {
  return `<!-- dms-preflight:${identity} -->`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function isMarked(comment: IssueComment, marker: string): boolean {
  return linesOf(comment.body)[0] === marker
}

/** Apps are `name[bot]`, which no user can be called. */
function isWrittenBy(comment: IssueComment, login: string): boolean {
  return comment.isBot === login.endsWith('[bot]') && comment.author.toLowerCase() === login.toLowerCase()
}

function isUnchanged(old: string, body: string, mode: CommentMode): boolean {
  const [before, after] = [linesOf(old), linesOf(body)]
  if (mode === 'changes' && before[1] === after[1]) return true
  return withoutTimes(before) === withoutTimes(after)
}

/** Without the footer, and without how long a connection took: both differ from run to run and say nothing new. */
function withoutTimes(lines: readonly string[]): string {
  return lines
    .slice(0, -1)
    .join('\n')
    .replace(/ after \d+ ms\b/g, '')
}

/** GitHub may give line ends back as CRLF. */
function linesOf(body: string): string[] {
  return body.trimEnd().split(/\r?\n/)
}

function warning(redact: Redact, { pullRequest }: CommentRequest, words: string): ReportProblem {
  return {
    severity: 'warning',
    message: redact(`The comment on pull request #${pullRequest} was not written: ${words}`),
  }
}
