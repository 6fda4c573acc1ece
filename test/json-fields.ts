// Walks through JSON, and changes it at one place.
import { isJsonObject, type Json } from '../src/domain/json.ts'

export type Path = readonly (string | number)[]

/** Every place in the JSON, objects and lists before what is in them. */
export function pathsIn(body: Json): readonly Path[] {
  const found: Path[] = []
  const walk = (value: Json, path: Path): void => {
    if (path.length > 0) found.push(path)
    if (Array.isArray(value)) (value as Json[]).forEach((item, index) => walk(item, [...path, index]))
    else if (isJsonObject(value)) for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key])
  }
  walk(body, [])
  return found
}

/** `properties.subnets.*.name`, the same for every entry of a list. */
export function fieldName(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? '*' : step)).join('.')
}

export function valueAt(body: Json, path: Path): Json {
  return path.reduce<Json>((value, step) => (value as Record<string, Json>)[step] ?? null, body)
}

/** What becomes of the object or list in which a place is. */
export type Change = (parent: Json, key: string | number) => Json

export function changedAt(body: Json, [key, ...rest]: Path, change: Change): Json {
  if (key === undefined) return body
  if (rest.length === 0) return change(body, key)
  return replaceIn(body, key, changedAt((body as Record<string, Json>)[key] ?? null, rest, change))
}

export function replaceIn(parent: Json, key: string | number, value: Json): Json {
  if (Array.isArray(parent)) return (parent as Json[]).map((item, index) => (index === key ? value : item))
  return { ...(parent as Record<string, Json>), [key]: value }
}

export function dropIn(parent: Json, key: string | number): Json {
  return Object.fromEntries(Object.entries(parent as Record<string, Json>).filter(([name]) => name !== key))
}
