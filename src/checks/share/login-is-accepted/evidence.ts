import type { ShareLoginAnswer } from '../../../ports/share-port.ts'
import { statusFact, type StatusFact } from '../../share-place.ts'

export type LoginFact =
  | { outcome: 'accepted'; dialect: string; signing: string; cipher?: string }
  | { outcome: 'downgraded'; to: 'guest' | 'anonymous' }
  | { outcome: 'refused'; status: StatusFact }
  | { outcome: 'withheld'; refusedAt: { id: string; subject: string; manifest?: string } }

export function loginFact(answer: ShareLoginAnswer): LoginFact {
  switch (answer.outcome) {
    case 'accepted': {
      const { dialect, signing, cipher } = answer
      return { outcome: 'accepted', dialect, signing, ...(cipher === undefined ? {} : { cipher }) }
    }
    case 'downgraded':
      return { outcome: 'downgraded', to: answer.to }
    case 'refused':
      return { outcome: 'refused', status: statusFact(answer.status) }
    case 'withheld': {
      const { id, subject, manifest } = answer.refusedAt
      return { outcome: 'withheld', refusedAt: { id, subject, ...(manifest === undefined ? {} : { manifest }) } }
    }
  }
}
