import { Duplex } from 'node:stream'
import { frame, PACKET } from './packets.ts'

const HANDSHAKE_PACKET_BYTES = 4096

/**
 * The pipe under TLS. In TDS 7.x the handshake travels inside PRELOGIN packets and what follows does not
 * (MS-TDS 2.2.6.5); OpenSSL writes a flight in pieces, which belong into one message.
 */
export class TlsCarrier extends Duplex {
  readonly #send: (bytes: Buffer) => void
  #flight: Buffer[] = []
  #wrapped = true

  constructor(send: (bytes: Buffer) => void) {
    super()
    this.#send = send
  }

  get wrapped(): boolean {
    return this.#wrapped
  }

  /** The client sends bare TLS records from now on, and so do we. */
  unwrap(): void {
    this.#flush()
    this.#wrapped = false
  }

  override _read(): void {
    // Bytes are pushed when they arrive.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    if (this.#wrapped) {
      this.#flight.push(chunk)
      setImmediate(() => this.#flush())
    } else {
      this.#send(chunk)
    }
    callback()
  }

  #flush(): void {
    if (this.#flight.length === 0) return
    const flight = Buffer.concat(this.#flight)
    this.#flight = []
    this.#send(frame(PACKET.prelogin, flight, HANDSHAKE_PACKET_BYTES))
  }
}
