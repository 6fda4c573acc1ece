import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { evidenceIn, manifestWith } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Json } from '../../../domain/json.ts'
import type { Manifest, Scenario } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { FilePort } from '../../../ports/file-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const PATH = 'migration/assessment.json'
const DAY_MS = 86_400_000
const CLOCK = { now: () => Date.parse('2026-11-22T12:00:00Z') }
const at = MANIFEST.location
const [source] = MANIFEST.sources
if (source === undefined) throw new Error('the fixture has a source')
const SERVER = source.server.text
const NAMES = source.databases.map(({ name }) => name)

const manifest = (maxAgeMs?: number, scenario: Scenario = MANIFEST.scenario): Manifest =>
  manifestWith({
    scenario,
    tools: { assessment: { report: PATH, location: at, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) } },
  })

const filesWith = (text: string): FilePort => ({
  readText: () => Promise.resolve(seen({ found: true, text, bytes: text.length })),
  dataMigrationAssistant: () => Promise.resolve(seen({ found: false })),
})

async function observe(text: string, of = manifest()) {
  const [subject] = definition.subjects(of)
  if (subject === undefined) throw new Error('no subject')
  return { subject, observed: await definition.observe({ files: filesWith(text), clock: CLOCK }, subject) }
}

async function judge(text: string, of = manifest()): Promise<Judgement> {
  const { subject, observed } = await observe(text, of)
  const evidence = evidenceIn(observed)
  expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence)
  return definition.judge(evidence, subject)
}

type Change = Record<string, Json>
const database = (Name: string, more: Change = {}): Change => ({
  ServerName: SERVER,
  Name,
  Status: 'Completed',
  AssessmentRecommendations: [],
  ...more,
})
const finding = (ChangeCategory: string, objects: readonly string[] = []): Change => ({
  RuleId: 'CrossDatabase',
  Title: 'Queries to other databases',
  ChangeCategory,
  ImpactedObjects: objects.map((Name) => ({ Name, ObjectType: 'View' })),
})
const dma = (databases: readonly Change[], more: Change = {}): string =>
  JSON.stringify({
    Status: 'Completed',
    DmaVersion: {},
    TargetPlatform: 'AzureSqlDatabase',
    StartedOn: '2026-11-20T09:12:44.1234567+00:00',
    EndedOn: '2026-11-20T09:14:02.7+00:00',
    Databases: databases,
    ServerInstances: [],
    ...more,
  })
const all = (more: Change = {}): Change[] => NAMES.map((name) => database(name, more))
const withFindings = (...findings: Change[]): string =>
  dma(NAMES.map((name, place) => database(name, place === 0 ? { AssessmentRecommendations: findings } : {})))

const cloud = (more: Change = {}, finding?: Change): string =>
  JSON.stringify({
    Status: 'Completed',
    Servers: [
      {
        Properties: { ServerName: SERVER },
        ServerAssessments: [],
        Databases: NAMES.map((Name, place) => ({
          Properties: { Name },
          TargetReadinesses: { AzureSqlDatabase: {} },
          DatabaseAssessments: place === 0 && finding !== undefined ? [finding] : [],
          Errors: [],
          Status: 'Completed',
          ...(place === 0 ? more : {}),
        })),
      },
    ],
    EndedOn: '2026-11-20T09:14:02Z',
  })
const issue = (IssueCategory: string, more: Change = {}): Change => ({
  ServerName: SERVER,
  DatabaseName: NAMES[0] ?? '',
  FeatureId: 'FileStream',
  IssueCategory,
  ImpactedObjects: [{ Name: 'dbo.Photos' }],
  AppliesToMigrationTargetPlatform: 'AzureSqlDatabase',
  ...more,
})

