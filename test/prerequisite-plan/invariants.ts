// The rules of the published output contract (schema 1.0, section 4) that can be seen in a plan, written from its text and
// without any code of ours. Each broken one is a line that begins with its number.
import { PLAN_ROWS } from '../../src/domain/plan-rows.ts'

export interface PlanJson {
  metadata: Record<string, unknown>
  selectedMethodPath: Record<string, unknown>
  overallStatus: string
  summary: Record<string, number>
  prerequisites: RowJson[]
  blockers: unknown[]
  unknowns: unknown[]
  evidenceRegister: EvidenceJson[]
  [key: string]: unknown
}
export interface RowJson {
  id: string
  title: string
  requirementType: string
  status: string
  blocking: boolean
  basis: string
  acceptedEvidence: string[]
  [key: string]: unknown
}
export interface EvidenceJson {
  id: string
  status: string
  supports: string[]
  [key: string]: unknown
}

const BASES = [
  'typed_answer',
  'advisor_handoff',
  'verified_evidence',
  'known_missing',
  'applicability_false',
  'not_assessed',
]
const STATUSES = ['confirmed', 'reported', 'missing', 'unknown', 'not_applicable']
/** Section 6 of the input contract, in its order. */
const RECORD_KEYS = ['id', 'type', 'status', 'collectedAt', 'origin', 'tool', 'toolVersion', 'reference', 'supports']

export function brokenInvariants(text: string, before?: string): string[] {
  const plan = JSON.parse(text.replace(/^\uFEFF/, '')) as PlanJson
  const old = before === undefined ? undefined : (JSON.parse(before.replace(/^\uFEFF/, '')) as PlanJson)
  return [
    ...ofThePlan(plan),
    ...plan.prerequisites.flatMap((row) => ofRow(row, plan)),
    ...ofTheCounts(plan),
    ...ofTheLists(plan),
    ...ofTheRegister(plan),
    ...(old === undefined ? [] : ofWhatIsCarried(plan, old)),
  ]
}

function ofThePlan(plan: PlanJson): string[] {
  const broken: string[] = []
  if (!/^P(0[1-9]|1\d|2[0-8])$/.test(String(plan.selectedMethodPath['id']))) broken.push('1 no path of the catalogue')
  if (['unresolvedReason', 'candidatePaths', 'disambiguation'].some((key) => key in plan)) broken.push('15 a mixture')
  const isHandoff = plan.metadata['mode'] === 'advisor_handoff'
  if (isHandoff && !('sourceAdvisor' in plan.metadata && 'inheritedAdvisorFacts' in plan)) broken.push('16 no advisor')
  if (typeof plan.selectedMethodPath['targetVariant'] !== 'string') broken.push('17 no target variant')
  const ids = plan.prerequisites.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) broken.push('21 an id stands twice')
  return broken
}

function ofRow(row: RowJson, plan: PlanJson): string[] {
  const broken: string[] = []
  const known = PLAN_ROWS.find(({ id }) => id === row.id)
  for (const key of ['applicability', 'requirementType', 'evidenceRequired', 'lastVerified']) {
    if (typeof row[key] !== 'string') broken.push(`2 ${row.id} has no ${key}`)
  }
  if (!Array.isArray(row['officialSources']) || row['officialSources'].length === 0) broken.push(`2 ${row.id} source`)
  if (typeof row.blocking !== 'boolean') broken.push(`2 ${row.id} blocking`)
  if (!STATUSES.includes(row.status)) broken.push(`section 1: ${row.id} is ${row.status}`)
  if (!BASES.includes(row.basis.split(':')[0] ?? '')) broken.push(`section 3: ${row.id} rests on ${row.basis}`)
  if (known === undefined) broken.push(`18 ${row.id} is invented`)
  if (known !== undefined && known.type !== row.requirementType) broken.push(`21 ${row.id} is another one`)
  if (known !== undefined && row.status !== 'not_applicable' && known.blocking !== row.blocking)
    broken.push(`21 ${row.id} blocks otherwise`)
  if (row.status === 'not_applicable' && row.requirementType === 'required') broken.push(`6 ${row.id}`)
  const accepted = row.acceptedEvidence.map((id) => plan.evidenceRegister.find((record) => record.id === id))
  if (accepted.includes(undefined)) broken.push(`22 ${row.id} has evidence that is nowhere`)
  if (new Set(row.acceptedEvidence).size !== row.acceptedEvidence.length) broken.push(`22 ${row.id} has evidence twice`)
  if (row.status === 'confirmed' && !/^(typed_answer|advisor_handoff):/.test(row.basis)) {
    const proof = accepted.find((record) => row.basis === `verified_evidence:${String(record?.id)}`)
    if (proof?.status !== 'verified' || !proof.supports.includes(row.id)) broken.push(`19 ${row.id} is not proven`)
  }
  return broken
}

