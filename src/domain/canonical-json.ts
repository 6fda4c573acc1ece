import type { Json } from './json.ts'

export interface CanonicalOptions {
  /** Leaves properties out, at any depth. */
  isKept?: (key: string, parent: Readonly<Record<string, Json>>) => boolean
  /** Lists are sets: their order says nothing. */
  sortLists?: boolean
}

/** JSON whose text is the same for the same content: keys sorted, no white space, what is undefined left out. */
export function canonicalJson(value: unknown, options: CanonicalOptions = {}): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonicalJson(item, options))
    return `[${(options.sortLists === true ? items.sort() : items).join(',')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const parent = value as Readonly<Record<string, Json>>
    const kept = Object.keys(parent)
      .filter((key) => parent[key] !== undefined && (options.isKept?.(key, parent) ?? true))
      .sort()
    return `{${kept.map((key) => `${JSON.stringify(key)}:${canonicalJson(parent[key], options)}`).join(',')}}`
  }
  return JSON.stringify(value ?? null)
}
