import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { Refusal, RefusalReason } from '../../ports/blob-port.ts'
import type { HttpAnswer } from '../arm/probe-error.ts'
import { boundText } from '../bounded-text.ts'

/** What the service said that is not a success, on its way out of the SDK's pipeline. It never leaves the adapter. */
export class BlobStatusError extends Error {
  readonly answer: HttpAnswer
  /** Of the header `x-ms-error-code`. */
  readonly header: string | undefined

  constructor(answer: HttpAnswer, header: string | undefined) {
    super(`HTTP ${String(answer.status)} from ${new URL(answer.url).host}`)
    this.name = 'BlobStatusError'
    this.answer = answer
    this.header = header
  }
}

/** What was asked: for messages. `list of backups` */
export interface Asked {
  what: string
  host: string
}

type Meaning =
  { refused: RefusalReason } | { absent: true } | { done: true } | { kind: CauseKind; says: string; missing?: string }

const FIREWALL: Meaning = {
  kind: 'forbidden',
  says: 'the firewall of the storage account does not admit this runner, which says nothing of DMS',
  missing: "this runner's address or subnet in the networks that the storage account admits",
}
const VERSION: Meaning = {
  kind: 'unsupported',
  says: 'this service does not know the version of the storage protocol that this program speaks',
}
const BAD_NAME: Meaning = { kind: 'missing-input', says: 'the URL is not that of a container' }

/**
 * https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes, .../sas-error-codes and
 * .../common-rest-api-error-codes, in lower case. The only table of its kind.
 */
const CODES: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({
    authenticationfailed: { refused: 'credential' },
    invalidauthenticationinfo: { refused: 'credential' },
    noauthenticationinformation: { refused: 'credential' },
    publicaccessnotpermitted: { refused: 'credential' },
    authorizationpermissionmismatch: { refused: 'permission' },
    unauthorizedbloboverwrite: { refused: 'permission' },
    authorizationprotocolmismatch: { refused: 'protocol' },
    authorizationsourceipmismatch: { refused: 'address' },
    authorizationresourcetypemismatch: { refused: 'reach' },
    authorizationservicemismatch: { refused: 'reach' },
    keybasedauthenticationnotpermitted: { refused: 'shared-key' },
    blobimmutableduetopolicy: { refused: 'container-policy' },
    blobimmutableduetolegalhold: { refused: 'container-policy' },
    requestforbiddenbycontainerencryptionpolicy: { refused: 'container-policy' },
    containernotfound: { absent: true },
    containerbeingdeleted: { absent: true },
    // The name is unguessable: it is there because an earlier try of this program, whose answer was lost, made it.
    blobalreadyexists: { done: true },
    // Likewise, an earlier try removed it.
    blobnotfound: { done: true },
    authorizationfailure: FIREWALL,
    accountisdisabled: {
      kind: 'forbidden',
      says: 'the storage account is disabled',
      missing: 'a storage account that is in use',
    },
    insufficientaccountpermissions: { kind: 'forbidden', says: 'the storage account does not take this operation' },
    accountbeingcreated: { kind: 'insufficient', says: 'the storage account is still being created' },
    containerdisabled: { kind: 'forbidden', says: 'the container is disabled' },
    resourcenotfound: { kind: 'not-found', says: 'this answer does not say what is missing, so it decides nothing' },
    invalidresourcename: BAD_NAME,
    invaliduri: BAD_NAME,
    outofrangeinput: BAD_NAME,
    featureversionmismatch: VERSION,
    invalidheadervalue: VERSION,
    unsupportedheader: VERSION,
    serverbusy: { kind: 'throttled', says: 'too many requests' },
    operationtimedout: { kind: 'timeout', says: 'the request timed out inside the service' },
    internalerror: { kind: 'server-error', says: 'an error inside the service; run it again later' },
  } satisfies Record<string, Meaning>),
)

/** Emulators answer a wrong signature with the code of the firewall and these words. */
const NOT_AUTHENTICATED = /failed to authenticate/i

/** The service's answer as what was asked: a refusal, no container, nothing left to do, or a failure to look. */
export type ServiceAnswer =
  | { is: 'refused'; reason: RefusalReason; code: string; message: string }
  | { is: 'absent'; code: string; message: string }
  | { is: 'done'; code: string }
  | { is: 'failure'; failure: ProbeFailure }