const first = NAMES[0] ?? ''
const REPORTS: readonly [string, string, Judgement['verdict'], RegExp][] = [
  ['clean', dma(all()), 'pass', /covers Azure SQL Database: \d+ databases of the manifest without a blocker$/],
  [
    'with warnings',
    withFindings(finding('BreakingChange'), finding('Deprecated')),
    'pass',
    /; 2 findings about them that are no blockers$/,
  ],
  [
    'server findings',
    dma(all(), { ServerInstances: [{ AssessmentRecommendations: [{}, {}] }] }),
    'pass',
    /2 about the server/,
  ],
  ['of an old release', dma(all(), { TargetPlatform: 'AzureSqlDatabaseV12' }), 'pass', /without a blocker/],
  ['names in another letter case', dma(NAMES.map((name) => database(name.toUpperCase()))), 'pass', /without a blocker/],
  [
    'a blocker',
    withFindings(finding('MigrationBlocker', ['dbo.v1', 'dbo.v2'])),
    'fail',
    /has 1 blocker: Queries to other databases \(dbo\.v1, dbo\.v2\)/,
  ],
  [
    'many objects',
    withFindings(
      finding(
        'MigrationBlocker',
        Array.from({ length: 90 }, (_, place) => `v${String(place)}`),
      ),
    ),
    'fail',
    /v0, v1, v2, v3, v4 and 85 more/,
  ],
  [
    'a blocker of an old release',
    withFindings({
      RuleId: 'R',
      Title: 'T',
      ChangeCategory: 'MigrationBlocker',
      ImpactedDatabases: [{ Name: 'Sales' }],
    }),
    'fail',
    /T \(Sales\)/,
  ],
  ['not covered', dma([]), 'fail', new RegExp(`does not cover ${first} of`)],
  ['not completed', dma(all({ Status: 'Failed' })), 'fail', /did not complete \(Failed\)/],
  ['without a status', dma(all({ Status: null })), 'fail', /did not complete \(no status\)/],
  [
    'for another target',
    dma(all(), { TargetPlatform: 'ManagedSqlServer' }),
    'fail',
    /was assessed for ManagedSqlServer, not for the target/,
  ],
  [
    'of a server that may be another',
    dma(all({ ServerName: 'CLUSTER7' })),
    'unknown',
    /on CLUSTER7, which may or may not be/,
  ],
  ['of a server without a name', dma(all({ ServerName: null })), 'unknown', /a server without a name/],
  ['of the Azure CLI', cloud(), 'pass', /SqlAssessment of 2026-11-20T09:14:02Z/],
  ['of the Azure CLI, with a warning', cloud({}, issue('Warning')), 'pass', /1 finding about/],
  ['of the Azure CLI, with an issue', cloud({}, issue('Issue')), 'fail', /has 1 blocker: FileStream \(dbo\.Photos\)/],
  [
    'of the Azure CLI, where a restore fails',
    cloud({}, issue('Warning', { DatabaseRestoreFails: true })),
    'fail',
    /has 1 blocker/,
  ],
  [
    'of the Azure CLI, with an issue for another target',
    cloud({}, issue('Issue', { AppliesToMigrationTargetPlatform: 'AzureSqlManagedInstance' })),
    'pass',
    /without a blocker/,
  ],
  [
    'of the Azure CLI, with errors',
    cloud({ Errors: [{ Message: 'x' }] }),
    'fail',
    /did not complete \(Completed with errors\)/,
  ],
  [
    'of the Azure CLI, for another target',
    cloud({ TargetReadinesses: { AzureSqlManagedInstance: {} } }),
    'fail',
    /assessed for another target/,
  ],
]

