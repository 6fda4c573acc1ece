import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { resource, resourceId } from '../../../lab/azure/place.ts'
import { azureState } from '../../../lab/azure/state.ts'
import type { LabIrError, LabRuntime } from '../../../lab/azure/validate-ir.ts'
import { seen } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import type { RuntimePort, RuntimeQuestion } from '../../ports/runtime-port.ts'
import { accountKey, createAccountGate, type AccountGate } from '../account-gate.ts'
import { createRuntimePort } from './runtime-port.ts'

const PLACE = { resourceGroup: 'rg-mig' }
const TYPE = 'Microsoft.DataMigration/sqlMigrationServices'
const SERVICE = resourceId(PLACE, TYPE, 'dms-weu')
const OTHER = resourceId(PLACE, TYPE, 'dms-two')
const PASSWORD = `p4ss"w\\ord&<ü>`
const secrets = new Map([
  ['SALES_PASSWORD', new Secret('SALES_PASSWORD', PASSWORD)],
  ['EMPTY', new Secret('EMPTY', '')],
])
const state = azureState([resource(PLACE, TYPE, ['dms-weu'], {}), resource(PLACE, TYPE, ['dms-two'], {})])

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())

let runtime: LabRuntime
beforeEach(() => {
  runtime = { online: true, asked: [], most: 0, connect: () => Promise.resolve([]) }
  state.runtime = runtime
  delete state.forbidden
  delete state.faults
})

/** A gate in which the account was accepted by a server, as it is once our own login went through. */
async function acceptedAccounts(users = ['dms', 'CORP\\dms']): Promise<AccountGate> {
  const accounts = createAccountGate()
  for (const user of users) {
    for (const kind of ['sql', 'windows'] as const) {
      const key = accountKey({ kind, user, proof: new Secret('x', PASSWORD) })
      await accounts.pass(key, { id: 'a', subject: 'b' }, () => Promise.resolve({ account: 'accepted' as const }))
    }
  }
  return accounts
}

async function port({
  isAllowed = true,
  accounts,
  signal,
}: { isAllowed?: boolean; accounts?: AccountGate; signal?: AbortSignal } = {}): Promise<RuntimePort> {
  return createRuntimePort({
    arriving: Promise.resolve(seen(lab.arm(signal === undefined ? {} : { signal }))),
    host: () => Promise.resolve(seen('localhost')),
    secrets,
    accounts: accounts ?? (await acceptedAccounts()),
    isAllowed,
  })
}

const question = (dataSource = 'sql01', more: Partial<RuntimeQuestion> = {}): RuntimeQuestion => ({
  serviceId: SERVICE,
  kind: 'SqlDb',
  sourceDatabase: 'Sales',
  targetDatabase: 'SalesNew',
  test: {
    of: 'source',
    connection: {
      dataSource,
      login: { kind: 'sql', user: 'dms', password: { secret: 'SALES_PASSWORD' } },
      tls: { encrypt: 'on', trustServerCertificate: false },
    },
  },
  askedBy: { id: 'source/runtime-can-connect', subject: 'sales' },
  ...more,
})
const share: RuntimeQuestion['test'] = {
  of: 'share',
  path: '\\\\fs01\\dms',
  login: { kind: 'windows', user: 'CORP\\dms', password: { secret: 'SALES_PASSWORD' } },
}
const ask = async (asked = question()) => (await port()).validate?.(asked)
const failWith = (...errors: LabIrError[]): void => {
  runtime.connect = () => Promise.resolve(errors)
}
const sent = () => lab.server.requests.filter(({ path }) => path.endsWith('/validateIr')).length

