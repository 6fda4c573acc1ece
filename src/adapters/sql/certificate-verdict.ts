import type { TlsSettings } from '../../domain/manifest.ts'
import type { Certificate, TlsAnswer } from '../../ports/sql-port.ts'
import { boundText } from '../bounded-text.ts'
import { describeCertificate, nameProblemOf } from './certificate.ts'
import type { ShownCertificate } from './tls-handshake.ts'

type Answer = Extract<TlsAnswer, { outcome: 'accepted' | 'refused' }>

/** Whether the manifest takes what the server showed. */
export function judgeCertificate(
  shown: ShownCertificate,
  expectedName: string,
  { pin, trustServerCertificate, encrypt }: TlsSettings,
): Answer {
  const certificate = describeCertificate(shown.certificate)
  const { protocol, chainProblem } = shown
  if (pin !== undefined) return judgePinned(pin, protocol, certificate)
  const nameProblem = nameProblemOf(shown.certificate, expectedName)
  const verified = chainProblem === '' && nameProblem === undefined
  // The driver verifies a strict connection whatever it is told.
  if (verified || (trustServerCertificate && encrypt !== 'strict'))
    return { outcome: 'accepted', protocol, certificate, verified }
  const names = certificate.names.length === 0 ? 'no name' : certificate.names.join(', ')
  const otherName = `The certificate is for ${boundText(names)}, not for ${expectedName}.`
  if (chainProblem === '') return refused('name', otherName, certificate)
  const { problem, says } = chainProblemOf(chainProblem)
  const fact = `${says} (${chainProblem}): ${describeDates(certificate)}, issued by ${certificate.issuer}.`
  return refused(problem, nameProblem === undefined ? fact : `${fact} ${otherName}`, certificate)
}

/** Issuer and names do not matter: it is that certificate or it is not. Its dates do. */
function judgePinned(pin: string, protocol: string, certificate: Certificate): Answer {
  const { fingerprint, validFrom, validTo } = certificate
  if (fingerprint !== pin)
    return refused('pin', `The server showed ${fingerprint}, and the manifest pins ${pin}.`, certificate)
  const now = Date.now()
  if (now > Date.parse(validTo))
    return refused('expired', `The pinned certificate has expired: ${describeDates(certificate)}.`, certificate)
  if (now < Date.parse(validFrom))
    return refused(
      'not-yet-valid',
      `The pinned certificate is not valid yet: ${describeDates(certificate)}.`,
      certificate,
    )
  return { outcome: 'accepted', protocol, certificate, verified: true, pinned: true }
}

function refused(
  problem: Extract<Answer, { outcome: 'refused' }>['problem'],
  message: string,
  certificate: Certificate,
): Answer {
  return { outcome: 'refused', problem, message, certificate, seenAt: new Date().toISOString() }
}

function describeDates({ validFrom, validTo }: Certificate): string {
  return `valid from ${validFrom} to ${validTo}`
}

function chainProblemOf(code: string): { problem: 'untrusted' | 'expired' | 'not-yet-valid'; says: string } {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return { problem: 'expired', says: 'The certificate, or one that it rests on, has expired' }
    case 'CERT_NOT_YET_VALID':
      return { problem: 'not-yet-valid', says: 'The certificate, or one that it rests on, is not valid yet' }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return { problem: 'untrusted', says: 'The certificate is self-signed, and this runner does not know it' }
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return { problem: 'untrusted', says: 'The certificate leads to a root that this runner does not trust' }
    default:
      return { problem: 'untrusted', says: 'The certificate does not lead to an authority that this runner trusts' }
  }
}
