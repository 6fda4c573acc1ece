import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { encodeMessage, PRELOGIN, type TdsReader } from './tds-packets.ts'

/** A stream that carries a TLS handshake in pre-login packets over a socket, as MS-TDS 2.2.6.5 has it. */
export function createTlsCarrier(socket: Socket, reader: TdsReader): Duplex {
  const send = (data: Buffer, done: (error?: Error | null) => void): void => {
    socket.write(encodeMessage(PRELOGIN, data), done)
  }
  const carrier = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      send(chunk, done)
    },
    // A flight in several records is one message: servers read it as one.
    writev(chunks: readonly { chunk: Buffer }[], done) {
      send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
    },
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (data: Buffer) => {
    const messages = reader.push(data)
    if (messages === 'not-tds') carrier.destroy(new Error('the server left TDS framing during the TLS handshake'))
    else for (const message of messages) carrier.push(message)
  })
  socket.on('end', () => carrier.push(null))
  socket.on('error', (error) => carrier.destroy(error))
  return carrier
}
