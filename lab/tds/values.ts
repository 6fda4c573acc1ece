import { float64, int32, int64, shortText, uint16, uint32, uint8, utf16 } from './bytes.ts'
import type { Cell, Column, ResultSet, SqlType } from './model.ts'

/** SQL_Latin1_General_CP1_CI_AS. */
export const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34])

const COLMETADATA = 0x81
const ROW = 0xd1
/** Nullable, read-write. */
const COLUMN_FLAGS = 0x0009
const DAY_MS = 86_400_000n
/** Days from 0001-01-01 to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_162
const NVARCHAR_LIMIT = 4000
const VARIANT_BYTES = 8009
const INT = { least: -(2 ** 31), most: 2 ** 31 - 1 } as const

export function encodeResultSet(set: ResultSet, tdsVersion: number): Buffer {
  const columns = set.columns.map((column) => forClient(column, tdsVersion))
  const metadata = columns.map((column) =>
    Buffer.concat([
      tdsVersion < 0x72 ? uint16(0) : uint32(0),
      uint16(COLUMN_FLAGS),
      typeInfo(column),
      shortText(column.name),
    ]),
  )
  const rows = set.rows.map((row) => {
    if (row.length !== columns.length) throw new Error(`a row of ${row.length} cells for ${columns.length} columns`)
    return Buffer.concat([uint8(ROW), ...columns.map((column, index) => encodeCell(column, row[index] ?? null))])
  })
  return Buffer.concat([uint8(COLMETADATA), uint16(columns.length), ...metadata, ...rows])
}

/** Older clients get text instead of types that they do not know: (max) came with TDS 7.2, datetime2 with 7.3. */
function forClient(column: Column, tdsVersion: number): Column {
  const unknown: readonly SqlType[] =
    tdsVersion < 0x72 ? ['nvarchar(max)', 'datetime2'] : tdsVersion < 0x73 ? ['datetime2'] : []
  return unknown.includes(column.type) ? { name: column.name, type: 'nvarchar' } : column
}

function typeInfo(column: Column): Buffer {
  switch (column.type) {
    case 'int':
      return Buffer.from([0x26, 4])
    case 'bigint':
      return Buffer.from([0x26, 8])
    case 'bit':
      return Buffer.from([0x68, 1])
    case 'uniqueidentifier':
      return Buffer.from([0x24, 16])
    case 'float':
      return Buffer.from([0x6d, 8])
    case 'sql_variant':
      return Buffer.concat([uint8(0x62), uint32(VARIANT_BYTES)])
    case 'datetime2':
      return Buffer.from([0x2a, 7])
    case 'nvarchar':
      return Buffer.concat([uint8(0xe7), uint16(2 * (column.length ?? NVARCHAR_LIMIT)), COLLATION])
    case 'nvarchar(max)':
      return Buffer.concat([uint8(0xe7), uint16(0xffff), COLLATION])
    case 'varbinary':
      return Buffer.concat([uint8(0xa5), uint16(column.length ?? 8000)])
  }
}

function encodeCell(column: Column, cell: Cell): Buffer {
  if (cell === null) return encodeNull(column.type)
  switch (column.type) {
    case 'int':
      return Buffer.concat([uint8(4), int32(Number(cell))])
    case 'bigint':
      return Buffer.concat([uint8(8), int64(toBigInt(cell))])
    case 'bit':
      return Buffer.from([1, cell === true || cell === 1 ? 1 : 0])
    case 'float':
      return Buffer.concat([uint8(8), float64(Number(cell))])
    case 'sql_variant':
      return encodeVariant(cell)
    case 'uniqueidentifier':
      return Buffer.concat([uint8(16), encodeGuid(toText(cell))])
    case 'datetime2':
      return Buffer.concat([uint8(8), encodeDateTime(cell)])
    case 'nvarchar':
      return encodeText(toText(cell), column.length ?? NVARCHAR_LIMIT)
    case 'nvarchar(max)':
      return encodeChunked(utf16(toText(cell)))
    case 'varbinary':
      return encodeBytes(cell, column.length ?? 8000)
  }
}

function encodeNull(type: SqlType): Buffer {
  if (type === 'nvarchar' || type === 'varbinary') return uint16(0xffff)
  if (type === 'sql_variant') return uint32(0)
  return type === 'nvarchar(max)' ? Buffer.alloc(8, 0xff) : uint8(0)
}

function encodeText(text: string, limit: number): Buffer {
  if (text.length > limit) throw new Error(`${text.length} characters in an nvarchar(${limit})`)
  return Buffer.concat([uint16(2 * text.length), utf16(text)])
}

function encodeBytes(cell: Cell, limit: number): Buffer {
  if (!(cell instanceof Uint8Array) || cell.length > limit) throw new Error(`not a varbinary(${limit})`)
  return Buffer.concat([uint16(cell.length), cell])
}

/** The length, the type inside, the length of its properties, those, and the value (MS-TDS 2.2.5.5.4). */
function encodeVariant(cell: Exclude<Cell, null>): Buffer {
  const { type, properties, value } = variantParts(cell)
  const length = uint32(2 + properties.length + value.length)
  return Buffer.concat([length, uint8(type), uint8(properties.length), properties, value])
}

function variantParts(cell: Exclude<Cell, null>): { type: number; properties: Buffer; value: Buffer } {
  const properties = Buffer.alloc(0)
  if (typeof cell === 'boolean') return { type: 0x32, properties, value: uint8(cell ? 1 : 0) }
  if (typeof cell === 'bigint') return { type: 0x7f, properties, value: int64(cell) }
  if (typeof cell === 'string') {
    return { type: 0xe7, properties: Buffer.concat([COLLATION, uint16(2 * NVARCHAR_LIMIT)]), value: utf16(cell) }
  }
  if (typeof cell !== 'number') throw new Error('a sql_variant that the lab does not write')
  return Number.isInteger(cell) && cell >= INT.least && cell <= INT.most
    ? { type: 0x38, properties, value: int32(cell) }
    : { type: 0x3e, properties, value: float64(cell) }
}

function encodeChunked(bytes: Buffer): Buffer {
  const chunks = bytes.length === 0 ? [] : [uint32(bytes.length), bytes]
  return Buffer.concat([int64(BigInt(bytes.length)), ...chunks, uint32(0)])
}

/** The first three groups are little-endian numbers. */
function encodeGuid(text: string): Buffer {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw new Error('not a uniqueidentifier')
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}

/** datetime2(7): 100 ns units of the day in 5 bytes, days since 0001-01-01 in 3. */
function encodeDateTime(cell: Cell): Buffer {
  if (!(cell instanceof Date)) throw new Error('not a datetime2')
  const ms = BigInt(cell.getTime())
  const ofDay = ((ms % DAY_MS) + DAY_MS) % DAY_MS
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(ofDay * 10_000n)
  bytes.writeUIntLE(Number((ms - ofDay) / DAY_MS) + DAYS_BEFORE_1970, 5, 3)
  return bytes
}

function toBigInt(cell: Cell): bigint {
  if (typeof cell === 'bigint') return cell
  if (typeof cell === 'number') return BigInt(cell)
  throw new Error('not a bigint')
}

function toText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (cell instanceof Date) return cell.toISOString().replace('T', ' ').replace('Z', '0000')
  throw new Error('not a text')
}
