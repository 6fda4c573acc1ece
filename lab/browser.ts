import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIP } from 'node:net'

/** Requests of MC-SQLR 2.2.1 to 2.2.3. */
const REQUEST = { broadcast: 0x02, all: 0x03, one: 0x04 } as const
const RESPONSE = 0x05

export interface BrowserEntry {
  name: string
  /** Four parts, such as `16.0.4135.4`. */
  version: string
  /** Absent: the instance does not listen on TCP. */
  tcpPort?: number
  /** The path of a named pipe. */
  np?: string
  /** Hide Instance of SQL Server Configuration Manager: nothing is told of it. */
  hidden?: boolean
}

export interface SqlBrowserOptions {
  host?: string
  port?: number
  serverName: string
  instances: readonly BrowserEntry[]
  /** Receives and never answers. */
  silent?: boolean
}

export interface SqlBrowser {
  readonly port: number
  /** `02`, `03` or `04 NAME`, in the order of arrival; another request is all hexadecimal. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** SQL Server Browser: answers what it knows and is silent about everything else (MC-SQLR 3.2.5). */
export async function startSqlBrowser(options: SqlBrowserOptions): Promise<SqlBrowser> {
  const host = options.host ?? '127.0.0.1'
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
  const requests: string[] = []
  let isOpen = true
  socket.on('error', () => undefined)
  socket.on('message', (message, sender) => {
    const request = describeRequest(message)
    requests.push(request)
    const entries = options.silent === true ? [] : entriesFor(request, options.instances)
    if (entries.length > 0) socket.send(encodeResponse(options.serverName, entries), sender.port, sender.address)
  })
  const listening = once(socket, 'listening')
  socket.bind(options.port ?? 0, host)
  await listening
  return {
    port: socket.address().port,
    requests,
    async close() {
      if (!isOpen) return
      isOpen = false
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

function describeRequest(message: Buffer): string {
  const [kind] = message
  if (message.length === 1 && (kind === REQUEST.broadcast || kind === REQUEST.all)) return `0${kind}`
  if (kind !== REQUEST.one) return message.toString('hex')
  const end = message.indexOf(0, 1)
  return `04 ${message.toString('latin1', 1, end === -1 ? message.length : end)}`
}

function entriesFor(request: string, instances: readonly BrowserEntry[]): readonly BrowserEntry[] {
  const shown = instances.filter(({ hidden }) => hidden !== true)
  if (request === '02' || request === '03') return shown
  return shown.filter(({ name }) => request.toLowerCase() === `04 ${name.toLowerCase()}`)
}

/** SVR_RESP. TCP comes before named pipes: FreeTDS reads them in this order only. */
function encodeResponse(serverName: string, entries: readonly BrowserEntry[]): Buffer {
  const records = entries.map(({ name, version, tcpPort, np }) => {
    const identity = ['ServerName', serverName, 'InstanceName', name, 'IsClustered', 'No', 'Version', version]
    const tcp = tcpPort === undefined ? [] : ['tcp', String(tcpPort)]
    const pipe = np === undefined ? [] : ['np', np]
    return `${[...identity, ...tcp, ...pipe].join(';')};;`
  })
  const data = Buffer.from(records.join(''), 'latin1')
  const header = Buffer.from([RESPONSE, 0, 0])
  header.writeUInt16LE(data.length, 1)
  return Buffer.concat([header, data])
}
