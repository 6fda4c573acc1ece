import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  connect,
  createSecureContext,
  type ConnectionOptions,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { ABORTED, errorCode } from '../net/socket-errors.ts'

export interface HandshakeTerms {
  /** The name that the certificate should carry: it goes into SNI. */
  expectedName: string
  /** PEM; undefined: the runner's own list. */
  authorities: readonly string[] | undefined
  timeoutMs: number
  signal: AbortSignal
}

/** What the server showed, good or bad. */
export interface ShownCertificate {
  protocol: string
  certificate: X509Certificate
  /** Code of OpenSSL's verification, empty when the chain is good. */
  chainProblem: string
}

/** The caller destroys `tls`. `code` is that of node or OpenSSL. */
export type Handshake =
  { state: 'done'; tls: TLSSocket; shown: ShownCertificate } | { state: 'failed'; code: string; message: string }

/**
 * A TLS handshake over any stream. The certificate is wanted also when it is bad, and so nothing is verified here: whoever
 * asks sends no credential over this connection.
 */
export function shakeHands(
  stream: Duplex,
  { expectedName, authorities, timeoutMs, signal }: HandshakeTerms,
  { ALPNProtocols, ...protocol }: Protocol & Pick<ConnectionOptions, 'ALPNProtocols'>,
): Promise<Handshake> {
  return new Promise((resolve) => {
    const tls = connect({
      socket: stream,
      // RFC 6066 has no IP addresses in SNI.
      ...(isIP(expectedName) === 0 ? { servername: expectedName } : {}),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      secureContext: contextOf(authorities, protocol),
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
    })
    const end = (result: Handshake): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      if (result.state === 'failed') {
        tls.destroy()
        stream.destroy()
      }
      resolve(result)
    }
    const fail = (code: string, message: string): void => {
      end({ state: 'failed', code, message })
    }
    const onAbort = (): void => {
      fail(ABORTED, 'stopped')
    }
    const timer = setTimeout(fail, timeoutMs, 'ETIMEDOUT', 'no answer')
    signal.addEventListener('abort', onAbort, { once: true })
    // Listeners stay: an error after the end must not be thrown.
    stream.on('error', () => undefined)
    tls.on('error', (error: Error) => {
      fail(errorCode(error), reasonOf(error))
    })
    tls.on('close', () => {
      fail('ECONNRESET', 'the server closed the connection')
    })
    tls.once('secureConnect', () => {
      const shown = readShown(tls)
      if (shown === undefined) fail('NO_CERTIFICATE', 'the server showed no certificate')
      else end({ state: 'done', tls, shown })
    })
    if (signal.aborted) onAbort()
  })
}

type Protocol = Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers'>

/** By the list of authorities, which is read once a run for all servers that name the same file. */
const contexts = new WeakMap<readonly string[], Map<string, SecureContext>>()
const RUNNERS_OWN: readonly string[] = []

/** Hundreds of authorities take over a megabyte and 10 ms in each context that is made of them. */
function contextOf(authorities: readonly string[] | undefined, protocol: Protocol): SecureContext {
  const list = authorities ?? RUNNERS_OWN
  const known = contexts.get(list) ?? new Map<string, SecureContext>()
  contexts.set(list, known)
  const key = JSON.stringify(protocol)
  const context =
    known.get(key) ??
    createSecureContext({ ...protocol, ...(authorities === undefined ? {} : { ca: [...authorities] }) })
  known.set(key, context)
  return context
}

function readShown(tls: TLSSocket): ShownCertificate | undefined {
  const certificate = tls.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  // Typed as Error, and a string in fact.
  const chainProblem = tls.authorized ? '' : String(tls.authorizationError)
  return { protocol: tls.getProtocol() ?? 'unknown', certificate, chainProblem }
}

/** OpenSSL's own short reason, where there is one. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
}
