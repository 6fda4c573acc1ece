import { isJsonObject } from '../../domain/json.ts'
import type { ProbeFailure } from '../../domain/observed.ts'
import type { SignInKind } from '../../domain/sign-in-kind.ts'
import { boundText } from '../bounded-text.ts'
import { AAD_CODES, type AadMeaning } from './aad-codes.ts'
import type { SignInTried } from './credential.ts'
import { member, parseJson } from './error-body.ts'
import { explainMismatch, federationScripts, MISMATCHES } from './federation.ts'
import type { HttpAnswer } from './probe-error.ts'
import type { IdTokenClaims } from './token-claims.ts'

/** What would let each kind sign in. */
export const WANTED: Readonly<Record<SignInKind, string>> = {
  secret: 'a sign-in with the inputs client-id, tenant-id and client-secret',
  oidc: "a sign-in with the inputs client-id and tenant-id and GitHub's ID token",
  cli: 'an Azure CLI that is logged in as the account that runs this runner (az login)',
  'managed-identity': 'a managed identity of the machine on which this runner runs',
}

/** What a sign-in answer that is not a success means. `idToken` is what GitHub's ID token said, where one was presented. */
export function judgeSignIn(answer: HttpAnswer, tried: SignInTried, idToken?: IdTokenClaims): ProbeFailure {
  const { code, description, isOAuth } = parseAadError(answer.text)
  const meaning = meaningOfCode(code, idToken) ?? meaningOfStatus(answer.status, isOAuth)
  const named = code === undefined ? `HTTP ${String(answer.status)}` : `AADSTS${String(code)}`
  const wait =
    answer.waitMs === undefined || answer.waitMs === 0
      ? ''
      : ` It asks to wait ${String(Math.ceil(answer.waitMs / 1000))} s.`
  const who = `application ${boundText(tried.clientId ?? '')} in tenant ${boundText(tried.tenantId ?? '')}`
  return {
    kind: meaning.kind,
    message: `Sign-in of ${who} at ${new URL(answer.url).host} did not succeed, ${named}: ${meaning.says}. Next: ${meaning.next}.${wait}${description === '' ? '' : ` ${boundText(description)}`}`,
    ...wayOut(meaning, code, tried, idToken),
  }
}

function wayOut(
  meaning: AadMeaning,
  code: number | undefined,
  tried: SignInTried,
  idToken: IdTokenClaims | undefined,
): Pick<ProbeFailure, 'missing' | 'scripts'> {
  if (meaning.kind !== 'auth') return {}
  if (code === undefined || !MISMATCHES.has(code)) return { missing: WANTED[tried.kind] }
  const scripts = federationScripts(tried.clientId ?? '', idToken)
  const subject = idToken === undefined ? 'the subject that GitHub sends' : `the subject ${boundText(idToken.subject)}`
  return {
    missing: `a federated credential of application ${boundText(tried.clientId ?? '')} for ${subject} (a user-assigned identity gets one by az identity federated-credential create)`,
    ...(scripts.length === 0 ? {} : { scripts }),
  }
}

/** Undefined for a code that the table does not know. */
export function meaningOfCode(code: number | undefined, idToken?: IdTokenClaims): AadMeaning | undefined {
  if (code === undefined) return undefined
  if (!MISMATCHES.has(code)) return AAD_CODES.get(code)
  return { kind: 'auth', ...explainMismatch(code, idToken) }
}

function meaningOfStatus(status: number, isOAuth: boolean): AadMeaning {
  if (status === 429) return { kind: 'throttled', says: 'too many sign-ins', next: 'run it again later' }
  if (status >= 500)
    return { kind: 'server-error', says: 'an error inside the sign-in service', next: 'run it again later' }
  if (status >= 300 && status < 400) {
    return {
      kind: 'untrusted-host',
      says: 'redirects are not followed with a credential',
      next: 'check the input environment',
    }
  }
  if (isOAuth)
    return { kind: 'auth', says: 'the sign-in was refused', next: 'check client-id, tenant-id and the credential' }
  return {
    kind: 'protocol',
    says: 'the answer is not that of a sign-in service; a proxy on the way may have made it',
    next: 'check the input environment and the proxy settings of this runner',
  }
}

function parseAadError(text: string): { code: number | undefined; description: string; isOAuth: boolean } {
  const body = parseJson(text)
  if (!isJsonObject(body)) return { code: undefined, description: '', isOAuth: false }
  const error = member(body, 'error')
  const described = member(body, 'error_description')
  const codes = member(body, 'error_codes')
  const description = typeof described === 'string' ? described : ''
  const first: unknown = Array.isArray(codes) ? codes[0] : undefined
  const code = typeof first === 'number' ? first : aadCodeIn(description)
  return { code, description: sentenceOf(description), isOAuth: typeof error === 'string' }
}

/** The number of the first `AADSTS...` in a text. */
export function aadCodeIn(text: string): number | undefined {
  const digits = /AADSTS(\d{4,9})/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Without the ids and the time behind it, which help nobody here. */
export function sentenceOf(description: string): string {
  const [sentence = ''] = description.split(/\s*Trace ID:/)
  return sentence.trim()
}
