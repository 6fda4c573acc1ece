/** A name as a T-SQL delimited identifier: `[` name `]`, with every `]` doubled (as QUOTENAME does, without its 128 limit). */
export function quoteIdentifier(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`
}

/** A name in a `--` comment. It stays on one line: after a line break of the name, the rest of it would be a statement. */
export function quoteInComment(name: string): string {
  return quoteIdentifier(name.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' '))
}

/** A text as a T-SQL Unicode literal, with every `'` doubled. */
export function quoteText(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`
}

/** A text as a double-quoted YAML scalar; JSON's spelling is valid YAML. */
export function quoteYaml(text: string): string {
  return JSON.stringify(text)
}
