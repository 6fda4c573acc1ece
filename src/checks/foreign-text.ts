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

/** Longest identifier of SQL Server (sysname), in UTF-16 units. */
const SYSNAME_LIMIT = 128

/** An identifier from outside: what it begins and ends with is part of it, unlike in a sentence. */
export function boundName(name: string): string {
  const line = name.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
  return line.length <= SYSNAME_LIMIT ? line : `${line.slice(0, SYSNAME_LIMIT).replace(/[\uD800-\uDBFF]$/, '')}…`
}
