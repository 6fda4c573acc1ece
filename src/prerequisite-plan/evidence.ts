import type { JsonObject } from '../domain/json.ts'
import type { Sha256 } from '../domain/receipt.ts'
import { canonicalJson, sha256 } from '../receipt/canonical-json.ts'
import type { JudgedRow } from './judge-rows.ts'
import { evidenceId } from './plan.ts'

/** Which run the evidence is of. */
export interface EvidenceRun {
  /** ISO 8601, when the run began. */
  collectedAt: string
  toolVersion: string
  /** Of report.json as it was written; null when it could not be. */
  reportHash: Sha256 | null
}

/** A record in the shape of section 6 of the published input contract. Nothing in it names a host, a login or a resource. */
export function evidenceRecord(row: JudgedRow, status: 'verified' | 'reported', run: EvidenceRun): JsonObject {
  return {
    id: evidenceId(row.id),
    type: 'automated_preflight',
    status,
    collectedAt: run.collectedAt,
    origin: 'customer-run preflight',
    tool: 'dms-preflight',
    toolVersion: run.toolVersion,
    reference: evidenceReference(row, run.reportHash),
    supports: [row.id],
  }
}

/**
 * The hash of what the checks of the row said, and of the report that has their evidence. Evidence itself, and the names
 * of subjects, are not hashed: they can be guessed, and a hash of them would tell whether a guess is right. Whoever has
 * the report can make it again.
 */
export function evidenceReference({ id, results }: JudgedRow, report: Sha256 | null): Sha256 {
  const checks = results.map((result) => ({ id: result.id, verdict: result.verdict, proof: result.proof }))
  return sha256(canonicalJson({ row: id, report, checks }))
}
