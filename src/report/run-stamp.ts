/** Which run wrote something, and when it began. */
export interface RunStamp {
  /** GITHUB_RUN_ID; 0 outside GitHub. */
  runId: number
  /** GITHUB_RUN_ATTEMPT, from 1. */
  attempt: number
  /** ISO 8601. */
  startedAt: string
}

/**
 * Whether what `run` has to say is older than what `other` said. GitHub counts run ids up, whatever the clocks of two
 * runners say; a run that somebody started again is as young as its new start.
 */
export function isOlderRun(run: RunStamp, other: RunStamp): boolean {
  if (run.runId !== other.runId && run.attempt === 1 && other.attempt === 1) return run.runId < other.runId
  if (run.runId === other.runId && run.attempt !== other.attempt) return run.attempt < other.attempt
  return Date.parse(run.startedAt) < Date.parse(other.startedAt)
}
