import type { ProbeFailure, Script } from '../../domain/observed.ts'
import { parseResourceId } from '../../domain/resource-id.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { ArmAnswer } from '../../ports/arm-port.ts'
import { boundText } from '../bounded-text.ts'
import { parseErrorBody, type ErrorBody } from './error-body.ts'
import type { HttpAnswer } from './probe-error.ts'
import { actionOf } from './read-actions.ts'
import { roleScripts } from './role-scripts.ts'
import { quoteShell } from './shell.ts'

type Absent = Extract<ArmAnswer<never>, { found: false }>

/** What was asked, and by whom: for messages and scripts. */
export interface Asked {
  /** `virtual network vnet-hub` */
  what: string
  id: string
  clientId: string | undefined
  objectId: string | undefined
}

interface ErrorMeaning {
  kind: CauseKind
  says: string
}

/** 404 answers that are themselves the fact asked. Any other 404 decides nothing. */
const ABSENT: ReadonlyMap<string, Absent['missing']> = new Map([
  ['resourcenotfound', 'resource'],
  ['containernotfound', 'resource'],
  ['parentresourcenotfound', 'parent'],
  ['resourcegroupnotfound', 'resource-group'],
])

const NO_SUBSCRIPTION =
  'either the subscription id is wrong, or the identity has no role in it, or it belongs to another tenant than tenant-id'
const UNKNOWN_TYPE = 'this cloud does not know the resource type or the api-version that this program asks for'
const NOT_REGISTERED = 'the resource provider is not registered in the subscription'
const OTHER_TENANT = 'the token is of another tenant than the subscription'
const DENIED = 'a deny assignment refuses it, and no role outweighs that'
const NO_ROLE = 'the identity lacks a role (one that was granted minutes ago may not count yet)'
const WEB_PAGE = 'a web page came instead of an answer of Azure; a proxy on the way may have made it'
const STALE_TOKEN = 'the token was not accepted; check tenant-id and the clock of this runner'

/** Codes that say more than their status does. The only table of its kind. */
const CODES: ReadonlyMap<string, ErrorMeaning> = new Map([
  ['subscriptionnotfound', { kind: 'not-found', says: NO_SUBSCRIPTION }],
  ['invalidsubscriptionid', { kind: 'not-found', says: NO_SUBSCRIPTION }],
  ['invalidauthenticationtokentenant', { kind: 'auth', says: OTHER_TENANT }],
  ['authorizationfailed', { kind: 'forbidden', says: NO_ROLE }],
  [
    'linkedauthorizationfailed',
    { kind: 'forbidden', says: 'the identity lacks a role at what the object is linked to' },
  ],
  ['denyassignmentauthorizationfailed', { kind: 'forbidden', says: DENIED }],
  ['expiredauthenticationtoken', { kind: 'auth', says: STALE_TOKEN }],
  ['invalidauthenticationtoken', { kind: 'auth', says: STALE_TOKEN }],
  ['noregisteredproviderfound', { kind: 'protocol', says: UNKNOWN_TYPE }],
  ['invalidresourcetype', { kind: 'protocol', says: UNKNOWN_TYPE }],
  ['invalidresourcenamespace', { kind: 'protocol', says: UNKNOWN_TYPE }],
  ['invalidapiversionparameter', { kind: 'protocol', says: UNKNOWN_TYPE }],
  ['missingsubscriptionregistration', { kind: 'insufficient', says: NOT_REGISTERED }],
  ['subscriptionnotregistered', { kind: 'insufficient', says: NOT_REGISTERED }],
  ['servertimeout', { kind: 'server-error', says: 'the request timed out inside Azure' }],
])

function meaningOfStatus(status: number): ErrorMeaning {
  if (status === 401) return { kind: 'auth', says: STALE_TOKEN }
  if (status === 403) return { kind: 'forbidden', says: NO_ROLE }
  if (status === 404) return { kind: 'protocol', says: 'this 404 does not say what is missing, so it decides nothing' }
  if (status === 408) return { kind: 'timeout', says: 'the request timed out inside Azure' }
  if (status === 409) return { kind: 'insufficient', says: 'the resource is in a state in which it cannot be read' }
  if (status === 429) return { kind: 'throttled', says: 'too many requests' }
  if (status >= 500) return { kind: 'server-error', says: 'an error inside Azure; run it again later' }
  if (status >= 300 && status < 400) {
    return { kind: 'untrusted-host', says: 'redirects are not followed with a credential' }
  }
  return { kind: 'protocol', says: 'the request was not understood' }
}

/** What an answer that is not a success means for the object asked. */
export function judgeAnswer(answer: HttpAnswer, asked: Asked): { absent: Absent } | { failure: ProbeFailure } {
  const body = parseErrorBody(answer.text)
  const missing = absence(answer, body, asked)
  if (missing !== undefined && body !== undefined) {
    return { absent: { found: false, missing, message: boundText(`${body.code}: ${body.message}`) } }
  }
  const meaning = meaningOf(answer, body)
  return {
    failure: {
      kind: meaning.kind,
      message: messageOf(answer, body, meaning, asked),
      ...wayOut(meaning, body, answer, asked),
    },
  }
}

function meaningOf(answer: HttpAnswer, body: ErrorBody | undefined): ErrorMeaning {
  const known = body === undefined ? undefined : CODES.get(body.code.toLowerCase())
  if (known !== undefined) return known
  // No role helps against a page that a proxy made: only what Azure itself says counts as its refusal.
  const isRefusal = answer.status === 401 || answer.status === 403
  if (isRefusal && body === undefined && isWebPage(answer)) return { kind: 'protocol', says: WEB_PAGE }
  return meaningOfStatus(answer.status)
}

