/** How long a form of the report is; the ladder goes from everything to hardly anything. */
export interface Form {
  /** The readiness map as a diagram, as a line for each leg, or not at all. */
  map: 'diagram' | 'lines' | 'none'
  passes: 'table' | 'titles' | 'count'
  scripts: 'full' | 'short' | 'none'
  /** At most so many rows of what did not pass; what there is to do is said without them, too. */
  rows: number
  /** At most so many things to do, subjects of one thing, and problems or conditions. */
  steps: number
  subjects: number
  items: number
  /** At most so many results of each kind of change since the last run; their counts always stay. */
  changes: number
}

const ALL = Number.MAX_SAFE_INTEGER

export const LADDER: readonly Form[] = [
  { map: 'diagram', passes: 'table', scripts: 'full', rows: ALL, steps: ALL, subjects: 10, items: ALL, changes: 10 },
  { map: 'diagram', passes: 'titles', scripts: 'full', rows: ALL, steps: ALL, subjects: 10, items: ALL, changes: 10 },
  { map: 'diagram', passes: 'count', scripts: 'full', rows: ALL, steps: ALL, subjects: 10, items: ALL, changes: 10 },
  { map: 'diagram', passes: 'count', scripts: 'short', rows: 3000, steps: ALL, subjects: 10, items: 50, changes: 10 },
  { map: 'diagram', passes: 'count', scripts: 'short', rows: 1000, steps: ALL, subjects: 10, items: 50, changes: 10 },
  { map: 'diagram', passes: 'count', scripts: 'short', rows: 150, steps: ALL, subjects: 10, items: 50, changes: 10 },
  { map: 'lines', passes: 'count', scripts: 'short', rows: 0, steps: ALL, subjects: 5, items: 50, changes: 10 },
  { map: 'lines', passes: 'count', scripts: 'none', rows: 0, steps: 50, subjects: 3, items: 20, changes: 5 },
  { map: 'lines', passes: 'count', scripts: 'none', rows: 0, steps: 15, subjects: 1, items: 5, changes: 3 },
  { map: 'none', passes: 'count', scripts: 'none', rows: 0, steps: 5, subjects: 0, items: 2, changes: 1 },
  { map: 'none', passes: 'count', scripts: 'none', rows: 0, steps: 0, subjects: 0, items: 0, changes: 0 },
]

/** No row of a table is shorter: a form with more rows than fit need not be tried. */
const SHORTEST_ROW_BYTES = 40

export function canFit({ passes, rows }: Form, settled: number, others: number, budgetBytes: number): boolean {
  const shown = Math.min(rows, others) + (passes === 'table' ? settled : 0)
  return shown * SHORTEST_ROW_BYTES <= budgetBytes
}

/** Hands out what a form allows in all, until it is used up. */
export function createAllowance(limit: number): (wanted: number) => number {
  let left = limit
  return (wanted) => {
    const granted = Math.min(wanted, left)
    left -= granted
    return granted
  }
}

/** What a form left out, in words with counts. */
export interface Omissions {
  add: (what: string, count: number) => void
  list: () => string[]
}

export function createOmissions(): Omissions {
  const counts = new Map<string, number>()
  return {
    add: (what, count) => {
      if (count > 0) counts.set(what, (counts.get(what) ?? 0) + count)
    },
    list: () => [...counts].map(([what, count]) => `${count} ${what}`),
  }
}
