import { CATALOGUE } from '../checks/catalogue.generated.ts'
import { isReady, shouldFail } from '../domain/gate.ts'
import { redactJson } from '../domain/redact.ts'
import type { Report, ReportProblem } from '../domain/report.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import { renderAnnotations } from '../render/annotations.ts'
import { renderJson } from '../render/json.ts'
import { COMMENT_BUDGET_BYTES, renderMarkdown, SUMMARY_BUDGET_BYTES } from '../render/markdown.ts'
import { renderOutputs } from '../render/outputs.ts'
import { renderText } from '../render/terminal.ts'
import { disclose, type Disclosure } from '../report/disclose.ts'
import { publishAnnotations } from '../sinks/annotations.ts'
import { commentIdentity, publishComment } from '../sinks/comment.ts'
import { publishFiles } from '../sinks/files.ts'
import { createLog } from '../sinks/log.ts'
import { publishOutputs } from '../sinks/outputs.ts'
import type { Redact } from '../sinks/redacted.ts'
import { publishSummary } from '../sinks/summary.ts'

export interface Publication {
  report: Report
  context: RunContext
  /** Absent when the inputs themselves are wrong: then there is neither a comment nor a report directory. */
  inputs: Inputs | undefined
  github: GitHubPort | undefined
  workflow: string
  redact: Redact
}

const REMEDIES = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.remedy]))
const WHY = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.why]))

/** Publishing has to come to an end within the seconds that a runner leaves a cancelled step. */
const PUBLISH_TIMEOUT_MS = 20_000
const PUBLISH_AFTER_CANCEL_TIMEOUT_MS = 4_000

/** For one call of the GitHub API. */
export function publishTimeoutMs(cancelled: AbortSignal): number {
  return cancelled.aborted ? PUBLISH_AFTER_CANCEL_TIMEOUT_MS : PUBLISH_TIMEOUT_MS
}

/** Ends all calls of the publication, sooner when the step is cancelled before or meanwhile. */
export function createPublishSignal(cancelled: AbortSignal): AbortSignal {
  const end = new AbortController()
  const hurry = (): void => {
    setTimeout(() => {
      end.abort()
    }, PUBLISH_AFTER_CANCEL_TIMEOUT_MS).unref()
  }
  if (cancelled.aborted) hurry()
  else cancelled.addEventListener('abort', hurry, { once: true })
  return AbortSignal.any([end.signal, AbortSignal.timeout(3 * PUBLISH_TIMEOUT_MS)])
}

/**
 * Shows the report everywhere and gives the exit code. What cannot be published is a warning and never changes the
 * verdict. The outputs come first and again at the end: a job that is killed meanwhile still has them.
 */
export async function publish(publication: Publication): Promise<number> {
  const { context, inputs, redact } = publication
  const warnings: ReportProblem[] = []
  const note = (problem: ReportProblem | undefined): void => {
    if (problem !== undefined) warnings.push(problem)
  }
  // Words and numbers of closed sets only: nothing to redact or to hide, and a secret `1` must not turn a count into ***.
  note(publishOutputs(renderOutputs(publication.report), (text) => text))
  const level = await disclosureOf(publication)
  // Redacted here as data, and again by each sink as text: escaping may hide a secret from the second look.
  const report = redactJson(disclose(publication.report, level, REMEDIES), redact)
  const why = level === 'full' ? WHY : new Map<string, string>()
  createLog(redact).write(renderText(report))
  publishAnnotations(renderAnnotations(report).map(placed), redact)
  const summary = renderMarkdown(report, { kind: 'summary', budgetBytes: SUMMARY_BUDGET_BYTES, why })
  note(await publishSummary(context.stepSummaryPath, summary, redact))
  const files = inputs === undefined ? undefined : await publishReportFiles(publication, inputs, report, summary)
  note(files?.problem)
  const comment = await publishPullRequestComment(publication, report, why)
  note(comment.problem)
  const places = {
    ...(files?.path === undefined ? {} : { report: `${files.path}/report.json` }),
    ...(comment.url === undefined ? {} : { 'comment-url': comment.url }),
  }
  note(publishOutputs(places, redact))
  publishAnnotations(
    warnings.map(({ message }) => ({ level: 'warning', title: 'Not published', message })),
    redact,
  )
  const failed = publication.report.problems.some(({ severity }) => severity === 'error')
  return failed || shouldFail(publication.report.status, inputs?.failOn ?? 'undetermined') ? 1 : 0
}

/** `auto` shows everything only where GitHub says that strangers cannot read it. */
async function disclosureOf({ context, inputs, github }: Publication): Promise<Disclosure> {
  const wanted = inputs?.disclose ?? 'auto'
  if (wanted !== 'auto') return wanted
  const facts = context.visibility === undefined ? await github?.repository() : undefined
  const visibility = context.visibility ?? (facts?.ok === true ? facts.value.visibility : undefined)
  return visibility === 'private' || visibility === 'internal' ? 'full' : 'names'
}

function publishReportFiles(
  { context, redact }: Publication,
  inputs: Inputs,
  report: Report,
  summary: string,
): ReturnType<typeof publishFiles> {
  const { workspace, runnerTemp } = context
  const target = { directory: inputs.reportDirectory, workspace, runnerTemp }
  return publishFiles(target, { 'report.json': renderJson(report), 'report.md': summary }, redact)
}

async function publishPullRequestComment(
  { context, inputs, github, redact, workflow }: Publication,
  report: Report,
  why: ReadonlyMap<string, string>,
): ReturnType<typeof publishComment> {
  if (inputs === undefined || github === undefined || context.pullRequest === undefined) return { outcome: 'none' }
  const identity = commentIdentity({
    title: inputs.title ?? '',
    manifests: inputs.manifests,
    workflow,
    job: context.job,
  })
  const verdicts = report.manifests.flatMap(({ checks }) =>
    checks.map(({ id, subject, verdict }) => [id, subject.name, verdict]),
  )
  const request = {
    pullRequest: context.pullRequest.number,
    identity,
    mode: inputs.comment,
    ready: isReady(report.status),
    fingerprint: JSON.stringify([report.status, report.problems, verdicts, report.removed]),
    render: (limit: number) =>
      renderMarkdown(report, { kind: 'comment', budgetBytes: Math.min(limit, COMMENT_BUDGET_BYTES), why }),
  }
  return publishComment(github, request, redact)
}

type RenderedAnnotation = ReturnType<typeof renderAnnotations>[number]

function placed({
  level,
  title,
  message,
  file,
  line,
  column,
}: RenderedAnnotation): Parameters<typeof publishAnnotations>[0][number] {
  const location = file === undefined ? undefined : { path: file, line: line ?? 1, column: column ?? 1 }
  return { level, title, message, ...(location === undefined ? {} : { location }) }
}
