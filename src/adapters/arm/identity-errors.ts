import { isJsonObject } from '../../domain/json.ts'
import type { ProbeFailure } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { aadCodeIn, meaningOfCode, sentenceOf, WANTED } from './aad-errors.ts'
import type { ManagedIdentityCredential } from './credential.ts'
import { member, parseErrorBody, parseJson } from './error-body.ts'
import type { IdentityEndpoint } from './identity-endpoints.ts'
import type { HttpAnswer } from './probe-error.ts'

/** What an answer of a managed identity endpoint that is not a success means. */
export function judgeIdentityAnswer(
  answer: HttpAnswer,
  { clientId }: ManagedIdentityCredential,
  { name }: IdentityEndpoint,
): ProbeFailure {
  const said = boundText(descriptionOf(answer.text))
  const asked = `${name} at ${new URL(answer.url).host} answered ${String(answer.status)}`
  const end = said === '' ? '' : ` ${said}`
  const aad = meaningOfCode(aadCodeIn(said))
  if (aad !== undefined) return { kind: aad.kind, message: `${asked}: ${aad.says}. Next: ${aad.next}.${end}` }
  if (/multiple user assigned/i.test(said)) {
    const message = `${asked}: this machine has several identities. Next: say which one by the input client-id.${end}`
    return { kind: 'missing-input', message, missing: 'the input client-id' }
  }
  if (/identity not found|no (?:user|system|managed).*identity|no managed identity/i.test(said)) {
    return noSuchIdentity(asked, clientId, end)
  }
  // Docker Desktop answers in the place of the service that is not there.
  if (answer.status === 403 && /unreachable/i.test(said)) {
    return {
      kind: 'unreachable',
      message: `${asked}: this runner is no Azure machine.${end}`,
      missing: WANTED['managed-identity'],
    }
  }
  const { kind, says } = meaningOfStatus(answer.status)
  return {
    kind,
    message: `${asked}: ${says}.${end}`,
    ...(kind === 'auth' ? { missing: WANTED['managed-identity'] } : {}),
  }
}

function noSuchIdentity(asked: string, clientId: string | undefined, end: string): ProbeFailure {
  const which = clientId === undefined ? 'no managed identity' : `no managed identity ${clientId}`
  const assign = 'az vm identity assign --resource-group <group> --name <machine>'
  const code = clientId === undefined ? assign : `${assign} --identities <resource id of the identity ${clientId}>`
  return {
    kind: 'no-credential',
    message: `${asked}: this machine has ${which}. Next: assign one to it.${end}`,
    missing: WANTED['managed-identity'],
    scripts: [{ language: 'bash', code }],
  }
}

function meaningOfStatus(status: number): { kind: ProbeFailure['kind']; says: string } {
  if (status === 429) return { kind: 'throttled', says: 'too many requests; run it again later' }
  // https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling
  if (status === 404 || status === 410) return { kind: 'server-error', says: 'it is being updated; run it again later' }
  if (status >= 500) return { kind: 'server-error', says: 'an error inside it; run it again later' }
  if (status >= 300 && status < 400)
    return { kind: 'untrusted-host', says: 'redirects are not followed with a credential' }
  if (status === 401 || status === 403) return { kind: 'auth', says: 'it gives this runner no token' }
  return { kind: 'protocol', says: 'the request was not understood' }
}

/** `error_description` (Instance Metadata Service), `message` (App Service), or `error.message`. */
function descriptionOf(text: string): string {
  const body = parseJson(text)
  if (!isJsonObject(body)) return /^\s*</.test(text) ? '' : text
  const described = [member(body, 'error_description'), member(body, 'message'), parseErrorBody(text)?.message]
  return sentenceOf(described.find((one) => typeof one === 'string') ?? '')
}
