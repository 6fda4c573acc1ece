import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts'
import { armError, authorizationFailed, resourceNotFound, type Answer } from './answers.ts'
import type { AzureState } from './state.ts'

export interface LabIrError extends JsonObject {
  code: string
  message: string
}

/** One question as it came; the body holds what the action sent, passwords and all. */
export interface LabIrQuestion {
  test: 'online' | 'source' | 'target' | 'share'
  body: JsonObject
}

/** The integration runtime of every service of the lab. */
export interface LabRuntime {
  online: boolean
  /** Tries the one thing that is asked for, from where the runtime stands. */
  connect(question: LabIrQuestion): Promise<readonly LabIrError[]>
  /** Stands in for the answer to a question; undefined: the usual one. */
  instead?(question: LabIrQuestion): Answer | undefined
  /** How often a question is answered by 202 and a place to ask at, before its answer. */
  later?: number
  /** In the order in which they came. */
  asked: LabIrQuestion[]
  /** Questions under way at once, at most. */
  most: number
}

const SUFFIX = '/validateir'
const TYPE = '/providers/microsoft.datamigration/sqlmigrationservices/'
const OPERATIONS = '/labOperations/'

interface Operation {
  left: number
  answer: Promise<Answer>
}
const operations = new WeakMap<AzureState, Operation[]>()
const underWay = new WeakMap<LabRuntime, number>()

/** POST validateIr of a service and, where its answer comes later, GET of the operation; for somebody who is signed in. */
export async function answerValidateIr(
  state: AzureState,
  method: string,
  url: URL,
  sent: string,
): Promise<Answer | undefined> {
  const path = decodeURIComponent(url.pathname)
  if (method === 'GET' && path.includes(OPERATIONS)) return poll(state, path)
  if (method !== 'POST' || !path.toLowerCase().includes(TYPE) || !path.toLowerCase().endsWith(SUFFIX)) return undefined
  const id = path.slice(0, -SUFFIX.length)
  const action = 'Microsoft.DataMigration/sqlMigrationServices/validateIR/action'
  if ((state.forbidden ?? []).some((one) => [id, action].some((own) => own.toLowerCase() === one.toLowerCase())))
    return authorizationFailed(state.objectId, action, id)
  if (url.searchParams.get('api-version') !== '2022-03-30-preview')
    return armError(400, 'NoRegisteredProviderFound', 'No registered resource provider found for the API version.')
  const { runtime } = state
  if (runtime === undefined || !state.resources.some((one) => one.id.toLowerCase() === id.toLowerCase()))
    return resourceNotFound(`Microsoft.DataMigration/sqlMigrationServices/${id.split('/').at(-1) ?? ''}`, 'rg')
  const body: unknown = JSON.parse(sent)
  const question = isJsonObject(body) ? readQuestion(body) : undefined
  if (question === undefined) return armError(400, 'BadRequest', 'One test at a time, please.')
  const answer = answerQuestion(runtime, question)
  if (runtime.later === undefined) return answer
  const all = operations.get(state) ?? []
  operations.set(state, all)
  all.push({ left: runtime.later, answer })
  return {
    status: 202,
    body: '',
    headers: { location: `${id}${OPERATIONS}${String(all.length - 1)}`, 'retry-after': '0' },
  }
}

async function answerQuestion(runtime: LabRuntime, question: LabIrQuestion): Promise<Answer> {
  runtime.asked.push(question)
  const now = (underWay.get(runtime) ?? 0) + 1
  underWay.set(runtime, now)
  runtime.most = Math.max(runtime.most, now)
  try {
    const own = runtime.instead?.(question)
    if (own !== undefined) return own
    const offline = [{ code: '2014', message: 'Integration Runtime default-ir is not online.' }]
    const errors = runtime.online ? (question.test === 'online' ? [] : await runtime.connect(question)) : offline
    return { status: 200, body: { ...echo(question.body), succeeded: errors.length === 0, errors: [...errors] } }
  } finally {
    underWay.set(runtime, (underWay.get(runtime) ?? 1) - 1)
  }
}

async function poll(state: AzureState, path: string): Promise<Answer | undefined> {
  const operation = operations.get(state)?.[Number(path.slice(path.lastIndexOf('/') + 1))]
  if (operation === undefined) return undefined
  operation.left -= 1
  return operation.left > 0 ? { status: 202, body: '', headers: { 'retry-after': '0' } } : operation.answer
}

/** Undefined: none or several of the toggles are on. */
function readQuestion(body: JsonObject): LabIrQuestion | undefined {
  const backup = isJsonObject(body['backupConfiguration']) ? body['backupConfiguration'] : {}
  const isOn = (part: Json | undefined): boolean => isJsonObject(part) && part['testConnectivity'] === true
  const tests = [
    ...(body['validateIntegrationRuntimeOnline'] === true ? (['online'] as const) : []),
    ...(isOn(body['sourceSqlConnection']) ? (['source'] as const) : []),
    ...(isOn(body['targetSqlConnection']) ? (['target'] as const) : []),
    ...(isOn(backup['sourceLocation']) ? (['share'] as const) : []),
  ]
  const [test, ...others] = tests
  return test === undefined || others.length > 0 ? undefined : { test, body }
}

/** The question without its passwords. */
function echo(value: JsonObject): JsonObject {
  const shown = Object.entries(value).filter(([name]) => !['password', 'accountKey'].includes(name))
  return Object.fromEntries(shown.map(([name, item]) => [name, isJsonObject(item) ? echo(item) : item]))
}
