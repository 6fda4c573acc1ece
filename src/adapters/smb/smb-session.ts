import { createHash, randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { MalformedMessage } from '../little-endian.ts'
import { openSocket, type SocketTarget } from '../net/open-socket.ts'
import { encodeAuthenticate, encodeNtlmNegotiate, parseChallenge } from '../ntlm/ntlm-messages.ts'
import { encodeNegTokenInit, encodeNegTokenResp, readNegTokenResp } from '../ntlm/spnego.ts'
import { EMPTY_BODY, encodeSessionSetup, parseSessionSetup } from './messages.ts'
import { encodeNegotiate, encodeOffer, parseNegotiate, type Negotiated } from './negotiate-message.ts'
import { STATUS } from './nt-status.ts'
import { COMMAND } from './protocol.ts'
import { deriveKeys } from './session-keys.ts'
import { isSignedRightly } from './signing.ts'
import { badSignature, connectionFault, SmbChannel, type Answer } from './smb-channel.ts'
import { SmbFault, statusFault } from './smb-fault.ts'

/** One question's time: all its requests together have the time of the target. */
export interface Timing {
  deadline: number
  signal: AbortSignal
}

/** A connection after NEGOTIATE. Whoever has it cuts it. */
export interface OpenConnection {
  channel: SmbChannel
  negotiated: Negotiated
  /** The request again, for VALIDATE_NEGOTIATE_INFO. */
  offer: Buffer
  /** Over every byte so far (MS-SMB2 3.1.4.4); of use with 3.1.1. */
  preauthHash: Buffer
  localAddress: string
}

export type Negotiation =
  { opened: true; connection: OpenConnection } | { opened: false; status: number; localAddress: string }

export type SmbSession = Pick<OpenConnection, 'channel' | 'negotiated' | 'offer'> & {
  host: string
  /** The session as a whole is encrypted. */
  sealed: boolean
}

export type SessionSetup =
  | { outcome: 'accepted'; session: SmbSession }
  | { outcome: 'downgraded'; to: 'guest' | 'anonymous' }
  | { outcome: 'refused'; status: number }
  /** The server got the answer to its challenge, and then nothing came. */
  | { outcome: 'unanswered'; fault: SmbFault }

export interface SmbAccount {
  /** `DOMAIN\user` or `user@domain`. */
  user: string
  password: string
}

/** SMB2_SESSION_FLAG_* (MS-SMB2 2.2.6). */
const SESSION_FLAG = { guest: 0x1, anonymous: 0x2, encrypt: 0x4 } as const
const LOGOFF_LIMIT_MS = 1000

/** Of connect and NEGOTIATE. Rejects with a SmbFault; `onOpen` hears of the runner's address before that. */
export async function openConnection(
  target: SocketTarget,
  host: string,
  { deadline, signal }: Timing,
  onOpen?: (localAddress: string) => void,
): Promise<Negotiation> {
  const opened = await openSocket({ ...target, timeoutMs: Math.max(1, deadline - performance.now()), signal })
  if (!opened.opened) throw connectionFault(opened.code)
  const { socket, localAddress } = opened
  onOpen?.(localAddress)
  const channel = new SmbChannel(socket)
  try {
    const guid = randomBytes(16)
    const body = encodeNegotiate(guid, host)
    const answer = await channel.exchange({ command: COMMAND.negotiate, body, deadline, signal })
    if (answer.status !== STATUS.success) {
      channel.cut(statusFault(answer.status, 'NEGOTIATE'))
      return { opened: false, status: answer.status, localAddress }
    }
    const negotiated = parseNegotiate(answer.received)
    const preauthHash = hashOn(hashOn(Buffer.alloc(64), answer.sent), answer.received)
    const connection = { channel, negotiated, offer: encodeOffer(guid), preauthHash, localAddress }
    return { opened: true, connection }
  } catch (error) {
    throw endChannel(channel, error)
  }
}

/** SESSION_SETUP with NTLMv2 (MS-SMB2 3.2.4.2.3, 3.2.5.3): one attempt with the password, and no other. */
export async function setUpSession(
  connection: OpenConnection,
  host: string,
  account: SmbAccount,
  { deadline, signal }: Timing,
): Promise<SessionSetup> {
  const { channel, negotiated } = connection
  if (!negotiated.offersNtlm)
    throw endChannel(channel, new SmbFault('unsupported', 'the server takes no NTLM (Kerberos only)'))
  const send = (token: Buffer): Promise<Answer> =>
    channel.exchange({ command: COMMAND.sessionSetup, body: encodeSessionSetup(token), deadline, signal })
  let isSent = false
  try {
    const ntlm = encodeNtlmNegotiate()
    const first = await send(encodeNegTokenInit(ntlm))
    if (first.status !== STATUS.moreProcessing) return refuse(channel, first.status)
    const token = readNegTokenResp(parseSessionSetup(first.view).token)
    if (token === undefined) throw new SmbFault('unsupported', 'the server takes no NTLM (Kerberos only)')
    channel.sessionId = first.sessionId
    const targetName = `cifs/${host}`
    const own = encodeAuthenticate(ntlm, parseChallenge(token), {
      ...splitUser(account.user),
      password: account.password,
      targetName,
    })
    isSent = true
    const second = await send(encodeNegTokenResp(own))
    isSent = false
    if (second.status !== STATUS.success) return refuse(channel, second.status)
    const { flags } = parseSessionSetup(second.view)
    if ((flags & (SESSION_FLAG.guest | SESSION_FLAG.anonymous)) !== 0) {
      await logOff(channel, false)
      return { outcome: 'downgraded', to: (flags & SESSION_FLAG.guest) === 0 ? 'anonymous' : 'guest' }
    }
    const preauthHash = [first.sent, first.received, second.sent].reduce(hashOn, connection.preauthHash)
    const keys = deriveKeys(own.sessionKey, negotiated, preauthHash)
    // Only who knows the password can sign this, and in 3.1.1 only over the very bytes that were exchanged.
    if (second.sessionId !== channel.sessionId || !isSignedRightly(second.received, keys.signing)) throw badSignature()
    channel.keys = keys
    const { offer } = connection
    return {
      outcome: 'accepted',
      session: { channel, negotiated, offer, host, sealed: (flags & SESSION_FLAG.encrypt) !== 0 },
    }
  } catch (error) {
    const fault = endChannel(channel, error)
    if (isSent) return { outcome: 'unanswered', fault }
    throw fault
  }
}

/** Ends a session in a friendly way, within a moment, and its connection in any case. */
export async function logOff(channel: SmbChannel, sealed: boolean): Promise<void> {
  const deadline = performance.now() + LOGOFF_LIMIT_MS
  try {
    await channel.exchange({ command: COMMAND.logoff, body: EMPTY_BODY, sealed, deadline })
  } catch {
    // It ends with its connection as well.
  }
  channel.cut(connectionFault('end of stream'))
}

function refuse(channel: SmbChannel, status: number): SessionSetup {
  channel.cut(statusFault(status, 'the login'))
  return { outcome: 'refused', status }
}

function endChannel(channel: SmbChannel, error: unknown): SmbFault {
  try {
    const fault = asFault(error)
    channel.cut(fault)
    return fault
  } finally {
    // After a bug, too, no connection stays open.
    channel.cut(connectionFault('end of stream'))
  }
}

/** An answer that cannot be read is a fault of the protocol; anything else that is thrown is a bug, and goes on. */
export function asFault(error: unknown): SmbFault {
  if (error instanceof SmbFault) return error
  if (error instanceof MalformedMessage) return new SmbFault('protocol', `no valid SMB 2: ${error.message}`)
  throw error
}

/** `DOMAIN\user`, or `user@domain`, which goes whole and without a domain (MS-NLMP 3.3.2 takes both). */
function splitUser(name: string): { domain: string; user: string } {
  const slash = name.indexOf('\\')
  return slash === -1 ? { domain: '', user: name } : { domain: name.slice(0, slash), user: name.slice(slash + 1) }
}

function hashOn(hash: Buffer, message: Buffer): Buffer {
  return createHash('sha512').update(hash).update(message).digest()
}
