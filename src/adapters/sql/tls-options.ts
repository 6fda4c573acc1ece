import type { config } from 'mssql'
import type { TlsSettings } from '../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { SqlServer } from '../../ports/sql-port.ts'
import type { Authorities, TrustAnchors } from './authorities.ts'
import type { TlsFinding } from './probe-tls.ts'

type DriverTls = Pick<
  NonNullable<config['options']>,
  'encrypt' | 'trustServerCertificate' | 'serverName' | 'cryptoCredentialsDetails'
>

/** The options by which tedious takes the certificates that the handshake was judged by, and no others. */
export function driverTls(tls: TlsSettings, { pem, pinnedName }: TrustAnchors): DriverTls {
  const serverName = pinnedName ?? tls.serverName
  const isPinned = pinnedName !== undefined
  return {
    encrypt: tls.encrypt === 'strict' ? 'strict' : tls.encrypt === 'on',
    trustServerCertificate: tls.trustServerCertificate && !isPinned,
    ...(serverName === undefined ? {} : { serverName }),
    // A pinned certificate is its own anchor, whoever issued it: OpenSSL builds no chain beyond it.
    ...(pem === undefined ? {} : { cryptoCredentialsDetails: { ca: [...pem], allowPartialTrustChain: isPinned } }),
  }
}

/** The pinned certificate as the handshake showed it; without it no login is tried. */
export function pinnedAnchors({ host }: SqlServer, finding: Observed<TlsFinding>): Authorities {
  if (!finding.ok) return finding
  const { answer, pinned } = finding.value
  if (pinned !== undefined) return seen(pinned)
  const asked = `Login to ${host} was not tried`
  if (answer.outcome === 'accepted')
    return unseen(
      'unsupported',
      `${asked}: the pinned certificate carries no name that the driver could check it by, so that it cannot be held to it.`,
      { missing: 'a certificate with a DNS name (subject alternative name) or a common name without spaces' },
    )
  const why = answer.outcome === 'refused' ? answer.message : `the TLS handshake ended as ${answer.outcome}.`
  return unseen('tls', `${asked}, because the manifest pins its certificate: ${why}`)
}
