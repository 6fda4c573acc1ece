import type { ReportProblem } from '../domain/report.ts'

/** Replaces every secret of the run by `***`, in every form that it may have been written in. */
export type Redact = (text: string) => string

/** The last thing before anything leaves the program: `write` sees redacted text only. */
export function redacted<Result>(redact: Redact, write: (text: string) => Result): (text: string) => Result {
  return (text) => write(redact(text))
}

/** What could not be published: shown, and never a reason to fail. The error's text is redacted like all other. */
export function unpublished(redact: Redact, what: string, error: unknown): ReportProblem {
  const words = error instanceof Error ? error.message : String(error)
  return { severity: 'warning', message: redact(`${what} could not be written: ${words}`) }
}
