import type { ProbeFailure, Script } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { ArmAnswer } from '../../ports/arm-port.ts'
import { boundText } from '../bounded-text.ts'
import { parseErrorBody, type ErrorBody } from './error-body.ts'
import type { HttpAnswer } from './probe-error.ts'
import { parseResourceId } from '../../domain/resource-id.ts'

type Absent = Extract<ArmAnswer<never>, { found: false }>

/** What was asked, and by whom: for messages and scripts. */
export interface Asked {
  /** `virtual network vnet-hub` */
  what: string
  id: string
  clientId: string
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
const STALE_TOKEN = 'the token was not accepted; check tenant-id and the clock of this runner'

/** Codes that say more than their status does. The only table of its kind. */
const CODES: ReadonlyMap<string, ErrorMeaning> = new Map([
  ['subscriptionnotfound', { kind: 'not-found', says: NO_SUBSCRIPTION }],
  ['invalidsubscriptionid', { kind: 'not-found', says: NO_SUBSCRIPTION }],
  [
    'invalidauthenticationtokentenant',
    { kind: 'auth', says: 'the token is from another tenant than the subscription; check tenant-id' },
  ],
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
  if (status === 403) return { kind: 'forbidden', says: 'the identity lacks a role' }
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
  const meaning = (body && CODES.get(body.code.toLowerCase())) ?? meaningOfStatus(answer.status)
  return {
    failure: { kind: meaning.kind, message: messageOf(answer, body, meaning, asked), ...wayOut(meaning, body, asked) },
  }
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
  if (/html/i.test(contentType) || /^\s*</.test(text))
    return 'The answer is a web page; a proxy on the way may have made it.'
  return text
}

function waitText({ waitMs }: HttpAnswer): string {
  return waitMs === undefined || waitMs === 0 ? '' : `; Azure asks to wait ${String(Math.ceil(waitMs / 1000))} s`
}

function wayOut(
  meaning: ErrorMeaning,
  body: ErrorBody | undefined,
  asked: Asked,
): { missing?: string; scripts?: Script[] } {
  if (meaning.says === NOT_REGISTERED) return registration(asked)
  if (meaning.kind !== 'forbidden' && body?.code.toLowerCase() !== 'authorizationfailed') return {}
  return missingRole(body?.message ?? '', asked)
}

const ACTION = /perform action '([A-Za-z0-9./*_-]{3,200})'/
const LINKED =
  /permission to perform action\(?s?\)? '([A-Za-z0-9./*_-]{3,200})' on the linked scope\(?s?\)? '([^']{1,600})'/
const SCOPE = /(?:over|on) scope '([^']{1,600})'/
const OBJECT_ID = /with object id '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'/i

function missingRole(message: string, asked: Asked): { missing: string; scripts: Script[] } {
  const linked = LINKED.exec(message)
  const action = linked?.[1] ?? ACTION.exec(message)?.[1]
  const named = linked?.[2] ?? SCOPE.exec(message)?.[1]
  const scope = named !== undefined && isScope(named) ? named : asked.id
  const assignee = OBJECT_ID.exec(message)?.[1] ?? asked.objectId ?? asked.clientId
  const code = `az role assignment create --assignee ${quote(assignee)} --role Reader --scope ${quote(scope)}`
  return { missing: `${action ?? 'read'} on ${scope}`, scripts: [{ language: 'bash', code }] }
}

function registration(asked: Asked): { missing: string; scripts: Script[] } {
  const id = parseResourceId(asked.id)
  const namespace = id?.type.split('/')[0] ?? ''
  const code = `az provider register --namespace ${quote(namespace)} --subscription ${quote(id?.subscription ?? '')}`
  return { missing: `registration of ${namespace} in the subscription`, scripts: [{ language: 'bash', code }] }
}

/** The scope stands in a text of the other side and goes into a script: nothing but an ARM id will do. */
function isScope(text: string): boolean {
  return /^\/subscriptions\/[\p{L}\p{N}._()/-]+$/u.test(text)
}

function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
