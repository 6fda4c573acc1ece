interface Leaving {
  atMs: number
  leave: () => void
}

/** What a server sends, in order, each piece a fixed time after it was given. */
export class Outbox {
  readonly #latencyMs: number
  #waiting: Leaving[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs
  }

  put(leave: () => void): void {
    if (this.#latencyMs <= 0) {
      leave()
      return
    }
    this.#waiting.push({ atMs: performance.now() + this.#latencyMs, leave })
    this.#arm()
  }

  /** What has not left yet never does. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting = []
  }

  // One timer for the oldest piece: Node promises no order between timers.
  #arm(): void {
    const [next] = this.#waiting
    if (next === undefined || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#release(), Math.max(0, next.atMs - performance.now()))
  }

  #release(): void {
    this.#timer = undefined
    while (this.#waiting[0] !== undefined && this.#waiting[0].atMs <= performance.now()) this.#waiting.shift()?.leave()
    this.#arm()
  }
}
