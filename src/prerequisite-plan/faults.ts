import type { Problem } from '../domain/manifest.ts'
import { placeIn } from './json-text.ts'

/** Whoever has to mend more than this mends the tool that wrote the plan. */
const MOST_FAULTS = 20

/** Takes down what is wrong with the plan: where it stands, and a phrase that follows the name of the file. */
export class PlanFaults {
  readonly problems: Problem[] = []
  readonly #file: string
  readonly #text: string

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  add(at: number, phrase: string): void {
    if (this.problems.length > MOST_FAULTS) return
    const isLast = this.problems.length === MOST_FAULTS
    const message = `the prerequisite plan ${isLast ? 'has more problems than are listed here' : phrase}`
    this.problems.push({ location: { path: this.#file, ...placeIn(this.#text, at) }, message })
  }
}
