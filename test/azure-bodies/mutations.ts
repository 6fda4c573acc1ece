// What an answer of Azure may look like when one field of it is not as it should be.
import { isJsonObject, type Json } from '../../src/domain/json.ts'
import { changedAt, dropIn, fieldName, pathsIn, replaceIn, valueAt, type Path } from '../json-fields.ts'

/** `letters`: a text in another letter case, `id letters` the id of a resource. */
export type MutationKind = 'dropped' | 'null' | 'letters' | 'id letters' | 'wrong type'

export interface Mutation {
  kind: MutationKind
  path: Path
  /** The path with `*` for each place in a list. */
  field: string
  body: Json
}

/** Entries of lists are not dropped: a list with one entry less says something else, and says it soundly. */
export function mutationsOf(body: Json): readonly Mutation[] {
  return pathsIn(body).flatMap((path) => {
    const field = fieldName(path)
    const value = valueAt(body, path)
    const mutation = (kind: MutationKind, other: Json): Mutation => {
      return { kind, path, field, body: changedAt(body, path, (parent, key) => replaceIn(parent, key, other)) }
    }
    const dropped: Mutation[] =
      typeof path.at(-1) === 'number' ? [] : [{ kind: 'dropped', path, field, body: changedAt(body, path, dropIn) }]
    return [
      ...dropped,
      mutation('null', null),
      ...otherLetters(value).map((other) => mutation(isId(value) ? 'id letters' : 'letters', other)),
      ...otherTypes(value).map((other) => mutation('wrong type', other)),
    ]
  })
}

function isId(value: Json): boolean {
  return typeof value === 'string' && value.startsWith('/subscriptions/')
}

function otherLetters(value: Json): readonly Json[] {
  if (typeof value !== 'string') return []
  return [...new Set([value.toLowerCase(), value.toUpperCase()])].filter((other) => other !== value)
}

/** Also what looks like the right value: a number in quotes, a text in a list of its own. */
function otherTypes(value: Json): readonly Json[] {
  if (typeof value === 'string') return [7, [value]]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (Array.isArray(value)) return ['text', { value }]
  return isJsonObject(value) ? ['text', [value]] : []
}
