import { afterEach, describe, expect, it } from '@jest/globals'
import type { SqlState } from '../../../../lab/sql/state.ts'
import {
  observeShare,
  OPEN_WORLD,
  shareManifest,
  shareWith,
  WITHOUT_SHARE,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import { createPorts, judgeStored } from '../../../../test/sql-fixtures.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { SecurityAnswer, SecurityEntry } from '../../../ports/share-port.ts'
import type { BackupAnswer } from '../../../ports/sql-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const SEES = { logins: [{ user: 'dms', password: '', grants: ['VIEW SERVER STATE'] }] }

async function judge(
  state: Partial<SqlState>,
  answers: ShareAnswers = {},
  backup?: Observed<BackupAnswer>,
): Promise<Judgement> {
  const rig = await openSourceRig(state)
  const { sql } = rig.ports
  const own = backup === undefined ? sql : { ...sql, backUp: () => Promise.resolve(backup) }
  const fileServer = { names: OPEN_WORLD.names ?? {}, ports: OPEN_WORLD.ports ?? {} }
  const { net } = createPorts({
    names: { ...fileServer.names, '127.0.0.1': ['127.0.0.1'] },
    ports: { ...fileServer.ports, [`127.0.0.1:${String(rig.server.port)}`]: 'open' },
  })
  const manifest = shareManifest()
  const sources = manifest.sources.map((source) => ({ ...source, ...rig.source }))
  const subject = check.subjects({ ...manifest, sources })[0]!
  const observed = await check.observe({ ...rig.ports, net, sql: own, share: shareWith(answers) }, subject)
  if (!observed.ok) throw new Error(observed.failure.message)
  return judgeStored(check, observed.value, subject)
}

describe('share/computer-account-can-read-and-write', () => {
  it.each<[string, Partial<SqlState>, string, RegExp]>([
    [
      'a virtual account',
      SEES,
      'manual',
      /vouch that <DOMAIN>\\SQL01\$ can .*: sales runs on SQL01 as NT Service\\MSSQLSERVER, so that share\/service-account-can-write asks for the same account/,
    ],
    [
      'a domain user',
      { ...SEES, serviceAccount: String.raw`CORP\sqlsvc` },
      'manual',
      /vouch that <DOMAIN>\\SQL01\$ can .*: sales runs on SQL01; no backup/,
    ],
    [
      'a failover cluster instance',
      { ...SEES, serverName: 'SQLFCI', serviceAccount: 'CORP\\gmsa$', clusterNodes: ['N1', 'N2'] },
      'manual',
      /vouch that <DOMAIN>\\N1\$, <DOMAIN>\\N2\$ can .*: sales can run on N1, N2;/,
    ],
    ['without VIEW SERVER STATE', {}, 'unknown', /as whom sales writes is not known/],
    ['a refused login', { logins: [] }, 'blocked', /its login was refused/],
  ])('%s', async (_which, state, verdict, summary) => {
    const judgement = await judge(state)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  describe('with a backup', () => {
    const answer = (readBack: Extract<BackupAnswer, { outcome: 'written' }>['readBack']): Observed<BackupAnswer> =>
      seen({ outcome: 'written', readBack })
    const READ = answer(seen({ outcome: 'read', header: { database: 'model', hasChecksums: true, isCopyOnly: true } }))
    const refusal = (number: number, message: string) => [{ number, state: 1, severity: 16, message }]
    const CLUSTER = { ...SEES, serverName: 'SQLFCI', clusterNodes: ['N1', 'N2'] }
    it.each<[string, Partial<SqlState>, Observed<BackupAnswer>, string, RegExp]>([
      ['written and read', SEES, READ, 'pass', /sales, as NT Service\\MSSQLSERVER, wrote .* and read it back/],
      ['denied', SEES, seen({ outcome: 'refused', messages: refusal(3201, 'error 5(x)') }), 'fail', /access is denied/],
      [
        'not to be read',
        SEES,
        answer(seen({ outcome: 'refused', messages: refusal(262, 'denied') })),
        'unknown',
        /could not read it back/,
      ],
      [
        'read to no end',
        SEES,
        answer(unseen('timeout', 'slow')),
        'unknown',
        /whether it can be read back is not known: slow/,
      ],
      ['by a domain user', { ...SEES, serviceAccount: String.raw`CORP\sqlsvc` }, READ, 'manual', /says nothing of it/],
      ['by one node', CLUSTER, READ, 'manual', /<DOMAIN>\\N1\$, <DOMAIN>\\N2\$/],
      [
        'denied to one node',
        CLUSTER,
        seen({ outcome: 'refused', messages: refusal(3201, 'error 5(x)') }),
        'fail',
        /access/,
      ],
    ])('%s', async (_which, state, backup, verdict, summary) => {
      const judgement = await judge(state, { write: { outcome: 'written', file: 'f', bytes: 1 } }, backup)
      expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    })
  })

  describe('with the permissions of the folder', () => {
    const SID = 'S-1-5-21-1-2-3-1104'
    const KNOWN = { ...SEES, sids: { [String.raw`CORP\SQL01$`]: SID } }
    const entry = (
      kind: 'allow' | 'deny' | 'other',
      sid: string,
      mask: number,
      inheritOnly = false,
    ): SecurityEntry => ({
      ...{ kind, sid, mask, inheritOnly },
    })
    const [OWN, EVERYONE, GROUP] = [SID, 'S-1-1-0', 'S-1-5-21-1-2-3-2000']
    it.each<[string, SecurityEntry[] | undefined, string, RegExp]>([
      [
        'named',
        [entry('allow', OWN, 0x1301bf)],
        'manual',
        /CORP\\SQL01\$ is given 0x001301BF \(Change\) by name; those of the share/,
      ],
      [
        'not named',
        [entry('allow', GROUP, 0x1f01ff)],
        'manual',
        /no entry names CORP\\SQL01\$, who may come in by a group/,
      ],
      ['everybody', [entry('allow', EVERYONE, 0x1f01ff)], 'manual', /Everyone is given 0x001F01FF \(Full Control\)/],
      ['no list', undefined, 'manual', /lets everybody in/],
      ['an empty list', [], 'fail', /lets nobody in/],
      [
        'denied by name',
        [entry('deny', OWN, 0x116), entry('allow', GROUP, 0x1f01ff)],
        'fail',
        /is denied 0x00000116 by name/,
      ],
      [
        'everybody denied',
        [entry('deny', EVERYONE, 0x10000000), entry('allow', OWN, 0x1301bf)],
        'fail',
        /Everyone is denied/,
      ],
      [
        'a denial after a grant that may be its own',
        [entry('allow', GROUP, 0x1301bf), entry('deny', OWN, 0x116)],
        'manual',
        /is denied/,
      ],
      ['a denial after a condition', [entry('other', '', 0), entry('deny', OWN, 0x116)], 'manual', /is denied/],
      ['a denial of a group', [entry('deny', GROUP, 0x116), entry('allow', OWN, 0x1301bf)], 'manual', /is given/],
      ['a denial for what is below', [entry('deny', OWN, 0x116, true)], 'manual', /no entry names/],
      ['a denial of reading the list', [entry('deny', OWN, 0x1)], 'manual', /is denied 0x00000001/],
      [
        'more entries than are kept',
        [entry('deny', OWN, 0x116), ...Array.from({ length: 100 }, () => entry('allow', GROUP, 1))],
        'manual',
        /is denied/,
      ],
    ])('%s', async (_which, entries, verdict, summary) => {
      const security: SecurityAnswer = { outcome: 'told', ...(entries === undefined ? {} : { entries }) }
      const judgement = await judge(KNOWN, { security })
      expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    })

    it('puts the domain into what is to be granted', async () => {
      const judgement = await judge(KNOWN, { security: { outcome: 'told' } })
      const scripts = judgement.verdict === 'manual' ? judgement.remediation.scripts.map(({ code }) => code).join() : ''
      expect(scripts).toContain(String.raw`CORP\SQL01$`)
      expect(scripts).not.toContain('<DOMAIN>')
    })
  })

  it('is not left out where the manifest names no share', async () => {
    expect(await observeShare(check, { manifest: WITHOUT_SHARE }).observed).toMatchObject({
      failure: { kind: 'missing-input' },
    })
  })
})
