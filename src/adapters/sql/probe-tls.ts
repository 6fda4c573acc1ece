import { performance } from 'node:perf_hooks'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { SqlServer, TlsAnswer } from '../../ports/sql-port.ts'
import { showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { ABORTED, socketFailure } from '../net/socket-errors.ts'
import type { TrustAnchors } from './authorities.ts'
import { judgeCertificate } from './certificate-verdict.ts'
import { findCarriedName } from './certificate.ts'
import { exchangePreLogin, restOf, type NoPreLogin } from './pre-login-exchange.ts'
import { exchangeAfterStrict, exchangeStrict, isStrictLike } from './pre-login-strict.ts'
import { explainFailure } from './probe-tls-failure.ts'
import { createTlsCarrier } from './tls-carrier.ts'
import { shakeHands, type ShownCertificate } from './tls-handshake.ts'

export interface TlsFinding {
  answer: TlsAnswer
  /** For a pinned certificate that was shown: by what the driver can be held to it, where it can. */
  pinned?: TrustAnchors
}

interface Probe {
  server: SqlServer
  target: SocketTarget
  authorities: readonly string[] | undefined
  expectedName: string
  startedAt: number
  asked: string
}

/** A TLS handshake inside TDS, or before it, and nothing more: the connection ends before a login could be sent. */
export async function probeTls(
  server: SqlServer,
  target: SocketTarget,
  authorities: readonly string[] | undefined,
): Promise<Observed<TlsFinding>> {
  const asked = `TLS handshake from this runner to SQL Server at ${showEndpoint(target.address, target.port)}`
  const expectedName = server.tls.serverName ?? server.host
  const probe = { server, target, authorities, expectedName, startedAt: performance.now(), asked }
  return server.tls.encrypt === 'strict' ? probeStrict(probe) : probeInside(probe)
}

/** TDS 7: the handshake travels in pre-login packets. */
async function probeInside(probe: Probe): Promise<Observed<TlsFinding>> {
  const { target, expectedName, authorities, startedAt, asked } = probe
  const exchange = await exchangePreLogin(target, 'on')
  if (exchange.state !== 'answered') return probeUnanswered(probe, exchange)
  const { encryption } = exchange.answer
  if (encryption !== 'on' && encryption !== 'required') {
    exchange.socket.on('error', () => undefined).destroy()
    return seen({ answer: { outcome: 'not-offered' } })
  }
  const { timeoutMs, signal } = restOf(target, startedAt)
  const carrier = createTlsCarrier(exchange.socket, exchange.reader)
  const terms = { expectedName, authorities, timeoutMs, signal }
  // TLS inside TDS 7.x ends at 1.2 (MS-TDS 1.7).
  const handshake = await shakeHands(carrier, terms, { maxVersion: 'TLSv1.2' })
  if (handshake.state === 'done') {
    handshake.tls.destroy()
    carrier.destroy()
    return seen(findingOf(probe, handshake.shown))
  }
  const { code, message } = handshake
  if (code === ABORTED || code === 'ETIMEDOUT') return { ok: false, failure: socketFailure(code, asked) }
  return explainFailure({ code, message, asked }, { strict: false, expectedName, target: restOf(target, startedAt) })
}

/** A server with Force Strict Encryption closes here; that it answers with TLS first makes it certain. */
async function probeUnanswered(
  { target, expectedName, authorities, startedAt }: Probe,
  exchange: NoPreLogin,
): Promise<Observed<TlsFinding>> {
  if (exchange.state === 'failed') return { ok: false, failure: exchange.failure }
  const kind = exchange.state === 'closed' ? 'reset' : 'protocol'
  if (!isStrictLike(exchange)) return unseen(kind, exchange.message)
  const inside = await exchangeStrict(restOf(target, startedAt), { expectedName, authorities })
  if (inside.state === 'answered') return seen({ answer: { outcome: 'strict-only', version: inside.answer.version } })
  if (target.signal.aborted && inside.state === 'failed') return { ok: false, failure: inside.failure }
  return unseen(
    kind,
    `${exchange.message} Nor did it answer with TLS first (TDS 8.0): it is no SQL Server, or a device on the way ends the connection.`,
  )
}

/** TDS 8.0: TLS comes first. */
async function probeStrict(probe: Probe): Promise<Observed<TlsFinding>> {
  const { target, expectedName, authorities, startedAt } = probe
  const inside = await exchangeStrict(target, { expectedName, authorities })
  switch (inside.state) {
    case 'answered':
      return seen(findingOf(probe, inside.shown))
    case 'failed':
      return { ok: false, failure: inside.failure }
    case 'not-tds':
      return unseen('protocol', inside.message)
    case 'closed':
      return unseen('reset', inside.message)
    case 'tls-failed': {
      const asked = `${probe.asked} before TDS (encrypt: strict)`
      return explainFailure({ ...inside, asked }, { strict: true, expectedName, target: restOf(target, startedAt) })
    }
    case 'no-tls': {
      const plain = await exchangeAfterStrict(target, startedAt)
      if (plain.state === 'answered')
        return seen({ answer: { outcome: 'strict-not-offered', version: plain.answer.version } })
      if (plain.state === 'failed' && target.signal.aborted) return { ok: false, failure: plain.failure }
      const other = plain.state === 'failed' ? plain.failure.message : plain.message
      return unseen(plain.state === 'not-tds' ? 'protocol' : 'reset', `${inside.message} Without TLS: ${other}`)
    }
  }
}

function findingOf({ server, expectedName }: Probe, shown: ShownCertificate): TlsFinding {
  const answer = judgeCertificate(shown, expectedName, server.tls)
  if (answer.outcome !== 'accepted' || answer.pinned === undefined) return { answer }
  const pinnedName = findCarriedName(shown.certificate, [expectedName, server.host])
  if (pinnedName === undefined) return { answer }
  return { answer, pinned: { pem: [shown.certificate.toString()], pinnedName } }
}
