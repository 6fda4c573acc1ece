import type { X509Certificate } from 'node:crypto'
import { boundText } from '../bounded-text.ts'
import type { Certificate } from '../../ports/sql-port.ts'

/** What a report shows of a certificate. Its texts come from the server. */
export function describeCertificate(certificate: X509Certificate): Certificate {
  return {
    subject: showName(certificate.subject),
    issuer: showName(certificate.issuer),
    names: namesOf(certificate),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    fingerprint: `sha256:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`,
  }
}

/** node puts each part of a distinguished name on its own line. */
function showName(name: string | undefined): string {
  return boundText((name ?? '').split('\n').join(', '))
}

const NAMES_LIMIT = 100

/** Subject alternative names; the common name stands in when there are none, as node accepts it then. */
function namesOf(certificate: X509Certificate): readonly string[] {
  const alternatives = (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):"?(.+?)"?$/.exec(entry)?.[1] ?? [])
    .map(boundText)
  if (alternatives.length > 0) return alternatives.slice(0, NAMES_LIMIT)
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  return commonName === undefined ? [] : [boundText(commonName)]
}
