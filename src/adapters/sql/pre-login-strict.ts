import { performance } from 'node:perf_hooks'
import type { ProbeFailure } from '../../domain/observed.ts'
import { openSocket, showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { ABORTED, socketFailure } from '../net/socket-errors.ts'
import { askPreLogin, connectFailure, exchangePreLogin, restOf, type PreLoginExchange } from './pre-login-exchange.ts'
import type { PreLoginMessage } from './pre-login-message.ts'
import { shakeHands, type HandshakeTerms, type ShownCertificate } from './tls-handshake.ts'

/** Application protocol of TDS 8.0 (MS-TDS 1.7). */
export const STRICT_ALPN = ['tds/8.0']

export interface AnsweredStrict {
  state: 'answered'
  answer: PreLoginMessage
  shown: ShownCertificate
  localAddress: string
}
export type StrictExchange =
  | AnsweredStrict
  /** It accepted the connection and answered TLS with its end, or with something else than TLS. */
  | { state: 'no-tls'; message: string }
  /** It speaks TLS, and the two could not agree. */
  | { state: 'tls-failed'; code: string; message: string }
  /** There was TLS and no TDS in it. */
  | { state: 'not-tds' | 'closed'; message: string }
  | { state: 'failed'; failure: ProbeFailure }

export type StrictTerms = Pick<HandshakeTerms, 'expectedName' | 'authorities'>

/** What a peer that speaks no TLS makes OpenSSL say. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_TOO_SMALL|HTTP_REQUEST|UNEXPECTED_MESSAGE/
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

/** TDS 8.0 (`encrypt: strict`): TLS first and the pre-login inside. The certificate is shown, not judged. */
export async function exchangeStrict(target: SocketTarget, terms: StrictTerms): Promise<StrictExchange> {
  const startedAt = performance.now()
  const opened = await openSocket(target)
  if (!opened.opened) return connectFailure(opened.code, target)
  const { socket, localAddress } = opened
  const { timeoutMs, signal } = restOf(target, startedAt)
  const handshake = await shakeHands(socket, { ...terms, timeoutMs, signal }, { ALPNProtocols: STRICT_ALPN })
  const endpoint = showEndpoint(target.address, target.port)
  if (handshake.state === 'failed') return handshakeFailure(handshake, endpoint)
  const { tls, shown } = handshake
  const asked = await askPreLogin(tls, 'off', restOf(target, startedAt))
  if (asked.state === 'failed') return asked
  if (asked.state !== 'answered')
    return { state: asked.state, message: `${endpoint} speaks TLS without TDS in it: ${asked.message}` }
  tls.destroy()
  return { state: 'answered', answer: asked.answer, shown, localAddress }
}

/** The plain pre-login of a server that did not take TLS first, to tell an older server from something else. */
export async function exchangeAfterStrict(target: SocketTarget, startedAt: number): Promise<PreLoginExchange> {
  const plain = await exchangePreLogin(restOf(target, startedAt), 'off')
  if (plain.state === 'answered') plain.socket.on('error', () => undefined).destroy()
  return plain
}

/** Whether a plain pre-login ended as a server with Force Strict Encryption would end it. */
export function isStrictLike(plain: PreLoginExchange): boolean {
  return plain.state === 'closed' || (plain.state === 'not-tds' && plain.speaksTls)
}

function handshakeFailure({ code, message }: { code: string; message: string }, endpoint: string): StrictExchange {
  if (code === ABORTED || code === 'ETIMEDOUT') {
    const asked = `TLS handshake before TDS (encrypt: strict) from this runner to ${endpoint}, which accepted the connection`
    return { state: 'failed', failure: socketFailure(code, asked) }
  }
  if (!CLOSED.has(code) && !NO_TLS.test(code)) return { state: 'tls-failed', code, message }
  const how = CLOSED.has(code) ? 'closed the connection' : 'answered with something else'
  return { state: 'no-tls', message: `${endpoint} ${how} when TLS came before TDS (encrypt: strict; ${code}).` }
}