export function judgeBlobAnswer({ answer, header }: BlobStatusError, asked: Asked): ServiceAnswer {
  const { code, message } = readErrorBody(answer, header)
  const meaning = meaningOf(answer.status, code, message)
  if ('refused' in meaning) return { is: 'refused', reason: meaning.refused, code, message }
  if ('absent' in meaning) return { is: 'absent', code, message }
  if ('done' in meaning) return { is: 'done', code }
  const { kind, says, missing } = meaning
  const tries = answer.tries > 1 ? ` (${String(answer.tries)} tries)` : ''
  const said = code === '' ? plainText(answer) : `${code}: ${message}`
  const text = `${asked.host} answered ${String(answer.status)} when asked for ${asked.what}${tries}: ${says}. ${said}`
  return {
    is: 'failure',
    failure: { kind, message: boundText(text), ...(missing === undefined ? {} : { missing }) },
  }
}

function meaningOf(status: number, code: string, message: string): Meaning {
  const lower = code.toLowerCase()
  if (lower === 'authorizationfailure' && NOT_AUTHENTICATED.test(message)) return { refused: 'credential' }
  const meaning = CODES.get(lower) ?? meaningOfStatus(status)
  // A code proves something only under the status that it belongs to: a proxy may have rewritten one of them.
  return 'refused' in meaning && ![400, 401, 403, 404, 409].includes(status) ? meaningOfStatus(status) : meaning
}

function meaningOfStatus(status: number): Meaning {
  if (status === 401) return { kind: 'auth', says: 'it asks for another credential' }
  if (status === 403) return { kind: 'forbidden', says: 'it does not say why; a proxy on the way may have answered' }
  if (status === 404) return { kind: 'not-found', says: 'this 404 does not say what is missing, so it decides nothing' }
  if (status === 408) return { kind: 'timeout', says: 'the request timed out inside the service' }
  if (status === 407) return { kind: 'forbidden', says: 'a proxy on the way asks for a sign-in' }
  if (status === 409 || status === 412)
    return { kind: 'insufficient', says: 'it is in a state in which it cannot be asked' }
  if (status === 429) return { kind: 'throttled', says: 'too many requests' }
  if (status >= 500) return { kind: 'server-error', says: 'an error inside the service; run it again later' }
  if (status >= 300 && status < 400) {
    return { kind: 'untrusted-host', says: 'redirects are not followed with a SAS' }
  }
  return { kind: 'protocol', says: 'the request was not understood' }
}

/**
 * `<Error><Code>..</Code><Message>..</Message></Error>`. Of the message the first line: request id and time follow. The
 * detail of a refused signature (`AuthenticationErrorDetail`) is left out, as it can repeat what was signed.
 */
function readErrorBody({ text }: HttpAnswer, header: string | undefined): { code: string; message: string } {
  const body = text.slice(0, 16_384)
  const written = /<Code>\s*([A-Za-z0-9]{1,80})\s*<\/Code>/.exec(body)?.[1]
  const code = written ?? (header !== undefined && /^[A-Za-z0-9]{1,80}$/.test(header) ? header : '')
  const message = /<Message>([^<]*)/.exec(body)?.[1] ?? ''
  return { code, message: boundText((message.split(/[\r\n]/)[0] ?? '').replaceAll('&amp;', '&').trim()) }
}

function plainText({ text, contentType, location }: HttpAnswer): string {
  if (location !== undefined)
    return `It points to ${URL.canParse(location) ? new URL(location).host : 'something that is no URL'}.`
  if (text.trim() === '') return 'The answer has no body.'
  if (/html/i.test(contentType) || /^\s*</.test(text))
    return 'The answer is a web page; a proxy on the way may have made it.'
  return 'The answer has no code of Azure Storage.'
}

/** What an error of the service means to whoever asked for a list. */
export function answerOf(
  error: BlobStatusError,
  what: string,
  host: string,
): Observed<Refusal | { outcome: 'no-container'; code: string; message: string }> {
  const judged = judgeBlobAnswer(error, { what, host })
  switch (judged.is) {
    case 'refused':
      return seen({ outcome: 'refused', reason: judged.reason, code: judged.code, message: judged.message })
    case 'absent':
      return seen({ outcome: 'no-container', code: judged.code, message: judged.message })
    case 'done':
      return unseen('protocol', `${host} answered ${what} with ${judged.code}, which is no answer to that.`)
    case 'failure':
      return { ok: false, failure: judged.failure }
  }
}
