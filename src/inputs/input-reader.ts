import { parseDurationMs } from '../domain/duration.ts'
import type { Problem } from '../domain/manifest.ts'
import { nearestName } from '../domain/nearest.ts'
import { Secret } from '../domain/secret.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import type { InputName } from './input-names.ts'

export type Env = Readonly<Record<string, string | undefined>>

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Reads single inputs and collects what is wrong with them; a wrong one gives some value of the right type. */
export class InputReader {
  readonly problems: Problem[] = []
  readonly #env: Env
  readonly #defaults: Readonly<Record<InputName, string>>

  constructor(env: Env, defaults: Readonly<Record<InputName, string>>) {
    this.#env = env
    this.#defaults = defaults
  }

  refuse(name: string, phrase: string): void {
    this.problems.push({ message: `input ${name} ${phrase}` })
  }

  /** As the runner sets it: upper case, spaces as underscores, hyphens kept. */
  raw(name: string): string {
    return (this.#env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '').trim()
  }

  text(name: InputName): string {
    const value = this.raw(name)
    return value === '' ? this.#defaults[name] : value
  }

  secret(name: InputName): Secret | undefined {
    const value = this.text(name)
    return value === '' ? undefined : new Secret(name, value)
  }

  guid(name: InputName): string | undefined {
    const value = this.text(name)
    if (value === '') return undefined
    if (!GUID.test(value)) this.refuse(name, 'must be a GUID, like 00000000-0000-4000-8000-000000000000')
    return value
  }

  oneOf<All extends string, Now extends All>(name: InputName, all: readonly All[], supported: readonly Now[]): Now {
    const value = this.text(name)
    const word = supported.find((known) => known === value)
    if (word !== undefined) return word
    const list = supported.join(', ')
    const near = nearestName(value, supported)
    if (all.some((known) => known === value)) this.refuse(name, `is not supported yet as ${value}; supported: ${list}`)
    else
      this.refuse(
        name,
        `must be ${supported.length > 1 ? 'one of ' : ''}${list}${near === undefined ? '' : `; did you mean ${near}?`}`,
      )
    return supported[0] as Now
  }

  durationMs(name: InputName, most: number, mostText: string): number {
    const ms = parseDurationMs(this.text(name))
    if (ms === undefined || ms > most) {
      this.refuse(name, `must be a duration of at most ${mostText}: 30 or 30s (seconds), 15m, 6h`)
    }
    return ms ?? most
  }

  /** `true` or `false` in any letter case, as workflows write them. */
  flag(name: InputName): boolean {
    const word = this.text(name).toLowerCase()
    if (word !== 'true' && word !== 'false') this.refuse(name, 'must be true or false')
    return word === 'true'
  }

  integer(name: InputName, least: number, most: number): number {
    const text = this.text(name)
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
    if (value >= least && value <= most) return value
    this.refuse(name, `must be a whole number from ${least} to ${most}`)
    return least
  }

  /** What is wrong with a path relative to the workspace, as a phrase; undefined when nothing is. */
  problemOfPath(text: string): string | undefined {
    const resolved = resolveWorkspacePath('', text)
    return resolved.ok ? undefined : resolved.problem
  }

  /** `{ key: value }`, or nothing where there is no value. */
  optional<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
    return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>)
  }
}
