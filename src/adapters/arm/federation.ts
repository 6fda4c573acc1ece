import type { Script } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { quoteShell } from './shell.ts'
import type { IdTokenClaims } from './token-claims.ts'

/** Subject and issuer of a federated credential may be so long (https://learn.microsoft.com/graph/api/resources/federatedidentitycredential). */
const CLAIM_LIMIT_CHARS = 600
const NAME_LIMIT_CHARS = 120

/** No federated credential of the application fits: the issuer, the audience or the subject differs. */
export const MISMATCHES: ReadonlySet<number> = new Set([70021, 700211, 700212, 700213, 7002137, 7002138])
/** Only letter case differs: matching has minded it since 2025. */
const CASE_MISMATCH = 7002138

/** `repo:OWNER@ID/REPO@ID:...`, which GitHub sends for repositories created, renamed or transferred since 2026-07-15. */
const IMMUTABLE_SUBJECT = /^repo:[^/@:]+@\d+\/[^/@:]+@\d+:/
const NAMED_SUBJECT = /^repo:[^/@:]+\/[^/@:]+:/

/** What does not fit, with what GitHub sent, and what to do about it. */
export function explainMismatch(code: number, claims: IdTokenClaims | undefined): { says: string; next: string } {
  const says = `no federated credential fits the ${PARTS.get(code) ?? 'subject'} of the token`
  if (claims === undefined) {
    const next =
      'compare issuer, subject and audience of the federated credential with the ID token of this workflow, letter by letter'
    return { says, next }
  }
  const { subject, issuer, audience } = claims
  const sent = `GitHub sent the subject ${boundText(subject)}, the issuer ${boundText(issuer)} and the audience ${boundText(audience)}`
  return { says: `${says}: ${sent}${hintOf(code, subject)}`, next: 'make a federated credential with exactly these' }
}

const PARTS: ReadonlyMap<number, string> = new Map([
  [70021, 'issuer, subject or audience'],
  [700211, 'issuer'],
  [700212, 'audience'],
])

function hintOf(code: number, subject: string): string {
  if (code === CASE_MISMATCH) {
    return ' (there is one that differs in upper and lower case alone: delete it, since it matches letter by letter)'
  }
  if (IMMUTABLE_SUBJECT.test(subject)) {
    return ' (this is the immutable form with the ids of owner and repository, which GitHub sends for repositories created, renamed or transferred since 2026-07-15)'
  }
  if (NAMED_SUBJECT.test(subject)) {
    return ' (the Azure portal proposes the form repo:OWNER@ID/REPO@ID:..., which this repository does not send)'
  }
  return ''
}

/** Makes the federated credential that fits. Nothing when a claim is longer than Microsoft Entra ID takes. */
export function federationScripts(clientId: string, claims: IdTokenClaims | undefined): Script[] {
  if (claims === undefined) return []
  const { subject, issuer, audience } = claims
  const isTakable = (text: string): boolean => text.length <= CLAIM_LIMIT_CHARS && !/[\u0000-\u001f\u007f]/.test(text)
  if (![subject, issuer, audience].every(isTakable)) return []
  const parameters = JSON.stringify({ name: nameOf(subject), issuer, subject, audiences: [audience] })
  const code = `az ad app federated-credential create --id ${quoteShell(clientId)} --parameters ${quoteShell(parameters)}`
  return [{ language: 'bash', code }]
}

/** Letters, digits and hyphens, unique for the subject. */
function nameOf(subject: string): string {
  const name = subject.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')
  return `github-${name}`.slice(0, NAME_LIMIT_CHARS)
}
