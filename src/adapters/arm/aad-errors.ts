import { isJsonObject } from '../../domain/json.ts'
import type { ProbeFailure } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import { boundText } from '../bounded-text.ts'
import { member, parseJson } from './error-body.ts'
import type { HttpAnswer } from './probe-error.ts'

/** Who tried to sign in. */
export interface SignInTried {
  clientId: string
  tenantId: string
}

interface AadMeaning {
  kind: CauseKind
  says: string
  next: string
}

const NEW_SECRET =
  'make a new one (az ad app credential reset --id <client-id> --append) and store its value, not its id'
const FEDERATION =
  'compare issuer, subject and audience of the federated credential with the token of this workflow, letter by letter; new repositories send ids in the subject (repo:OWNER@ID/REPO@ID:...)'

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes. The only table of its kind. */
const CODES: ReadonlyMap<number, AadMeaning> = new Map([
  [7000215, { kind: 'auth', says: 'the client secret is wrong', next: NEW_SECRET }],
  [7000222, { kind: 'auth', says: 'the client secret has expired', next: NEW_SECRET }],
  [7000216, { kind: 'auth', says: 'a secret or assertion is required and none was taken', next: NEW_SECRET }],
  [7000218, { kind: 'auth', says: 'a secret or assertion is required and none was taken', next: NEW_SECRET }],
  [
    700016,
    {
      kind: 'auth',
      says: 'the application is not in this tenant',
      next: 'check client-id and tenant-id; an application of another tenant needs an enterprise application here (az ad sp create --id <client-id>)',
    },
  ],
  [
    7000112,
    {
      kind: 'auth',
      says: 'the application is disabled',
      next: 'enable its enterprise application in Microsoft Entra ID',
    },
  ],
  [
    7000229,
    {
      kind: 'auth',
      says: 'the application has no service principal in this tenant',
      next: 'az ad sp create --id <client-id>',
    },
  ],
  [
    90002,
    {
      kind: 'auth',
      says: 'the tenant does not exist in this cloud',
      next: 'check tenant-id and the input environment',
    },
  ],
  [900023, { kind: 'auth', says: 'tenant-id is neither an id nor a domain name', next: 'check tenant-id' }],
  [900021, { kind: 'auth', says: 'tenant-id is neither an id nor a domain name', next: 'check tenant-id' }],
  [
    500011,
    {
      kind: 'auth',
      says: 'the tenant does not know the resource for which a token was asked',
      next: 'check the input environment',
    },
  ],
  [
    53003,
    {
      kind: 'auth',
      says: 'a conditional access policy refuses the sign-in',
      next: 'let the policy except this workload identity or the address of this runner',
    },
  ],
  [70021, { kind: 'auth', says: 'no federated credential fits the token', next: FEDERATION }],
  [700211, { kind: 'auth', says: 'no federated credential fits the issuer of the token', next: FEDERATION }],
  [700212, { kind: 'auth', says: 'no federated credential fits the audience of the token', next: FEDERATION }],
  [700213, { kind: 'auth', says: 'no federated credential fits the subject of the token', next: FEDERATION }],
  [7002138, { kind: 'auth', says: 'no federated credential fits the subject of the token', next: FEDERATION }],
  [90033, { kind: 'server-error', says: 'the service is busy', next: 'run it again later' }],
])

/** What a sign-in answer that is not a success means. */
export function judgeSignIn(answer: HttpAnswer, tried: SignInTried): ProbeFailure {
  const { code, description, isOAuth } = parseAadError(answer.text)
  const meaning = (code === undefined ? undefined : CODES.get(code)) ?? meaningOfStatus(answer.status, isOAuth)
  const named = code === undefined ? `HTTP ${String(answer.status)}` : `AADSTS${String(code)}`
  const wait =
    answer.waitMs === undefined || answer.waitMs === 0
      ? ''
      : ` It asks to wait ${String(Math.ceil(answer.waitMs / 1000))} s.`
  const who = `application ${boundText(tried.clientId)} in tenant ${boundText(tried.tenantId)}`
  return {
    kind: meaning.kind,
    message: `Sign-in of ${who} at ${new URL(answer.url).host} did not succeed, ${named}: ${meaning.says}. Next: ${meaning.next}.${wait}${description === '' ? '' : ` ${boundText(description)}`}`,
    ...(meaning.kind === 'auth' ? { missing: 'a sign-in with the inputs client-id, tenant-id and client-secret' } : {}),
  }
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
    return { kind: 'auth', says: 'the sign-in was refused', next: 'check client-id, tenant-id and client-secret' }
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
  const inText = /AADSTS(\d{4,9})/.exec(description)?.[1]
  const code = typeof first === 'number' ? first : inText === undefined ? undefined : Number(inText)
  // What follows are ids and a time that help nobody here.
  const [sentence = ''] = description.split(/\s*Trace ID:/)
  return { code, description: sentence.trim(), isOAuth: typeof error === 'string' }
}
