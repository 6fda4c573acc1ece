import { foldName } from '../../fold-name.ts'
import { boundName } from '../../foreign-text.ts'

/** The tables of a source against those of its target. Names are as the server quotes them: `[dbo].[Orders]`. */
export type Comparison = {
  tables: number
  missingCount: number
  /** The first of them, in the order of their names. */
  missing: string[]
  /** Tables that would be one on the target. */
  mergedCount: number
  merged: string[]
}

const LISTED = 10

export function compareNames(
  source: readonly string[],
  target: readonly string[],
  collation: string | null,
): Comparison {
  const there = new Set(target.map((name) => foldName(name, collation)))
  const taken = new Set<string>()
  const missing: string[] = []
  const merged: string[] = []
  for (const name of source) {
    const folded = foldName(name, collation)
    if (!there.has(folded)) missing.push(name)
    else if (taken.has(folded)) merged.push(name)
    taken.add(folded)
  }
  return {
    tables: source.length,
    missingCount: missing.length,
    missing: firstOf(missing),
    mergedCount: merged.length,
    merged: firstOf(merged),
  }
}

function firstOf(names: readonly string[]): string[] {
  return [...names].sort().slice(0, LISTED).map(shown)
}

/** Both parts of a name may have 128 characters. */
function shown(name: string): string {
  return name
    .split('].[')
    .map((part) => boundName(part))
    .join('].[')
}
