import type { OverallStatus, RowStatus, RowType } from './plan.ts'

/** What counts and status are read off. */
export interface CountedRow {
  status: RowStatus
  requirementType: RowType
  blocking: boolean
}

/** The members of `summary`, in the contract's order. */
export const SUMMARY_KEYS = [
  'confirmed',
  'reported',
  'missing',
  'unknown',
  'notApplicable',
  'blockingMissing',
  'blockingUnknown',
  'blockingReported',
] as const
export type PlanSummary = Record<(typeof SUMMARY_KEYS)[number], number>

export function summaryOf(rows: readonly CountedRow[]): PlanSummary {
  const count = (status: RowStatus, isBlocking = false): number =>
    rows.filter((row) => row.status === status && (row.blocking || !isBlocking)).length
  return {
    confirmed: count('confirmed'),
    reported: count('reported'),
    missing: count('missing'),
    unknown: count('unknown'),
    notApplicable: count('not_applicable'),
    blockingMissing: count('missing', true),
    blockingUnknown: count('unknown', true),
    blockingReported: count('reported', true),
  }
}

/** The first that holds, as section 1 of the published output contract has them. Recommended rows never block. */
export function overallStatusOf(rows: readonly CountedRow[]): OverallStatus {
  const asked = rows.filter(({ requirementType }) => requirementType !== 'recommended')
  if (asked.some(({ blocking, status }) => blocking && status === 'missing')) return 'blocked'
  if (asked.some(({ blocking, status }) => blocking && status === 'unknown')) return 'unknown_requires_assessment'
  const isOpen = ({ status }: CountedRow): boolean => status !== 'confirmed' && status !== 'not_applicable'
  return asked.some(isOpen) ? 'ready_with_conditions' : 'ready'
}
