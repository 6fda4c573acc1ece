import type { ReportProblem } from '../domain/report.ts'

/** An error that nothing of the run's world explains. */
export function ownError(error: unknown): ReportProblem {
  const words = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'not an Error object'
  return { severity: 'error', message: `An error of dms-preflight itself: ${words}. Please report it.` }
}