function ofTheCounts({ prerequisites: rows, summary, overallStatus }: PlanJson): string[] {
  const expected: Record<string, number> = {}
  for (const key of 'confirmed reported missing unknown notApplicable'.split(' ')) expected[key] = 0
  for (const key of 'blockingMissing blockingUnknown blockingReported'.split(' ')) expected[key] = 0
  for (const { status, blocking } of rows) {
    const key = status === 'not_applicable' ? 'notApplicable' : status
    expected[key] = (expected[key] ?? 0) + 1
    const blockingKey = `blocking${status[0]?.toUpperCase() ?? ''}${status.slice(1)}`
    if (blocking && blockingKey in expected) expected[blockingKey] = (expected[blockingKey] ?? 0) + 1
  }
  const wrong = Object.entries(expected).filter(([key, count]) => summary[key] !== count)
  return [
    ...wrong.map(([key, count]) => `20 summary.${key} is ${String(summary[key])}, not ${count}`),
    ...(overallStatus === expectedStatus(rows) ? [] : [`20 it is ${overallStatus}, not ${expectedStatus(rows)}`]),
  ]
}

/** The first branch of section 1. */
export function expectedStatus(rows: readonly Pick<RowJson, 'status' | 'requirementType' | 'blocking'>[]): string {
  let unknown = false
  let condition = false
  for (const { status, requirementType, blocking } of rows) {
    if (requirementType === 'recommended' || status === 'confirmed' || status === 'not_applicable') continue
    if (blocking && status === 'missing') return 'blocked'
    unknown ||= blocking && status === 'unknown'
    condition = true
  }
  return unknown ? 'unknown_requires_assessment' : condition ? 'ready_with_conditions' : 'ready'
}

function ofTheLists({ prerequisites, blockers, unknowns }: PlanJson): string[] {
  const isIn = (list: unknown[], { id }: RowJson): boolean =>
    list.some((entry) => new RegExp(`\\b${id}\\b`).test(JSON.stringify(entry)))
  return prerequisites.flatMap((row) => {
    const broken: string[] = []
    const inBlockers = isIn(blockers, row)
    if (row.blocking && row.status === 'missing' && !inBlockers) broken.push(`5 ${row.id} is not in blockers`)
    if (!['missing', 'unknown'].includes(row.status) && inBlockers)
      broken.push(`5 ${row.id} is in blockers, and is ${row.status}`)
    if (row.blocking && row.status === 'unknown' && !isIn(unknowns, row)) broken.push(`4 ${row.id} is not in unknowns`)
    if (row.status !== 'unknown' && isIn(unknowns, row)) broken.push(`4 ${row.id} is in unknowns, and is ${row.status}`)
    return broken
  })
}

/** The reference validator asks for unknown gates in `blockers` too; a plan that has them there keeps them. */
export function gatesOutsideBlockers(text: string): string[] {
  const { prerequisites, blockers } = JSON.parse(text.replace(/^\uFEFF/, '')) as PlanJson
  return prerequisites
    .filter(({ blocking, status }) => blocking && (status === 'missing' || status === 'unknown'))
    .map(({ id }) => id)
    .filter((id) => !blockers.some((entry) => new RegExp(`\\b${id}\\b`).test(JSON.stringify(entry))))
}

function ofTheRegister({ evidenceRegister }: PlanJson): string[] {
  const ids = evidenceRegister.map(({ id }) => id)
  const broken = new Set(ids).size === ids.length ? [] : ['22 a record stands twice']
  for (const record of evidenceRegister) {
    if (record['tool'] !== 'dms-preflight') continue
    if (Object.keys(record).join() !== RECORD_KEYS.join()) broken.push(`input 6: ${record.id} has other keys`)
    if (!['reported', 'verified'].includes(record.status)) broken.push(`section 1: ${record.id} is ${record.status}`)
    if (!/^sha256:[0-9a-f]{64}$/.test(String(record['reference']))) broken.push(`7 ${record.id} is no hash`)
    if (Number.isNaN(Date.parse(String(record['collectedAt'])))) broken.push(`input 6: ${record.id} has no instant`)
  }
  return broken
}

/** Invariants 7, 9 and 21, and that nothing is changed but what a run may change: the same text of all the rest. */
function ofWhatIsCarried(plan: PlanJson, old: PlanJson): string[] {
  const rest = (one: PlanJson): string =>
    JSON.stringify({
      ...one,
      overallStatus: '',
      summary: Object.keys(one.summary),
      blockers: 0,
      unknowns: 0,
      evidenceRegister: one.evidenceRegister.filter(({ id }) => !id.startsWith('dms-preflight-')),
      prerequisites: one.prerequisites.map((row) => ({
        ...row,
        status: '',
        basis: '',
        acceptedEvidence: [],
        blocking: true,
      })),
    })
  const theirs = (one: PlanJson): string =>
    JSON.stringify(
      one.prerequisites.map((row) => row.acceptedEvidence.filter((id) => !id.startsWith('dms-preflight-'))),
    )
  return [
    ...(rest(plan) === rest(old) ? [] : ['21 something else was changed']),
    ...(theirs(plan) === theirs(old) ? [] : ['22 evidence of somebody else was changed']),
  ]
}
