/** Answer of HAS_PERMS_BY_NAME and IS_SRVROLEMEMBER: yes, no, or null when the server could not answer the question. */
export type Flag = 0 | 1 | null

export function text(row: Record<string, unknown>, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw wrongType(column, 'a text', value)
  return value
}

export function textOrNull(row: Record<string, unknown>, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

export function integer(row: Record<string, unknown>, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(column, 'an integer', value)
  return value
}

export function integerOrNull(row: Record<string, unknown>, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

const PORTS = 65_536

/**
 * A port, or null. CONNECTIONPROPERTY gives those from 32768 on as the negative number that the same two bytes are
 * (https://jasonbrimhall.info/2019/12/31/negative-port-numbers/).
 */
export function portOrNull(row: Record<string, unknown>, column: string): number | null {
  const port = integerOrNull(row, column)
  return port === null || port >= 0 ? port : port + PORTS
}

export function flag(row: Record<string, unknown>, column: string): Flag {
  const value = row[column]
  if (value !== 0 && value !== 1 && value !== null) throw wrongType(column, '0, 1 or NULL', value)
  return value
}

/** A log sequence number, numeric(25,0), as its decimal digits. */
export function lsnOrNull(row: Record<string, unknown>, column: string): string | null {
  const value = textOrNull(row, column)
  if (value !== null && !/^\d{1,25}$/.test(value)) throw new Error(`the column ${column} is no log sequence number`)
  return value
}

/** Names the type only: the value is text from outside. */
function wrongType(column: string, expected: string, value: unknown): Error {
  return new Error(
    `the column ${column} should be ${expected} and is ${value === undefined ? 'missing' : typeof value}`,
  )
}
