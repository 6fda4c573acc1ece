/**
 * A value that must not be printed. JSON, template strings and `console.log` all show `***`; only `reveal()` gives it,
 * and only adapters that send it call that.
 */
export class Secret {
  readonly #value: string
  /** The environment variable it came from: safe to show. */
  readonly name: string

  constructor(name: string, value: string) {
    this.name = name
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***'
  }
}
