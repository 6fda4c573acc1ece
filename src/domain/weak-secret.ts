const SHORTEST_STRONG_CHARS = 4
/** Counts, dates and ids of runs hold any short number by chance. */
const LONGEST_WEAK_NUMBER = /^\d{1,5}$/

/**
 * Whether a secret occurs in our own words by chance: `1`, `true`, `ready`. Masked by the runner, it would take the
 * outputs of the job away (GitHub drops an output that holds a masked text); redacted wherever it occurs, it would turn
 * verdicts, keys and markup into `***`.
 */
export function isWeakSecret(secret: string, ownWords: string): boolean {
  const value = secret.trim()
  return value.length < SHORTEST_STRONG_CHARS || LONGEST_WEAK_NUMBER.test(value) || ownWords.includes(value)
}