function absence(answer: HttpAnswer, body: ErrorBody | undefined, asked: Asked): Absent['missing'] | undefined {
  if (answer.status !== 404 || body === undefined) return undefined
  const code = body.code.toLowerCase()
  // Microsoft.Network answers a plain NotFound for some objects; it counts when its message names the very one asked.
  if (code === 'notfound') return body.message.toLowerCase().includes(asked.id.toLowerCase()) ? 'resource' : undefined
  return ABSENT.get(code)
}

function messageOf(answer: HttpAnswer, body: ErrorBody | undefined, meaning: ErrorMeaning, asked: Asked): string {
  const from = `Azure Resource Manager at ${new URL(answer.url).host}`
  const tries = answer.tries > 1 ? ` (${String(answer.tries)} tries)` : ''
  const said = body === undefined ? plainText(answer) : `${body.code}: ${body.message}`
  return `${from} answered ${String(answer.status)} when asked for ${asked.what}${tries}: ${meaning.says}${waitText(answer)}. ${boundText(said)}`.trim()
}

/** A page of a proxy or of a web server says nothing in HTML that is worth showing. */
function plainText({ text, contentType, location }: HttpAnswer): string {
  if (location !== undefined) return `It points to ${URL.canParse(location) ? new URL(location).host : location}.`
  if (text.trim() === '') return 'The answer has no body.'
  if (isWebPage({ text, contentType })) return 'The answer is a web page; a proxy on the way may have made it.'
  return text
}

function isWebPage({ text, contentType }: Pick<HttpAnswer, 'text' | 'contentType'>): boolean {
  return /html/i.test(contentType) || /^\s*</.test(text)
}

function waitText({ waitMs }: HttpAnswer): string {
  return waitMs === undefined || waitMs === 0 ? '' : `; Azure asks to wait ${String(Math.ceil(waitMs / 1000))} s`
}

function wayOut(
  meaning: ErrorMeaning,
  body: ErrorBody | undefined,
  answer: HttpAnswer,
  asked: Asked,
): { missing?: string; scripts?: Script[] } {
  const message = body?.message ?? ''
  if (meaning.says === NOT_REGISTERED) return registration(message, asked)
  if (meaning.says === OTHER_TENANT) return rightTenant(message)
  if (meaning.says === NO_SUBSCRIPTION) return sightOf(asked)
  if (meaning.kind !== 'forbidden') return {}
  return missingRole(meaning, message, answer, asked)
}

const ACTION = /perform action '([A-Za-z0-9./*_-]{3,200})'/
const LINKED =
  /permission to perform action\(?s?\)? '([A-Za-z0-9./*_-]{3,200})' on the linked scope\(?s?\)? '([^']{1,600})'/
const LINKED_ABSENT = /linked (?:subscription|tenant) '([^']{1,200})' was not found/
const SCOPE = /(?:over|on) scope '([^']{1,600})'/
const OBJECT_ID = /with object id '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'/i

function missingRole(
  meaning: ErrorMeaning,
  message: string,
  answer: HttpAnswer,
  asked: Asked,
): { missing: string; scripts?: Script[] } {
  const action = LINKED.exec(message)?.[1] ?? ACTION.exec(message)?.[1] ?? askedAction(answer)
  // The action is held where it was asked for: what is missing is sight of the other side.
  const absent = LINKED_ABSENT.exec(message)?.[1]
  if (absent !== undefined)
    return { missing: `${action} in the linked subscription ${boundText(absent)}, which this identity does not see` }
  const named = LINKED.exec(message)?.[2] ?? SCOPE.exec(message)?.[1]
  const scope = named !== undefined && isScope(named) ? named : asked.id
  const missing = `${action} on ${scope}`
  if (meaning.says === DENIED) return { missing: `${missing}, which a deny assignment forbids` }
  const assignee = OBJECT_ID.exec(message)?.[1] ?? asked.objectId ?? asked.clientId ?? '<object id of the identity>'
  return { missing, scripts: roleScripts({ action, scope, assignee }) }
}

function askedAction({ method = 'GET', url }: HttpAnswer): string {
  return actionOf(method, decodeURIComponent(new URL(url).pathname)) ?? 'read'
}

const OWNER_TENANT = /must match the tenant 'https:\/\/sts\.[a-z.]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?'/i

function rightTenant(message: string): { missing: string } {
  const tenant = OWNER_TENANT.exec(message)?.[1]
  return {
    missing:
      tenant === undefined
        ? 'an identity of the tenant of the subscription'
        : `an identity of the tenant of the subscription (tenant-id: ${tenant})`,
  }
}

function sightOf(asked: Asked): { missing: string } {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(asked.id)?.[1] ?? asked.id
  return {
    missing: `a role of this identity in subscription ${subscription}, or the right id of the subscription and tenant-id`,
  }
}

function registration(message: string, asked: Asked): { missing: string; scripts: Script[] } {
  const id = parseResourceId(asked.id)
  const namespace = /namespace '([A-Za-z0-9.]{3,100})'/.exec(message)?.[1] ?? id?.type.split('/')[0] ?? ''
  const subscription = id?.subscription ?? /^\/subscriptions\/([^/]+)/i.exec(asked.id)?.[1] ?? ''
  const code = `az provider register --namespace ${quoteShell(namespace)} --subscription ${quoteShell(subscription)}`
  return { missing: `registration of ${namespace} in the subscription`, scripts: [{ language: 'bash', code }] }
}

/** The scope stands in a text of the other side and goes into a script: nothing but an ARM id will do. */
function isScope(text: string): boolean {
  return /^\/subscriptions\/[\p{L}\p{N}._()/-]+$/u.test(text)
}
