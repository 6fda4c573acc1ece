import { describe, expect, it } from '@jest/globals'
import {
  failedWith,
  modernManifest,
  runtimeWith,
  SERVICE_ID,
  SUCCEEDED,
  WITHHELD,
} from '../../../../test/runtime-fixtures.ts'
import { expectEveryVerdict, judgeStored, observeValue } from '../../../../test/sql-fixtures.ts'
import { unseen } from '../../../domain/observed.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { RuntimeAnswer, RuntimeQuestion } from '../../../ports/runtime-port.ts'
import type { Observed } from '../../../domain/observed.ts'
import check from './check.ts'

const subjectOf = (manifest: Manifest = modernManifest()) => check.subjects(manifest)[0]!

async function verdictOf(answer?: (question: RuntimeQuestion) => Observed<RuntimeAnswer>, manifest?: Manifest) {
  const { runtime, asked } = runtimeWith(answer)
  const subject = subjectOf(manifest)
  const evidence = await observeValue(check, { runtime } as unknown as Ports, subject)
  return { judgement: judgeStored(check, evidence, subject), asked }
}

describe(check.meta.id, () => {
  const produced: string[] = []
  it.each<[string, ((question: RuntimeQuestion) => Observed<RuntimeAnswer>) | undefined, string, RegExp]>([
    ['the run may not ask', undefined, 'not-applicable', /was not asked/],
    [
      'it connected',
      SUCCEEDED,
      'pass',
      /runtime of dms-weu itself connected to the source, sql01\.corp\.example, as dms/,
    ],
    [
      'it is offline',
      failedWith('2014', 'not online', 'online'),
      'unknown',
      /of dms-weu is not online, so nothing was tried from it to .* \(2014: not online\)/,
    ],
    [
      'it is offline, by name',
      failedWith('IntegrationRuntimeIsNotOnline', 'x'),
      'unknown',
      /is not online, so nothing was tried/,
    ],
    [
      'nobody reaches it',
      failedWith('2012', 'Cannot connect to the integration runtime. Timeout expired.'),
      'unknown',
      /could not be tested through the integration runtime/,
    ],
    [
      'the login is refused',
      failedWith('2012', "Login failed for user 'dms'."),
      'fail',
      /tried to connect to sql01\.corp\.example as dms/,
    ],
    ['it finds no way', failedWith('TestConnectionFailed', 'Cannot connect to SQL Server'), 'fail', /and failed/],
    [
      'Azure does not reach it',
      failedWith('2012', "Error details: 'Remote name could not be resolved.'"),
      'unknown',
      /could not be tested/,
    ],
    [
      'a bare failure',
      failedWith('2012', 'Failed to test connections using provided Integration Runtime.'),
      'unknown',
      /could not be tested/,
    ],
    [
      'the service takes no such database',
      failedWith('2056', 'CollationMismatch: x'),
      'fail',
      /does not migrate what it found.*CollationMismatch/,
    ],
    [
      'a code that is not known',
      failedWith('2999', 'Something'),
      'unknown',
      /does not tell what failed \(2999: Something\)/,
    ],
    ['an error without words', failedWith('', ''), 'unknown', /does not tell what failed$/],
    ['the account was refused elsewhere', WITHHELD, 'blocked', /dms was refused at erp/],
  ])('%s', async (_what, answer, verdict, says) => {
    const { judgement } = await verdictOf(answer)
    produced.push(judgement.verdict)
    expect(judgement).toMatchObject({ verdict, summary: expect.stringMatching(says) })
    if (['pass', 'fail', 'unknown'].includes(judgement.verdict)) {
      expect(judgement).toMatchObject({ proof: 'direct', vantage: 'integration-runtime' })
    }
  })

  it('produces every verdict', () => {
    expectEveryVerdict(check, produced)
  })

  it('asks for one connection, as the manifest has it', async () => {
    const { asked } = await verdictOf(SUCCEEDED)
    expect(asked).toEqual([
      {
        serviceId: SERVICE_ID,
        kind: 'SqlDb',
        sourceDatabase: 'Sales',
        targetDatabase: 'Sales',
        test: {
          of: 'source',
          connection: {
            dataSource: 'sql01.corp.example',
            login: { kind: 'sql', user: 'dms', password: { secret: 'SALES_PASSWORD' } },
            tls: { encrypt: 'on', trustServerCertificate: false },
          },
        },
        askedBy: { id: check.meta.id, subject: 'sales', manifest: 'Wave 1' },
      },
    ])
  })

  it("never asks with the run's Azure identity", async () => {
    const { judgement, asked } = await verdictOf(SUCCEEDED, modernManifest({ source: { login: { kind: 'entra' } } }))
    expect([judgement.verdict, asked]).toEqual(['not-applicable', []])
    expect(judgement.summary).toContain('no password that the runtime could use')
  })

  it('passes on why it could not be asked', async () => {
    const { runtime } = runtimeWith(() => unseen('timeout', 'Azure gave no answer'))
    expect(await check.observe({ runtime } as unknown as Ports, subjectOf())).toMatchObject({
      ok: false,
      failure: { kind: 'timeout' },
    })
  })

  it('is not about a source whose backups lie in a container', () => {
    const scenario = 'sql-server-to-azure-sql-managed-instance'
    expect(check.subjects(modernManifest({ scenario }))).toEqual([])
    expect(check.subjects(modernManifest({ scenario, source: { share: 'default' } }))).toHaveLength(1)
  })
})
