import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createFrameReader, encodeFrame } from '../../src/adapters/smb/frame-reader.ts'

/** What goes on in place of a message: bytes on the wire, or undefined when it is held back. */
export type Rewrite = (message: Buffer, index: number) => Buffer | undefined

export interface RelayOptions {
  /** Of the file server, on 127.0.0.1. */
  port: number
  /** `index` counts the messages of one connection and direction from 0. Default: everything goes on as it came. */
  toServer?: Rewrite
  toClient?: Rewrite
}

export interface Relay {
  readonly port: number
  /** Connections that are open now. */
  readonly open: number
  /** NTLM AUTHENTICATE messages that clients sent: each one is an attempt with a password. */
  readonly attempts: number
  /** Ends the connections that are open, and takes new ones. */
  cut(): void
  close(): Promise<void>
}

const AUTHENTICATE = Buffer.from('NTLMSSP\0\x03\0\0\0', 'latin1')
const asItCame: Rewrite = (message) => encodeFrame(message)

/** Somebody on the way between a client and a file server, who reads and rewrites what passes. */
export async function startRelay({ port, toServer = asItCame, toClient = asItCame }: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>()
  let attempts = 0
  let open = 0
  const noting: Rewrite = (message, index) => {
    if (message.includes(AUTHENTICATE)) attempts += 1
    return toServer(message, index)
  }
  const server = createServer((client) => {
    const far = connect({ host: '127.0.0.1', port })
    open += 1
    client.on('close', () => {
      open -= 1
    })
    for (const socket of [client, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
    }
    pass(client, far, noting)
    pass(far, client, toClient)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return open
    },
    get attempts() {
      return attempts
    },
    cut,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

function pass(from: Socket, to: Socket, rewrite: Rewrite): void {
  const reader = createFrameReader()
  let index = 0
  from.on('data', (piece: Buffer) => {
    for (const frame of reader.push(piece)) {
      const bytes = frame.kind === 'message' ? rewrite(frame.bytes, index) : undefined
      index += 1
      if (bytes !== undefined) to.write(bytes)
    }
  })
  from.on('close', () => to.destroy())
  from.on('error', () => to.destroy())
}
