/** Longest text from outside (server messages, names) that one sentence of ours repeats. */
const FOREIGN_TEXT_LIMIT_CHARS = 500

/** Text from outside as one bounded line: control characters become spaces, what is too long ends in an ellipsis. */
export function boundText(text: string, limit = FOREIGN_TEXT_LIMIT_CHARS): string {
  const line = text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .replace(/[.\s]+$/, '')
  return line.length <= limit ? line : `${line.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
