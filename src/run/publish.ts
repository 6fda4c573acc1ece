import { CATALOGUE } from '../checks/catalogue.generated.ts'
import { shouldFail } from '../domain/gate.ts'
import type { Report, ReportProblem } from '../domain/report.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import { renderAnnotations } from '../render/annotations.ts'
import { richText } from '../render/escape.ts'
import { renderMarkdown, SUMMARY_BUDGET_BYTES } from '../render/markdown.ts'
import { renderOutputs } from '../render/outputs.ts'
import { renderLog } from '../render/terminal.ts'
import { disclose } from '../report/disclose.ts'
import { publishAnnotations } from '../sinks/annotations.ts'
import { publishFiles } from '../sinks/files.ts'
import { createLog } from '../sinks/log.ts'
import { publishOutputs } from '../sinks/outputs.ts'
import type { Redact } from '../sinks/redacted.ts'
import { publishSummary } from '../sinks/summary.ts'
import type { PublishedIssue } from '../sinks/tracking-issue.ts'
import { disclosureOf } from './disclosure-of.ts'
import { findPullRequest } from './find-pull-request.ts'
import { publishPullRequestComment, type Talk } from './publish-comment.ts'
import { issueObstacle, publishIssue } from './publish-issue.ts'
import { redactReport } from './redact-report.ts'
import { renderFiles } from './report-files.ts'
import type { WrittenPlan } from './write-prerequisite-plan.ts'
import type { WrittenReceipt } from './write-receipt.ts'

export interface Publication {
  report: Report
  context: RunContext
  /** Absent when the inputs themselves are wrong: then there is neither a comment nor a report directory. */
  inputs: Inputs | undefined
  github: GitHubPort | undefined
  workflow: string
  redact: Redact
  /** Writes the receipt after the report's files; absent when none is wanted. */
  receipt?: (published: { reportPath: string | undefined; failed: boolean }) => Promise<WrittenReceipt>
  /** Writes the prerequisite plan back after the report's files; absent when there is none. */
  prerequisitePlan?: (reportPath: string | undefined) => Promise<WrittenPlan>
  /** For text from outside before anything is made of it: also takes out secrets that are words of ours. */
  redactForeign: Redact
}

const REMEDIES = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.remedy]))
const WHY = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.why]))

/** Publishing has to come to an end within the seconds that a runner leaves a cancelled step. */
const PUBLISH_TIMEOUT_MS = 20_000
const PUBLISH_AFTER_CANCEL_TIMEOUT_MS = 4_000

/** Of the ten warnings of a step, so many are left for what cannot be published. */
const LATE_WARNINGS = 2

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
  const report = redactReport(disclose(publication.report, level, REMEDIES), publication.redactForeign)
  const why = level === 'full' ? WHY : new Map<string, string>()
  const log = createLog(redact)
  for (const { title, text } of renderLog(report)) {
    if (title === undefined) log.write(text)
    else log.group(title, text)
  }
  publishAnnotations(renderAnnotations(report).map(placed), redact)
  const summary = renderMarkdown(report, { kind: 'summary', budgetBytes: SUMMARY_BUDGET_BYTES, why })
  note(await publishSummary(context.stepSummaryPath, summary, redact))
  const files = inputs === undefined ? undefined : await publishReportFiles(publication, inputs, report, summary)
  note(files?.problem)
  const failed = isFailed(publication)
  const receipt = await publishReceipt(publication, files?.path, failed)
  note(receipt?.problem)
  note(await publishPlan(publication, files?.path))
  const talk = await publishTalk(publication, report, why, (text) => log.write(publication.redactForeign(text)))
  talk.problems.forEach(note)
  const places = {
    ...(files?.path === undefined ? {} : { report: `${files.path}/report.json` }),
    ...(receipt?.path === undefined ? {} : { receipt: receipt.path }),
    ...talk.places,
  }
  note(publishOutputs(places, redact))
  publishAnnotations(
    warnings.map(({ message }) => ({
      level: 'warning',
      title: 'Not published',
      message: publication.redactForeign(message),
    })),
    redact,
    LATE_WARNINGS,
  )
  return failed ? 1 : 0
}

