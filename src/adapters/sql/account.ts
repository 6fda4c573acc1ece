import type { config } from 'mssql'
import type { Login } from '../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { SqlServer } from '../../ports/sql-port.ts'
import { showEndpoint } from '../net/open-socket.ts'

/** An account with what proves it: a password, or an access token for the SQL servers of the cloud. */
export interface Account {
  kind: Login['kind']
  /** As the manifest names it; for the run's Azure identity its client id. */
  user: string
  proof: Secret
}

/** The run's Azure identity with a token for SQL servers. */
export type EntraToken = () => Promise<Observed<{ account: string; token: Secret }>>

/** The account of a login, without asking the server anything. */
export async function readAccount(
  server: SqlServer,
  secrets: ReadonlyMap<string, Secret>,
  entraToken: EntraToken | undefined,
): Promise<Observed<Account>> {
  const { login, host, address, port, tls } = server
  const asked = `Login to ${host} (${showEndpoint(address, port)})`
  if (login.kind !== 'entra') {
    const password = secrets.get(login.password.secret)
    if (password === undefined || password.reveal() === '') {
      const variable = `environment variable ${login.password.secret}`
      const message = `Login of ${login.user} to ${host} was not tried: the ${variable} is unset or empty.`
      return unseen('no-credential', message, { missing: variable })
    }
    return seen({ kind: login.kind, user: login.user, proof: password })
  }
  if (tls.encrypt === 'off')
    return unseen('tls', `${asked} with the run's Azure identity was not tried: a token is never sent unencrypted.`)
  if (entraToken === undefined)
    return unseen('no-credential', `${asked} with the run's Azure identity was not tried: the run has none.`)
  const signedIn = await entraToken()
  if (!signedIn.ok) {
    const { message } = signedIn.failure
    return unseen(signedIn.failure.kind, `${asked} was not tried: ${message}`, {
      ...(signedIn.failure.missing === undefined ? {} : { missing: signedIn.failure.missing }),
    })
  }
  return seen({ kind: 'entra', user: signedIn.value.account, proof: signedIn.value.token })
}

/** How tedious is told of the account. */
export function driverAuthentication({ kind, user, proof }: Account): Pick<config, 'authentication'> {
  switch (kind) {
    case 'sql':
      return { authentication: { type: 'default', options: { userName: user, password: proof.reveal() } } }
    case 'entra':
      return { authentication: { type: 'azure-active-directory-access-token', options: { token: proof.reveal() } } }
    case 'windows': {
      const [domain, userName] = splitWindowsUser(user)
      return { authentication: { type: 'ntlm', options: { domain, userName, password: proof.reveal() } } }
    }
  }
}

/** `DOMAIN\user`, or `user@domain`, which goes whole and without a domain (MS-NLMP 3.3.2 takes both). */
function splitWindowsUser(user: string): readonly [domain: string, userName: string] {
  const slash = user.indexOf('\\')
  return slash === -1 ? ['', user] : [user.slice(0, slash), user.slice(slash + 1)]
}
