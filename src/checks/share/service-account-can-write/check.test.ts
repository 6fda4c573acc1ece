import { describe, expect, it } from '@jest/globals'
import {
  observeShare,
  OPEN_WORLD,
  runShare,
  shareManifest,
  WITHOUT_SHARE,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import { ACCEPTED, refusedWith, type World } from '../../../../test/sql-fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { seen, unseen } from '../../../domain/observed.ts'
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

  it('is no pass with writes on either, and says that nothing was proven', async () => {
    const answers: ShareAnswers = { write: { outcome: 'written', file: 'f', bytes: 1 } }
    const asked: string[] = []
    expect(await runShare(check, { answers, world: runningAs('LocalSystem'), asked })).toMatchObject({
      verdict: 'manual',
      summary: expect.stringMatching(/allow-writes is on, but this version makes no backup to prove it$/),
    })
    expect(asked).toEqual([])
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
