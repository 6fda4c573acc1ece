import { parseAddress } from '../domain/address.ts'
import { isOddAddress } from '../domain/host.ts'
import type { ServerName } from '../domain/manifest.ts'
import { type Parsed, parsed, refused } from './parsed.ts'

const FORM = { instance: '`host`, `host,port` or `host\\instance`', plain: '`host` or `host,port`' } as const
const LONGEST_HOST = 253
/** MC-SQLR 2.2.3: an instance name takes at most 32 bytes in a request to SQL Server Browser. */
const LONGEST_INSTANCE_BYTES = 32

/**
 * Reads a server as a connection string names it: `host`, `host,port`, `host\instance` (with a port too: the port
 * decides), an IPv6 address bare or in brackets, and `tcp:` before any of them. Endpoints have no instance.
 */
export function parseServerName(
  text: string,
  { instance: mayHaveInstance }: { instance: boolean },
): Parsed<ServerName> {
  const form = mayHaveInstance ? FORM.instance : FORM.plain
  if (/\s/.test(text)) return refused(`must be ${form}, without spaces`)
  if (text.includes(';'))
    return refused(`must be ${form}; a ";" begins the rest of a connection string, leave that out`)
  if (/^(np|lpc|admin):/i.test(text)) return refused(`must be ${form}; DMS connects over TCP only`)
  const [server = '', portText, ...more] = text.replace(/^tcp:/i, '').split(',')
  if (more.length > 0) return refused(`must be ${form}, with one comma at most`)
  const port = portText === undefined ? undefined : parsePort(portText)
  if (port === null) return refused('must have a port from 1 to 65535 after the comma')
  const [hostText = '', instance, ...rest] = server.split('\\')
  const hostProblem = problemOfHost(stripBrackets(hostText), form)
  if (hostProblem !== undefined) return refused(hostProblem)
  if (instance !== undefined && !mayHaveInstance) return refused(`must be ${form}: it has no instance`)
  if (rest.length > 0 || (instance !== undefined && !isInstanceName(instance))) {
    return refused(`must be ${form}, with the instance's name after one backslash`)
  }
  return parsed({
    text,
    host: stripBrackets(hostText),
    ...(port === undefined ? {} : { port }),
    ...(instance === undefined ? {} : { instance }),
  })
}

/** What is wrong with a host name or address, as a phrase; undefined when nothing is. */
export function problemOfHost(host: string, form: string): string | undefined {
  if (host === '') return `must be ${form}: the host is missing`
  if (parseAddress(host) !== undefined) return undefined
  if (host.includes(':')) return `must be ${form}: a port stands after a comma, and an IPv6 address is written in full`
  if (host === '.' || /^\(.*\)$/.test(host))
    return `must be ${form}: "here" is another machine for DMS than for this run`
  const labels = host.replace(/\.$/, '').split('.')
  if (isOddAddress(host)) return `must be ${form}: this is not an IPv4 address`
  const isName = host.length <= LONGEST_HOST && labels.every((label) => /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/.test(label))
  return isName ? undefined : `must be ${form}: a host name has letters, digits, "-" and "." only`
}

function stripBrackets(host: string): string {
  const inside = /^\[(.*)\]$/.exec(host)?.[1]
  return inside?.includes(':') === true ? inside : host
}

function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65535 ? port : null
}

function isInstanceName(text: string): boolean {
  return /^[^\s"'\\/,:;&@[\]]+$/.test(text) && Buffer.byteLength(text) <= LONGEST_INSTANCE_BYTES
}
