import type { Waiting } from '../ports/sql-port.ts'

/** The time of one check, which stands still while the check waits for its turn. */
export interface Patience {
  waiting: Waiting
  /** No time runs from now on. */
  end(): void
}

/** `onEnd` is called once, when the time has run out. */
export function createPatience(timeoutMs: number, onEnd: () => void): Patience {
  let leftMs = timeoutMs
  let turns = 0
  let runningSince = performance.now()
  let timer: NodeJS.Timeout | undefined = setTimeout(onEnd, leftMs)
  let hasEnded = false
  const stop = (): void => {
    clearTimeout(timer)
    timer = undefined
    leftMs -= performance.now() - runningSince
  }
  return {
    async waiting(turn) {
      turns += 1
      if (turns === 1 && !hasEnded) stop()
      try {
        return await turn
      } finally {
        turns -= 1
        if (turns === 0 && !hasEnded) {
          runningSince = performance.now()
          timer = setTimeout(onEnd, Math.max(0, leftMs))
        }
      }
    },
    end() {
      hasEnded = true
      clearTimeout(timer)
    },
  }
}
