import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import type { SqlLogin, WindowsLogin } from '../../domain/manifest.ts'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type {
  RuntimeAnswer,
  RuntimeConnection,
  RuntimeError,
  RuntimePort,
  RuntimeQuestion,
  RuntimeTest,
} from '../../ports/runtime-port.ts'
import { accountKey, createAccountGate, heldBack, type AccountGate, type AccountVerdict } from '../account-gate.ts'
import { boundText } from '../bounded-text.ts'
import { createMemo } from '../memo.ts'
import type { AzureAccess, RuntimeReply } from './arm-port.ts'
import { member } from './error-body.ts'

export interface RuntimePortOptions {
  arriving: Promise<Observed<Pick<AzureAccess, 'askRuntime'>>>
  /** Host of Azure Resource Manager. */
  host: () => Promise<Observed<string>>
  /** By the name of their environment variable. */
  secrets: ReadonlyMap<string, Secret>
  /** Shared with the protocols of the run: what was refused there is not tried here. */
  accounts: AccountGate
  /** The input `probe-through-runtime`, in a trusted run. */
  isAllowed: boolean
}

type Tried = { account: AccountVerdict; answer: Observed<RuntimeAnswer> }

/**
 * Tests by the integration runtime of a service, in the order of the migration wizard: is it online, then one connection at
 * a time. A service gets one question at a time, and no question carries more credentials than it tests.
 */
export function createRuntimePort(options: RuntimePortOptions): RuntimePort {
  if (!options.isAllowed) return { host: options.host }
  const { arriving, secrets, accounts } = options
  const memo = createMemo()
  const ownAccounts = createAccountGate()
  const oneByOne = createQueues()
  const ask = (question: RuntimeQuestion, of: RuntimeTest, password?: Secret): Promise<Observed<RuntimeAnswer>> =>
    oneByOne(question.serviceId.toLowerCase(), async () => {
      const azure = await arriving
      if (!azure.ok) return azure
      const before = performance.now()
      const body = bodyOf(question, of, password)
      const reply = await azure.value.askRuntime(question.serviceId, body, password === undefined ? [] : [password])
      const ms = Math.round(performance.now() - before)
      return reply.ok ? readReply(reply.value, of, ms) : reply
    })
  const isOnline = (question: RuntimeQuestion): Promise<Observed<RuntimeAnswer>> =>
    memo.once(`online ${question.serviceId.toLowerCase()}`, () => ask(question, 'online'))

  async function validate(question: RuntimeQuestion): Promise<Observed<RuntimeAnswer>> {
    const login = loginOf(question)
    const password = secrets.get(login.password.secret)
    if (password === undefined || password.reveal() === '') {
      const variable = `environment variable ${login.password.secret}`
      const message = `The integration runtime was not asked to log in as ${login.user}: the ${variable} is unset or empty.`
      return unseen('no-credential', message, { missing: variable })
    }
    const account = accountKey({ kind: login.kind, user: login.user, proof: password })
    const online = await isOnline(question)
    if (!online.ok || online.value.outcome !== 'succeeded') return online
    return memo.once(keyOf(question, account), async () => {
      const attempt = async (): Promise<Tried> => {
        // A password that nobody has accepted yet is not tried through somebody else, where nothing can be seen.
        if (!accounts.isAccepted(account)) return { account: 'undecided', answer: notAccepted(login.user) }
        return judgeAccount(await ask(question, question.test.of, password))
      }
      // The password was accepted here before: that the runtime has it refused keeps it from the runtime alone.
      const passed = await accounts.pass(account, question.askedBy, async () => ({
        account: 'undecided' as const,
        own: await ownAccounts.pass(account, question.askedBy, attempt),
      }))
      if ('withheld' in passed) return seen({ outcome: 'withheld', refusedAt: passed.withheld })
      if ('unanswered' in passed) return heldBack(login.user, passed.unanswered)
      const { own } = passed.tried
      if ('withheld' in own) return seen({ outcome: 'withheld', refusedAt: own.withheld })
      return 'unanswered' in own ? heldBack(login.user, own.unanswered) : own.tried.answer
    })
  }
  return {
    host: options.host,
    validate: (question, waiting = (turn) => turn) => waiting(validate(question)),
  }
}

function notAccepted(user: string): Observed<never> {
  const message = `The integration runtime was not asked to log in as ${user}: no server has accepted this login in this run.`
  return unseen('insufficient', message, { missing: `a login of ${user} that this run saw accepted` })
}

function loginOf({ test }: RuntimeQuestion): SqlLogin | WindowsLogin {
  return test.of === 'share' ? test.login : test.connection.login
}

function keyOf({ serviceId, test }: RuntimeQuestion, account: string): string {
  const place = test.of === 'share' ? test.path : test.connection.dataSource
  return JSON.stringify([serviceId.toLowerCase(), test.of, place.toLowerCase(), account])
}

/** Runs the tasks of one key after another. */
function createQueues(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (key, task) => {
    const done = (last.get(key) ?? Promise.resolve()).then(task)
    last.set(
      key,
      done.catch(() => undefined),
    )
    return done
  }
}

