// A small manifest and small checks for tests of the plan and the engine.
import { defineCheck, type Check, type CheckMeta, type Judgement, type Spec } from '../src/checks/define.ts'
import { manifestSubject, sourceSubjects, targetDatabaseSubjects, targetSubjects } from '../src/checks/subjects.ts'
import type { JsonObject } from '../src/domain/json.ts'
import type { Manifest } from '../src/domain/manifest.ts'
import { seen, type Observed } from '../src/domain/observed.ts'
import type { Subject } from '../src/domain/subject.ts'

const at = (line: number): { path: string; line: number; column: number } => ({ path: 'wave.yml', line, column: 3 })

export const MANIFEST: Manifest = {
  path: 'wave.yml',
  files: ['wave.yml'],
  name: 'Wave 1',
  scenario: 'sql-server-to-azure-sql-database',
  generation: 'classic',
  migration: 'offline',
  dms: {
    subnetId:
      '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-dms',
    egress: [],
    nsgPorts: 'seed',
    flows: [],
    runtimeHosts: [],
    schemaMigration: false,
    location: at(4),
  },
  sources: [
    {
      name: 'sales',
      server: { text: 'sql01.corp.example', host: 'sql01.corp.example' },
      login: { kind: 'sql', user: 'dms', password: { secret: 'SALES_PASSWORD' } },
      tls: { encrypt: 'on', trustServerCertificate: false },
      databases: [
        { name: 'Sales', as: 'Sales', target: 'default', location: at(9) },
        { name: 'Orders', as: 'OrdersNew', target: 'default', location: at(10) },
      ],
      location: at(6),
    },
  ],
  targets: [
    {
      name: 'default',
      resourceId:
        '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Sql/servers/sqlsales',
      login: { kind: 'sql', user: 'dms', password: { secret: 'TARGET_PASSWORD' } },
      tls: { encrypt: 'on', trustServerCertificate: false },
      location: at(12),
    },
  ],
  shares: [],
  containers: [],
  tools: {},
  attestations: [],
  waivers: [],
  location: at(1),
}

export const SUBJECTS = {
  manifest: manifestSubject,
  source: sourceSubjects,
  target: targetSubjects,
  database: targetDatabaseSubjects,
}

export interface FakeCheck {
  id: string
  on?: keyof typeof SUBJECTS
  needs?: CheckMeta<Spec>['needs']
  vantage?: CheckMeta<Spec>['vantage']
  observe?: (subject: Subject<Spec>) => Promise<Observed<JsonObject>>
  judge?: (evidence: JsonObject, subject: Subject<Spec>) => Judgement
}

export function fakeCheck({ id, on = 'manifest', needs = [], vantage = 'server', observe, judge }: FakeCheck): Check {
  return defineCheck<Spec, JsonObject, never>({
    meta: {
      id,
      ref: 'DMSP-900',
      title: `It holds: ${id}`,
      team: 'dba',
      scenarios: ['sql-server-to-azure-sql-database'],
      generations: ['classic'],
      severity: 'required',
      needs,
      vantage,
      verdicts: ['pass', 'fail', 'unknown'],
      why: 'For the test.',
      source: { title: 'Docs', url: 'https://learn.microsoft.com/x', verified: '2026-11-22', rows: [] },
      remedy: 'Nothing.',
    },
    uses: [],
    subjects: SUBJECTS[on],
    observe: (_ports, subject) => (observe ?? (() => Promise.resolve(seen({ it: 'is there' }))))(subject),
    judge: judge ?? (() => passing()),
  })
}

export function passing(summary = 'It holds'): Judgement {
  return { verdict: 'pass', proof: 'direct', summary, expected: 'it', actual: 'it' }
}

export function failing(summary = 'It does not hold'): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary,
    expected: 'it',
    actual: 'not it',
    remediation: { text: 'Mend it.', scripts: [] },
  }
}
