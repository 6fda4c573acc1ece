import { isIPv4 } from 'node:net'
import type { ProbeFailure, Script } from '../../domain/observed.ts'
import type { SqlMessage } from '../../ports/sql-port.ts'
import { boundText } from '../bounded-text.ts'
import { isSocketErrorCode, socketFailure } from '../net/socket-errors.ts'
import { ACCOUNT_REFUSALS, DATABASE_REFUSALS, NUMBERS, TRANSIENT_NUMBERS, type NumberMeaning } from './sql-numbers.ts'

/** Codes of mssql and tedious, our own (EREFUSEDROUTE, ELOST), and those of OpenSSL's verification as node gives them. */
const CODES: ReadonlyMap<string, NumberMeaning> = new Map([
  ['EENCRYPT', { kind: 'tls', says: 'encryption was not agreed on, and so no login was sent' }],
  ['ETIMEOUT', { kind: 'timeout', says: 'no answer in time' }],
  [
    'EREFUSEDROUTE',
    {
      kind: 'untrusted-host',
      says: 'the server sends the login on to another host, and it was not sent there',
      missing:
        "the name of that host in the manifest, if it is meant: only inside the cloud's own SQL suffix a login follows",
    },
  ],
  ['ELOST', { kind: 'reset', says: 'the connection was lost; it is not made a second time' }],
  ['CERT_HAS_EXPIRED', { kind: 'tls', says: 'the certificate has expired' }],
  ['CERT_NOT_YET_VALID', { kind: 'tls', says: 'the certificate is not valid yet' }],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', { kind: 'tls', says: 'the certificate is self-signed' }],
  ['SELF_SIGNED_CERT_IN_CHAIN', { kind: 'tls', says: 'the certificate rests on an authority that is not trusted' }],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', { kind: 'tls', says: 'the certificate rests on an authority that is not known' }],
  ['UNABLE_TO_GET_ISSUER_CERT', { kind: 'tls', says: 'the certificate rests on an authority that is not known' }],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    { kind: 'tls', says: 'the certificate rests on an authority that is not known' },
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', { kind: 'tls', says: 'the certificate is for another name' }],
  ['EINVALIDSTATE', { kind: 'reset', says: 'the connection was closed' }],
  ['ECLOSE', { kind: 'reset', says: 'the connection was closed' }],
  ['ECONNCLOSED', { kind: 'reset', says: 'the connection was closed' }],
  ['ENOTOPEN', { kind: 'reset', says: 'the connection was closed' }],
])

export type LoginRefusal = { refused: 'account' | 'database'; message: SqlMessage }

/** Whether the server refused the manifest's credentials or the database, by all that it said during the login. */
export function findRefusal(messages: readonly SqlMessage[]): LoginRefusal | undefined {
  const database = messages.find(({ number }) => DATABASE_REFUSALS.has(number))
  if (database !== undefined) return { refused: 'database', message: database }
  const [first] = messages
  if (first === undefined || NUMBERS.has(first.number)) return undefined
  // 18456 after a number that is not known here is still a refusal, and must not be tried again.
  const account = messages.find(({ number }) => ACCOUNT_REFUSALS.has(number))
  return account === undefined ? undefined : { refused: 'account', message: account }
}

export function isTransient(messages: readonly SqlMessage[]): boolean {
  return messages[0] !== undefined && TRANSIENT_NUMBERS.has(messages[0].number)
}

/** A message of the server that is no refusal, as a failure. */
export function serverFailure(message: SqlMessage, asked: string): ProbeFailure {
  const unknown: NumberMeaning = { kind: 'server-error', says: 'the server gave an error' }
  const { kind, says, missing, scripts } = NUMBERS.get(message.number) ?? unknown
  const address = /IP address '([0-9A-Fa-f.:]+)'/.exec(message.message)?.[1]
  const from = kind === 'forbidden' && address !== undefined ? ` It saw this runner as ${address}.` : ''
  const permission = /^(?:The )?([A-Z][A-Z ]*[A-Z]) permission (?:was |is )?denied/.exec(message.message)?.[1]
  return {
    kind,
    message: `${asked}: ${says} (${message.number}, state ${message.state}: ${boundText(message.message)}).${from}`,
    ...(permission === undefined ? (missing === undefined ? {} : { missing }) : { missing: permission }),
    ...(scripts === undefined ? {} : { scripts: scripts.map((script) => withAddress(script, address)) }),
  }
}

/** Firewall rules of this kind are for IPv4. */
function withAddress(script: Script, address = ''): Script {
  return isIPv4(address) ? { ...script, code: script.code.replaceAll("'<ADDRESS>'", address) } : script
}

/** What a driver threw, as a failure: the most telling code among the error, its causes and its parts. */
export function driverFailure(error: unknown, asked: string): ProbeFailure {
  const parts = walkError(error)
  for (const { code } of parts.toReversed()) {
    const meaning = CODES.get(code)
    if (meaning !== undefined) {
      const { kind, says, missing } = meaning
      const message = `${asked}: ${says} (${code}: ${boundText(deepestText(parts))}).`
      return { kind, message, ...(missing === undefined ? {} : { missing }) }
    }
    if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
      return { kind: 'tls', message: `${asked}: the TLS handshake failed (${code}: ${boundText(deepestText(parts))}).` }
    }
    if (isSocketErrorCode(code)) return socketFailure(code, asked)
  }
  const code = parts[0]?.code ?? 'UNKNOWN'
  return {
    kind: code === 'ESOCKET' ? 'reset' : 'protocol',
    message: `${asked}: ${boundText(deepestText(parts))} (${code}).`,
  }
}

/** A statement that the server refused: mssql puts the number on its error. */
export function serverMessage(error: unknown): SqlMessage | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, number, state, class: severity, message } = error as Record<string, unknown>
  if (code !== 'EREQUEST' || typeof number !== 'number') return undefined
  return {
    number,
    state: typeof state === 'number' ? state : 0,
    severity: typeof severity === 'number' ? severity : 0,
    message: typeof message === 'string' ? message : '',
  }
}

interface ErrorPart {
  code: string
  text: string
}
const ERROR_PARTS_LIMIT = 50

/** The error, what it wraps (mssql: originalError; node: cause; AggregateError: errors), outermost first. */
export function walkError(error: unknown): readonly ErrorPart[] {
  const parts: ErrorPart[] = []
  const seen = new Set<unknown>()
  const waiting: unknown[] = [error]
  while (waiting.length > 0 && parts.length < ERROR_PARTS_LIMIT) {
    const next = waiting.shift()
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    const { code, message, originalError, cause, errors } = next as Record<string, unknown>
    parts.push({ code: typeof code === 'string' ? code : '', text: typeof message === 'string' ? message : '' })
    waiting.push(originalError, cause, ...(Array.isArray(errors) ? (errors as unknown[]) : []))
  }
  return parts
}

function deepestText(parts: readonly ErrorPart[]): string {
  return parts.findLast(({ text }) => text !== '')?.text ?? 'no message'
}
