import { VERDICTS } from '../domain/verdict.ts'
import { publishAnnotations } from '../sinks/annotations.ts'
import { publishOutputs } from '../sinks/outputs.ts'
import type { Redact } from '../sinks/redacted.ts'
import { publishSummary } from '../sinks/summary.ts'

/** What the outputs say until there is a report, and for good when there will be none. */
export const NOTHING_KNOWN: Readonly<Record<string, string>> = {
  status: 'undetermined',
  ready: 'false',
  'status-if-merged': 'undetermined',
  total: '0',
  ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, '0'])),
  'ready-until': '',
  report: '',
  'comment-url': '',
  receipt: '',
  'issue-url': '',
}

/** The last resort, when making or publishing the report itself broke; gives the exit code. */
export async function publishCrash(
  error: unknown,
  stepSummaryPath: string | undefined,
  redact: Redact,
): Promise<number> {
  const message = `An error of dms-preflight itself kept the report from being published: ${placeOf(error)}. Please report it.`
  publishOutputs(NOTHING_KNOWN, redact)
  publishAnnotations([{ level: 'error', title: 'Problem', message }], redact)
  await publishSummary(stepSummaryPath, `## ❓ DMS preflight: undetermined\n\n${message}`, redact)
  return 1
}

/** Names of our own only: the error's message may hold what this repository does not show. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error object'
  const functions = [...(error.stack ?? '').matchAll(/^\s+at (?:async )?([\w.]+) \(/gm)].map(([, name = '']) => name)
  const kind = /^\w+$/.test(error.name) ? error.name : 'Error'
  return functions.length === 0 ? kind : `${kind} in ${functions.slice(0, 3).join(', called by ')}`
}
