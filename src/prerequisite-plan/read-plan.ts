import type { Problem } from '../domain/manifest.ts'
import { PLAN_PATHS, type PlanPath } from '../domain/plan-rows.ts'
import { overallStatusOf, SUMMARY_KEYS, summaryOf } from './derive.ts'
import { PlanFaults } from './faults.ts'
import { itemsOf, memberOf, parseJsonText, textOf, type JsonNode, type ListNode } from './json-text.ts'
import { decidable, mentions } from './open-items.ts'
import { OVERALL_STATUSES, SCHEMA_VERSION, UNRESOLVED, type EvidenceEntry, type PlanDocument } from './plan.ts'
import { readRows, refuseStrangeRows } from './read-rows.ts'

/** `unresolved`: a plan that names no path has no rows either, and is left as it is. */
export type ReadPlan =
  { ok: true; plan: PlanDocument } | { ok: false; unresolved: boolean; problems: readonly Problem[] }

/** Text -> plan, when it keeps the rules of the published contract that can be seen in it; else all that is wrong. Pure. */
export function readPlan(file: string, text: string): ReadPlan {
  const faults = new PlanFaults(file, text)
  const parsed = parseJsonText(text)
  if (!parsed.ok) {
    faults.add(parsed.offset, parsed.problem)
    return { ok: false, unresolved: false, problems: faults.problems }
  }
  const { root } = parsed
  refuseOtherSchema(root, faults)
  const overall = memberOf(root, 'overallStatus')
  if (faults.problems.length === 0 && textOf(overall) === UNRESOLVED)
    return { ok: false, unresolved: true, problems: [] }
  const plan = faults.problems.length === 0 ? readParts(text, root, faults) : undefined
  if (plan !== undefined && faults.problems.length === 0) refuseOtherReadings(plan, faults)
  return plan !== undefined && faults.problems.length === 0
    ? { ok: true, plan }
    : { ok: false, unresolved: false, problems: faults.problems }
}

function refuseOtherSchema(root: JsonNode, faults: PlanFaults): void {
  if (root.kind !== 'object') {
    faults.add(root.start, 'must be a JSON object')
    return
  }
  const version = memberOf(memberOf(root, 'metadata'), 'schemaVersion')
  if (version === undefined) faults.add(root.start, 'has no `metadata.schemaVersion`: this is no prerequisite plan')
  else if (textOf(version) !== SCHEMA_VERSION) {
    faults.add(version.start, `must have the \`metadata.schemaVersion\` "${SCHEMA_VERSION}"; others are not read`)
  }
}

function readParts(text: string, root: JsonNode, faults: PlanFaults): PlanDocument | undefined {
  const path = readPath(root, faults)
  const overall = memberOf(root, 'overallStatus')
  const overallStatus = OVERALL_STATUSES.find((status) => status === textOf(overall))
  if (overallStatus === undefined) {
    faults.add((overall ?? root).start, `must have an \`overallStatus\` of ${OVERALL_STATUSES.join(', ')}`)
  }
  if (memberOf(root, 'summary')?.kind !== 'object') faults.add(root.start, 'must have an object `summary`')
  refuseMixture(root, faults)
  const rows = readRows(root, faults)
  const register = listOf(root, 'evidenceRegister', faults)
  const blockers = listOf(root, 'blockers', faults)
  const unknowns = listOf(root, 'unknowns', faults)
  if (!path || overallStatus === undefined || !register || !blockers || !unknowns) return undefined
  const knowledgeBase = textOf(memberOf(memberOf(root, 'metadata'), 'prerequisiteKnowledgeBaseVersion'))
  refuseStrangeRows(rows, memberOf(root, 'prerequisites')?.start ?? root.start, path, knowledgeBase, faults)
  const evidence = readEvidence(register, faults)
  return { text, root, path, overallStatus, rows, register, evidence, blockers, unknowns }
}

/** Invariants 15 and 16. */
function refuseMixture(root: JsonNode, faults: PlanFaults): void {
  for (const key of ['unresolvedReason', 'candidatePaths', 'disambiguation']) {
    const node = memberOf(root, key)
    if (node !== undefined) faults.add(node.start, `has \`${key}\`, which only a plan without a path has`)
  }
  const metadata = memberOf(root, 'metadata')
  if (textOf(memberOf(metadata, 'mode')) !== 'advisor_handoff') return
  const isWhole =
    memberOf(metadata, 'sourceAdvisor') !== undefined && memberOf(root, 'inheritedAdvisorFacts') !== undefined
  if (!isWhole) {
    const phrase = 'of the mode advisor_handoff must have `metadata.sourceAdvisor` and `inheritedAdvisorFacts`'
    faults.add((metadata ?? root).start, phrase)
  }
}