function isFailed({ report, inputs }: Publication): boolean {
  const isWrong = report.problems.some(({ severity }) => severity === 'error')
  return isWrong || shouldFail(report.status, inputs?.failOn ?? 'undetermined')
}

/** After the report's files, whose hash it holds. Its sentence is added to the summary and the log. */
async function publishReceipt(
  { receipt, context, redact, redactForeign }: Publication,
  directory: string | undefined,
  failed: boolean,
): Promise<{ path?: string; problem?: ReportProblem } | undefined> {
  const reportPath = directory === undefined ? undefined : `${directory}/report.json`
  const written = await receipt?.({ reportPath, failed })
  if (written === undefined) return undefined
  const { path, isMissing } = written
  // Why there is none may be GitHub's words.
  const words = path === undefined ? redactForeign(written.words) : written.words
  createLog(redact).write(words)
  await publishSummary(context.stepSummaryPath, `${path === undefined ? '' : '🧾 '}${richText(words)}`, redact)
  return {
    ...(path === undefined ? {} : { path }),
    ...(isMissing ? { problem: { severity: 'warning', message: words } } : {}),
  }
}

async function publishPlan(
  { prerequisitePlan, context, redact, redactForeign }: Publication,
  directory: string | undefined,
): Promise<ReportProblem | undefined> {
  const written = await prerequisitePlan?.(directory === undefined ? undefined : `${directory}/report.json`)
  if (written === undefined) return undefined
  const words = redactForeign(written.words)
  createLog(redact).write(words)
  await publishSummary(context.stepSummaryPath, richText(words), redact)
  return written.isProblem ? { severity: 'warning', message: words } : undefined
}

function publishReportFiles(
  { context, redact }: Publication,
  inputs: Inputs,
  report: Report,
  summary: string,
): ReturnType<typeof publishFiles> {
  const { workspace, runnerTemp } = context
  const target = { directory: inputs.reportDirectory, workspace, runnerTemp }
  return publishFiles(target, renderFiles(report, summary), redact)
}

/** Where people talk: the comment on the pull request, or the tracking issue of a run without one. */
async function publishTalk(
  { context, inputs, github, redact, workflow }: Publication,
  report: Report,
  why: ReadonlyMap<string, string>,
  log: (text: string) => void,
): Promise<{ problems: ReportProblem[]; places: Record<string, string> }> {
  if (inputs === undefined || github === undefined) return { problems: [], places: {} }
  const talk: Talk = { report, context, inputs, github, redact, workflow, why }
  const isSilent = inputs.comment === 'never'
  // The tracking issue is not for runs of a pull request, whether they may comment on it or not.
  const search = isSilent && !inputs.trackingIssue ? {} : await findPullRequest(context, github)
  const problems: ReportProblem[] = []
  if (search.note !== undefined && !isSilent) {
    if (search.isProblem === true) problems.push({ severity: 'warning', message: search.note })
    else log(search.note)
  }
  const comment = search.found === undefined ? undefined : await publishPullRequestComment(talk, search.found)
  if (comment?.problem !== undefined) problems.push(comment.problem)
  if (comment?.outcome === 'outdated')
    log('The comment on the pull request is by a younger run, and was left as it is.')
  const issue = search.found === undefined ? await publishTracking(talk, log) : undefined
  if (issue?.problem !== undefined) problems.push(issue.problem)
  const places = {
    ...(comment?.url === undefined ? {} : { 'comment-url': comment.url }),
    ...(issue?.url === undefined ? {} : { 'issue-url': issue.url }),
  }
  return { problems, places }
}

async function publishTracking(talk: Talk, log: (text: string) => void): Promise<PublishedIssue | undefined> {
  if (!talk.inputs.trackingIssue) return undefined
  const obstacle = issueObstacle(talk.context, talk.report)
  if (obstacle !== undefined) {
    log(`The tracking issue was left as it is: ${obstacle}.`)
    return undefined
  }
  const issue = await publishIssue(talk)
  if (issue.outcome === 'outdated') log('The tracking issue is by a younger run, and was left as it is.')
  return issue
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
