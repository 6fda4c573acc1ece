import { performance } from 'node:perf_hooks'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { PreLoginAnswer } from '../../ports/sql-port.ts'
import type { SocketTarget } from '../net/open-socket.ts'
import { exchangePreLogin, restOf, type PreLoginExchange } from './pre-login-exchange.ts'
import { exchangeAfterStrict, exchangeStrict, isStrictLike, type AnsweredStrict } from './pre-login-strict.ts'

export interface PreLoginTerms {
  /** TLS first (TDS 8.0), as the manifest wants it. */
  strict: boolean
  /** For SNI. */
  expectedName: string
}

/**
 * The stance of a server, without a credential, and so whatever its certificate. What closes at the way that the manifest
 * asks for is asked the other way too: a listener that answers there is still SQL Server on TCP.
 */
export async function probePreLogin(
  target: SocketTarget,
  { strict, expectedName }: PreLoginTerms,
): Promise<Observed<PreLoginAnswer>> {
  const startedAt = performance.now()
  const tlsFirst = { expectedName, authorities: undefined }
  if (strict) {
    const inside = await exchangeStrict(target, tlsFirst)
    if (inside.state === 'answered') return seen(strictAnswer(inside))
    if (inside.state === 'failed') return { ok: false, failure: inside.failure }
    const plain = await exchangeAfterStrict(target, startedAt)
    if (plain.state === 'answered') return observe(plain)
    if (target.signal.aborted) return observe(plain)
    if (inside.state === 'tls-failed')
      return unseen('tls', `TLS before TDS (encrypt: strict) failed: ${inside.message} (${inside.code}).`)
    const other = plain.state === 'failed' ? plain.failure.message : plain.message
    const reason = inside.state === 'not-tds' || plain.state === 'not-tds' ? 'not-tds' : 'closed'
    return seen({ answered: false, reason, message: `${inside.message} Without TLS: ${other}` })
  }
  const plain = await exchangePreLogin(target, 'off')
  if (isStrictLike(plain)) {
    const inside = await exchangeStrict(restOf(target, startedAt), tlsFirst)
    if (inside.state === 'answered') return seen(strictAnswer(inside))
  }
  return observe(plain)
}

function strictAnswer({ answer, localAddress }: AnsweredStrict): PreLoginAnswer {
  return { answered: true, version: answer.version, encryption: 'strict', localAddress }
}

function observe(exchange: PreLoginExchange): Observed<PreLoginAnswer> {
  switch (exchange.state) {
    case 'answered':
      exchange.socket.on('error', () => undefined).destroy()
      return seen({ answered: true, ...exchange.answer, localAddress: exchange.localAddress })
    case 'failed':
      return { ok: false, failure: exchange.failure }
    case 'closed':
    case 'not-tds':
      return seen({ answered: false, reason: exchange.state, message: exchange.message })
  }
}
