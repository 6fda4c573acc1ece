import { isIP } from 'node:net'
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls'
import type { X509Certificate } from 'node:crypto'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { SqlServer, TlsAnswer } from '../../ports/sql-port.ts'
import { boundText } from '../bounded-text.ts'
import { showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { ABORTED, errorCode, socketFailure } from '../net/socket-errors.ts'
import { describeCertificate } from './certificate.ts'
import { exchangePreLogin, type OpenPreLogin } from './pre-login.ts'
import { createTlsCarrier } from './tls-carrier.ts'

/** A TLS handshake inside TDS and nothing more: the connection is closed before a login could be sent. */
export async function probeTls(
  server: SqlServer,
  target: SocketTarget,
  authorities: readonly string[] | undefined,
): Promise<Observed<TlsAnswer>> {
  const exchange = await exchangePreLogin(target, 'on')
  if (exchange.state === 'failed') return { ok: false, failure: exchange.failure }
  if (exchange.state !== 'answered') return unseen('protocol', exchange.message)
  const { encryption } = exchange.answer
  if (encryption !== 'on' && encryption !== 'required') {
    exchange.socket.on('error', () => undefined).destroy()
    return seen({ outcome: 'not-offered' })
  }
  const expectedName = server.tls.serverName ?? server.host
  const handshake = await shakeHands(exchange, { expectedName, authorities, target })
  const asked = `TLS handshake from this runner to SQL Server at ${showEndpoint(target.address, target.port)}`
  if ('code' in handshake) {
    if (handshake.code === ABORTED || handshake.code === 'ETIMEDOUT')
      return { ok: false, failure: socketFailure(handshake.code, asked) }
    return unseen(
      'tls',
      `${asked} failed: ${boundText(handshake.message)} (${handshake.code}).${hintOf(handshake.code)}`,
    )
  }
  return seen(judgeCertificate(handshake, expectedName, server.tls.trustServerCertificate))
}

interface Handshake {
  protocol: string
  certificate: X509Certificate
  /** Code of OpenSSL's verification, empty when the chain is good. */
  chainProblem: string
  nameProblem: string | undefined
}
interface HandshakeTerms {
  expectedName: string
  authorities: readonly string[] | undefined
  target: SocketTarget
}

function shakeHands(
  { socket, reader }: OpenPreLogin,
  { expectedName, authorities, target }: HandshakeTerms,
): Promise<Handshake | { code: string; message: string }> {
  return new Promise((resolve) => {
    const carrier = createTlsCarrier(socket, reader)
    const tls = connect({
      socket: carrier,
      // RFC 6066 has no IP addresses in SNI.
      ...(isIP(expectedName) === 0 ? { servername: expectedName } : {}),
      ...(authorities === undefined ? {} : { ca: [...authorities] }),
      // The certificate is wanted also when it is bad; it is judged below, and nothing is sent over this connection.
      rejectUnauthorized: false,
      // TLS inside TDS 7.x ends at 1.2 (MS-TDS 1.7).
      maxVersion: 'TLSv1.2',
      checkServerIdentity: () => undefined,
    })
    const end = (result: Handshake | { code: string; message: string }): void => {
      clearTimeout(timer)
      target.signal.removeEventListener('abort', onAbort)
      tls.destroy()
      carrier.destroy()
      resolve(result)
    }
    const onAbort = (): void => {
      end({ code: ABORTED, message: 'stopped' })
    }
    const timer = setTimeout(end, target.timeoutMs, { code: 'ETIMEDOUT', message: 'no answer' })
    target.signal.addEventListener('abort', onAbort, { once: true })
    // Listeners stay: an error after the end must not be thrown.
    carrier.on('error', () => undefined)
    tls.on('error', (error: Error) => {
      end({ code: errorCode(error), message: reasonOf(error) })
    })
    tls.on('close', () => {
      end({ code: 'ECONNRESET', message: 'the server closed the connection' })
    })
    tls.once('secureConnect', () => {
      end(readHandshake(tls, expectedName))
    })
  })
}

function readHandshake(tls: TLSSocket, expectedName: string): Handshake | { code: string; message: string } {
  const certificate = tls.getPeerX509Certificate()
  if (certificate === undefined) return { code: 'NO_CERTIFICATE', message: 'the server showed no certificate' }
  return {
    protocol: tls.getProtocol() ?? 'unknown',
    certificate,
    // Typed as Error, and a string in fact.
    chainProblem: tls.authorized ? '' : String(tls.authorizationError),
    nameProblem: checkServerIdentity(expectedName, certificate.toLegacyObject())?.message,
  }
}

function judgeCertificate(handshake: Handshake, expectedName: string, trust: boolean): TlsAnswer {
  const certificate = describeCertificate(handshake.certificate)
  const { protocol, chainProblem, nameProblem } = handshake
  const verified = chainProblem === '' && nameProblem === undefined
  if (verified || trust) return { outcome: 'accepted', protocol, certificate, verified }
  const seenAt = new Date().toISOString()
  const names = certificate.names.length === 0 ? 'no name' : certificate.names.join(', ')
  const otherName = `The certificate is for ${boundText(names)}, not for ${expectedName}.`
  if (chainProblem === '') return { outcome: 'refused', problem: 'name', message: otherName, certificate, seenAt }
  const { problem, says } = chainProblemOf(chainProblem)
  const dates = `valid from ${certificate.validFrom} to ${certificate.validTo}, issued by ${certificate.issuer}`
  const fact = `${says} (${chainProblem}): ${dates}.`
  const message = nameProblem === undefined ? fact : `${fact} ${otherName}`
  return { outcome: 'refused', problem, message, certificate, seenAt }
}

function chainProblemOf(code: string): { problem: 'untrusted' | 'expired' | 'not-yet-valid'; says: string } {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return { problem: 'expired', says: 'The certificate, or one that it rests on, has expired' }
    case 'CERT_NOT_YET_VALID':
      return { problem: 'not-yet-valid', says: 'The certificate, or one that it rests on, is not valid yet' }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return { problem: 'untrusted', says: 'The certificate is self-signed, and this runner does not know it' }
    default:
      return { problem: 'untrusted', says: 'The certificate does not lead to an authority that this runner trusts' }
  }
}

/** OpenSSL's own short reason, where there is one. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
}

function hintOf(code: string): string {
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|WRONG_VERSION/.test(code))
    return ' The server only has a TLS version below 1.2: update its TLS settings.'
  if (/HANDSHAKE_FAILURE|NO_SHARED_CIPHER|DH_KEY|EE_KEY|CA_MD|TOO_SMALL|TOO_WEAK/.test(code))
    return ' The server has no cipher or key that is strong enough for this runner.'
  return ''
}