describe('what is sent', () => {
  it('is nothing at all where the run may not ask', async () => {
    const before = sent()
    expect((await port({ isAllowed: false })).validate).toBeUndefined()
    expect(sent()).toBe(before)
  })

  it('is one test at a time, the state of the runtime first, each with the credentials of that test alone', async () => {
    expect(await ask()).toEqual(seen({ outcome: 'succeeded', of: 'source', ms: expect.any(Number) }))
    expect(runtime.asked.map(({ test }) => test)).toEqual(['online', 'source'])
    const off = { testConnectivity: false }
    const common = { sourceDatabaseName: 'Sales', targetDatabaseName: 'SalesNew', kind: 'SqlDb' }
    expect(runtime.asked[0]?.body).toEqual({
      ...common,
      validateIntegrationRuntimeOnline: true,
      sourceSqlConnection: off,
      targetSqlConnection: off,
    })
    expect(runtime.asked[1]?.body).toEqual({
      ...common,
      validateIntegrationRuntimeOnline: false,
      sourceSqlConnection: {
        testConnectivity: true,
        dataSource: 'sql01',
        userName: 'dms',
        password: PASSWORD,
        authentication: 'SqlAuthentication',
        encryptConnection: true,
        trustServerCertificate: false,
      },
      targetSqlConnection: off,
    })
  })

  it('is never a storage account or its key', async () => {
    expect(await ask(question('x', { kind: 'SqlMi', test: share }))).toMatchObject({ value: { outcome: 'succeeded' } })
    expect(runtime.asked.at(-1)?.body['backupConfiguration']).toEqual({
      sourceLocation: {
        testConnectivity: true,
        fileShare: { path: '\\\\fs01\\dms', username: 'CORP\\dms', password: PASSWORD },
      },
      targetLocation: { testConnectivity: false },
    })
    expect(JSON.stringify(runtime.asked)).not.toContain('accountKey')
  })

  it('goes out once a run, and to one service one question at a time', async () => {
    runtime.connect = () => new Promise((resolve) => setTimeout(resolve, 30, []))
    const own = await port()
    const all = ['sql01', 'sql02', 'SQL01', 'sql03'].map((name) => own.validate!(question(name)))
    expect(await Promise.all(all)).toHaveLength(4)
    expect(runtime.asked.map(({ test }) => test)).toEqual(['online', 'source', 'source', 'source'])
    expect(runtime.most).toBe(1)
    await own.validate?.(question('sql01', { serviceId: OTHER }))
    expect(runtime.asked).toHaveLength(6)
  })

  it('holds no password that no server accepted in this run, and none that is not there', async () => {
    const answer = await (await port({ accounts: createAccountGate() })).validate?.(question())
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'insufficient', missing: expect.stringContaining('dms') },
    })
    const empty = question('x', {
      test: { ...share, login: { kind: 'windows', user: 'u', password: { secret: 'EMPTY' } } },
    })
    expect(await ask(empty)).toMatchObject({
      failure: { kind: 'no-credential', missing: 'environment variable EMPTY' },
    })
    expect(runtime.asked.every(({ test }) => test === 'online')).toBe(true)
  })

  it('is nothing more where the runtime is offline', async () => {
    runtime.online = false
    expect(await ask()).toMatchObject({ value: { outcome: 'failed', of: 'online', errors: [{ code: '2014' }] } })
    expect(runtime.asked.map(({ test }) => test)).toEqual(['online'])
  })
})

describe('an account', () => {
  it('that the runtime has refused is not tried through it again, on no other server', async () => {
    failWith({ code: '2012', message: "Cannot connect to sql01. Login failed for user 'dms'." })
    const own = await port()
    expect(await own.validate?.(question('sql01'))).toMatchObject({ value: { outcome: 'failed' } })
    expect(await own.validate?.(question('sql02'))).toMatchObject({
      value: { outcome: 'withheld', refusedAt: { subject: 'sales' } },
    })
    expect(runtime.asked.map(({ test }) => test)).toEqual(['online', 'source'])
  })

  it('that this run has refused is not tried through the runtime', async () => {
    const accounts = createAccountGate()
    const key = accountKey({ kind: 'sql', user: 'dms', proof: new Secret('x', PASSWORD) })
    const asker = { id: 'source/login-is-accepted', subject: 'erp' }
    await accounts.pass(key, asker, () => Promise.resolve({ account: 'refused' as const }))
    expect(await (await port({ accounts })).validate?.(question())).toMatchObject({
      value: { outcome: 'withheld', refusedAt: asker },
    })
  })

  it('is held back after two tests that nobody answered', async () => {
    runtime.instead = ({ test }) => (test === 'online' ? undefined : { status: 504, body: '' })
    const own = await port()
    for (const name of ['sql01', 'sql02']) {
      expect(await own.validate?.(question(name))).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
    }
    expect(await own.validate?.(question('sql03'))).toMatchObject({ ok: false, failure: { kind: 'auth' } })
    // A test is not sent again by itself: the first of the two may have been made.
    expect(runtime.asked.map(({ test }) => test)).toEqual(['online', 'source', 'source'])
  })
})

