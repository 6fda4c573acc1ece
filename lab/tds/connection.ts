import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { TLSSocket, type SecureContext } from 'node:tls'
import type { SqlMessage } from '../../src/ports/sql-port.ts'
import { ProtocolError } from './bytes.ts'
import { answerDriver, isSessionSetup } from './driver-statements.ts'
import { parseLogin7 } from './login7.ts'
import type { Encryption, Login, LoginRecord, LoginVerdict, Query, Reply, Session, TdsOptions } from './model.ts'
import { frame, MessageAssembler, PACKET, PacketBuffer } from './packets.ts'
import { encodePrelogin, negotiate, parsePrelogin, type EncryptionScope } from './prelogin.ts'
import { parseBatch, parseRpc, withoutHeaders } from './rpc.ts'
import { TlsCarrier } from './tls-carrier.ts'
import { acceptance, answer, attentionAcknowledged, cutOff, isKnownTdsVersion, refusal } from './tokens.ts'

const INITIAL_PACKET_BYTES = 4096
const PACKET_BYTES = { least: 512, most: 32_767 } as const
const GARBAGE = Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n')
const ASSUMED_TDS_VERSION = 0x74

/** What the connections of one server share. */
export interface ServerSide {
  options: TdsOptions
  encryption: Encryption
  version: readonly [number, number, number]
  secureContext: SecureContext | undefined
  logins: LoginRecord[]
  statements: string[]
}

/**
 * One client. Whatever it sends, it can only close its own connection.
 * The order of messages is PRELOGIN, TLS, LOGIN7, requests; NTLM and FEDAUTH would be states between the last two,
 * strict TDS 8.0 a TLS start before the first.
 */
export class TdsConnection {
  readonly #socket: Socket
  readonly #server: ServerSide
  readonly #session: Session
  readonly #packets = new PacketBuffer()
  readonly #messages = new MessageAssembler()
  #state: 'prelogin' | 'login' | 'ready' | 'ended' = 'prelogin'
  #scope: EncryptionScope = 'none'
  #carrier: TlsCarrier | undefined
  #tls: TLSSocket | undefined
  #packetBytes = INITIAL_PACKET_BYTES
  #tdsVersion = ASSUMED_TDS_VERSION
  #running: AbortController | undefined

  constructor(socket: Socket, server: ServerSide, id: number) {
    this.#socket = socket
    this.#server = server
    const clientAddress = socket.remoteAddress ?? ''
    const serverPort = socket.localPort ?? 0
    this.#session = { id, clientAddress, serverPort, user: '', database: '', encrypted: false }
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#release())
    if (server.options.misbehave === 'close-after-connect') socket.destroy()
    else socket.on('data', (chunk) => this.#guarded(() => this.#receive(chunk)))
  }

  #release(): void {
    this.#state = 'ended'
    this.#running?.abort()
    this.#tls?.destroy()
    this.#carrier?.destroy()
  }

