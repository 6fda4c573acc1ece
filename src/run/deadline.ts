export interface Deadline {
  /** Aborted with a sentence as its reason. */
  signal: AbortSignal
  clear(): void
}

/** The run's own end, or the runner's, whichever comes first. */
export function createDeadline(deadlineMs: number, cancelled: AbortSignal): Deadline {
  const controller = new AbortController()
  const timer = setTimeout(() => {
    const seconds = Math.round(deadlineMs / 100) / 10
    controller.abort(`Not finished within the deadline of ${seconds} s (input \`deadline\`)`)
  }, deadlineMs)
  return {
    signal: AbortSignal.any([controller.signal, cancelled]),
    clear: () => {
      clearTimeout(timer)
    },
  }
}
