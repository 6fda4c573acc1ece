import { PLAN_ROWS, rowsOfPath, type PlanPath } from '../domain/plan-rows.ts'
import type { PlanFaults } from './faults.ts'
import { itemsOf, memberOf, textOf, type JsonNode } from './json-text.ts'
import { ROW_STATUSES, ROW_TYPES, type PlanRowEntry } from './plan.ts'

/** The line of the knowledge base that our own table of rows was taken from. */
const KNOWLEDGE_BASE = 'v1.11'
const BASIS =
  /^(?:typed_answer|advisor_handoff|verified_evidence|known_missing|applicability_false|not_assessed):[^\s\u0000-\u001f]/
/** Invariant 2: whatever they look like, they are there. */
const NEEDED = ['applicability', 'evidenceRequired', 'officialSources', 'lastVerified']
const ROW_ID = /^(?:COM|P\d{2})-\d{3}$/

export function readRows(root: JsonNode, faults: PlanFaults): PlanRowEntry[] {
  const list = memberOf(root, 'prerequisites')
  const nodes = itemsOf(list)
  if (nodes === undefined || nodes.length === 0) {
    faults.add((list ?? root).start, 'must have a list `prerequisites` with its rows')
    return []
  }
  const ids = new Set<string>()
  return nodes.flatMap((node) => {
    const id = textOf(memberOf(node, 'id'))
    // Nothing of a row whose id is none of theirs is repeated: it may be anything.
    if (id === undefined || !ROW_ID.test(id)) {
      faults.add(node.start, 'must have an id like COM-001 or P12-001 for every row of `prerequisites`')
      return []
    }
    if (ids.has(id)) faults.add(node.start, `has the row ${id} twice`)
    ids.add(id)
    for (const key of NEEDED) {
      if (isAbsent(memberOf(node, key))) faults.add(node.start, `must have ${key} on ${id}`)
    }
    const row = readRow(id, node, faults)
    return row === undefined ? [] : [row]
  })
}

function isAbsent(node: JsonNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.value === null) || itemsOf(node)?.length === 0
}

function readRow(id: string, node: JsonNode, faults: PlanFaults): PlanRowEntry | undefined {
  const word = <Word extends string>(key: string, words: readonly Word[]): Word | undefined => {
    const value = memberOf(node, key)
    const found = words.find((one) => one === textOf(value))
    if (found === undefined) faults.add((value ?? node).start, `must have ${key} on ${id}: ${words.join(', ')}`)
    return found
  }
  const status = word('status', ROW_STATUSES)
  const requirementType = word('requirementType', ROW_TYPES)
  const blocking = memberOf(node, 'blocking')
  const isBlocking = blocking?.kind === 'scalar' && typeof blocking.value === 'boolean' ? blocking.value : undefined
  if (isBlocking === undefined) faults.add((blocking ?? node).start, `must have true or false for blocking on ${id}`)
  const [title, basis] = ['title', 'basis'].map((key) => {
    const value = memberOf(node, key)
    if (textOf(value) === undefined) faults.add((value ?? node).start, `must have a text for ${key} on ${id}`)
    return textOf(value)
  })
  if (basis !== undefined && !BASIS.test(basis)) {
    faults.add(node.start, `must have a basis on ${id} that the contract knows, such as known_missing:<field>`)
  }
  const evidence = memberOf(node, 'acceptedEvidence')
  const accepted = itemsOf(evidence)?.map((item) => textOf(item))
  if (accepted === undefined || accepted.includes(undefined) || new Set(accepted).size < accepted.length) {
    faults.add((evidence ?? node).start, `must have a list of evidence ids, each once, for acceptedEvidence on ${id}`)
  }
  if (!status || !requirementType || isBlocking === undefined || title === undefined || basis === undefined)
    return undefined
  if (evidence?.kind !== 'list') return undefined
  const acceptedEvidence = (accepted ?? []).filter((one) => one !== undefined)
  return { id, title, requirementType, blocking: isBlocking, status, basis, acceptedEvidence, node, evidence }
}

/** Invariants 18 and 21, and that no row is left out, as far as our own table reaches: the path and the common rows. */
export function refuseStrangeRows(
  rows: readonly PlanRowEntry[],
  listStart: number,
  path: PlanPath,
  knowledgeBase: string | undefined,
  faults: PlanFaults,
): void {
  // Another line may know other rows: what it says of them is its own affair.
  if (knowledgeBase !== KNOWLEDGE_BASE) return
  for (const { id, requirementType, blocking, status, node } of rows) {
    if (!id.startsWith('COM-') && !id.startsWith(`${path.id}-`)) continue
    const known = PLAN_ROWS.find((row) => row.id === id)
    if (known === undefined)
      faults.add(node.start, `has the row ${id}, which the knowledge base ${KNOWLEDGE_BASE} has not`)
    // What does not apply blocks nothing, and may be written so.
    else if (known.type !== requirementType || (known.blocking !== blocking && status !== 'not_applicable')) {
      const kind = `${known.type} and ${known.blocking ? 'blocking' : 'not blocking'}`
      faults.add(node.start, `has changed the row ${id}: in the knowledge base ${KNOWLEDGE_BASE} it is ${kind}`)
    }
  }
  const carried = new Set(rows.map(({ id }) => id))
  for (const { id } of rowsOfPath(path)) {
    if (!carried.has(id)) faults.add(listStart, `lacks the row ${id}, which the path ${path.id} has`)
  }
}
