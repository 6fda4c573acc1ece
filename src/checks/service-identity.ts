/**
 * What a SQL Server is to a file server. Virtual and built-in accounts appear as the computer
 * (sql-docs: configure-windows-service-accounts-and-permissions); a computer in no domain is nobody there.
 */
export type ServiceIdentity =
  /** `HOST$` of each machine that the service can run on. */
  | { kind: 'computer'; accounts: string[] }
  /** A user or a managed service account of a domain. */
  | { kind: 'account'; account: string }
  /** A user of the SQL Server's own machine, whom a file server knows only when it has one of the same name and password. */
  | { kind: 'local'; account: string }
  /** LOCAL SERVICE has no credentials on a network. */
  | { kind: 'anonymous' }

const AS_COMPUTER = /^(?:NT SERVICE\\.+|(?:NT AUTHORITY\\)?(?:NETWORK ?SERVICE|SYSTEM|LOCAL ?SYSTEM))$/i
const AS_NOBODY = /^(?:NT AUTHORITY\\)?LOCAL ?SERVICE$/i

/** `machines`: the host, or the nodes of a failover cluster instance. */
export function identityOf(account: string, machines: readonly string[]): ServiceIdentity {
  if (AS_NOBODY.test(account)) return { kind: 'anonymous' }
  if (AS_COMPUTER.test(account)) return { kind: 'computer', accounts: computerAccounts(machines) }
  const domain = /^([^\\]+)\\/.exec(account)?.[1]
  const isLocal = domain === '.' || machines.some((machine) => machine.toLowerCase() === domain?.toLowerCase())
  const isOfDomain = !isLocal && (domain !== undefined || account.includes('@'))
  return isOfDomain ? { kind: 'account', account } : { kind: 'local', account }
}

/** What stands for the NetBIOS name of the domain, which SQL Server does not tell. */
export const DOMAIN_PLACEHOLDER = '<DOMAIN>'

export function computerAccounts(machines: readonly string[]): string[] {
  return machines.map((machine) => `${DOMAIN_PLACEHOLDER}\\${machine}$`)
}
