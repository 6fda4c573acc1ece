import type { Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'
import { ProtocolError } from './bytes.ts'
import { Outbox } from './outbox.ts'
import { frame, MessageAssembler, PACKET, PacketBuffer } from './packets.ts'
import { TlsCarrier } from './tls-carrier.ts'
import { TDS_8_ALPN, type TlsContexts } from './tls-contexts.ts'

export const INITIAL_PACKET_BYTES = 4096
const TLS_HANDSHAKE = 0x16

export interface ChannelSettings {
  tls: TlsContexts
  strict: 'offered' | 'only' | undefined
  latencyMs: number
}

/** What `receive` throws closes the channel, as SQL Server closes on bytes that make no sense. */
export interface ChannelReader {
  receive(type: number, body: Buffer): void
  closed(): void
}

/** Messages of one client in both directions, with TLS where it is. What they mean is for the reader. */
export class Channel {
  readonly #socket: Socket
  readonly #settings: ChannelSettings
  readonly #reader: ChannelReader
  readonly #outbox: Outbox
  readonly #packets = new PacketBuffer()
  readonly #messages = new MessageAssembler()
  #carrier: TlsCarrier | undefined
  #tls: TLSSocket | undefined
  #begun = false
  #ended = false
  #strict = false
  #encrypted = false
  packetBytes = INITIAL_PACKET_BYTES

  constructor(socket: Socket, settings: ChannelSettings, reader: ChannelReader) {
    this.#socket = socket
    this.#settings = settings
    this.#reader = reader
    this.#outbox = new Outbox(settings.latencyMs)
    socket.on('close', () => this.#release())
    socket.on('data', (chunk) => this.guarded(() => this.#receive(chunk)))
  }

  /** Whether what is sent now is encrypted. */
  get encrypted(): boolean {
    return this.#encrypted
  }

  /** Whether TLS came first (TDS 8.0). */
  get strict(): boolean {
    return this.#strict
  }

  /** Whatever the step throws is the client's fault and ends the connection. */
  guarded(step: () => void): void {
    try {
      step()
    } catch {
      this.drop()
    }
  }

  send(body: Buffer): void {
    const bytes = frame(PACKET.response, body, this.packetBytes)
    if (this.#tls === undefined || this.#carrier?.wrapped === true) this.#write(bytes)
    else this.#tls.write(bytes)
  }

  /** The handshake of TDS 7.x follows, inside of PRELOGIN packets. */
  expectTls(): void {
    this.#secure(new TlsCarrier((bytes) => this.#write(bytes)), { secureContext: this.#settings.tls.inPrelogin })
  }

  /** After login-only encryption both sides go on in the clear. */
  dropTls(): void {
    this.#tls?.removeAllListeners('data')
    this.#tls = undefined
    this.#carrier = undefined
    this.#encrypted = false
  }

  /** Closes after what was sent. */
  end(): void {
    this.#ended = true
    const finish = (): void => this.#outbox.put(() => this.#socket.end())
    if (this.#tls === undefined) finish()
    else this.#tls.write('', finish)
  }

  drop(): void {
    this.#ended = true
    this.#outbox.put(() => this.#socket.destroy())
  }

  #release(): void {
    this.#ended = true
    this.#outbox.close()
    this.#tls?.destroy()
    this.#carrier?.destroy()
    this.#reader.closed()
  }

  #write(bytes: Buffer): void {
    this.#outbox.put(() => {
      if (!this.#socket.destroyed) this.#socket.write(bytes)
    })
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return
    if (!this.#begun) this.#begin(chunk[0])
    if (this.#carrier !== undefined && !this.#carrier.wrapped) {
      this.#carrier.push(chunk)
    } else {
      this.#packets.push(chunk)
      this.#drain()
    }
  }

  #begin(firstByte: number | undefined): void {
    this.#begun = true
    const { strict, tls } = this.#settings
    if (firstByte !== TLS_HANDSHAKE) {
      if (strict === 'only') throw new ProtocolError('PRELOGIN in the clear')
      return
    }
    if (strict === undefined) throw new ProtocolError('TLS before PRELOGIN')
    const carrier = new TlsCarrier((bytes) => this.#write(bytes))
    carrier.unwrap()
    this.#strict = true
    this.#secure(carrier, { secureContext: tls.first, ALPNProtocols: [TDS_8_ALPN] })
  }

  #secure(
    carrier: TlsCarrier,
    { secureContext, ...options }: { secureContext: SecureContext | undefined; ALPNProtocols?: string[] },
  ): void {
    const tls = new TLSSocket(carrier, { isServer: true, ...(secureContext && { secureContext }), ...options })
    // The alert that tells the client why waits for its flight to be complete.
    tls.on('error', () => setImmediate(() => this.drop()))
    tls.on('data', (chunk: Buffer) => this.guarded(() => this.#receiveDecrypted(tls, chunk)))
    this.#carrier = carrier
    this.#tls = tls
  }

  #receiveDecrypted(tls: TLSSocket, chunk: Buffer): void {
    if (this.#strict && tls.alpnProtocol !== TDS_8_ALPN) throw new ProtocolError('TLS first without ALPN')
    this.#encrypted = true
    this.#packets.push(chunk)
    this.#drain()
  }

  #drain(): void {
    while (!this.#ended) {
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
      if (message !== undefined) this.#reader.receive(message.type, message.body)
    }
  }
}

function isTlsRecord(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x14 && byte <= 0x17
}