function listOf(parent: JsonNode, key: string, faults: PlanFaults): ListNode | undefined {
  const node = memberOf(parent, key)
  if (node?.kind === 'list') return node
  faults.add((node ?? parent).start, `must have a list \`${key}\``)
  return undefined
}

function readPath(root: JsonNode, faults: PlanFaults): PlanPath | undefined {
  const selected = memberOf(root, 'selectedMethodPath')
  const id = memberOf(selected, 'id')
  const path = PLAN_PATHS.find((known) => known.id === textOf(id))
  const known = PLAN_PATHS.map((one) => one.id).join(', ')
  if (path === undefined) {
    const word = textOf(id) ?? ''
    const shown = /^P\d{1,3}$/.test(word)
      ? `is for the path ${word}: `
      : 'has no `selectedMethodPath.id` that is known: '
    faults.add((id ?? selected ?? root).start, `${shown}this gate proves the paths of Azure DMS, ${known}`)
    return undefined
  }
  const alias = memberOf(memberOf(root, 'selectedPath'), 'id')
  if (alias !== undefined && textOf(alias) !== path.id) {
    faults.add(
      alias.start,
      `names another path in \`selectedPath\` than in \`selectedMethodPath\`, which is ${path.id}`,
    )
  }
  return path
}

function readEvidence(register: ListNode, faults: PlanFaults): EvidenceEntry[] {
  const ids = new Set<string>()
  return register.items.flatMap((node) => {
    const id = textOf(memberOf(node, 'id'))
    if (id === undefined || ids.has(id)) {
      faults.add(node.start, `must have an id of its own for every record of \`evidenceRegister\``)
      return []
    }
    ids.add(id)
    return [{ id, isVerified: textOf(memberOf(node, 'status')) === 'verified', node }]
  })
}

/** Invariants 4, 5, 20 and 22, and that evidence which confirms a row is verified. */
function refuseOtherReadings(plan: PlanDocument, faults: PlanFaults): void {
  const verified = new Map(plan.evidence.map(({ id, isVerified }) => [id, isVerified]))
  for (const { id, status, basis, acceptedEvidence, evidence, node } of plan.rows) {
    itemsOf(evidence)?.forEach((item) => {
      if (!verified.has(textOf(item) ?? '')) {
        faults.add(item.start, `has evidence on ${id} that is not in \`evidenceRegister\``)
      }
    })
    const proof = basis.startsWith('verified_evidence:') ? basis.slice('verified_evidence:'.length) : undefined
    if (status === 'confirmed' && proof !== undefined && !(acceptedEvidence.includes(proof) && verified.get(proof))) {
      faults.add(node.start, `confirms ${id} by evidence that the row has not accepted, or that is not verified`)
    }
  }
  refuseOtherCounts(plan, faults)
  const lists = [
    [plan.blockers, 'missing', 'blockers'],
    [plan.unknowns, 'unknown', 'unknowns'],
  ] as const
  for (const [list, status, name] of lists) {
    if (!decidable(list, plan.rows)) continue
    const named = new Set(list.items.flatMap((item) => [...mentions(item, plan.rows)]))
    for (const row of plan.rows) {
      if (row.blocking && row.status === status && !named.has(row.id)) {
        faults.add(list.start, `has the blocking row ${row.id} as ${status}, but not in \`${name}\``)
      }
    }
  }
}

function refuseOtherCounts({ root, rows, overallStatus }: PlanDocument, faults: PlanFaults): void {
  const summary = memberOf(root, 'summary')
  const counted = summaryOf(rows)
  for (const key of SUMMARY_KEYS) {
    const node = memberOf(summary, key)
    if (node?.kind === 'scalar' && node.value === counted[key]) continue
    faults.add((node ?? summary ?? root).start, `must count ${counted[key]} in \`summary.${key}\`, as its rows say`)
  }
  const derived = overallStatusOf(rows)
  if (overallStatus !== derived) {
    const node = memberOf(root, 'overallStatus')
    faults.add((node ?? root).start, `must be \`${derived}\` by its rows, and says ${overallStatus}`)
  }
}
