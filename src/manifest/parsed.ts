/** A value that a text means, or what is wrong with the text: a phrase that follows the name of the value. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string }

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export function refused(problem: string): { ok: false; problem: string } {
  return { ok: false, problem }
}
