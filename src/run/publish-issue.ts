import { isReady } from '../domain/gate.ts'
import type { Report } from '../domain/report.ts'
import type { RunContext } from '../inputs/context.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { isPlainlyReady, renderReadyLine } from '../render/ready-line.ts'
import { renderDrift, renderIssueNews, renderIssueTitle } from '../render/tracking-issue.ts'
import { deltaSince } from '../report/delta.ts'
import { driftSince, greenStateOf, type Drift, type DriftItem } from '../report/drift.ts'
import { decodeGreenState, encodeGreenState } from '../report/green-state.ts'
import { isCommit, openResults, type PublishedState } from '../report/published-state.ts'
import {
  publishTrackingIssue,
  type IssueHistory,
  type IssueText,
  type PublishedIssue,
} from '../sinks/tracking-issue.ts'
import { essenceOf, identityOf, stampOf, timeless, type Talk } from './publish-comment.ts'

/** Events that happen to a branch, and not to somebody's proposal. */
const EVENTS: ReadonlySet<string> = new Set(['schedule', 'push', 'workflow_dispatch', 'repository_dispatch'])
const REPORT_BUDGET_BYTES = 40_000

/** Why this run has no say in the tracking issue; undefined when it has. */
export function issueObstacle({ eventName }: RunContext, report: Report): string | undefined {
  if (!EVENTS.has(eventName)) return 'runs of a pull request do not touch it'
  // Anybody's branch may hold another manifest under the same name.
  return report.run.trusted ? undefined : 'this run is not trusted'
}

/** Opened when not ready, kept up to date, closed when ready again. */
export function publishIssue(talk: Talk): Promise<PublishedIssue> {
  const { report, github, redact } = talk
  const commit = isCommit(report.run.sha) ? { commit: report.run.sha } : {}
  const open = openResults(report)
  const request = {
    identity: identityOf(talk),
    ready: isReady(report.status),
    state: { run: stampOf(talk), status: report.status, ...commit, ...(open === undefined ? {} : { open }) },
    now: Date.parse(report.run.startedAt),
    green: (history: IssueHistory) => greenOf(report, history),
    write: (history: IssueHistory, room: number, isReopened: boolean) => write(talk, history, room, isReopened),
    essence: (history: IssueHistory) =>
      essenceOf(bodyOf({ ...talk, report: timeless(report) }, driftOf(report, history), REPORT_BUDGET_BYTES)),
  }
  return publishTrackingIssue(github, request, redact)
}

/**
 * Of this run when it is ready, else what stands there. The instant and commit of the first run with these facts are
 * kept, so that a daily run that finds nothing new writes nothing.
 */
function greenOf(report: Report, { green }: IssueHistory): string {
  const standing = decodeGreenState(green)
  if (!report.ready) return standing === undefined || !isShownAlike(report, standing.disclosure) ? '' : green
  const today = greenStateOf(report, isCommit(report.run.sha) ? report.run.sha : undefined)
  if (today === undefined) return ''
  const same = standing && encodeGreenState({ ...today, ...sinceOf(standing) })
  return same !== undefined && same === green ? green : (encodeGreenState(today) ?? '')
}

/** `commit: undefined` would not be left out of what is compared. */
function sinceOf({ startedAt, commit }: { startedAt: string; commit?: string }): {
  startedAt: string
  commit?: string
} {
  return { startedAt, ...(commit === undefined ? {} : { commit }) }
}

/** What was kept while more could be shown is not shown on. */
function isShownAlike({ disclosure }: Report, kept: string): boolean {
  return (disclosure ?? 'full') === kept
}

function driftOf(report: Report, { green }: IssueHistory): Drift | undefined {
  const standing = decodeGreenState(green)
  return standing === undefined ? undefined : driftSince(standing, report)
}

/** Where today's results would not be kept, those of the last ready run hardly were. */
function isTooMuchToKeep(report: Report): boolean {
  const today = greenStateOf(report, undefined)
  return today !== undefined && encodeGreenState(today) === undefined
}

function write(talk: Talk, history: IssueHistory, roomChars: number, isReopened: boolean): IssueText {
  const { report } = talk
  const drift = driftOf(report, history)
  const news = newsOf(report, history.before, drift, isReopened)
  return {
    title: renderIssueTitle(report),
    body: bodyOf(talk, drift, roomChars),
    ...(news === undefined ? {} : { news }),
  }
}

function bodyOf({ report, why }: Talk, drift: Drift | undefined, roomChars: number): string {
  if (report.ready) {
    if (isPlainlyReady(report)) return renderReadyLine(report, undefined)
    return renderMarkdown(report, { kind: 'comment', budgetBytes: Math.min(roomChars, REPORT_BUDGET_BYTES), why })
  }
  const budgetBytes = Math.min(roomChars, REPORT_BUDGET_BYTES)
  // What regressed stands at the head, and leaves most of the room to the report.
  const shown = drift ?? (isTooMuchToKeep(report) ? 'not kept' : undefined)
  const news = renderDrift(shown, report.run.startedAt, report.manifests.length > 1, budgetBytes / 3)
  return renderMarkdown(report, { kind: 'comment', budgetBytes, why, news })
}

/**
 * Whoever watches the issue is told when it closes, when it opens again, and when a required check that was fine in the
 * last run is proven to fail now, or waits for a person: not of what could not be looked at, which comes and goes.
 */
function newsOf(
  report: Report,
  before: PublishedState | undefined,
  drift: Drift | undefined,
  isReopened: boolean,
): string | undefined {
  const fresh = before === undefined ? [] : (deltaSince(before, report)?.fresh ?? [])
  const failing = fresh.filter(
    ({ result: { severity, verdict } }) => severity === 'required' && (verdict === 'fail' || verdict === 'manual'),
  )
  const isReadyAgain = report.ready && before !== undefined && !isReady(before.status)
  if (report.ready ? !isReadyAgain : !isReopened && failing.length === 0) return undefined
  return renderIssueNews(
    report,
    failing.map((item) => withFacts(item, drift)),
  )
}

function withFacts({ manifest, result }: Omit<DriftItem, 'facts'>, drift: Drift | undefined): DriftItem {
  const known = drift?.regressed.find((item) => item.result === result)
  return known ?? { manifest, result, facts: [{ kind: 'verdict', before: undefined }] }
}
