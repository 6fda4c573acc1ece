import type { Reply } from './model.ts'

/** `SET` options that drivers send at the start of a session; none of them reads or changes data. */
const SESSION_OPTIONS = new Set([
  'ansi_defaults',
  'ansi_null_dflt_on',
  'ansi_nulls',
  'ansi_padding',
  'ansi_warnings',
  'arithabort',
  'concat_null_yields_null',
  'cursor_close_on_commit',
  'datefirst',
  'dateformat',
  'implicit_transactions',
  'language',
  'numeric_roundabort',
  'quoted_identifier',
  'textsize',
  'transaction',
  'xact_abort',
])

/** A batch of nothing but session settings. */
export function isSessionSetup(text: string): boolean {
  const lines = text.split(/[\n;]/).filter((line) => line.trim() !== '')
  return lines.length > 0 && lines.every(isSessionOption)
}

const SET =
  /^\s*set\s+(\w+)\s+(\w+|isolation level (?:read (?:un)?committed|repeatable read|snapshot|serializable))\s*$/i

function isSessionOption(line: string): boolean {
  const [, option] = SET.exec(line) ?? []
  return option !== undefined && SESSION_OPTIONS.has(option.toLowerCase())
}

/** mssql asks `SELECT 1;` before it hands out a connection (validateConnection). */
export function answerDriver(text: string): Reply | undefined {
  if (!/^\s*select 1\s*;?\s*$/i.test(text)) return undefined
  return { sets: [{ columns: [{ name: '', type: 'int' }], rows: [[1]] }] }
}
