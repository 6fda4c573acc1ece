import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { ByteView, MalformedMessage, uint16, uint32, uint64 } from '../little-endian.ts'
import { ABORTED, errorCode, socketFailure } from '../net/socket-errors.ts'
import { createFrameReader, encodeFrame, type Frame } from './frame-reader.ts'
import { STATUS } from './nt-status.ts'
import { HEADER_BYTES, HEADER_FLAG, PROTOCOL_ID } from './protocol.ts'
import { seal, unseal } from './sealing.ts'
import type { SessionKeys } from './session-keys.ts'
import { isSignedRightly, sign } from './signing.ts'
import { SmbFault } from './smb-fault.ts'

export interface Request {
  command: number
  body: Buffer
  treeId?: number
  /** The session or the share asks for encryption. */
  sealed?: boolean
  /** On the clock of `performance.now()`. */
  deadline: number
  /** Absent: it is sent also when the run has been stopped (what clears up). */
  signal?: AbortSignal
}

export interface Answer {
  status: number
  /** From the header on, as offsets in messages count. */
  view: ByteView
  treeId: number
  sessionId: bigint
  /** As sent and as received, for the hash over what goes before the login. */
  sent: Buffer
  received: Buffer
}

interface Waiting {
  command: number
  messageId: bigint
  sealed: boolean
  sent: Buffer
  resolve(answer: Answer): void
  reject(fault: SmbFault): void
}

/** SMB2 HEADER (MS-SMB2 2.2.1.2). */
const AT = { structureSize: 4, status: 8, command: 12, credits: 14, flags: 16, next: 20, messageId: 24 } as const
const TREE_ID_AT = 36
const SESSION_ID_AT = 40
/** More credits than are ever used at once: one request is under way at a time. */
const CREDITS_ASKED = 8
/** Answers to requests that were given up, and breaks of oplocks that nobody has; more is no server. */
const MOST_STRAYS = 64
/** The server says itself that there is no session any more, and so cannot sign it (MS-SMB2 3.3.5.2.9). */
const UNSIGNED_STATUSES: ReadonlySet<number> = new Set([STATUS.sessionDeleted, STATUS.sessionExpired])

/** Requests and answers over one connection, one at a time. After a fault of the connection every request ends with it. */
export class SmbChannel {
  /** Once set, it stands in every request. */
  sessionId = 0n
  /** Once set, everything is signed or sealed, and answers that are not are refused. */
  keys?: SessionKeys
  readonly #socket: Socket
  #fault?: SmbFault
  #turn: Promise<unknown> = Promise.resolve()
  #waiting: Waiting | undefined
  #messageId = 0n
  #credits = 1
  #strays = 0

  constructor(socket: Socket) {
    this.#socket = socket
    const reader = createFrameReader()
    socket.on('data', (piece: Buffer) => {
      for (const frame of reader.push(piece)) this.#take(frame)
    })
    socket.on('error', (error) => this.cut(connectionFault(errorCode(error))))
    socket.on('close', () => this.cut(connectionFault('end of stream')))
  }

  get isOpen(): boolean {
    return this.#fault === undefined
  }

  /** The answer, whatever its status. Rejects with a SmbFault. */
  exchange(request: Request): Promise<Answer> {
    const answer = this.#turn.then(() => this.#exchange(request))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  cut(fault: SmbFault): void {
    this.#fault ??= fault
    this.#socket.destroy()
    this.#waiting?.reject(this.#fault)
  }

