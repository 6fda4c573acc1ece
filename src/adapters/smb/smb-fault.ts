import type { CauseKind } from '../../domain/verdict.ts'
import { causeOfStatus, describeStatus } from './nt-status.ts'

/** What came in place of an answer in SMB 2, when the other side speaks something else. */
export type Instead = 'session-refused' | 'smb1' | 'not-smb'

/** Ends what is under way on a connection; the port turns it into a ProbeFailure. The message is a clause. */
export class SmbFault extends Error {
  override readonly name = 'SmbFault'
  readonly kind: CauseKind
  readonly instead: Instead | undefined

  constructor(kind: CauseKind, message: string, instead?: Instead) {
    super(message)
    this.kind = kind
    this.instead = instead
  }
}

/** A status at a step where it decides nothing. */
export function statusFault(status: number, step: string): SmbFault {
  const { code, name, meaning } = describeStatus(status)
  const shown = name === code ? code : `${name}, ${code}`
  return new SmbFault(causeOfStatus(status), `${step} was refused: ${meaning} (${shown})`)
}
