import type { RowFinding } from './judge-rows.ts'
import { evidenceId, isOwnBasis, OWN_BASIS, type PlanRowEntry, type RowState } from './plan.ts'

/** `record`: what a run's own record on the row becomes; `kept`: an earlier run's is left, or there is none. */
export interface SettledRow {
  state: RowState
  record: 'verified' | 'reported' | 'removed' | 'kept'
}

/** How the plan's author and others have settled the row, beside runs of ours. */
interface Others {
  /** An accepted and verified record of somebody else. */
  proof: string | undefined
  /** The status is somebody else's word. */
  isTheirs: boolean
}

/** The row after the run. `isVerified` tells of an evidence id whether its record is a verified one. */
export function settleRow(
  row: PlanRowEntry,
  finding: RowFinding,
  isVerified: (evidence: string) => boolean,
): SettledRow {
  const own = evidenceId(row.id)
  const proof = row.acceptedEvidence.find((id) => id !== own && isVerified(id))
  const others = { proof, isTheirs: !isOwnBasis(row.id, row.basis) }
  switch (finding) {
    case 'failed':
      return { state: missing(row, own), record: 'removed' }
    case 'proven':
      return { state: confirmed(row, own), record: 'verified' }
    case 'partly':
      return settlePartly(row, own, others)
    case 'not-applicable':
      return settleNotApplicable(row, own, others)
    case 'open':
      return unchanged(row)
  }
}

function missing(row: PlanRowEntry, own: string): RowState {
  const basis = row.status === 'missing' ? row.basis : OWN_BASIS.missing
  return { status: 'missing', basis, acceptedEvidence: without(row, own) }
}

function confirmed(row: PlanRowEntry, own: string): RowState {
  const isProven = row.status === 'confirmed' && row.basis.startsWith('verified_evidence:')
  return {
    status: 'confirmed',
    basis: isProven ? row.basis : OWN_BASIS.evidence(own),
    acceptedEvidence: withOwn(row, own),
  }
}

/** At most `reported`; what somebody else has settled stands. */
function settlePartly(row: PlanRowEntry, own: string, { proof, isTheirs }: Others): SettledRow {
  const acceptedEvidence = withOwn(row, own)
  const reported = {
    state: { status: 'reported', basis: OWN_BASIS.reported, acceptedEvidence },
    record: 'reported',
  } as const
  switch (row.status) {
    case 'confirmed': {
      if (!isTheirs && proof === undefined) return reported
      const basis = isTheirs || proof === undefined ? row.basis : OWN_BASIS.evidence(proof)
      return { state: { status: 'confirmed', basis, acceptedEvidence }, record: 'reported' }
    }
    case 'reported':
      return { state: { status: 'reported', basis: row.basis, acceptedEvidence }, record: 'reported' }
    case 'unknown':
      return reported
    // Somebody said so, and this is not enough to gainsay it.
    case 'missing':
    case 'not_applicable':
      return isTheirs ? unchanged(row) : reported
  }
}

/** A check that has nothing to look at does not gainsay anybody. */
function settleNotApplicable(row: PlanRowEntry, own: string, { proof, isTheirs }: Others): SettledRow {
  if (row.status === 'not_applicable') return unchanged(row)
  if (row.status !== 'unknown' && (isTheirs || proof !== undefined)) return unchanged(row)
  const acceptedEvidence = without(row, own)
  return { state: { status: 'not_applicable', basis: OWN_BASIS.notApplicable, acceptedEvidence }, record: 'removed' }
}

function unchanged({ status, basis, acceptedEvidence }: PlanRowEntry): SettledRow {
  return { state: { status, basis, acceptedEvidence }, record: 'kept' }
}

function withOwn({ acceptedEvidence }: PlanRowEntry, own: string): readonly string[] {
  return acceptedEvidence.includes(own) ? acceptedEvidence : [...acceptedEvidence, own]
}

function without({ acceptedEvidence }: PlanRowEntry, own: string): readonly string[] {
  return acceptedEvidence.filter((id) => id !== own)
}
