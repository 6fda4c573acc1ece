import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface RecitingServer {
  readonly port: number
  /** Connections that are open now, and all that there were. */
  readonly open: number
  readonly connections: number
  close(): Promise<void>
}

/** Says one piece after each piece that a client says, whatever that is; `say` may go on by itself. */
export async function startRecitingServer(say: (socket: Socket, turn: number) => void): Promise<RecitingServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    let turn = 0
    connections += 1
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', () => {
      say(socket, turn)
      turn += 1
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size
    },
    get connections() {
      return connections
    },
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