  /** Bytes that make no sense close the connection, as SQL Server does it. */
  #guarded(step: () => void): void {
    try {
      step()
    } catch {
      this.#socket.destroy()
    }
  }

  #receive(chunk: Buffer): void {
    if (this.#server.options.misbehave === 'silent') return
    if (this.#server.options.misbehave === 'garbage') {
      this.#socket.write(GARBAGE)
    } else if (this.#carrier !== undefined && !this.#carrier.wrapped) {
      this.#carrier.push(chunk)
    } else {
      this.#packets.push(chunk)
      this.#drain()
    }
  }

  #drain(): void {
    while (this.#state !== 'ended') {
      const handshake = this.#carrier?.wrapped === true ? this.#carrier : undefined
      if (handshake !== undefined && isTlsRecord(this.#packets.firstByte)) {
        handshake.unwrap()
        handshake.push(this.#packets.takeAll())
        return
      }
      const packet = this.#packets.next()
      if (packet === undefined) return
      if (handshake !== undefined && packet.type === PACKET.prelogin) {
        handshake.push(packet.body) // some clients do not mark the last packet of a flight
        continue
      }
      const message = this.#messages.add(packet)
      if (message !== undefined) this.#dispatch(message.type, message.body)
    }
  }

  #dispatch(type: number, body: Buffer): void {
    if (type === PACKET.login7) this.#logIn(body)
    else if (this.#state === 'prelogin' && type === PACKET.prelogin) this.#preLogin(body)
    else if (this.#state !== 'ready') throw new ProtocolError(`a message of type ${type} before the login`)
    else if (type === PACKET.attention) this.#cancel()
    else if (this.#running !== undefined) throw new ProtocolError('a request while another one runs')
    else if (type === PACKET.batch) this.#request(parseBatch(withoutHeaders(body, this.#tdsVersion)))
    else if (type === PACKET.rpc) this.#request(parseRpc(withoutHeaders(body, this.#tdsVersion)))
    else throw new ProtocolError(`a message of type ${type}, which the lab does not know`)
  }

  #preLogin(body: Buffer): void {
    const { answer: encryption, scope } = negotiate(this.#server.encryption, parsePrelogin(body))
    this.#send(encodePrelogin(this.#server.version, encryption))
    if (this.#server.options.misbehave === 'close-after-prelogin') {
      this.#end()
      return
    }
    this.#state = 'login'
    this.#scope = scope
    if (scope !== 'none') this.#startTls()
  }

  #startTls(): void {
    const carrier = new TlsCarrier((bytes) => void this.#socket.write(bytes))
    const { secureContext } = this.#server
    const tls = new TLSSocket(carrier, { isServer: true, ...(secureContext && { secureContext }) })
    tls.on('error', () => this.#socket.destroy())
    tls.on('data', (chunk: Buffer) => this.#guarded(() => this.#receiveDecrypted(chunk)))
    this.#carrier = carrier
    this.#tls = tls
  }

  #receiveDecrypted(chunk: Buffer): void {
    this.#session.encrypted = true
    this.#packets.push(chunk)
    this.#drain()
  }

  #logIn(body: Buffer): void {
    const encrypted = this.#session.encrypted
    const record: LoginRecord = { user: '', database: '', app: '', encrypted, accepted: false }
    this.#server.logins.push(record)
    const login = parseLogin7(body)
    Object.assign(record, { user: login.user, database: login.database, app: login.app })
    if (this.#state !== 'login') throw new ProtocolError('LOGIN7 out of turn')
    if (encrypted !== (this.#scope !== 'none')) throw new ProtocolError('LOGIN7 without the encryption agreed on')
    if (!isKnownTdsVersion(login.tdsVersion)) throw new ProtocolError(`TDS version ${login.tdsVersion}`)
    if (this.#scope === 'login-only') this.#dropTls()
    this.#tdsVersion = login.tdsVersion
    this.#session.database = login.database === '' ? 'master' : login.database
    const verdict = this.#authenticate(login)
    if (verdict === undefined || 'routeTo' in verdict) {
      record.accepted = true
      this.#accept(login, verdict?.routeTo)
    } else {
      this.#send(refusal(this.#context(), isList(verdict) ? verdict : [verdict]))
      this.#end()
    }
  }

  #authenticate(login: Login): LoginVerdict {
    if (login.integrated) return { number: 18452, state: 1, severity: 14, message: UNTRUSTED_DOMAIN }
    try {
      return this.#server.options.authenticate(login, this.#session)
    } catch (error) {
      return labFailure(error)
    }
  }

  /** After login-only encryption both sides go on in the clear. */
  #dropTls(): void {
    this.#tls?.removeAllListeners('data')
    this.#tls = undefined
    this.#carrier = undefined
    this.#session.encrypted = false
  }

  #accept(login: Login, routeTo: { host: string; port: number } | undefined): void {
    const wanted = login.packetSizeBytes === 0 ? INITIAL_PACKET_BYTES : login.packetSizeBytes
    const packetSizeBytes = Math.min(Math.max(wanted, PACKET_BYTES.least), PACKET_BYTES.most)
    const { database } = this.#session
    const { version } = this.#server
    this.#session.user = login.user
    this.#send(
      acceptance(this.#context(), {
        database,
        version,
        packetSizeBytes,
        ...(routeTo === undefined ? {} : { routeTo }),
      }),
    )
    this.#packetBytes = packetSizeBytes
    this.#state = 'ready'
  }

  #request(query: Query): void {
    if (isSessionSetup(query.text)) {
      this.#send(answer(this.#context(), query.kind, {}))
      return
    }
    this.#server.statements.push(query.text)
    const running = new AbortController()
    this.#running = running
    void this.#produce(query, running.signal).then((reply) => this.#deliver(query, running, reply))
  }

  async #produce(query: Query, signal: AbortSignal): Promise<Reply> {
    try {
      const reply = answerDriver(query.text) ?? (await this.#server.options.answer(query, this.#session))
      if (reply.delayMs !== undefined) await delay(reply.delayMs, undefined, { signal })
      return reply
    } catch (error) {
      return { error: labFailure(error) }
    }
  }

  #deliver(query: Query, running: AbortController, reply: Reply): void {
    if (running.signal.aborted || this.#state !== 'ready') return
    if (reply.drop === true) {
      this.#socket.destroy()
      return
    }
    if (reply.hang === true) return
    this.#running = undefined
    this.#guarded(() => this.#send(this.#encode(query, reply)))
  }

  #encode(query: Query, reply: Reply): Buffer {
    try {
      return answer(this.#context(), query.kind, reply)
    } catch (error) {
      return answer(this.#context(), query.kind, { error: labFailure(error) })
    }
  }

  /** Two messages: tedious waits for the cut response and then for the acknowledgement. */
  #cancel(): void {
    if (this.#running !== undefined) {
      this.#running.abort()
      this.#running = undefined
      this.#send(cutOff(this.#context()))
    }
    this.#send(attentionAcknowledged(this.#context()))
  }

  #context(): { serverName: string; tdsVersion: number } {
    return { serverName: this.#server.options.serverName, tdsVersion: this.#tdsVersion }
  }

  #send(body: Buffer): void {
    if (this.#socket.destroyed) return
    const bytes = frame(PACKET.response, body, this.#packetBytes)
    if (this.#tls === undefined || this.#carrier?.wrapped === true) this.#socket.write(bytes)
    else this.#tls.write(bytes)
  }

  #end(): void {
    this.#state = 'ended'
    if (this.#tls === undefined) this.#socket.end()
    else this.#tls.write('', () => this.#socket.end())
  }
}

const UNTRUSTED_DOMAIN =
  'Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.'

/** A mistake of the test, not of the client: it is told as loudly as the protocol allows. */
function labFailure(error: unknown): SqlMessage {
  const message = error instanceof Error ? error.message : String(error)
  return { number: 50_000, state: 1, severity: 16, message: `the lab failed: ${message}` }
}

function isTlsRecord(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x14 && byte <= 0x17
}

function isList(verdict: SqlMessage | readonly SqlMessage[]): verdict is readonly SqlMessage[] {
  return Array.isArray(verdict)
}
