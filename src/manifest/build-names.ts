import type { Location } from '../domain/manifest.ts'
import { nearestName } from '../domain/nearest.ts'
import { type AzureScope, completeId, type IdKind } from './azure-id.ts'
import type { Draft } from './draft.ts'
import { isName, NAME_FORM } from './schema-fields.ts'
import type { Path } from './tree.ts'

/** Most names that a message lists or compares. */
export const MOST_NAMES = 20

/** What completes short ids; `isBroken` when a problem of `azure` stands in the way and says enough. */
export interface Scope extends AzureScope {
  isBroken: boolean
}

export function readScope(draft: Draft): Scope {
  return {
    subscription: draft.file.azure?.subscription,
    resourceGroup: draft.file.azure?.['resource-group'],
    isBroken:
      draft.isBad(['azure']) || draft.isBad(['azure', 'subscription']) || draft.isBad(['azure', 'resource-group']),
  }
}

/** A full id; undefined after a problem. */
export function readId(
  draft: Draft,
  path: Path,
  text: string | undefined,
  kind: IdKind,
  scope: Scope,
): string | undefined {
  if (text === undefined) return undefined
  const id = completeId(text, kind, scope)
  if (id.ok) return id.value
  if (!scope.isBroken) draft.refuseValue(path, id.problem)
  return undefined
}

/** Names of the entries of `targets`, `shares` or `containers`; wrong and equal ones are reported. */
export function readNames(draft: Draft, plural: string): string[] {
  const names = draft.names(plural)
  const seen = new Map<string, string>()
  for (const name of names) {
    const path = [plural, name]
    if (!isName(name)) draft.refuseKey(path, NAME_FORM)
    const first = seen.get(name.toLowerCase())
    if (first === undefined) seen.set(name.toLowerCase(), name)
    else draft.refuseKey(path, repeated(draft.location([plural, first])))
  }
  return names
}

function repeated({ path, line, column }: Location): string {
  return `repeats the name that stands at ${path}:${line}:${column}; names differ by more than letter case`
}

/** The name that is written, when there is such an entry; else `default`, or the only one. */
export function readReference(
  draft: Draft,
  path: Path,
  name: string | undefined,
  names: readonly string[],
): string | undefined {
  if (name === undefined) {
    if (draft.isBad(path)) return undefined
    return names.find((known) => known === 'default') ?? (names.length === 1 ? names[0] : undefined)
  }
  if (names.includes(name)) return name
  draft.refuseValue(path, () => {
    const known = names.slice(0, MOST_NAMES)
    const near = nearestName(name, known)
    const advice = near === undefined ? `there are: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`
    return `must be the name of one of the ${String(path.at(-1))}s; ${advice}`
  })
  return undefined
}

/** Reports names that stand at more than one of the places. */
export function refuseRepeats(draft: Draft, names: readonly { path: Path; name: string | undefined }[]): void {
  const seen = new Map<string, Path>()
  for (const { path, name } of names) {
    if (name === undefined) continue
    const first = seen.get(name.toLowerCase())
    if (first === undefined) seen.set(name.toLowerCase(), path)
    else draft.refuseValue(path, () => repeated(draft.valueLocation(first)))
  }
}
