/**
 * Who signs the ID tokens of this GitHub, from what the runner says of the server and never from a token
 * (https://docs.github.com/actions/reference/openid-connect-reference): github.com, a GHE.com tenant, or GitHub
 * Enterprise Server. Undefined when that is no https URL.
 */
export function issuerOf(serverUrl: string): string | undefined {
  if (!URL.canParse(serverUrl)) return undefined
  const { protocol, host, hostname, username, password } = new URL(serverUrl)
  if (protocol !== 'https:' || `${username}${password}` !== '') return undefined
  if (host === 'github.com') return 'https://token.actions.githubusercontent.com'
  const tenant = /^([a-z\d-]+)\.ghe\.com$/.exec(hostname)?.[1]
  return tenant === undefined ? `https://${host}/_services/token` : `https://token.actions.${tenant}.ghe.com`
}

/** An enterprise may have its own name at the end of the issuer; host and keys are the same. */
export function isIssuer(claimed: unknown, issuer: string): boolean {
  if (typeof claimed !== 'string') return false
  return (
    claimed === issuer ||
    (claimed.startsWith(`${issuer}/`) && /^[A-Za-z\d-]{1,100}$/.test(claimed.slice(issuer.length + 1)))
  )
}
