import type { ProbeFailure } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { errorCode, isSocketErrorCode, socketFailure } from '../net/socket-errors.ts'

/** OpenSSL's verification errors and Node's own (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT|EPROTO$|SELF_SIGNED_CERT|DEPTH_ZERO_|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$)/
const WRONG_NAME = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'])

/** A failure to get any HTTP answer, as data: DNS, refusal, timeout, reset or TLS, with the host it was meant for. */
export function networkFailure(error: unknown, url: string, who: string): ProbeFailure {
  const { hostname, port } = new URL(url)
  const asked = `HTTPS from this runner to ${who} at ${hostname}:${port === '' ? '443' : port}`
  const code = errorCode(error)
  if (TLS_CODE.test(code))
    return { kind: 'tls', message: `${asked}: ${tlsProblem(code)} (${code}).`, missing: MISSING_CA }
  if (isSocketErrorCode(code)) return socketFailure(code, asked)
  const message = boundText(error instanceof Error ? error.message : String(error))
  return { kind: 'protocol', message: `${asked}: the answer could not be read (${message}).` }
}

const MISSING_CA =
  "the certificate authority in this runner's trust: NODE_EXTRA_CA_CERTS names a PEM file that is used beside the built-in ones"

function tlsProblem(code: string): string {
  if (WRONG_NAME.has(code)) return 'the certificate is for another name; a proxy on the way may answer in its place'
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate has expired'
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'the TLS handshake failed; is it HTTPS at that port?'
  return "this runner does not trust the certificate; a proxy that inspects TLS needs its authority in the runner's trust"
}

export function timeoutFailure(url: string, who: string, timeoutMs: number): ProbeFailure {
  const host = new URL(url).host
  return {
    kind: 'timeout',
    message: `${who} at ${host} gave no answer to this runner within ${String(timeoutMs / 1000)} s.`,
  }
}

export function cancelledFailure(who: string): ProbeFailure {
  return { kind: 'cancelled', message: `The run was stopped before ${who} had answered.` }
}
