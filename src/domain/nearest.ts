const LONGEST_NAME = 64

/**
 * The name that is most like `word`, letter case aside: at most a third of its letters are wrong, swapped, missing or
 * too many. Undefined when none is, and for words above 64 characters.
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  if (word.length > LONGEST_NAME) return undefined
  const limit = Math.max(1, Math.floor(word.length / 3))
  let nearest: { name: string; distance: number } | undefined
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance <= limit && (nearest === undefined || distance < nearest.distance)) nearest = { name, distance }
  }
  return nearest?.name
}

/** Damerau-Levenshtein distance (optimal string alignment): letters inserted, removed, replaced, or swapped side by side. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, right.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
