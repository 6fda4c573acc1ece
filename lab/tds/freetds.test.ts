import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { findOptionalProgram } from '../find-program.ts'
import { createBench, type Bench } from './bench.ts'
import { runTsql, type TsqlOutcome, type TsqlRequest } from './freetds.ts'
import type { Encryption, TdsOptions } from './model.ts'
import type { TdsServer } from './server.ts'

let tsql: string | undefined
let bench: Bench
beforeAll(async () => {
  tsql = findOptionalProgram('tsql', 'FreeTDS')
  bench = await createBench({ names: ['127.0.0.1'] })
})
afterEach(() => bench.close())

const failed = (user: string): ReturnType<TdsOptions['authenticate']> => ({
  number: 18456,
  state: 1,
  severity: 14,
  message: `Login failed for user '${user}'.`,
})

interface Setup extends Partial<TsqlRequest> {
  server: Encryption
  options?: Partial<TdsOptions>
}

/** Logs in, asks one question and hands back all that tsql says. */
async function ask(
  program: string,
  { server: encryption, options, ...request }: Setup,
): Promise<TsqlOutcome & { server: TdsServer }> {
  const server = await bench.start({
    encryption,
    authenticate: ({ user, password, kind }) =>
      kind !== 'sql' || (user === 'dms' && password === 'right') ? undefined : failed(user),
    answer: ({ text: statement }) => ({
      sets: [
        {
          columns: [
            { name: 'statement', type: 'nvarchar(max)' },
            { name: 'at', type: 'datetime2' },
          ],
          rows: [[statement, new Date('2026-11-22T10:11:12Z')]],
        },
      ],
    }),
    ...options,
  })
  const outcome = await runTsql(program, {
    port: server.port,
    version: '7.4',
    encryption: 'off',
    trusted: bench.certificate,
    user: 'dms',
    password: 'right',
    database: 'Sales',
    batches: ["SELECT 'žluť'"],
    ...request,
  })
  return { ...outcome, server }
}

describe('FreeTDS', () => {
  it.each([
    { version: '7.4', client: 'off', server: 'not-supported', encrypted: false },
    { version: '7.4', client: 'off', server: 'off', encrypted: false },
    { version: '7.4', client: 'request', server: 'off', encrypted: true },
    { version: '7.4', client: 'require', server: 'off', encrypted: true },
    { version: '7.4', client: 'request', server: 'on', encrypted: true },
    { version: '7.4', client: 'require', server: 'required', encrypted: true },
    { version: '7.3', client: 'request', server: 'required', encrypted: true },
    { version: '7.2', client: 'request', server: 'off', encrypted: true },
    { version: '7.1', client: 'require', server: 'on', encrypted: true },
    { version: '7.1', client: 'off', server: 'off', encrypted: false },
  ] as const)('TDS $version, client $client, server $server', async (row) => {
    if (tsql === undefined) return
    const { server, output } = await ask(tsql, { version: row.version, encryption: row.client, server: row.server })
    expect(output).toContain("SELECT 'žluť'")
    expect(output).toMatch(/2026/)
    expect(server.logins).toMatchObject([{ user: 'dms', database: 'Sales', encrypted: row.encrypted, accepted: true }])
    expect(server.statements).toEqual([expect.stringContaining("SELECT 'žluť'")])
  })

  it('is refused with a wrong password', async () => {
    if (tsql === undefined) return
    const { server, code, errors } = await ask(tsql, { encryption: 'require', server: 'on', password: 'wrong' })
    expect(code).not.toBe(0)
    expect(errors).toMatch(/18456[\s\S]*Login failed for user 'dms'/)
    expect(server.logins).toMatchObject([{ user: 'dms', encrypted: true, accepted: false }])
    expect(server.statements).toEqual([])
  })

  it('does not log in without the encryption that it wants', async () => {
    if (tsql === undefined) return
    const { server, code } = await ask(tsql, { encryption: 'require', server: 'not-supported' })
    expect(code).not.toBe(0)
    expect(server.logins).toEqual([])
  })

  it('does not get in where TLS has to come first', async () => {
    if (tsql === undefined) return
    const { server, code } = await ask(tsql, { encryption: 'require', server: 'on', options: { strict: 'only' } })
    expect(code).not.toBe(0)
    expect(server.logins).toEqual([])
  })

  it('takes its answers late, too', async () => {
    if (tsql === undefined) return
    const started = performance.now()
    const { output } = await ask(tsql, { encryption: 'require', server: 'on', options: { latencyMs: 40 } })
    expect(output).toContain("SELECT 'žluť'")
    // PRELOGIN, two flights of TLS, the login and the batch.
    expect(performance.now() - started).toBeGreaterThanOrEqual(5 * 40 - 1)
  })
})

describe('FreeTDS with a Windows account', () => {
  const options = { ntlm: { 'CORP\\dms': 'right' } }

  it.each([
    { version: '7.4', encryption: 'off', server: 'off', encrypted: false },
    { version: '7.4', encryption: 'require', server: 'required', encrypted: true },
    { version: '7.3', encryption: 'request', server: 'off', encrypted: true },
    { version: '7.2', encryption: 'off', server: 'not-supported', encrypted: false },
    { version: '7.1', encryption: 'require', server: 'on', encrypted: true },
  ] as const)('TDS $version, client $encryption, server $server', async ({ encrypted, ...setup }) => {
    if (tsql === undefined) return
    const { server, output } = await ask(tsql, { ...setup, options, user: 'corp\\dms' })
    expect(output).toContain("SELECT 'žluť'")
    expect(server.logins).toMatchObject([
      { user: 'CORP\\dms', kind: 'ntlm', database: 'Sales', encrypted, accepted: true },
    ])
  })

  it.each([
    ['CORP\\dms', 'wrong'],
    ['CORP\\nobody', 'right'],
  ])('%s with the password %s is refused', async (user, password) => {
    if (tsql === undefined) return
    const { server, code, errors } = await ask(tsql, { server: 'off', options, user, password })
    expect(code).not.toBe(0)
    expect(errors).toMatch(/18452[\s\S]*from an untrusted domain/)
    expect(server.logins).toMatchObject([{ user, kind: 'ntlm', accepted: false }])
  })
})