/**
 * One toggle for each question. https://learn.microsoft.com/azure/dms/ does not describe it: names and order are those of
 * the wizard. What is not tested carries no credential; the storage account is never tested, since its key is not read.
 */
function bodyOf(question: RuntimeQuestion, of: RuntimeTest, password: Secret | undefined): JsonObject {
  const { kind, sourceDatabase: sourceDatabaseName, targetDatabase, test } = question
  const off = { testConnectivity: false }
  const common = { sourceDatabaseName, kind, validateIntegrationRuntimeOnline: of === 'online' }
  const sql = (side: 'source' | 'target'): JsonObject =>
    of === side && test.of === side && password !== undefined ? connectionBody(test.connection, password) : off
  if (kind === 'SqlDb') {
    const targetDatabaseName = targetDatabase ?? sourceDatabaseName
    return { ...common, targetDatabaseName, sourceSqlConnection: sql('source'), targetSqlConnection: sql('target') }
  }
  const share =
    of === 'share' && test.of === 'share' && password !== undefined
      ? {
          testConnectivity: true,
          fileShare: { path: test.path, username: test.login.user, password: password.reveal() },
        }
      : off
  const backupConfiguration = { sourceLocation: share, targetLocation: off }
  return { ...common, backupConfiguration, sourceSqlConnection: sql('source') }
}

function connectionBody({ dataSource, login, tls }: RuntimeConnection, password: Secret): JsonObject {
  return {
    testConnectivity: true,
    dataSource,
    userName: login.user,
    password: password.reveal(),
    authentication: login.kind === 'windows' ? 'WindowsAuthentication' : 'SqlAuthentication',
    encryptConnection: tls.encrypt !== 'off',
    trustServerCertificate: tls.trustServerCertificate && tls.encrypt !== 'strict',
  }
}

function readReply(reply: RuntimeReply, of: RuntimeTest, ms: number): Observed<RuntimeAnswer> {
  if (reply.status === 'refused') {
    // A code of the service is its answer about the runtime; every other refusal is Azure's, and tells nothing of it.
    if (
      !/^(?:20\d\d|TestConnectionFailed|IntegrationRuntimeIsNotOnline|FileShareTestConnectionFailed|SqlInfoValidationFailed)$/i.test(
        reply.code,
      )
    )
      return { ok: false, failure: reply.failure }
    return seen({ outcome: 'failed', of, ms, errors: [boundError(reply)] })
  }
  return mapSeen(readBody(reply.body, of), ({ errors }) =>
    errors.length > 0 ? { outcome: 'failed', of, errors, ms } : { outcome: 'succeeded', of, ms },
  )
}

/** `succeeded` and no error, of the very test that was asked for; everything else that is no error decides nothing. */
function readBody(body: unknown, of: RuntimeTest): Observed<{ errors: readonly RuntimeError[] }> {
  const undecided = (what: string): Observed<never> =>
    unseen('insufficient', `The migration service answered a test by its integration runtime, and the answer ${what}.`)
  if (!isJsonObject(body)) return undecided('is no JSON object')
  const listed = member(body, 'errors') ?? []
  if (!Array.isArray(listed)) return undecided('holds no list of errors')
  const errors = listed.map(readError)
  if (errors.length > 0) return seen({ errors })
  const succeeded = member(body, 'succeeded')
  if (succeeded !== true) return undecided('says neither that it succeeded nor why it did not')
  return wasTested(body, of) === false ? undecided('is not about what was asked') : seen({ errors })
}

/** The answer repeats the toggles; undefined where it does not. */
function wasTested(body: JsonObject, of: RuntimeTest): unknown {
  if (of === 'online') return member(body, 'validateIntegrationRuntimeOnline')
  const backup = member(body, 'backupConfiguration')
  const part =
    of === 'share'
      ? isJsonObject(backup) && member(backup, 'sourceLocation')
      : member(body, of === 'source' ? 'sourceSqlConnection' : 'targetSqlConnection')
  return isJsonObject(part) ? member(part, 'testConnectivity') : undefined
}

function readError(item: unknown): RuntimeError {
  if (!isJsonObject(item)) return { code: '', message: boundText(typeof item === 'string' ? item : '') }
  const [code, message] = [member(item, 'code'), member(item, 'message')]
  return boundError({
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : '',
    message: typeof message === 'string' ? message : '',
  })
}

function boundError({ code, message }: RuntimeError): RuntimeError {
  return { code: boundText(code).slice(0, 80), message: boundText(message) }
}

const REFUSED_LOGIN =
  /\b18456\b|login failed|log ?on failure|user ?name or password|password (?:is|was)? ?(?:incorrect|wrong|expired)/i

/** What an answer tells of the account. A test without an answer may have counted as a wrong password somewhere. */
function judgeAccount(answer: Observed<RuntimeAnswer>): Tried {
  if (!answer.ok) {
    const isSilent = ['timeout', 'reset', 'server-error'].includes(answer.failure.kind)
    return { account: isSilent ? 'unanswered' : 'undecided', answer }
  }
  const { value } = answer
  if (value.outcome !== 'failed') return { account: 'accepted', answer }
  const isRefused = value.errors.some(({ message }) => REFUSED_LOGIN.test(message))
  return { account: isRefused ? 'refused' : 'undecided', answer }
}
