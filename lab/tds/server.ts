import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { TdsConnection, type ServerSide } from './connection.ts'
import type { LoginRecord, Misbehaviour, TdsOptions } from './model.ts'
import { createTlsContexts } from './tls-contexts.ts'

const FIRST_SESSION_ID = 51
const SQL_SERVER_2022 = [16, 0, 4135] as const
const GARBAGE = Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n')

export interface TdsServer {
  readonly port: number
  readonly address: string
  /** TCP connections accepted so far, the closed ones too. */
  readonly connections: number
  /** One record for every LOGIN7 message that arrived, the refused ones too, in order. */
  readonly logins: readonly LoginRecord[]
  /** Every batch, sp_executesql statement and procedure call in order, except a driver's `SET` batch. */
  readonly statements: readonly string[]
  /** Destroys what is open and stops listening. */
  close(): Promise<void>
}

/** A SQL Server as the wire shows it (TDS 7.1 to 7.4, and 8.0); what it knows comes from `authenticate` and `answer`. */
export async function startTdsServer(options: TdsOptions): Promise<TdsServer> {
  const side: ServerSide = {
    options,
    encryption: options.tls === undefined ? 'not-supported' : (options.encryption ?? 'off'),
    version: options.version ?? SQL_SERVER_2022,
    tls: createTlsContexts(options),
    logins: [],
    statements: [],
  }
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    if (!playDead(socket, options.misbehave)) new TdsConnection(socket, side, FIRST_SESSION_ID + connections)
    connections += 1
  })
  await once(server.listen(options.port ?? 0, options.host ?? '127.0.0.1'), 'listening')
  const { address, port } = server.address() as AddressInfo
  return {
    port,
    address,
    get connections() {
      return connections
    },
    logins: side.logins,
    statements: side.statements,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** The misbehaviours that need no TDS. */
function playDead(socket: Socket, misbehave: Misbehaviour | undefined): boolean {
  if (misbehave === 'close-after-connect') socket.destroy()
  else if (misbehave === 'silent') socket.resume()
  else if (misbehave === 'garbage') socket.on('data', () => void socket.write(GARBAGE))
  else return false
  return true
}
