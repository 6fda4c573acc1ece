import type { PlanPath } from '../domain/plan-rows.ts'
import type { JsonNode, ListNode } from './json-text.ts'

/** Words of the published contract (schema 1.0). */
export const SCHEMA_VERSION = '1.0'
export const ROW_STATUSES = ['confirmed', 'reported', 'missing', 'unknown', 'not_applicable'] as const
export type RowStatus = (typeof ROW_STATUSES)[number]
export const ROW_TYPES = ['required', 'conditional', 'recommended'] as const
export type RowType = (typeof ROW_TYPES)[number]
export const OVERALL_STATUSES = ['blocked', 'unknown_requires_assessment', 'ready_with_conditions', 'ready'] as const
export type OverallStatus = (typeof OVERALL_STATUSES)[number]
/** Of a plan without rows: no path was found. */
export const UNRESOLVED = 'unresolved_path'

/** What a run may change of a row. */
export interface RowState {
  status: RowStatus
  basis: string
  /** Ids of records of the plan's `evidenceRegister`. */
  acceptedEvidence: readonly string[]
}

export interface PlanRowEntry extends RowState {
  id: string
  title: string
  requirementType: RowType
  blocking: boolean
  node: JsonNode
  evidence: ListNode
}

export interface EvidenceEntry {
  id: string
  /** Only `verified` confirms a row. */
  isVerified: boolean
  node: JsonNode
}

/** A sound plan, with the places of all that may change. */
export interface PlanDocument {
  text: string
  root: JsonNode
  path: PlanPath
  overallStatus: string
  rows: readonly PlanRowEntry[]
  register: ListNode
  evidence: readonly EvidenceEntry[]
  blockers: ListNode
  unknowns: ListNode
}

/** How a record of ours for a row is named: a later run finds it again. */
export function evidenceId(row: string): string {
  return `dms-preflight-${row}`
}

/** The field of a basis that our own word is, where the plan's author would name an answered question. */
const OWN_FIELD = 'dms_preflight'

export const OWN_BASIS = {
  missing: `known_missing:${OWN_FIELD}`,
  reported: `typed_answer:${OWN_FIELD}`,
  notApplicable: `applicability_false:${OWN_FIELD}`,
  evidence: (id: string): string => `verified_evidence:${id}`,
} as const

/** Whether the row's status is the word of a run of ours, and nobody else's. */
export function isOwnBasis(row: string, basis: string): boolean {
  return basis.endsWith(`:${OWN_FIELD}`) || basis === OWN_BASIS.evidence(evidenceId(row))
}
