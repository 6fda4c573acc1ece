import { afterEach, describe, expect, it } from '@jest/globals'
import { BACKUP_MODEL, READ_HEADER } from './backup-statements.ts'
import { createSqlPort, type ClosableSqlPort } from './sql-port.ts'
import type { NetworkFiles } from '../../../lab/sql/backup-answers.ts'
import { playSqlState } from '../../../lab/sql/play.ts'
import type { BackupState, SqlState } from '../../../lab/sql/state.ts'
import type { Reply } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import { SERVER_FACTS } from '../../checks/statements/server-facts.ts'
import { Secret } from '../../domain/secret.ts'
import type { SqlServer } from '../../ports/sql-port.ts'

const PASSWORD = 'S0urce-Pass!'
const FILE = String.raw`\\fs01\backup\probe.bak`

const closers: (() => Promise<void>)[] = []
afterEach(() => Promise.all(closers.splice(0).map((close) => close())))

interface Rig {
  server: TdsServer
  port: ClosableSqlPort
  at: SqlServer
  files: Map<string, Buffer>
  most: { atOnce: number }
  backUp: (file?: string) => ReturnType<NonNullable<ClosableSqlPort['backUp']>>
}

interface Terms {
  backup?: BackupState
  login?: Partial<SqlState['logins'][number]>
  timeoutMs?: number
  signal?: AbortSignal
  instead?: Reply
}

async function open({ backup, login, timeoutMs = 5000, signal, instead }: Terms = {}): Promise<Rig> {
  const files = new Map<string, Buffer>()
  const most = { atOnce: 0 }
  let now = 0
  const disk: NetworkFiles = {
    async write(path, content) {
      now += 1
      most.atOnce = Math.max(most.atOnce, now)
      await new Promise((resolve) => setTimeout(resolve, 30))
      files.set(path, content)
      now -= 1
      return 0
    },
    read: (path) => Promise.resolve(files.get(path) ?? 2),
  }
  const state: SqlState = {
    serverName: 'SQL01',
    version: [16, 0, 4135],
    logins: [{ user: 'dms', password: PASSWORD, sysadmin: true, ...login }],
    databases: [],
    ...(backup === undefined ? {} : { backup }),
  }
  const played = playSqlState(state, disk)
  const server = await startTdsServer({
    ...played,
    answer: (query, session) =>
      instead !== undefined && query.text === BACKUP_MODEL ? instead : played.answer(query, session),
  })
  const port = createSqlPort({
    timeoutMs,
    signal: signal ?? new AbortController().signal,
    secrets: new Map([['P', new Secret('P', PASSWORD)]]),
    readCa: () => Promise.reject(new Error('no file')),
    allowWrites: true,
  })
  closers.push(
    () => port.close(),
    () => server.close(),
  )
  const at: SqlServer = {
    ...{ host: '127.0.0.1', address: '127.0.0.1', port: server.port },
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'off', trustServerCertificate: false },
    askedBy: { id: 'share/service-account-can-write', subject: 'sales' },
  }
  const backUp: Rig['backUp'] = (file = FILE) => {
    if (port.backUp === undefined) throw new Error('the port makes no backup')
    return port.backUp(at, file)
  }
  return { server, port, at, files, most, backUp }
}