describe('an answer', () => {
  it('may come later', async () => {
    runtime.later = 3
    const before = performance.now()
    expect(await ask()).toMatchObject({ value: { outcome: 'succeeded', of: 'source' } })
    // The lab asks for no wait at all; the run still leaves room for its other reads.
    expect(performance.now() - before).toBeGreaterThan(600)
    failWith({ code: '2012', message: 'Cannot connect' })
    expect(await ask(question('sql02'))).toMatchObject({ value: { outcome: 'failed', errors: [{ code: '2012' }] } })
  })

  it('is not waited for at another host', async () => {
    const location = 'https://evil.example/operations/1'
    runtime.instead = () => ({ status: 202, body: '', headers: { location, 'retry-after': '0' } })
    expect(await ask()).toMatchObject({ ok: false, failure: { kind: 'untrusted-host' } })
  })

  it('is not waited for at something that is no place', async () => {
    runtime.instead = () => ({ status: 202, body: '', headers: { location: 'https://[', 'retry-after': '0' } })
    expect(await ask()).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })

  it('ends with the run', async () => {
    runtime.instead = () => ({
      status: 202,
      body: '',
      headers: { location: '/x/labOperations/9', 'retry-after': '60' },
    })
    const stop = new AbortController()
    const own = await port({ signal: stop.signal })
    setTimeout(() => stop.abort(), 200)
    expect(await own.validate?.(question())).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })

  it.each<[string, { status: number; body: object | string }, object]>([
    [
      '504',
      { status: 504, body: { error: { code: 'GatewayTimeout', message: 'x' } } },
      { failure: { kind: 'timeout' } },
    ],
    ['500', { status: 500, body: '' }, { failure: { kind: 'server-error' } }],
    ['400', { status: 400, body: { error: { code: 'BadRequest', message: 'x' } } }, { failure: { kind: 'protocol' } }],
    [
      '404',
      { status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } },
      { failure: { kind: 'not-found' } },
    ],
    ['no JSON', { status: 200, body: '<html>' }, { failure: { kind: 'protocol' } }],
    ['nothing', { status: 200, body: {} }, { failure: { kind: 'insufficient' } }],
    [
      'failed without a reason',
      { status: 200, body: { succeeded: false, errors: [] } },
      { failure: { kind: 'insufficient' } },
    ],
    ['succeeded as a text', { status: 200, body: { succeeded: 'true' } }, { failure: { kind: 'insufficient' } }],
    [
      'errors that are no list',
      { status: 200, body: { succeeded: true, errors: 'x' } },
      { failure: { kind: 'insufficient' } },
    ],
    [
      'another test',
      { status: 200, body: { succeeded: true, sourceSqlConnection: { testConnectivity: false } } },
      { failure: { kind: 'insufficient' } },
    ],
    [
      'success and errors',
      { status: 200, body: { succeeded: true, errors: [{ code: 7 }] } },
      { value: { outcome: 'failed', errors: [{ code: '7', message: '' }] } },
    ],
    [
      'a code as an error of HTTP',
      { status: 400, body: { error: { code: 'TestConnectionFailed', message: 'x' } } },
      { value: { outcome: 'failed', errors: [{ code: 'TestConnectionFailed' }] } },
    ],
  ])('%s', async (_what, instead, expected) => {
    runtime.instead = ({ test }) =>
      test === 'online' ? undefined : (instead as ReturnType<NonNullable<LabRuntime['instead']>>)
    expect(await ask()).toMatchObject(expected)
  })

  it('names the action that is missing', async () => {
    state.forbidden = ['Microsoft.DataMigration/sqlMigrationServices/validateIR/action']
    const answer = await ask()
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    expect(JSON.stringify(answer)).toMatch(/sqlMigrationServices\/validateI[Rr]\/action/)
  })

  it('holds no password, in whatever form the service repeats it', async () => {
    failWith({ code: '2012', message: `Cannot connect with ${PASSWORD} or ${encodeURIComponent(PASSWORD)}` })
    const own = await ask()
    expect(own).toMatchObject({ value: { outcome: 'failed', errors: [{ message: 'Cannot connect with *** or ***' }] } })
    const body = { error: { code: 'x', message: `of ${PASSWORD}` } }
    runtime.instead = ({ test }) => (test === 'online' ? undefined : { status: 500, body })
    expect(JSON.stringify(await ask(question('sql09')))).not.toContain('p4ss')
  })
})
