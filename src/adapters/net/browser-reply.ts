import type { BrowserInstance } from '../../ports/net-port.ts'

const SVR_RESP = 0x05
const HEADER_BYTES = 3

/**
 * SVR_RESP of SQL Server Browser (MC-SQLR 2.2.5): key and value by turns, records ended by `;;`, in any order and letter
 * case. Undefined when it is none. Names are read as latin1: the protocol has no field for the server's code page.
 */
export function parseBrowserReply(datagram: Buffer): readonly BrowserInstance[] | undefined {
  if (datagram.length < HEADER_BYTES || datagram[0] !== SVR_RESP) return undefined
  const size = datagram.readUInt16LE(1)
  if (size > datagram.length - HEADER_BYTES) return undefined
  const text = datagram.toString('latin1', HEADER_BYTES, HEADER_BYTES + size)
  const instances = text.split(';;').flatMap((record) => parseRecord(record.split(';')))
  return instances.length === 0 ? undefined : instances
}

function parseRecord(fields: readonly string[]): readonly BrowserInstance[] {
  const values = new Map<string, string>()
  for (let at = 0; at + 1 < fields.length; at += 2) values.set((fields[at] ?? '').toLowerCase(), fields[at + 1] ?? '')
  const instanceName = values.get('instancename')
  if (instanceName === undefined || instanceName === '') return []
  const tcpPort = parsePort(values.get('tcp'))
  return [{ instanceName, version: values.get('version') ?? '', ...(tcpPort === undefined ? {} : { tcpPort }) }]
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined
  const port = Number(text)
  return port >= 1 && port <= 65_535 ? port : undefined
}