describe('a backup', () => {
  it('is no part of a port that may not write', () => {
    const terms = {
      timeoutMs: 1,
      signal: new AbortController().signal,
      secrets: new Map(),
      readCa: () => Promise.reject(new Error('no file')),
    }
    for (const writes of [{}, { allowWrites: false }]) {
      const port = createSqlPort({ ...terms, ...writes })
      closers.push(() => port.close())
      expect('backUp' in port).toBe(false)
    }
  })

  it('is made and read back', async () => {
    const { backUp, files } = await open()
    expect(await backUp()).toEqual({
      ok: true,
      value: {
        outcome: 'written',
        readBack: {
          ok: true,
          value: { outcome: 'read', header: { database: 'model', hasChecksums: true, isCopyOnly: true } },
        },
      },
    })
    expect([...files.keys()]).toEqual([FILE])
  })

  it.each([
    String.raw`\\fs01\back'up\a.bak`,
    String.raw`\\fs01\x'; DROP DATABASE Sales; --\a.bak`,
    `\\\\fs01\\a]\n/*\u2028@file*/\\\u{1f600}.bak`,
  ])('takes the file beside the statement: %j', async (file) => {
    const { backUp, files, server } = await open()
    expect(await backUp(file)).toMatchObject({ value: { outcome: 'written', readBack: { ok: true } } })
    expect([...files.keys()]).toEqual([file])
    expect(server.statements).toEqual([BACKUP_MODEL, READ_HEADER])
  })

  it.each<[string, Terms, object]>([
    [
      'without its permission',
      { login: { sysadmin: false } },
      { outcome: 'refused', messages: [{ number: 262 }, { number: 3013 }] },
    ],
    [
      'without the one to read it back',
      { login: { sysadmin: false, grants: ['BACKUP DATABASE ON model'] } },
      {
        outcome: 'written',
        readBack: { value: { outcome: 'refused', messages: [{ number: 262 }, { number: 3013 }] } },
      },
    ],
    [
      'that the file server refuses',
      { backup: { refuses: [{ number: 3201, state: 1, severity: 16, message: 'error 5(Access is denied.)' }] } },
      { outcome: 'refused', messages: [{ number: 3201, message: 'error 5(Access is denied.)' }, { number: 3013 }] },
    ],
  ])('is refused %s', async (_which, terms, answer) => {
    expect(await (await open(terms)).backUp()).toMatchObject({ ok: true, value: answer })
  })

  it('is cancelled when it comes to no end, and its connection serves on', async () => {
    const { backUp, port, at } = await open({ backup: { hangs: true }, timeoutMs: 800 })
    const startedAt = performance.now()
    expect(await backUp()).toMatchObject({
      ok: false,
      failure: { kind: 'timeout', message: expect.stringMatching(/cancelled/) },
    })
    expect(performance.now() - startedAt).toBeLessThan(2500)
    expect(await port.query(at, 'tempdb', SERVER_FACTS)).toMatchObject({ ok: true })
  })

  it('keeps no other statement waiting', async () => {
    const { backUp, port, at } = await open({ backup: { hangs: true }, timeoutMs: 3000 })
    let isOver = false
    const backup = backUp().then(() => {
      isOver = true
    })
    expect(await port.query(at, 'master', SERVER_FACTS)).toMatchObject({ ok: true })
    expect(isOver).toBe(false)
    await backup
  })

  it.each([
    ['the run is stopped', 'abort'],
    ['the port is closed', 'close'],
  ])('ends at once when %s', async (_which, how) => {
    const stop = new AbortController()
    const { backUp, port, server } = await open({ backup: { hangs: true }, signal: stop.signal })
    const backup = backUp()
    while (!server.statements.includes(BACKUP_MODEL)) await new Promise((resolve) => setTimeout(resolve, 10))
    const startedAt = performance.now()
    if (how === 'abort') stop.abort()
    else await port.close()
    expect(await backup).toMatchObject({ ok: false, failure: { kind: how === 'abort' ? 'cancelled' : 'reset' } })
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('is not known when the connection breaks', async () => {
    const { backUp } = await open({ instead: { drop: true } })
    expect(await backUp()).toMatchObject({ ok: false, failure: { kind: 'reset' } })
  })

  it('waits for another one of the same server', async () => {
    const { backUp, files, most } = await open()
    await Promise.all(['a', 'b', 'c'].map((name) => backUp(`\\\\fs01\\backup\\${name}.bak`)))
    expect([files.size, most.atOnce]).toEqual([3, 1])
  })
})
