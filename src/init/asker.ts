import type { Observed, ProbeFailure } from '../domain/observed.ts'
import type { ArmAnswer } from '../ports/arm-port.ts'
import type { InitPort } from './init-port.ts'

const MISSING: Readonly<Record<'resource' | 'parent' | 'resource-group', string>> = {
  resource: 'there is no such resource in the group',
  parent: 'what it would be a part of is not there',
  'resource-group': 'there is no such resource group',
}

/** Asks Azure, and collects what could not be seen. */
export class Asker {
  readonly arm: InitPort
  readonly failures: ProbeFailure[] = []
  readonly notes: string[] = []

  constructor(arm: InitPort) {
    this.arm = arm
  }

  note(sentence: string): void {
    this.notes.push(sentence)
  }

  /** The value; undefined after a failure, or where Azure has no such thing. */
  async take<T>(id: string, asked: Promise<Observed<ArmAnswer<T>>>): Promise<T | undefined> {
    const answer = await asked
    if (answer.ok && answer.value.found) return answer.value.value
    if (!answer.ok) this.failures.push(answer.failure)
    else if (!answer.value.found) {
      this.failures.push({ kind: 'not-found', message: `Azure has no \`${id}\`: ${MISSING[answer.value.missing]}.` })
    }
    return undefined
  }
}

/** What is known of a resource, on one line. */
export function aboutOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(', ')
}
