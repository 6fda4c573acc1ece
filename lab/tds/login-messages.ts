import type { SqlMessage } from '../../src/ports/sql-port.ts'

/** What an integrated login gets, whatever was wrong with it. */
export function untrustedDomain(): SqlMessage {
  const message =
    'Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.'
  return { number: 18452, state: 1, severity: 14, message }
}

/** The server does not say whose token it was. */
export function unknownToken(): SqlMessage {
  return { number: 18456, state: 1, severity: 14, message: "Login failed for user '<token-identified principal>'." }
}

/** A mistake of the test, not of the client: it is told as loudly as the protocol allows. */
export function labFailure(error: unknown): SqlMessage {
  const message = error instanceof Error ? error.message : String(error)
  return { number: 50_000, state: 1, severity: 16, message: `the lab failed: ${message}` }
}
