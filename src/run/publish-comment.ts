import { isReady } from '../domain/gate.ts'
import type { Report } from '../domain/report.ts'
import { COMMENT_BUDGET_BYTES, renderMarkdown } from '../render/markdown.ts'
import { isPlainlyReady, renderReadyLine } from '../render/ready-line.ts'
import { deltaSince } from '../report/delta.ts'
import { isCommit, openResults, type PublishedState } from '../report/published-state.ts'
import type { RunStamp } from '../report/run-stamp.ts'
import { publishComment, type CommentRequest, type PublishedComment } from '../sinks/comment.ts'
import { talkIdentity } from '../sinks/own-text.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { FoundPullRequest } from './find-pull-request.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import type { Redact } from '../sinks/redacted.ts'

export interface Talk {
  /** Redacted, and as its readers may see it. */
  report: Report
  context: RunContext
  inputs: Inputs
  github: GitHubPort
  redact: Redact
  workflow: string
  why: ReadonlyMap<string, string>
}

export function identityOf({ context, inputs, workflow }: Talk): string {
  return talkIdentity({ title: inputs.title ?? '', manifests: inputs.manifests, workflow, job: context.job })
}

export function stampOf({ context, report }: Talk): RunStamp {
  return { runId: context.runId, attempt: context.runAttempt, startedAt: report.run.startedAt }
}

/** What the report says, in one text: while it stays, nothing has changed. */
export function fingerprintOf(report: Report): string {
  const verdicts = report.manifests.flatMap(({ path, checks }) =>
    checks.map(({ id, subject, verdict }) => [path, id, subject.name, verdict]),
  )
  return JSON.stringify([report.status, report.problems, report.counts, verdicts, report.removed])
}

export async function publishPullRequestComment(talk: Talk, pull: FoundPullRequest): Promise<PublishedComment> {
  const { report, inputs, github, redact } = talk
  const commit = pull.headSha !== undefined && isCommit(pull.headSha) ? { commit: pull.headSha } : {}
  const open = openResults(report)
  const request: CommentRequest = {
    pullRequest: pull.number,
    identity: identityOf(talk),
    mode: inputs.comment,
    ready: isReady(report.status),
    fingerprint: fingerprintOf(report),
    state: { run: stampOf(talk), status: report.status, ...commit, ...(open === undefined ? {} : { open }) },
    now: Date.parse(report.run.startedAt),
    render: (limit, before) => renderComment(talk, report, limit, before),
    essence: () => essenceOf(renderComment(talk, timeless(report), COMMENT_BUDGET_BYTES, undefined)),
  }
  return publishComment(github, request, redact)
}

function renderComment({ why }: Talk, report: Report, limit: number, before: PublishedState | undefined): string {
  const delta = before === undefined ? undefined : deltaSince(before, report)
  if (isPlainlyReady(report)) return renderReadyLine(report, delta)
  const budgetBytes = Math.min(limit, COMMENT_BUDGET_BYTES)
  return renderMarkdown(report, { kind: 'comment', budgetBytes, why, ...(delta === undefined ? {} : { delta }) })
}

/** The same report, whenever and wherever it is made: distances to a cutover are the same, too. */
export function timeless(report: Report): Report {
  const run = { ...report.run, startedAt: new Date(0).toISOString(), durationMs: 0, sha: '', url: '' }
  return { ...report, run }
}

/** Without the footer, and without how long something took, is old or will last: that differs from run to run by itself. */
export function essenceOf(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .join('\n')
    .replace(/ (?:after|in) \d+ ms\b/g, '')
    .replace(/\b\d+ (?:days?|hours?)\b/g, '')
}
