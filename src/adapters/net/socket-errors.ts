import type { ProbeFailure } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { ConnectOutcome } from '../../ports/net-port.ts'

/** The code that we give a run that was stopped, beside the codes of the operating system. */
export const ABORTED = 'ABORT_ERR'

interface SocketError {
  kind: CauseKind
  says: string
}

const TIMEOUT: SocketError = {
  kind: 'timeout',
  says: 'no answer; a firewall on the way may drop the packets, or the host is down',
}
const UNREACHABLE: SocketError = {
  kind: 'unreachable',
  says: 'no way there; a route is missing, or a router or firewall on the way says so',
}
const LOCAL_DENIAL: SocketError = { kind: 'unreachable', says: 'a firewall on this runner does not let the packet out' }
const RESET: SocketError = {
  kind: 'reset',
  says: 'the connection was broken off by the other side or by a device on the way',
}
const NO_RESOLVER: SocketError = { kind: 'dns', says: 'the resolver of this runner gave no answer' }

/** Every code that a socket or the resolver is known to give, and what it means. The only table of its kind. */
const SOCKET_ERRORS: ReadonlyMap<string, SocketError> = new Map(
  Object.entries({
    ECONNREFUSED: { kind: 'refused', says: 'the host refused; nothing listens on that port, or a firewall rejects it' },
    ETIMEDOUT: TIMEOUT,
    EHOSTUNREACH: UNREACHABLE,
    EHOSTDOWN: UNREACHABLE,
    ENETUNREACH: UNREACHABLE,
    ENETDOWN: UNREACHABLE,
    EADDRNOTAVAIL: { kind: 'unreachable', says: 'this runner has no address of that family' },
    EAFNOSUPPORT: { kind: 'unreachable', says: 'this runner does not speak that address family' },
    EACCES: LOCAL_DENIAL,
    EPERM: LOCAL_DENIAL,
    ECONNRESET: RESET,
    ECONNABORTED: RESET,
    EPIPE: RESET,
    ENOTFOUND: { kind: 'dns', says: 'there is no such name' },
    EAI_AGAIN: NO_RESOLVER,
    EAI_FAIL: NO_RESOLVER,
    EAI_MEMORY: NO_RESOLVER,
    EAI_SYSTEM: NO_RESOLVER,
    [ABORTED]: { kind: 'cancelled', says: 'the run was stopped before there was an answer' },
  }),
)

/** A network failure as data. `asked` says what was asked, from where and of whom. An unknown code is shown as it is. */
export function socketFailure(code: string, asked: string): ProbeFailure {
  const error = SOCKET_ERRORS.get(code) ?? { kind: 'protocol', says: 'an error that this program does not know' }
  return { kind: error.kind, message: `${asked}: ${error.says} (${code}).` }
}

/** Whether the table knows the code. */
export function isSocketErrorCode(code: string): boolean {
  return SOCKET_ERRORS.has(code)
}

/**
 * The code as an answer to "can it be reached?", or undefined when it is none: a packet that this runner itself did not
 * let out tells nothing of the way.
 */
export function connectOutcome(code: string): Exclude<ConnectOutcome, 'open'> | undefined {
  const error = SOCKET_ERRORS.get(code)
  if (error === undefined || error === LOCAL_DENIAL) return undefined
  const { kind } = error
  return kind === 'refused' || kind === 'timeout' || kind === 'unreachable' || kind === 'reset' ? kind : undefined
}

/** The `code` of an error object, or its name when it has none. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'UNKNOWN'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'UNKNOWN'
}
