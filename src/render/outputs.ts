import type { Report } from '../domain/report.ts'
import { VERDICTS } from '../domain/verdict.ts'

/** What the report itself cannot know; left out means empty. */
export interface Published {
  /** Path of report.json, relative to the workspace. */
  report?: string
  commentUrl?: string
  receipt?: string
  issueUrl?: string
}

/** The outputs of the action (contract, section 3): all small, and free of hosts, users and secrets. */
export function renderOutputs(report: Report, published: Published = {}): Record<string, string> {
  const total = VERDICTS.reduce((sum, verdict) => sum + report.counts[verdict], 0)
  return {
    status: report.status,
    ready: String(report.ready),
    'status-if-merged': report.statusIfMerged,
    total: String(total),
    ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, String(report.counts[verdict])])),
    'ready-until': report.readyUntil ?? '',
    report: published.report ?? '',
    'comment-url': published.commentUrl ?? '',
    receipt: published.receipt ?? '',
    'issue-url': published.issueUrl ?? '',
  }
}
