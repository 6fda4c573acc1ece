import type { Observed } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { SmbNegotiation } from '../../../ports/share-port.ts'
import type { TriedPort } from '../../engine-port.ts'
import { boundText } from '../../foreign-text.ts'
import { statusFact, type StatusFact } from '../../share-place.ts'

/** What the rules of the DMS subnet's security group say of the flow to the share (classic); it changes no verdict here. */
export type NsgAnswer =
  | {
      read: true
      answer: 'allowed' | 'denied' | 'partial' | 'depends'
      decidingRules: string[]
      /** Null: the subnet has no network security group. */
      nsg: string | null
      subnet: string
    }
  | { read: false; why: string }

/** The answer to NEGOTIATE; `unseen`: there was none that can be understood. */
export type SmbFact =
  | { outcome: 'answered'; dialect: string; signingRequired: boolean; encrypts: boolean; offersNtlm: boolean }
  | { outcome: 'refused'; status: StatusFact }
  | { outcome: 'no-smb2'; reason: 'closed' | 'session-refused' | 'smb1' | 'not-smb'; message: string }
  | { outcome: 'unseen'; kind: CauseKind; message: string }

export type Evidence =
  | { state: 'no-name'; host: string; port: number; message: string; nsg: NsgAnswer | null }
  /** `smb` is absent where nothing answered. */
  | (TriedPort & { nsg: NsgAnswer | null; smb?: SmbFact })

export function smbFact(answer: Observed<SmbNegotiation>): SmbFact {
  if (!answer.ok) return { outcome: 'unseen', kind: answer.failure.kind, message: boundText(answer.failure.message) }
  const { value } = answer
  switch (value.outcome) {
    case 'answered': {
      const { dialect, signingRequired, cipher, offersNtlm } = value
      return { outcome: 'answered', dialect, signingRequired, encrypts: cipher !== undefined, offersNtlm }
    }
    case 'refused':
      return { outcome: 'refused', status: statusFact(value.status) }
    case 'no-smb2':
      return { outcome: 'no-smb2', reason: value.reason, message: boundText(value.message) }
  }
}
