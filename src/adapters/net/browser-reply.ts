import type { BrowserInstance } from '../../ports/net-port.ts'

const SVR_RESP = 0x05
const HEADER_BYTES = 3

/**
 * SVR_RESP of SQL Server Browser (MC-SQLR 2.2.5): key and value by turns, records ended by `;;`, in any order and letter
 * case. Undefined when it is none, or when a record is cut off or has a port that is none: what such a reply leaves out
 * says nothing. Names are read as latin1: the protocol has no field for the server's code page.
 */
export function parseBrowserReply(datagram: Buffer): readonly BrowserInstance[] | undefined {
  if (datagram.length < HEADER_BYTES || datagram[0] !== SVR_RESP) return undefined
  const size = datagram.readUInt16LE(1)
  if (size > datagram.length - HEADER_BYTES) return undefined
  const records = readRecords(datagram.toString('latin1', HEADER_BYTES, HEADER_BYTES + size))
  if (records === undefined) return undefined
  const instances: BrowserInstance[] = []
  for (const record of records) {
    const instance = parseRecord(record)
    if (instance === undefined) return undefined
    instances.push(instance)
  }
  return instances.length === 0 ? undefined : instances
}

/** A value may be empty, a key never: an empty key is the second half of the `;;` that ends a record. */
function readRecords(text: string): readonly ReadonlyMap<string, string>[] | undefined {
  const fields = text.split(';')
  const records: Map<string, string>[] = []
  let record = new Map<string, string>()
  let at = 0
  // The last field is what stands after the last semicolon.
  while (at < fields.length - 1) {
    const key = (fields[at] ?? '').toLowerCase()
    if (key === '') {
      records.push(record)
      record = new Map<string, string>()
      at += 1
      continue
    }
    if (at + 1 >= fields.length - 1 || record.has(key)) return undefined
    record.set(key, fields[at + 1] ?? '')
    at += 2
  }
  return record.size === 0 && fields.at(-1) === '' ? records : undefined
}

function parseRecord(values: ReadonlyMap<string, string>): BrowserInstance | undefined {
  const instanceName = values.get('instancename')
  if (instanceName === undefined || instanceName === '') return undefined
  const version = values.get('version') ?? ''
  const tcp = values.get('tcp')
  if (tcp === undefined) return { instanceName, version }
  const tcpPort = parsePort(tcp)
  return tcpPort === undefined ? undefined : { instanceName, version, tcpPort }
}

function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined
  const port = Number(text)
  return port >= 1 && port <= 65_535 ? port : undefined
}
