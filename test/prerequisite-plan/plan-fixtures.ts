// Plans as the skill writes them, made from our own table of rows.
import { PLAN_PATHS, rowsOfPath, type PlanPath, type PlanRow } from '../../src/domain/plan-rows.ts'
import type { Check } from '../../src/checks/define.ts'
import type { CheckedManifest } from '../../src/prerequisite-plan/judge-rows.ts'
import { expectedStatus, type EvidenceJson, type PlanJson, type RowJson } from './invariants.ts'

export const PATHS: readonly PlanPath[] = PLAN_PATHS

export function pathOf(id: string): PlanPath {
  const path = PATHS.find((one) => one.id === id)
  if (path === undefined) throw new Error(`No path ${id}`)
  return path
}

export const rowsOf: (path: PlanPath) => readonly PlanRow[] = rowsOfPath

export type RowChange = Partial<Pick<RowJson, 'status' | 'basis' | 'acceptedEvidence'>>

/** How the entries of `blockers` and `unknowns` look: the contract leaves it open. */
export const ENTRY_SHAPES = {
  ids: ({ id }: RowJson): unknown => id,
  sentences: ({ id, title }: RowJson): unknown => `${id}: ${title}`,
  objects: ({ id, title, owner }: RowJson): unknown => ({ id, title, owner }),
  named: ({ id, title }: RowJson): unknown => ({ prerequisiteId: id, prerequisite: title, severity: 'hard-gate' }),
} as const
export type EntryShape = keyof typeof ENTRY_SHAPES

export interface PlanOptions {
  rows?: Readonly<Record<string, RowChange>>
  evidence?: readonly EvidenceJson[]
  shape?: EntryShape
  /** `blockers` has the unknown gates too, and what does not apply is written as not blocking. */
  isStrict?: boolean
  change?: (plan: PlanJson) => unknown
}

export const DEFAULT_BASIS: Readonly<Record<string, string>> = {
  confirmed: 'typed_answer:network_path_status',
  reported: 'typed_answer:network_path_status',
  missing: 'known_missing:network_path_status',
  unknown: 'not_assessed:network_path_status',
  not_applicable: 'applicability_false:tde_status',
}

/** A sound plan: every row unknown but those that are said. */
export function makePlan(
  path: PlanPath,
  { rows = {}, evidence = [], shape = 'objects', isStrict = false, change }: PlanOptions = {},
): PlanJson {
  const prerequisites = rowsOf(path).map((row): RowJson => {
    const { status = 'unknown', basis, acceptedEvidence = [] } = rows[row.id] ?? {}
    return {
      id: row.id,
      area: row.id.startsWith('COM-') ? 'Common' : path.id,
      title: `Title of ${row.asks.slice(0, 40)}`,
      requirementType: row.type,
      applicability: row.when ?? 'All paths',
      status,
      blocking: row.blocking && !(isStrict && status === 'not_applicable'),
      owner: 'DBA',
      basis: basis ?? DEFAULT_BASIS[status] ?? '',
      evidenceRequired: 'A query, "quoted" and with ünicode',
      acceptedEvidence: [...acceptedEvidence],
      officialSources: ['https://learn.microsoft.com/en-us/data-migration/sql-server/overview'],
      lastVerified: '2026-08-13',
    }
  })
  const count = (status: string, all = true): number =>
    prerequisites.filter((row) => row.status === status && (all || row.blocking)).length
  const entries = (status: string): unknown[] =>
    prerequisites.filter((row) => row.blocking && row.status === status).map((row) => ENTRY_SHAPES[shape](row))
  const selected = {
    ...{ id: path.id, title: `Path ${path.id}`, target: 'Azure', targetVariant: 'Azure' },
    ...{ method: 'Modern DMS', tier: null, supportStatus: 'Microsoft-supported' },
  }
  const plan: PlanJson = {
    metadata: {
      schemaVersion: '1.0',
      prerequisiteKnowledgeBaseVersion: 'v1.11',
      pathCatalogVersion: '1.0',
      evaluatedAt: '2026-11-20T09:00:00Z',
      mode: 'standalone',
      language: 'en',
    },
    selectedMethodPath: selected,
    appliedOverlays: [],
    selectedPath: selected,
    overallStatus: expectedStatus(prerequisites),
    summary: {
      confirmed: count('confirmed'),
      reported: count('reported'),
      missing: count('missing'),
      unknown: count('unknown'),
      notApplicable: count('not_applicable'),
      blockingMissing: count('missing', false),
      blockingUnknown: count('unknown', false),
      blockingReported: count('reported', false),
    },
    prerequisites,
    blockers: [...entries('missing'), ...(isStrict ? entries('unknown') : [])],
    unknowns: entries('unknown'),
    assumptions: ['none'],
    inheritedAdvisorFacts: [],
    questionsAsked: [],
    nextActions: [],
    sourceRegister: [{ title: 'Overview', url: 'https://learn.microsoft.com/', verifiedAt: '2026-08-13' }],
    evidenceRegister: [...evidence],
    'x-notes': { '10': 1, '2': [true, null] },
  }
  change?.(plan)
  return plan
}

export function planText(path: PlanPath, options: PlanOptions = {}): string {
  return `${JSON.stringify(makePlan(path, options), undefined, 2)}\n`
}

export function record(id: string, supports: readonly string[], status = 'verified'): EvidenceJson {
  return {
    id,
    type: 'connectivity_test',
    status,
    collectedAt: '2026-08-13T10:00:00Z',
    origin: 'customer-run preflight',
    tool: 'Test-NetConnection',
    toolVersion: null,
    reference: `sha256:${'0'.repeat(64)}`,
    supports: [...supports],
  }
}

type Result = CheckedManifest['checks'][number]

export function result(id: string, verdict: Result['verdict'], more: Partial<Result> = {}): Result {
  return { id, verdict, severity: 'required', proof: 'direct', ...more }
}

/** All that the join looks at of a check. */
export function citing(id: string, rows: readonly string[], more: Partial<Check['meta']> = {}): Check {
  const meta = {
    id,
    scenarios: PATHS.map(({ scenario }) => scenario),
    generations: ['modern'],
    source: { rows },
    ...more,
  }
  return { meta } as unknown as Check
}

export function checked(path: PlanPath, checks: readonly Result[]): CheckedManifest {
  return { manifest: { scenario: path.scenario, migration: path.migration, generation: 'modern' }, checks }
}
