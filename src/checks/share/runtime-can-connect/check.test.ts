import { describe, expect, it } from '@jest/globals'
import { failedWith, modernManifest, runtimeWith, SUCCEEDED, WITHHELD } from '../../../../test/runtime-fixtures.ts'
import { expectEveryVerdict, judgeStored, observeValue } from '../../../../test/sql-fixtures.ts'
import type { Share } from '../../../domain/manifest.ts'
import type { Observed } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { RuntimeAnswer, RuntimeQuestion } from '../../../ports/runtime-port.ts'
import check from './check.ts'

const SHARE: Share = {
  name: 'default',
  path: '\\\\fs01.corp.example\\dms',
  host: 'fs01.corp.example',
  port: 445,
  login: { kind: 'windows', user: 'CORP\\dms', password: { secret: 'SHARE_PASSWORD' } },
  location: { path: 'wave.yml', line: 30, column: 3 },
}
const manifest = modernManifest({
  scenario: 'sql-server-to-azure-sql-managed-instance',
  source: { share: 'default' },
  shares: [SHARE],
})
const subject = check.subjects(manifest)[0]!

async function verdictOf(answer?: (question: RuntimeQuestion) => Observed<RuntimeAnswer>) {
  const { runtime, asked } = runtimeWith(answer)
  const evidence = await observeValue(check, { runtime } as unknown as Ports, subject)
  return { judgement: judgeStored(check, evidence, subject), asked }
}

describe(check.meta.id, () => {
  const produced: string[] = []
  it.each<[string, ((question: RuntimeQuestion) => Observed<RuntimeAnswer>) | undefined, string, RegExp]>([
    ['the run may not ask', undefined, 'not-applicable', /was not asked/],
    ['it connected', SUCCEEDED, 'pass', /connected to the share, \\\\fs01\.corp\.example\\dms, as CORP\\dms/],
    ['the share is on its own host', failedWith('2049', 'Access to x is denied'), 'fail', /may not use \\\\fs01/],
    ['the path is wrong', failedWith('2012', 'Illegal characters in path.'), 'fail', /and failed/],
    ['nothing is told', failedWith('1', 'x'), 'unknown', /does not tell/],
    ['the account was refused elsewhere', WITHHELD, 'blocked', /was refused at erp/],
  ])('%s', async (_what, answer, verdict, says) => {
    const { judgement } = await verdictOf(answer)
    produced.push(judgement.verdict)
    expect(judgement).toMatchObject({ verdict, summary: expect.stringMatching(says) })
  })

  it('produces every verdict', () => {
    expectEveryVerdict(check, produced)
  })

  it('asks for the share alone', async () => {
    const { asked } = await verdictOf(SUCCEEDED)
    expect(asked).toMatchObject([
      { kind: 'SqlMi', sourceDatabase: 'Sales', test: { of: 'share', path: SHARE.path, login: SHARE.login } },
    ])
  })

  it('has no subject without a share', () => {
    expect(check.subjects(modernManifest({ scenario: 'sql-server-to-azure-sql-managed-instance' }))).toEqual([])
  })
})
