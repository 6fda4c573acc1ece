import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { member } from './error-body.ts'

type Fields = Readonly<Record<string, unknown>>

/** A body that does not have the shape it must have: it becomes `protocol`, never a guess. */
class ShapeError extends Error {}

/** The decoded body, or why it cannot be read. */
export function decodeBody<T>(what: string, body: unknown, decode: (body: Fields) => T): Observed<T> {
  return attempt(what, () => decode(fieldsOf(body, 'the body')))
}

/** What the pages of a list are together, or why one of them cannot be read. */
export function decodePages<T>(
  what: string,
  pages: readonly unknown[],
  decode: (pages: readonly Fields[]) => T,
): Observed<T> {
  return attempt(what, () => decode(pages.map((page) => fieldsOf(page, 'a page'))))
}

function attempt<T>(what: string, decode: () => T): Observed<T> {
  try {
    return seen(decode())
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    return unseen('protocol', `Azure's answer for ${boundText(what)} cannot be read: ${boundText(error.message)}.`)
  }
}

/** Every item decoded, or why one of them cannot be read. */
export function decodeItems<T>(
  what: string,
  items: readonly unknown[],
  decode: (item: Fields) => T,
): Observed<readonly T[]> {
  const decoded: T[] = []
  for (const item of items) {
    const one = decodeBody(what, item, decode)
    if (!one.ok) return one
    decoded.push(one.value)
  }
  return seen(decoded)
}

export function wrongShape(problem: string): never {
  throw new ShapeError(problem)
}

export function fieldsOf(value: unknown, path: string): Fields {
  return isJsonObject(value) ? value : wrongShape(`${path} is ${kindOf(value)}, not an object`)
}

/** `properties` of an ARM object. */
export function propertiesOf(body: Fields, path = 'properties'): Fields {
  return fieldsOf(member(body, 'properties'), path)
}

export function text(from: Fields, name: string): string {
  return optionalText(from, name) ?? wrongShape(`${name} is missing`)
}

/** Null and the empty string are how ARM leaves a text out. */
export function optionalText(from: Fields, name: string): string | undefined {
  const value = member(from, name)
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? value : wrongShape(`${name} is ${kindOf(value)}, not a text`)
}

export function optionalInteger(from: Fields, name: string): number | undefined {
  const value = member(from, name)
  if (value === undefined || value === null) return undefined
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? value
    : wrongShape(`${name} is ${kindOf(value)}, not a whole number`)
}

/** A flag that Azure always tells: one that is not told is not taken for off. */
export function flag(from: Fields, name: string): boolean {
  return optionalFlag(from, name) ?? wrongShape(`${name} is missing`)
}

export function optionalFlag(from: Fields, name: string): boolean | undefined {
  const value = member(from, name)
  if (value === undefined || value === null) return undefined
  return typeof value === 'boolean' ? value : wrongShape(`${name} is ${kindOf(value)}, not true or false`)
}

export function list<T>(from: Fields, name: string, decode: (item: Fields) => T): readonly T[] {
  return optionalList(from, name, decode) ?? wrongShape(`${name} is missing`)
}

export function optionalList<T>(from: Fields, name: string, decode: (item: Fields) => T): readonly T[] | undefined {
  return items(from, name)?.map((item) => decode(fieldsOf(item, `an entry of ${name}`)))
}

export function texts(from: Fields, name: string): readonly string[] {
  return optionalTexts(from, name) ?? wrongShape(`${name} is missing`)
}

/** Texts of a list; empty ones are dropped. */
export function optionalTexts(from: Fields, name: string): readonly string[] | undefined {
  return items(from, name)
    ?.map((item) =>
      typeof item === 'string' ? item.trim() : wrongShape(`an entry of ${name} is ${kindOf(item)}, not a text`),
    )
    .filter((item) => item !== '')
}

export function optionalFields(from: Fields, name: string): Fields | undefined {
  const value = member(from, name)
  return value === undefined || value === null ? undefined : fieldsOf(value, name)
}

/** The id of a referenced resource, as in `networkSecurityGroup: { id }`. */
export function optionalReference(from: Fields, name: string): string | undefined {
  const reference = optionalFields(from, name)
  return reference === undefined ? undefined : (optionalText(reference, 'id') ?? wrongShape(`${name} has no id`))
}

function items(from: Fields, name: string): readonly unknown[] | undefined {
  const value = member(from, name)
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? (value as unknown[]) : wrongShape(`${name} is ${kindOf(value)}, not a list`)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return value === undefined ? 'missing' : `a ${typeof value}`
}

export type { Fields }
