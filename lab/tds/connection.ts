import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { ProtocolError } from './bytes.ts'
import { Channel, INITIAL_PACKET_BYTES } from './channel.ts'
import { answerDriver, isSessionSetup } from './driver-statements.ts'
import { LoginDialogue, type LoginStep, type LoginTerms } from './login-dialogue.ts'
import { labFailure } from './login-messages.ts'
import type { Encryption, Login, LoginRecord, Query, Reply, RouteTo, Session, TdsOptions } from './model.ts'
import { PACKET } from './packets.ts'
import { encodePrelogin, ENCRYPT, negotiate, parsePrelogin, type Prelogin } from './prelogin.ts'
import { parseBatch, parseRpc, withoutHeaders } from './rpc.ts'
import type { TlsContexts } from './tls-contexts.ts'
import { acceptance, answer, attentionAcknowledged, cutOff, refusal, type TokenContext } from './tokens.ts'

const PACKET_BYTES = { least: 512, most: 32_767 } as const
const ASSUMED_TDS_VERSION = 0x74

/** What the connections of one server share. */
export interface ServerSide {
  options: TdsOptions
  encryption: Encryption
  version: readonly [number, number, number]
  tls: TlsContexts
  logins: LoginRecord[]
  statements: string[]
}

/**
 * One client. Whatever it sends, it can only close its own connection.
 * The order of messages is PRELOGIN, TLS (before it in TDS 8.0), LOGIN7, what its answer asked for, requests.
 */
export class TdsConnection {
  readonly #channel: Channel
  readonly #server: ServerSide
  readonly #session: Session
  #state: 'prelogin' | 'login' | 'ready' | 'ended' = 'prelogin'
  #terms: LoginTerms | undefined
  #dialogue: LoginDialogue | undefined
  /** The type of the one message that the login waits for. */
  #expected: number | undefined
  #tdsVersion = ASSUMED_TDS_VERSION
  #running: AbortController | undefined

  constructor(socket: Socket, server: ServerSide, id: number) {
    this.#server = server
    const clientAddress = socket.remoteAddress ?? ''
    const serverPort = socket.localPort ?? 0
    const unknown = { user: '', database: '', kind: 'sql', encrypted: false, strict: false } as const
    this.#session = { id, clientAddress, serverPort, ...unknown }
    const { strict, latencyMs = 0 } = server.options
    this.#channel = new Channel(
      socket,
      { tls: server.tls, strict, latencyMs },
      {
        receive: (type, body) => this.#receive(type, body),
        closed: () => {
          this.#state = 'ended'
          this.#running?.abort()
        },
      },
    )
  }

  #receive(type: number, body: Buffer): void {
    this.#session.encrypted = this.#channel.encrypted
    this.#session.strict = this.#channel.strict
    if (type === PACKET.login7) this.#beginLogin(body)
    else if (this.#expected !== undefined) this.#continueLogin(type, body)
    else if (this.#state === 'prelogin' && type === PACKET.prelogin) this.#preLogin(parsePrelogin(body))
    else if (this.#state !== 'ready') throw new ProtocolError(`a message of type ${type} before the login`)
    else if (type === PACKET.attention) this.#cancel()
    else if (this.#running !== undefined) throw new ProtocolError('a request while another one runs')
    else if (type === PACKET.batch) this.#request(parseBatch(withoutHeaders(body, this.#tdsVersion)))
    else if (type === PACKET.rpc) this.#request(parseRpc(withoutHeaders(body, this.#tdsVersion)))
    else throw new ProtocolError(`a message of type ${type}, which the lab does not know`)
  }

  #preLogin(client: Prelogin): void {
    const { options, version } = this.#server
    // Inside of TLS there is nothing to agree on, and what the client says about encryption does not count.
    const { answer: encryption, scope } = this.#channel.strict
      ? ({ answer: ENCRYPT.off, scope: 'full' } as const)
      : negotiate(this.#server.encryption, client.encryption)
    const federated = client.federated && options.entraTokens !== undefined
    this.#channel.send(encodePrelogin(version, { encryption, federated }))
    if (options.misbehave === 'close-after-prelogin') {
      this.#end()
      return
    }
    this.#state = 'login'
    this.#terms = { encryption: scope, federated }
    if (scope !== 'none' && !this.#channel.strict) this.#channel.expectTls()
  }

  #beginLogin(body: Buffer): void {
    const dialogue = new LoginDialogue(this.#server.options, this.#session, this.#server.logins)
    const inTurn = this.#state === 'login' && this.#dialogue === undefined
    const step = dialogue.begin(body, inTurn ? this.#terms : undefined)
    this.#dialogue = dialogue
    if (this.#terms?.encryption === 'login-only') this.#channel.dropTls()
    const { misbehave } = this.#server.options
    if (misbehave === 'close-at-login') this.#channel.drop()
    else if (misbehave !== 'silent-at-login') this.#take(step)
  }

  #continueLogin(type: number, body: Buffer): void {
    if (type !== this.#expected || this.#dialogue === undefined) throw new ProtocolError(`no message of type ${type}`)
    this.#expected = undefined
    this.#take(this.#dialogue.continue(type, body))
  }

  #take(step: LoginStep): void {
    if ('expect' in step) {
      this.#expected = step.expect
      this.#channel.send(step.send)
      return
    }
    this.#tdsVersion = step.login.tdsVersion
    if ('refusedWith' in step) {
      this.#channel.send(refusal(this.#context(), step.refusedWith))
      this.#end()
    } else {
      this.#accept(step.login, step.routeTo)
    }
  }

  #accept(login: Login, routeTo: RouteTo['routeTo'] | undefined): void {
    const wanted = login.packetSizeBytes === 0 ? INITIAL_PACKET_BYTES : login.packetSizeBytes
    const packetSizeBytes = Math.min(Math.max(wanted, PACKET_BYTES.least), PACKET_BYTES.most)
    const { database } = this.#session
    const { version } = this.#server
    const federated = login.kind === 'entra'
    Object.assign(this.#session, { user: login.user, kind: login.kind })
    this.#channel.send(
      acceptance(this.#context(), {
        database,
        version,
        packetSizeBytes,
        federated,
        ...(routeTo === undefined ? {} : { routeTo }),
      }),
    )
    this.#channel.packetBytes = packetSizeBytes
    this.#state = 'ready'
  }

  #request(query: Query): void {
    if (isSessionSetup(query.text)) {
      this.#channel.send(answer(this.#context(), query.kind, {}))
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
      this.#channel.drop()
      return
    }
    if (reply.hang === true) return
    this.#running = undefined
    this.#channel.guarded(() => this.#channel.send(this.#encode(query, reply)))
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
      this.#channel.send(cutOff(this.#context()))
    }
    this.#channel.send(attentionAcknowledged(this.#context()))
  }

  #context(): TokenContext {
    return { serverName: this.#server.options.serverName, tdsVersion: this.#tdsVersion }
  }

  #end(): void {
    this.#state = 'ended'
    this.#channel.end()
  }
}
