import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '../certificates.ts'
import { findOptionalProgram } from '../find-program.ts'
import type { Encryption } from './model.ts'
import { startTdsServer, type TdsServer } from './server.ts'

// A client that shares no code with tedious: what both understand is TDS, not a habit of one of them.
let tsql: string | undefined
let folder: string
let tls: { key: string; cert: string }

beforeAll(async () => {
  tsql = findOptionalProgram('tsql', 'FreeTDS')
  folder = await mkdtemp(join(tmpdir(), 'freetds-'))
  const authority = await createAuthority()
  await writeFile(join(folder, 'ca.pem'), authority.certificate)
  tls = await authority.issue({ names: ['127.0.0.1'] })
})
afterAll(() => rm(folder, { recursive: true }))

interface Outcome {
  server: TdsServer
  code: number
  output: string
}

/** Logs in, asks one question and hands back all that tsql says. */
async function ask(program: string, settings: ClientSettings): Promise<Outcome> {
  const server = await startTdsServer({
    serverName: 'SQL01',
    ...(settings.server === 'not-supported' ? {} : { tls }),
    encryption: settings.server,
    authenticate: ({ user, password }) =>
      user === 'dms' && password === 'right'
        ? undefined
        : { number: 18456, state: 1, severity: 14, message: `Login failed for user '${user}'.` },
    answer: ({ text: statement }) => ({
      sets: [
        {
          columns: [
            { name: 'statement', type: 'nvarchar(max)' },
            { name: 'id', type: 'uniqueidentifier' },
            { name: 'n', type: 'int' },
            { name: 'at', type: 'datetime2' },
            { name: 'nothing', type: 'bit' },
          ],
          rows: [[statement, '00112233-4455-6677-8899-AABBCCDDEEFF', 42, new Date('2026-11-22T10:11:12Z'), null]],
        },
      ],
    }),
  })
  const configuration = join(folder, 'freetds.conf')
  const lines = ['[lab]', 'host = 127.0.0.1', `port = ${server.port}`, `tds version = ${settings.version}`]
  lines.push(`encryption = ${settings.client}`, `ca file = ${join(folder, 'ca.pem')}`, 'client charset = UTF-8', '')
  await writeFile(configuration, lines.join('\n'))
  const child = spawn(program, ['-S', 'lab', '-U', 'dms', '-P', settings.password ?? 'right', '-D', 'Sales'], {
    env: { FREETDSCONF: configuration, LC_ALL: 'C.UTF-8', TDSVER: settings.version },
  })
  child.stdin.on('error', () => undefined).end("SELECT 'žluť'\ngo\nexit\n")
  const closed = once(child, 'close') as Promise<[number]>
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  await server.close()
  return { server, code, output: output + errors }
}

interface ClientSettings {
  version: '7.1' | '7.2' | '7.3' | '7.4'
  client: 'off' | 'request' | 'require'
  server: Encryption
  password?: string
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
    const { server, output } = await ask(tsql, row)
    expect(output).toContain("SELECT 'žluť'")
    expect(output).toMatch(/42\s+.*2026/)
    expect(output).toMatch(/00112233-4455-6677-8899-AABBCCDDEEFF/i)
    expect(output).toContain('(1 row affected)')
    expect(server.logins).toMatchObject([{ user: 'dms', database: 'Sales', encrypted: row.encrypted, accepted: true }])
    expect(server.statements).toEqual([expect.stringContaining("SELECT 'žluť'")])
  })

  it('is refused with a wrong password', async () => {
    if (tsql === undefined) return
    const { server, code, output } = await ask(tsql, {
      version: '7.4',
      client: 'require',
      server: 'on',
      password: 'wrong',
    })
    expect(code).not.toBe(0)
    expect(output).toMatch(/18456[\s\S]*Login failed for user 'dms'/)
    expect(server.logins).toMatchObject([{ user: 'dms', encrypted: true, accepted: false }])
    expect(server.statements).toEqual([])
  })

  it('does not log in without the encryption that it wants', async () => {
    if (tsql === undefined) return
    const { server, code } = await ask(tsql, { version: '7.4', client: 'require', server: 'not-supported' })
    expect(code).not.toBe(0)
    expect(server.logins).toEqual([])
  })
})
