/** Folders that a pattern never enters. */
export const NEVER_ENTERED: ReadonlySet<string> = new Set(['.git', 'node_modules'])

/** A path with `*`, `?` and `**` (folders at any depth), matched against paths with forward slashes. */
export interface PathPattern {
  /** The folder in which every match lies; empty for the root. */
  folder: string
  /** How many segments a match has at most. */
  depth: number
  matches(path: string): boolean
}

/** Undefined: the path is none but itself. */
export function parsePathPattern(path: string): PathPattern | undefined {
  const segments = path.split('/')
  const first = segments.findIndex((segment) => /[*?]/.test(segment))
  if (first === -1) return undefined
  const form = formOf(segments)
  return {
    folder: segments.slice(0, first).join('/'),
    depth: segments.includes('**') ? Infinity : segments.length,
    matches: (candidate) => form.test(candidate),
  }
}

function formOf(segments: readonly string[]): RegExp {
  const last = segments.length - 1
  const parts = segments.map((segment, place) => {
    if (segment === '**') return place === last ? '.+' : '(?:[^/]+/)*'
    const text = segment
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replace(/\*+/g, '[^/]*')
      .replaceAll('?', '[^/]')
    return place === last ? text : `${text}/`
  })
  return new RegExp(`^${parts.join('')}$`, 'su')
}
