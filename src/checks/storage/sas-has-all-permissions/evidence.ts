import type { Manifest } from '../../../domain/manifest.ts'
import type { SasFacts } from '../../../domain/sas.ts'
import type { SasTerms } from '../../../domain/sas-rules.ts'
import type { WriteAnswer } from '../../../ports/blob-port.ts'
import { boundText } from '../../foreign-text.ts'
import type { ListFact } from '../../storage-container.ts'

/** The probe blob, as evidence. */
export type WriteFact =
  | { outcome: 'accepted' }
  | { outcome: 'refused'; step: string; reason: string; code: string; message: string; blob: string; left: boolean }

/** What is known of a SAS; its signature is no part of it. */
export type Evidence = {
  url: string
  account: string
  container: string
  sas: SasFacts
  /** By the clock of the runner, ISO 8601: what the dates are compared with. */
  checkedAt: string
  /** Whether the run may write. */
  writes: boolean
  list: ListFact
  /** Azure says that the account takes nothing that is signed with its keys. */
  keysAreRefused?: true
  /** Null: not tried. */
  write: WriteFact | null
}

export function writeFact(answer: WriteAnswer): WriteFact {
  if (answer.outcome === 'accepted') return { outcome: 'accepted' }
  const { step, reason, code, message, blob, left } = answer
  return { outcome: 'refused', step, reason, code, message: boundText(message), blob, left }
}

export function sasTerms({ cutover, dms }: Manifest, nowMs: number, list?: ListFact): SasTerms {
  const window =
    cutover === undefined ? undefined : { startMs: Date.parse(cutover.start), durationMs: cutover.durationMs }
  return { nowMs, cutover: window, egress: dms.egress, isTaken: list?.outcome === 'accepted' }
}
