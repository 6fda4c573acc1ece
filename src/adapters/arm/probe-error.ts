import type { ProbeFailure } from '../../domain/observed.ts'

/** A failure on its way out of an SDK's pipeline. It never leaves the adapter. */
export class ProbeError extends Error {
  readonly failure: ProbeFailure

  constructor(failure: ProbeFailure) {
    super(failure.message)
    this.name = 'ProbeError'
    this.failure = failure
  }
}

/** An HTTP answer that is not a success, with what its table needs to tell what it means. */
export interface HttpAnswer {
  status: number
  /** Absent: GET. */
  method?: string
  url: string
  contentType: string
  location: string | undefined
  /** `WWW-Authenticate`. */
  challenge?: string | undefined
  text: string
  tries: number
  /** How long the server asked to wait. */
  waitMs: number | undefined
}

export class HttpStatusError extends Error {
  readonly answer: HttpAnswer

  constructor(answer: HttpAnswer) {
    super(`HTTP ${String(answer.status)} from ${new URL(answer.url).host}`)
    this.name = 'HttpStatusError'
    this.answer = answer
  }
}
