import { describe, expect, it } from '@jest/globals'
import { failedWith, modernManifest, runtimeWith, SUCCEEDED, WITHHELD } from '../../../../test/runtime-fixtures.ts'
import {
  createPorts,
  expectEveryVerdict,
  judgeStored,
  observeValue,
  type World,
} from '../../../../test/sql-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import type { RuntimeAnswer, RuntimeQuestion } from '../../../ports/runtime-port.ts'
import check from './check.ts'

const sqlServer: NonNullable<World['sqlServer']> = seen({
  found: true,
  value: {
    id: 'x',
    name: 'sqlsales',
    location: 'westeurope',
    fullyQualifiedDomainName: 'sqlsales.database.windows.net',
    privateEndpointConnections: [],
  },
})

async function verdictOf(
  answer?: (question: RuntimeQuestion) => Observed<RuntimeAnswer>,
  { manifest = modernManifest(), ...world }: World & { manifest?: Manifest } = { sqlServer },
) {
  const { runtime, asked } = runtimeWith(answer)
  const subject = check.subjects(manifest)[0]!
  const evidence = await observeValue(check, { ...createPorts(world), runtime }, subject)
  return { judgement: judgeStored(check, evidence, subject), asked }
}

describe(check.meta.id, () => {
  const produced: string[] = []
  it.each<[string, ((question: RuntimeQuestion) => Observed<RuntimeAnswer>) | undefined, string, RegExp]>([
    ['the run may not ask', undefined, 'not-applicable', /was not asked/],
    ['it connected', SUCCEEDED, 'pass', /connected to the target, sqlsales\.database\.windows\.net, as dms/],
    ['the firewall refuses it', failedWith('2012', 'Cannot connect to SQL Database'), 'fail', /and failed/],
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

  it('asks with a database that goes there, under both of its names', async () => {
    const { asked } = await verdictOf(SUCCEEDED)
    expect(asked).toMatchObject([
      {
        kind: 'SqlDb',
        sourceDatabase: 'Sales',
        targetDatabase: 'Sales',
        test: { of: 'target', connection: { dataSource: 'sqlsales.database.windows.net' } },
      },
    ])
  })

  it('is unknown, and asks nothing, where Azure does not tell the host', async () => {
    const { judgement, asked } = await verdictOf(SUCCEEDED, {})
    expect([judgement.verdict, asked]).toEqual(['unknown', []])
  })

  it("never asks with the run's Azure identity", async () => {
    const manifest = modernManifest({ target: { login: { kind: 'entra' } } })
    const { judgement, asked } = await verdictOf(SUCCEEDED, { sqlServer, manifest })
    expect([judgement.verdict, asked]).toEqual(['not-applicable', []])
  })
})
