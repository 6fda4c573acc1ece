import { afterEach, describe, expect, it } from '@jest/globals'
import type { SqlState } from '../../../../lab/sql/state.ts'
import { observeShare, shareManifest, shareWith, WITHOUT_SHARE } from '../../../../test/share-fixtures.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import { judgeStored } from '../../../../test/sql-fixtures.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const SEES = { logins: [{ user: 'dms', password: '', grants: ['VIEW SERVER STATE'] }] }

async function judge(state: Partial<SqlState>): Promise<Judgement> {
  const rig = await openSourceRig(state)
  const manifest = shareManifest()
  const sources = manifest.sources.map((source) => ({ ...source, ...rig.source }))
  const subject = check.subjects({ ...manifest, sources })[0]!
  const observed = await check.observe({ ...rig.ports, share: shareWith({}) }, subject)
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

  it('is not left out where the manifest names no share', async () => {
    expect(await observeShare(check, { manifest: WITHOUT_SHARE }).observed).toMatchObject({
      failure: { kind: 'missing-input' },
    })
  })
})
