import type { Json } from '../domain/json.ts'
import { PLAN_ROWS } from '../domain/plan-rows.ts'
import { overallStatusOf, SUMMARY_KEYS, summaryOf } from './derive.ts'
import { evidenceRecord, type EvidenceRun } from './evidence.ts'
import { applyEdits, layoutOf, replaceList, replaceScalar, type Edit, type Layout, type ListItem } from './json-edit.ts'
import { jsonOf, memberOf, textOf, type JsonNode } from './json-text.ts'
import type { JudgedRow } from './judge-rows.ts'
import { settleList } from './open-items.ts'
import {
  evidenceId,
  ROW_STATUSES,
  type OverallStatus,
  type PlanDocument,
  type PlanRowEntry,
  type RowState,
} from './plan.ts'
import { settleRow, type SettledRow } from './settle-row.ts'

export interface WrittenBack {
  text: string
  overallStatus: OverallStatus
  /** How many rows have a finding of this run, by their status now. */
  settled: readonly { status: RowState['status']; rows: number }[]
}

/** The plan with what a run found: rows, registers, lists, counts and status; not a letter of anything else. Pure. */
export function writeBack(plan: PlanDocument, judged: readonly JudgedRow[], run: EvidenceRun): WrittenBack {
  const findings = new Map(judged.map((row) => [row.id, row]))
  const verified = new Set(plan.evidence.filter(({ isVerified }) => isVerified).map(({ id }) => id))
  const settled = new Map(
    plan.rows.map((row) => [row.id, settleRow(row, findings.get(row.id)?.finding ?? 'open', (id) => verified.has(id))]),
  )
  const after = new Map([...settled].map(([id, { state }]) => [id, state]))
  const before = plan.rows.map((row) => ({ ...row, blocking: blockingAfter(row, after) }))
  const rows = before.map((row) => ({ ...row, ...after.get(row.id) }))
  const overallStatus = overallStatusOf(rows)
  const layout = layoutOf(plan.text, plan.root)
  const summary = summaryOf(rows)
  const edits = [
    ...rows.flatMap((row) => editRow(plan, row, layout)),
    ...replaceList(plan.text, plan.register, registerAfter(plan, settled, findings, run), layout),
    ...editLists({ ...plan, rows: before }, after, layout),
    ...SUMMARY_KEYS.flatMap((key) => replaceScalar(memberOf(memberOf(plan.root, 'summary'), key), summary[key])),
    ...replaceScalar(memberOf(plan.root, 'overallStatus'), overallStatus),
  ]
  const seen = rows.filter(({ id }) => (findings.get(id)?.finding ?? 'open') !== 'open')
  return {
    text: applyEdits(plan.text, edits),
    overallStatus,
    settled: ROW_STATUSES.map((status) => ({
      status,
      rows: seen.filter((row) => row.status === status).length,
    })).filter((count) => count.rows > 0),
  }
}

/** A row that did not apply may have been written as not blocking; once it applies, it blocks as the knowledge base says. */
function blockingAfter({ id, status, blocking }: PlanRowEntry, after: ReadonlyMap<string, RowState>): boolean {
  const applies = status === 'not_applicable' && after.get(id)?.status !== 'not_applicable'
  return applies ? (PLAN_ROWS.find((row) => row.id === id)?.blocking ?? blocking) : blocking
}

function editRow({ text }: PlanDocument, row: PlanRowEntry, layout: Layout): Edit[] {
  const { node, status, basis, acceptedEvidence, evidence } = row
  const items = acceptedEvidence.map((id): ListItem => {
    const own = evidence.items.find((item) => textOf(item) === id)
    return own === undefined ? { add: id } : { keep: own }
  })
  return [
    ...replaceScalar(memberOf(node, 'status'), status),
    ...replaceScalar(memberOf(node, 'basis'), basis),
    ...replaceScalar(memberOf(node, 'blocking'), row.blocking),
    ...replaceList(text, evidence, items, layout),
  ]
}

function editLists(
  { text, blockers, unknowns, rows }: PlanDocument,
  after: ReadonlyMap<string, RowState>,
  layout: Layout,
): Edit[] {
  const like = [...blockers.items, ...unknowns.items]
  return [
    ...replaceList(text, blockers, settleList('blockers', blockers, rows, after, like), layout),
    ...replaceList(text, unknowns, settleList('unknowns', unknowns, rows, after, like), layout),
  ]
}

/** A record of an earlier run is replaced where it stands; one that another row has accepted too is never taken away. */
function registerAfter(
  { evidence, rows }: PlanDocument,
  settled: ReadonlyMap<string, SettledRow>,
  findings: ReadonlyMap<string, JudgedRow>,
  run: EvidenceRun,
): ListItem[] {
  const fresh = new Map<string, Json>()
  const removed = new Set<string>()
  for (const { id } of rows) {
    const record = settled.get(id)?.record ?? 'kept'
    const found = findings.get(id)
    if (record === 'removed') removed.add(evidenceId(id))
    else if (record !== 'kept' && found !== undefined) fresh.set(evidenceId(id), evidenceRecord(found, record, run))
  }
  const accepted = new Set([...settled.values()].flatMap(({ state }) => state.acceptedEvidence))
  const kept = evidence.flatMap(({ id, node }): ListItem[] => {
    const record = fresh.get(id)
    fresh.delete(id)
    if (record !== undefined) return [isSame(node, record) ? { keep: node } : { add: record }]
    return removed.has(id) && !accepted.has(id) ? [] : [{ keep: node }]
  })
  return [...kept, ...[...fresh.values()].map((record) => ({ add: record }))]
}

function isSame(node: JsonNode, record: Json): boolean {
  return JSON.stringify(jsonOf(node)) === JSON.stringify(record)
}
