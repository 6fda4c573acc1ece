import type { Path } from '../manifest/tree.ts'

/** One change of a YAML file. Paths are those of the file before all changes. */
export type YamlEdit =
  | {
      /** Puts another text, or nothing, in the place of a scalar; with `key` its key changes as well. */
      kind: 'set'
      path: Path
      value: string | null
      key?: string
    }
  | {
      /** Takes an entry of a map or an item of a list out; never the last one that is left. */
      kind: 'remove'
      path: Path
    }
  | {
      /** Puts comments above an entry. */
      kind: 'note'
      path: Path
      lines: readonly string[]
    }

/** What the file must hold after the changes. */
export function editData(data: unknown, edits: readonly YamlEdit[]): unknown {
  const copy: unknown = structuredClone(data)
  for (const edit of edits) if (edit.kind === 'set') setAt(copy, edit)
  // From the back, so that the places of the others do not move.
  for (const edit of [...edits].reverse()) if (edit.kind === 'remove') removeAt(copy, edit.path)
  return copy
}

function setAt(data: unknown, { path, value, key }: Extract<YamlEdit, { kind: 'set' }>): void {
  const around = valueAt(data, path.slice(0, -1)) as Record<string, unknown>
  const old = String(path.at(-1))
  if (key !== undefined) Reflect.deleteProperty(around, old)
  around[key ?? old] = value
}

function removeAt(data: unknown, path: Path): void {
  const around = valueAt(data, path.slice(0, -1))
  const last = path.at(-1)
  if (Array.isArray(around)) around.splice(Number(last), 1)
  else if (typeof around === 'object' && around !== null) Reflect.deleteProperty(around, String(last))
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], data)
}
