import { unseen, type Observed } from '../domain/observed.ts'
import type { BlobAnswer } from '../ports/blob-port.ts'
import { boundText } from './foreign-text.ts'

/** What a list of the container gave, as evidence; `unseen`: the service could not be asked. */
export type ListFact =
  | { outcome: 'accepted' }
  | { outcome: 'refused'; reason: string; code: string; message: string }
  | { outcome: 'no-container'; code: string; message: string }
  | { outcome: 'unseen'; kind: string; message: string }

export function listFact(answer: Observed<BlobAnswer>): ListFact {
  if (!answer.ok) return { outcome: 'unseen', kind: answer.failure.kind, message: boundText(answer.failure.message) }
  const { value } = answer
  switch (value.outcome) {
    case 'accepted':
      return { outcome: 'accepted' }
    case 'refused':
      return { outcome: 'refused', reason: value.reason, code: value.code, message: boundText(value.message) }
    case 'no-container':
      return { outcome: 'no-container', code: value.code, message: boundText(value.message) }
  }
}

/** The prerequisite stands, and the manifest says nothing of it. */
export function noContainer(): Observed<never> {
  return unseen('missing-input', 'The manifest names no blob container for the backups.', {
    missing: '`container` in the manifest: its url, and for the classic service the variable that holds its SAS',
  })
}

/** `AuthenticationFailed: Server failed ...`, or the code alone. */
export function saidByService({ code, message }: { code: string; message: string }): string {
  return message === '' ? code : `${code}: ${message}`
}

/** Whether two texts name the same origin; no URL is the same as none. */
export function isSameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin
}
