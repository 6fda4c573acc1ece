import type { Location, Problem } from '../domain/manifest.ts'

const MOST_PROBLEMS = 200
const LONGEST_QUOTE = 80

/** The problems of one manifest. Messages beyond the 200th are only counted, so that no file makes a flood. */
export class ProblemList {
  readonly #problems: { location: Location; message: string }[] = []
  readonly #seen = new Set<string>()
  #uncounted = 0

  add(location: Location, message: string | (() => string)): void {
    if (this.#problems.length >= MOST_PROBLEMS) {
      this.#uncounted++
      return
    }
    const text = typeof message === 'string' ? message : message()
    const key = JSON.stringify([location, text])
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#problems.push({ location, message: text })
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0
  }

  /** In the order of the files given, then by line and column. */
  sorted(paths: readonly string[]): Problem[] {
    const order = (location: Location): number => paths.indexOf(location.path)
    const sorted: Problem[] = this.#problems.toSorted(
      ({ location: a }, { location: b }) => order(a) - order(b) || a.line - b.line || a.column - b.column,
    )
    if (this.#uncounted > 0) sorted.push({ message: `${this.#uncounted} more problems are not shown` })
    return sorted
  }
}

/** Text of the manifest inside a message: quoted, on one line, cut. */
export function quote(text: string): string {
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
  return JSON.stringify(short.replace(/[\p{Surrogate}\u007f-\u009f\u2028\u2029]/gu, '\u{fffd}'))
}

/** `sources[0].login.password` */
export function pathLabel(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      const text = /^[\w.-]{1,80}$/.test(step) ? step : `[${quote(step)}]`
      return index > 0 && !text.startsWith('[') ? `.${text}` : text
    })
    .join('')
}
