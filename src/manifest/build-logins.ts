import type { Login, TlsSettings } from '../domain/manifest.ts'
import type { Draft, DraftLogin, DraftTls } from './draft.ts'
import { normalPath } from './normal-path.ts'
import { parsePin } from './schema-servers.ts'
import { parseSecretRef } from './secret-ref.ts'
import type { Path } from './tree.ts'

const FORM = {
  any: 'must be { user: <SQL login>, password: "${NAME}" }, { windows: <DOMAIN\\user>, password: "${NAME}" } or { entra: true }',
  azure: 'must be { user: <SQL login>, password: "${NAME}" } or { entra: true }',
} as const
const KINDS = ['user', 'windows', 'entra'] as const

/** The account for a SQL Server (`isAzure: false`) or a logical server of Azure SQL. `where` says where else it may stand. */
export function readLogin(
  draft: Draft,
  path: Path,
  login: DraftLogin,
  { where, isAzure }: { where: string; isAzure: boolean },
): Login | undefined {
  const place = [...path, 'login']
  if (draft.isBad(place)) return undefined
  const form = isAzure ? FORM.azure : FORM.any
  if (login === undefined) {
    draft.refuseMissing(path, 'login', `${form}${where}`)
    return undefined
  }
  const named = KINDS.filter((kind) => login[kind] !== undefined || draft.isBad([...place, kind]))
  const [kind] = named
  if (named.length > 1) {
    draft.refuseValue(place, `names ${named.join(' and ')}: it must name one account`)
    return undefined
  }
  if (kind === undefined) {
    draft.refuseMissing(place, 'user', form)
    return undefined
  }
  if (kind === 'windows' && isAzure) {
    draft.refuseKey(
      [...place, 'windows'],
      `is not possible: Azure SQL takes no Windows logins. The login ${FORM.azure}`,
    )
    return undefined
  }
  if (kind === 'entra') return readEntra(draft, place, login)
  if (login.password === undefined && !draft.isBad([...place, 'password'])) {
    draft.refuseMissing(place, 'password', 'must be "${NAME}", the environment variable that holds the password')
  }
  const user = login[kind]
  const password = parseSecretRef(login.password ?? '')
  return user === undefined || !password.ok
    ? undefined
    : { kind: kind === 'user' ? 'sql' : 'windows', user, password: password.value }
}

function readEntra(draft: Draft, place: Path, login: NonNullable<DraftLogin>): Login | undefined {
  if (login.password !== undefined || draft.isBad([...place, 'password'])) {
    draft.refuseKey(
      [...place, 'password'],
      "has no place beside `entra: true`: the run's Azure identity has no password here",
    )
    return undefined
  }
  return login.entra === true ? { kind: 'entra' } : undefined
}

export function readTls(draft: Draft, path: Path, tls: DraftTls, login: Login | undefined): TlsSettings {
  const encrypt = tls?.encrypt === false ? 'off' : tls?.encrypt === 'strict' ? 'strict' : 'on'
  const pin = parsePin(tls?.pin ?? '')
  const trustServerCertificate = tls?.['trust-server-certificate'] ?? false
  const place = [...path, 'tls']
  if (encrypt === 'off' && login?.kind === 'entra') {
    draft.refuseValue(
      [...place, 'encrypt'],
      'must not be false with `entra: true`: a token is never sent without encryption',
    )
  }
  if (trustServerCertificate && login?.kind === 'entra') {
    draft.refuseKey(
      [...place, 'trust-server-certificate'],
      'is not possible with `entra: true`: a token is only sent to a server whose certificate is verified; use `ca` or `pin`',
    )
  }
  if (encrypt === 'off' && pin !== undefined) {
    draft.refuseKey([...place, 'pin'], 'has no meaning with `encrypt: false`: there is no certificate then')
  }
  if (encrypt === 'strict' && trustServerCertificate) {
    const why = 'is not possible with `encrypt: strict`, which always verifies: use `ca` or `pin`'
    draft.refuseKey([...place, 'trust-server-certificate'], why)
  }
  const others = [
    ...(['ca', 'server-name'] as const).filter((key) => tls?.[key] !== undefined),
    ...(trustServerCertificate ? ['trust-server-certificate'] : []),
  ]
  if (pin !== undefined && others.length > 0) {
    draft.refuseKey(
      [...place, 'pin'],
      `takes one certificate, whatever its issuer and name: leave out ${others.join(', ')}`,
    )
  }
  return {
    encrypt,
    ...(tls?.ca === undefined ? {} : { ca: normalPath(tls.ca) }),
    ...(tls?.['server-name'] === undefined ? {} : { serverName: tls['server-name'] }),
    ...(pin === undefined ? {} : { pin }),
    trustServerCertificate,
  }
}
