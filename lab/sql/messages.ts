import type { SqlMessage } from '../../src/ports/sql-port.ts'

// Texts as sys.messages has them, with the state that a client sees.

export function loginFailed(user: string): SqlMessage {
  return { number: 18456, state: 1, severity: 14, message: `Login failed for user '${user}'.` }
}

export function loginDisabled(user: string): SqlMessage {
  const message = `Login failed for user '${user}'. Reason: The account is disabled.`
  return { number: 18470, state: 1, severity: 14, message }
}

export function loginLocked(user: string): SqlMessage {
  const reason = 'because the account is currently locked out. The system administrator can unlock it.'
  return { number: 18486, state: 1, severity: 14, message: `Login failed for user '${user}' ${reason}` }
}

export function passwordExpired(user: string): SqlMessage {
  const message = `Login failed for user '${user}'.  Reason: The password of the account has expired.`
  return { number: 18487, state: 1, severity: 14, message }
}

export function passwordMustChange(user: string): SqlMessage {
  const message = `Login failed for user '${user}'.  Reason: The password of the account must be changed.`
  return { number: 18488, state: 1, severity: 14, message }
}

/** SQL Server says why, and then that the login failed. */
export function cannotOpenDatabase(database: string, user: string): readonly SqlMessage[] {
  const message = `Cannot open database "${database}" requested by the login. The login failed.`
  return [{ number: 4060, state: 1, severity: 11, message }, loginFailed(user)]
}

/** Azure SQL, before it looks at the account. `server` is the short name. */
export function addressNotAllowed(server: string, address: string): SqlMessage {
  const message =
    `Cannot open server '${server}' requested by the login. Client with IP address '${address}' is not allowed to ` +
    'access the server.  To enable access, use the Azure Management Portal or run sp_set_firewall_rule on the master ' +
    'database to create a firewall rule for this IP address or address range.  It may take up to five minutes for ' +
    'this change to take effect.'
  return { number: 40615, state: 1, severity: 14, message }
}

/** `permission` as the server names it; 300 is of the server, 229 of an object. */
export function permissionDenied(permission: string, on: string, number = 300): SqlMessage {
  const verb =
    number === 229
      ? `The ${permission} permission was denied on the ${on}.`
      : `${permission} permission was denied on ${on}.`
  return { number, state: 1, severity: 14, message: verb }
}

export function unknownStatement(text: string): SqlMessage {
  const message = `the lab does not know this statement: ${text.slice(0, 500)}`
  return { number: 50_000, state: 1, severity: 16, message }
}
