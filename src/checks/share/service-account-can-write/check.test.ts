import { describe, expect, it } from '@jest/globals'
import {
  DENIED,
  observeShare,
  OPENED,
  OPEN_WORLD,
  runShare,
  shareManifest,
  WITHOUT_SHARE,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import { ACCEPTED, refusedWith, type World } from '../../../../test/sql-fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { FolderAnswer } from '../../../ports/share-port.ts'
import type { BackupAnswer } from '../../../ports/sql-port.ts'
import check from './check.ts'

const FACTS: JsonObject = {
  ...{ product_version: '15.0.4385.0', product_level: 'RTM', edition: 'Standard Edition', engine_edition: 2 },
  ...{ instance_name: null, machine_name: 'SQL01', collation: null, is_clustered: 0, is_hadr_enabled: 0 },
  ...{ view_any_database: 1, alter_any_database: 1, create_database: 1, control_server: 1 },
}
const engine = (account: string): JsonObject => ({
  ...{ service: 'SQL Server (MSSQLSERVER)', account, status: 'Running', is_clustered: 'N' },
})
const agent = {
  service: 'SQL Server Agent (MSSQLSERVER)',
  account: String.raw`CORP\agent`,
  status: null,
  is_clustered: 'N',
}

function source(rows: Readonly<Record<string, readonly JsonObject[]>>, facts: JsonObject = {}): World {
  return {
    names: { ...OPEN_WORLD.names, 'sql01.corp.example': ['10.9.0.5'] },
    ports: { ...OPEN_WORLD.ports, '10.9.0.5:1433': 'open' },
    logIn: () => seen(ACCEPTED),
    rows: { 'server-facts': [{ ...FACTS, ...facts }], ...rows },
  }
}
const runningAs = (account: string): World => source({ services: [agent, engine(account)] })
const CLUSTER = { machine_name: 'SQLFCI', is_clustered: 1 }

describe('share/service-account-can-write', () => {
  it.each<[string, World, string, RegExp]>([
    [
      'a virtual account',
      runningAs(String.raw`NT Service\MSSQLSERVER`),
      'manual',
      /vouch that <DOMAIN>\\SQL01\$ can read and write .*: sales runs as NT Service\\MSSQLSERVER, which is the computer account on the network; no backup was made to prove it \(allow-writes: false\)$/,
    ],
    ['NETWORK SERVICE', runningAs(String.raw`NT AUTHORITY\NETWORK SERVICE`), 'manual', /that <DOMAIN>\\SQL01\$ can/],
    ['LocalSystem', runningAs('LocalSystem'), 'manual', /that <DOMAIN>\\SQL01\$ can/],
    [
      'a domain user',
      runningAs(String.raw`CORP\sqlsvc`),
      'manual',
      /that CORP\\sqlsvc can .*sales runs as CORP\\sqlsvc;/,
    ],
    ['a gMSA', runningAs('CORP\\gmsa$'), 'manual', /that CORP\\gmsa\$ can/],
    ['a user by its principal name', runningAs('sqlsvc@corp.example'), 'manual', /that sqlsvc@corp\.example can/],
    ['a local user', runningAs(String.raw`.\sqlsvc`), 'manual', /a local account: fs01.* same name and password/],
    ['a local user of the host', runningAs(String.raw`sql01\sqlsvc`), 'manual', /a local account/],
    [
      'LOCAL SERVICE',
      runningAs(String.raw`NT AUTHORITY\LOCAL SERVICE`),
      'fail',
      /sales runs as NT AUTHORITY\\LOCAL SERVICE, which is anonymous on the network/,
    ],
    [
      'a failover cluster instance',
      source({ services: [engine('LocalSystem')], 'cluster-nodes': [{ node: 'N1' }, { node: 'N2' }] }, CLUSTER),
      'manual',
      /vouch that <DOMAIN>\\N1\$, <DOMAIN>\\N2\$ can/,
    ],
    [
      'a cluster without its nodes',
      source({ services: [engine('LocalSystem')] }, CLUSTER),
      'unknown',
      /as whom sales writes is not known: VIEW SERVER STATE permission was denied$/,
    ],
    ['without VIEW SERVER STATE', source({}), 'unknown', /as whom sales writes is not known: VIEW SERVER STATE/],
    ['no service told', source({ services: [agent] }), 'unknown', /has no SQL Server/],
    ['no machine told', source({ services: [engine('LocalSystem')] }, { machine_name: null }), 'unknown', /machine/],
    [
      'a refused login',
      { ...runningAs('LocalSystem'), logIn: () => seen(refusedWith(18456)) },
      'blocked',
      /sales could not be asked \(its login was refused\)/,
    ],
    [
      'no secret',
      { ...runningAs('LocalSystem'), logIn: () => unseen('no-credential', 'SALES_PASSWORD is not set') },
      'blocked',
      /SALES_PASSWORD is not set/,
    ],
    ['no answer', OPEN_WORLD, 'blocked', /could not be asked/],
  ])('%s', async (_which, world, verdict, summary) => {
    const judgement = await runShare(check, { world })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    if (judgement.verdict === 'blocked') {
      expect(judgement.blockedBy).toEqual([{ id: 'source/login-is-accepted', subject: 'sales' }])
    }
    if (/VIEW SERVER STATE/.test(judgement.summary)) {
      expect(judgement).toMatchObject({
        cause: { kind: 'forbidden' },
        remediation: { text: expect.stringMatching(/^Missing: VIEW SERVER STATE for the login of sales/) },
      })
    }
  })

  describe('with writes on', () => {
    const READ = { outcome: 'read', header: { database: 'model', hasChecksums: true, isCopyOnly: true } } as const
    const written: Observed<BackupAnswer> = seen({ outcome: 'written', readBack: seen(READ) })
    const refused = (number: number, message: string): Observed<BackupAnswer> =>
      seen({ outcome: 'refused', messages: [{ number, state: 1, severity: 16, message }] })
    const unread = (number: number): Observed<BackupAnswer> =>
      seen({
        outcome: 'written',
        readBack: seen({ outcome: 'refused', messages: [{ number, state: 1, severity: 16, message: 'no' }] }),
      })
    const WRITE: ShareAnswers = { write: { outcome: 'written', file: 'f', bytes: 1 } }
    const onDevice = (error: string): Observed<BackupAnswer> =>
      refused(3201, `Cannot open backup device 'x(1).bak'. Operating system error ${error}`)

    it.each<[string, Observed<BackupAnswer>, ShareAnswers, string, RegExp]>([
      [
        'written',
        written,
        {},
        'pass',
        /^\\\\fs01\.corp\.example\\backup: sales, as LocalSystem, wrote probe\.bak \(3 MiB\) and read it back; the file was removed; each backup leaves a row/,
      ],
      ['access denied', onDevice('5(Zugriff verweigert).'), {}, 'fail', /could not make a backup: access is denied/],
      ['no such share', onDevice('67(x)'), {}, 'fail', /no share of that name, seen from there/],
      ['no way', onDevice('53(x)'), {}, 'fail', /the file server was not found from there/],
      ['a refused account', onDevice('1326(x)'), {}, 'fail', /does not accept the account/],
      [
        'a full volume',
        refused(3202, 'Write on "x" failed: 112(There is not enough space on the disk.)'),
        {},
        'fail',
        /the volume is full/,
      ],
      [
        'the same, as an error of input and output',
        refused(3271, 'on file "x": 112(full)'),
        {},
        'fail',
        /the volume is full/,
      ],
      ['a share that went away', refused(3271, 'on file "x": 64(gone)'), {}, 'unknown', /went away meanwhile/],
      ['an error of Windows that says nothing', onDevice('9999(x)'), {}, 'unknown', /the backup could not be made/],
      ['no permission', refused(262, 'BACKUP DATABASE permission denied'), {}, 'unknown', /may not make the backup/],
      [
        'no user in model',
        refused(916, 'is not able to access the database'),
        {},
        'unknown',
        /may not make the backup/,
      ],
      ['another backup', refused(3023, 'must be serialized (2'), {}, 'unknown', /another backup of model is under way/],
      ['a number in another message', refused(50_001, 'stopped by us: 5(x)'), {}, 'unknown', /could not be made/],
      [
        'silence',
        unseen('timeout', 'no end'),
        { end: { outcome: 'removed', bytes: 9 } },
        'unknown',
        /whether sales, as LocalSystem, can write is not known: no end; the file was removed$/,
      ],
      [
        'no permission to read it back',
        unread(262),
        {},
        'pass',
        /\(not read back: the login may not read the backup; missing: CREATE DATABASE/,
      ],
      ['a torn file', unread(3241), {}, 'fail', /what was read back is not the backup that was written/],
      [
        'a file that stays',
        written,
        { end: { outcome: 'left-over', status: DENIED } },
        'pass',
        /THE FILE IS STILL THERE \(access is denied .*\), delete it: \\\\fs01\.corp\.example\\backup\\probe\.bak/,
      ],
      [
        'a file of which nobody knows',
        written,
        { end: { outcome: 'unseen', message: 'reset' } },
        'pass',
        /whether the file is still there is not known \(reset\), look for it/,
      ],
      [
        'a file in another place',
        written,
        { end: { outcome: 'not-there' } },
        'unknown',
        /the path leads the two to different places/,
      ],
      [
        'a login that was refused',
        written,
        { logIn: { outcome: 'refused', status: DENIED } },
        'blocked',
        /sales, as LocalSystem, was not asked for a backup/,
      ],
      [
        'no such share for us',
        written,
        { openShare: { outcome: 'refused', reason: 'no-such-share', status: DENIED } },
        'blocked',
        /Not tried/,
      ],
      [
        'no right to remove it',
        written,
        { openFolder: { ...OPENED, folderAccess: 0x1200a9 } as FolderAnswer },
        'blocked',
        /Not tried/,
      ],
    ])('%s', async (_which, answer, answers, verdict, summary) => {
      const world: World = { ...runningAs('LocalSystem'), backUp: () => answer }
      const judgement = await runShare(check, { answers: { ...WRITE, ...answers }, world })
      expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    })

    it('does not ask whoever has no name on the network, and writes nothing that it could not remove', async () => {
      const asked: string[] = []
      const backUp = (file: string): Observed<BackupAnswer> => {
        asked.push(`backup to ${file}`)
        return written
      }
      const nobody: World = { ...runningAs(String.raw`NT AUTHORITY\LOCAL SERVICE`), backUp }
      expect(await runShare(check, { answers: WRITE, world: nobody })).toMatchObject({ verdict: 'fail' })
      const reader: ShareAnswers = { ...WRITE, openFolder: { ...OPENED, folderAccess: 0x1200a9 } as FolderAnswer }
      await runShare(check, { answers: reader, world: { ...runningAs('LocalSystem'), backUp } })
      expect(asked).toEqual([])
    })

    it('asks each source of the share, and one that fails decides', async () => {
      const [one] = shareManifest().sources
      const sources = [one!, { ...one!, name: 'erp' }]
      const asked: string[] = []
      const files: string[] = []
      const backUp = (file: string): Observed<BackupAnswer> => {
        files.push(file)
        return files.length === 1 ? written : onDevice('5(x)')
      }
      const world: World = { ...runningAs('LocalSystem'), backUp }
      const judgement = await runShare(check, {
        answers: WRITE,
        world,
        manifest: shareManifest({}, { sources }),
        asked,
      })
      expect(judgement).toMatchObject({
        verdict: 'fail',
        summary: expect.stringMatching(/: erp, as LocalSystem, could not/),
      })
      expect(asked.filter((what) => what.startsWith('lend to '))).toHaveLength(2)
    })

    it('of the modern service asks for reading back as well, and for no full control of the Windows user', async () => {
      const backUp = (): Observed<BackupAnswer> => unread(3241)
      const manifest = shareManifest({}, { generation: 'modern' })
      const world: World = { ...runningAs('LocalSystem'), backUp }
      const judgement = await runShare(check, { answers: WRITE, world, manifest })
      expect(judgement).toMatchObject({
        verdict: 'fail',
        expected: expect.stringMatching(/can read and write/),
      })
      const reader: ShareAnswers = { ...WRITE, openFolder: { ...OPENED, folderAccess: 0x1200a9 } as FolderAnswer }
      expect(await runShare(check, { answers: reader, world, manifest })).toMatchObject({
        verdict: 'manual',
        summary: expect.stringMatching(/because the Windows user of the share may not remove the file afterwards$/),
      })
    })

    it('asks for no backup where the port has none', async () => {
      const judgement = await runShare(check, { answers: WRITE, world: runningAs('LocalSystem') })
      expect(judgement).toMatchObject({ verdict: 'manual', summary: expect.stringMatching(/allow-writes: false/) })
    })
  })

  it('prints how to find the domain, what to grant, and how to try it', async () => {
    const judgement = await runShare(check, { world: runningAs('LocalSystem') })
    const scripts = judgement.verdict === 'manual' ? judgement.remediation.scripts.map(({ code }) => code) : []
    expect(scripts).toEqual([
      expect.stringMatching(/PartOfDomain/),
      expect.stringContaining("-AccountName '<DOMAIN>\\SQL01$' -AccessRight Change -Force\nicacls $folder /grant"),
      expect.stringContaining(
        String.raw`TO DISK = N'\\fs01.corp.example\backup\dms-preflight-by-hand.bak' WITH COPY_ONLY`,
      ),
    ])
  })

  it('asks every source of the share, and no other', async () => {
    const [one] = shareManifest().sources
    const sources = [one!, { ...one!, name: 'erp' }, { ...one!, name: 'other', share: 'fs02' }]
    const manifest = shareManifest({}, { sources })
    const judgement = await runShare(check, { world: runningAs(String.raw`CORP\sqlsvc`), manifest })
    expect(judgement.summary).toMatch(/vouch that CORP\\sqlsvc can .*: sales runs as .*; erp runs as [^;]*; no backup/)
  })

  it('is not left out where the manifest names no share', async () => {
    expect(await observeShare(check, { manifest: WITHOUT_SHARE }).observed).toMatchObject({
      failure: { kind: 'missing-input' },
    })
  })
})
