import type { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
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

/** Why node does not take the certificate for that name, or undefined when it does. */
export function nameProblemOf(certificate: X509Certificate, name: string): string | undefined {
  return checkServerIdentity(name, certificate.toLegacyObject())?.message
}

/** The first of the wanted names that the certificate carries, else one of its own; undefined when node takes it for none. */
export function findCarriedName(certificate: X509Certificate, wanted: readonly string[]): string | undefined {
  const own = namesOf(certificate).map((name) => name.replace('*', 'sql'))
  return [...wanted, ...own].find((name) => name !== '' && nameProblemOf(certificate, name) === undefined)
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
