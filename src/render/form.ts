/** How long a form of the report is; the ladder goes from everything to hardly anything. */
export interface Form {
  passes: 'table' | 'titles' | 'count'
  scripts: 'full' | 'short' | 'none'
  /** The table of what did not pass; what there is to do is said without it, too. */
  rows: boolean
  /** At most so many things to do, subjects of one thing, and problems or conditions. */
  steps: number
  subjects: number
  items: number
}

const ALL = Number.MAX_SAFE_INTEGER

export const LADDER: readonly Form[] = [
  { passes: 'table', scripts: 'full', rows: true, steps: ALL, subjects: 10, items: ALL },
  { passes: 'titles', scripts: 'full', rows: true, steps: ALL, subjects: 10, items: ALL },
  { passes: 'count', scripts: 'full', rows: true, steps: ALL, subjects: 10, items: ALL },
  { passes: 'count', scripts: 'short', rows: true, steps: ALL, subjects: 10, items: 50 },
  { passes: 'count', scripts: 'short', rows: false, steps: ALL, subjects: 5, items: 50 },
  { passes: 'count', scripts: 'none', rows: false, steps: 50, subjects: 3, items: 20 },
  { passes: 'count', scripts: 'none', rows: false, steps: 15, subjects: 1, items: 5 },
  { passes: 'count', scripts: 'none', rows: false, steps: 5, subjects: 0, items: 2 },
  { passes: 'count', scripts: 'none', rows: false, steps: 0, subjects: 0, items: 0 },
]

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
