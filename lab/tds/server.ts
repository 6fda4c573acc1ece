import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import { TdsConnection, type ServerSide } from './connection.ts'
import type { LoginRecord, TdsOptions } from './model.ts'

const FIRST_SESSION_ID = 51
const SQL_SERVER_2022 = [16, 0, 4135] as const

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

/** A SQL Server as the wire shows it (TDS 7.1 to 7.4); what it knows comes from `authenticate` and `answer`. */
export async function startTdsServer(options: TdsOptions): Promise<TdsServer> {
  const side: ServerSide = {
    options,
    encryption: options.tls === undefined ? 'not-supported' : (options.encryption ?? 'off'),
    version: options.version ?? SQL_SERVER_2022,
    // TLS 1.3 does not fit into PRELOGIN packets: its server speaks after the handshake's end (MS-TDS 2.2.6.5).
    secureContext: options.tls && createSecureContext({ ...options.tls, maxVersion: 'TLSv1.2' }),
    logins: [],
    statements: [],
  }
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    new TdsConnection(socket, side, FIRST_SESSION_ID + connections)
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
