import type { ServerName } from '../../domain/manifest.ts'

/** Whether a report's server is a source of the manifest. `unsure`: nothing says so, and nothing speaks against it. */
export type SameServer = 'yes' | 'no' | 'unsure'

/** Compares what a person typed into the assessment tool with the manifest's `server`, without a name lookup. */
export function isSameServer(reported: string, server: ServerName): SameServer {
  const text = reported.trim().toLowerCase()
  if (text === '') return 'unsure'
  if (text === server.text.toLowerCase()) return 'yes'
  const [place = '', port] = text.replace(/^tcp:/, '').split(',')
  const [host = '', instance] = place.split('\\')
  if (!isSameHost(host, server.host.toLowerCase())) {
    // A short name, an alias and an address may all be the same machine.
    return 'unsure'
  }
  const own = server.instance?.toLowerCase()
  const isOther = (left: string | undefined, right: string | undefined): boolean =>
    left !== undefined && right !== undefined && left !== right
  if (
    isOther(
      instance ?? (port === undefined ? 'mssqlserver' : undefined),
      own ?? (server.port === undefined ? 'mssqlserver' : undefined),
    )
  )
    return 'no'
  if (isOther(port, server.port === undefined ? undefined : String(server.port))) return 'no'
  // With a port in it nobody asks for the instance by its name.
  if (port !== undefined && port === String(server.port)) return 'yes'
  const isCertain = instance === own && (port === undefined) === (server.port === undefined)
  return isCertain || instance === own ? 'yes' : 'unsure'
}

/** The same name, or the first label of it (a NetBIOS name). */
function isSameHost(left: string, right: string): boolean {
  if (left === right) return true
  const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host)
  if (isAddress(left) || isAddress(right)) return false
  const [leftLabel, rightLabel] = [left.split('.')[0], right.split('.')[0]]
  return leftLabel === rightLabel && (!left.includes('.') || !right.includes('.'))
}