  #exchange(request: Request): Promise<Answer> {
    const { signal } = request
    const leftMs = request.deadline - performance.now()
    if (this.#fault !== undefined) return Promise.reject(this.#fault)
    if (signal?.aborted === true) return Promise.reject(connectionFault(ABORTED))
    if (leftMs <= 0) return Promise.reject(connectionFault('ETIMEDOUT'))
    if (this.#credits < 1) return Promise.reject(new SmbFault('protocol', 'the server grants no credits'))
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        this.#waiting = undefined
      }
      const waiting: Waiting = {
        ...this.#send(request),
        resolve: (answer) => {
          end()
          resolve(answer)
        },
        reject: (fault) => {
          end()
          reject(fault)
        },
      }
      // The connection stays: what was begun on it can be cleared up. A late answer is a stray one.
      const onAbort = (): void => {
        waiting.reject(connectionFault(ABORTED))
      }
      const timer = setTimeout(() => {
        this.cut(connectionFault('ETIMEDOUT'))
      }, leftMs)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting = waiting
    })
  }

  #send({ command, body, treeId = 0, sealed = false }: Request): Omit<Waiting, 'resolve' | 'reject'> {
    const { keys } = this
    if (sealed && keys?.sealing === undefined)
      throw new SmbFault('protocol', 'the server asks for encryption, and none was agreed on')
    const messageId = this.#messageId
    this.#messageId += 1n
    this.#credits -= 1
    const sent = Buffer.concat([
      uint32(PROTOCOL_ID.smb2),
      // A credit charge of 0 is one credit in every dialect, and the only value that 2.0.2 knows.
      uint16(HEADER_BYTES, 0),
      uint32(0),
      uint16(command, CREDITS_ASKED),
      uint32(0, 0),
      uint64(messageId),
      uint32(0, treeId),
      uint64(this.sessionId),
      Buffer.alloc(16),
      body,
    ])
    if (keys !== undefined && !sealed) sign(sent, keys.signing)
    const onWire = sealed && keys?.sealing !== undefined ? seal(sent, this.sessionId, keys.sealing) : sent
    this.#socket.write(encodeFrame(onWire))
    return { command, messageId, sealed, sent }
  }

  #take(frame: Frame): void {
    try {
      switch (frame.kind) {
        case 'session-refused':
          throw new SmbFault(
            'refused',
            `the server refused the session before SMB (NetBIOS code 0x${frame.code.toString(16)})`,
            'session-refused',
          )
        case 'broken':
          throw notSmb(frame.first)
        case 'message':
          this.#takeMessage(frame.bytes)
      }
    } catch (error) {
      if (error instanceof SmbFault) this.cut(error)
      else if (error instanceof MalformedMessage) this.cut(new SmbFault('protocol', `no valid SMB 2: ${error.message}`))
      else throw error
    }
  }

  #takeMessage(bytes: Buffer): void {
    const isSealed = bytes.length >= 4 && bytes.readUInt32LE() === PROTOCOL_ID.sealed
    const sealing = this.keys?.sealing
    if (isSealed && sealing === undefined) throw new MalformedMessage('an encrypted answer before there is a key')
    const received = isSealed && sealing !== undefined ? unseal(bytes, this.sessionId, sealing) : bytes
    const view = new ByteView(received)
    checkHeader(view)
    this.#credits += view.uint16(AT.credits)
    const waiting = this.#waiting
    if (waiting === undefined || view.uint64(AT.messageId) !== waiting.messageId) {
      this.#strays += 1
      if (this.#strays > MOST_STRAYS) throw new MalformedMessage('it goes on answering what nobody asked')
      return
    }
    const status = view.uint32(AT.status)
    // An interim answer (MS-SMB2 3.3.4.4): the real one follows, in time or not.
    if (status === STATUS.pending && (view.uint32(AT.flags) & HEADER_FLAG.async) !== 0) return
    if (view.uint16(AT.command) !== waiting.command) throw new MalformedMessage('it answers another command')
    this.#checkProtection(received, status, { isSealed, waiting })
    const [treeId, sessionId] = [view.uint32(TREE_ID_AT), view.uint64(SESSION_ID_AT)]
    waiting.resolve({ status, view, treeId, sessionId, sent: waiting.sent, received })
  }

  #checkProtection(
    received: Buffer,
    status: number,
    { isSealed, waiting }: { isSealed: boolean; waiting: Waiting },
  ): void {
    if (this.keys === undefined || isSealed) return
    if (UNSIGNED_STATUSES.has(status)) throw new SmbFault('reset', 'the server has ended the session')
    if (waiting.sealed) throw new SmbFault('protocol', 'an answer came unencrypted to an encrypted request')
    if (!isSignedRightly(received, this.keys.signing)) throw badSignature()
  }
}

export function badSignature(): SmbFault {
  return new SmbFault(
    'protocol',
    'an answer is not signed, or not rightly: it may have been changed on the way, so nothing of it is believed',
  )
}

/** What a socket says, as a clause: the sentence around it is the port's. */
export function connectionFault(code: string): SmbFault {
  if (code === 'end of stream') return new SmbFault('reset', 'the server closed the connection')
  const { kind, message } = socketFailure(code, '')
  return new SmbFault(kind, message.replace(/^: /, '').replace(/\.$/, ''))
}

function checkHeader(view: ByteView): void {
  const id = view.uint32(0)
  if (id === PROTOCOL_ID.smb1) throw new SmbFault('protocol', 'the server answers in SMB 1', 'smb1')
  if (id !== PROTOCOL_ID.smb2 || view.uint16(AT.structureSize) !== HEADER_BYTES)
    throw notSmb(view.slice(0, Math.min(view.length, 16)))
  if ((view.uint32(AT.flags) & HEADER_FLAG.fromServer) === 0) throw new MalformedMessage('it sent a request')
  // Answers are only chained where requests were (MS-SMB2 3.3.4.1.3).
  if (view.uint32(AT.next) !== 0) throw new MalformedMessage('it sent answers in a chain')
  view.slice(0, HEADER_BYTES)
}

function notSmb(first: Buffer): SmbFault {
  const shown = `${first.toString('hex')} ("${first.toString('latin1').replace(/[^ -~]/g, '.')}")`
  return new SmbFault('protocol', `what came is no SMB 2: ${shown}`, 'not-smb')
}