describe('tools/assessment-is-clean', () => {
  it.each(REPORTS)('%s', async (_which, text, verdict, says) => {
    const judgement = await judge(text)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it.each<[string, string, Judgement['verdict'], RegExp]>([
    ['young enough', dma(all()), 'pass', /without a blocker/],
    [
      'too old by its end',
      dma(all(), { EndedOn: '2026-09-01T12:00:00Z' }),
      'fail',
      /of 2026-09-01T12:00:00Z is 82 days old/,
    ],
    [
      'too old by its start',
      dma(all(), { StartedOn: '2026-09-01T12:00:00Z', EndedOn: 'soon' }),
      'fail',
      /of 2026-09-01T12:00:00Z is 82 days/,
    ],
    ['without a date', dma(all(), { StartedOn: null, EndedOn: null }), 'unknown', /does not tell when/],
    ['of the future', dma(all(), { EndedOn: '2027-09-01T12:00:00Z' }), 'unknown', /in the future/],
  ])('with a limit of 30 days: %s', async (_which, text, verdict, says) => {
    const judgement = await judge(text, manifest(30 * DAY_MS))
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('has no opinion without a report, and asks for one', async () => {
    const { subject, observed } = await observe('', manifestWith({ tools: {} }))
    expect(definition.judge(evidenceIn(observed), subject)).toMatchObject({
      verdict: 'manual',
      remediation: { scripts: [{ code: expect.stringContaining('az datamigration get-assessment') }, {}] },
    })
  })

  it.each(['<html>', '[]', '{}', '{"Databases":[]}', 'null', ''])('is unknown for %j', async (text) => {
    expect((await observe(text)).observed).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })

  it('never throws and never passes on anything that is no report of its databases', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.constantFrom('Databases', 'Servers', 'TargetPlatform', 'DmaVersion'),
        async (value, key) => {
          for (const odd of [
            value,
            { [key]: value },
            { DmaVersion: {}, Databases: [value] },
            { Servers: [{ Databases: [value] }] },
          ]) {
            const { subject, observed } = await observe(JSON.stringify(odd))
            if (observed.ok) expect(definition.judge(observed.value, subject).verdict).not.toBe('pass')
          }
        },
      ),
    )
  })

  it('keeps the evidence of a big report small', async () => {
    const many = Array.from({ length: 5000 }, (_, place) =>
      database(place < NAMES.length ? (NAMES[place] ?? '') : `db${String(place)}`, {
        AssessmentRecommendations: Array.from({ length: 20 }, () =>
          finding('MigrationBlocker', Array(20).fill('x'.repeat(30))),
        ),
      }),
    )
    const { observed } = await observe(dma(many))
    expect(JSON.stringify(observed).length).toBeLessThan(20_000)
  })

  const SAMPLES = path.resolve(import.meta.dirname, '../../../../../shared/samples')
  const sample = (file: string): string => readFileSync(path.join(SAMPLES, file), 'utf8')
  const RECORDED = 'dma-report-azuresqldb-2024.json'
  const SKELETON = 'sqlassessment-report-skeleton.json'
  if ([RECORDED, SKELETON].every((file) => existsSync(path.join(SAMPLES, file)))) {
    const RECORDED_SERVER = String.raw`J9GCBX3\KIKO`
    const of = (name: string, server: string, maxAgeMs?: number): Manifest => ({
      ...manifest(maxAgeMs),
      sources: [
        {
          ...source,
          server: { text: server, host: 'J9GCBX3', instance: server.split('\\')[1] ?? '' },
          databases: [{ name, as: name, target: 'default', location: at }],
        },
      ],
    })

    it.each<[string, Manifest, Judgement['verdict'], RegExp]>([
      [
        'that covers the database',
        of('dbGenSparkCapstoneProject', RECORDED_SERVER),
        'pass',
        /Data Migration Assistant of 2024-09-02T09:39:15\.7714057\+00:00, 1 database\).*1 finding about them that is no blocker, 2 about the server$/,
      ],
      [
        'that is two years old',
        of('dbGenSparkCapstoneProject', RECORDED_SERVER, 30 * DAY_MS),
        'fail',
        /of 2024-09-02T09:39:15\.7714057\+00:00 is 811 days old/,
      ],
      ['of another instance', of('dbGenSparkCapstoneProject', String.raw`J9GCBX3\OTHER`), 'fail', /does not cover/],
      ['of other databases', manifest(), 'fail', /does not cover/],
    ])('reads a recorded report %s', async (_which, wanted, verdict, says) => {
      const judgement = await judge(sample(RECORDED), wanted)
      expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(says)])
    })

    it('takes the skeleton of a SqlAssessment report for one that covers nothing', async () => {
      const judgement = await judge(sample(SKELETON))
      expect(judgement).toMatchObject({ verdict: 'fail', summary: expect.stringMatching(/SqlAssessment.*not cover/) })
    })
  } else {
    console.warn('Left out: no recorded assessment reports are here.')
  }
})
