import { ByteReader, ProtocolError } from './bytes.ts'
import type { Cell, Parameter, Query } from './model.ts'

/** ProcIDs of MS-TDS 2.2.6.6. */
const PROCEDURES: ReadonlyMap<number, string> = new Map([
  [10, 'sp_executesql'],
  [11, 'sp_prepare'],
  [12, 'sp_execute'],
  [13, 'sp_prepexec'],
  [15, 'sp_unprepare'],
])
const PARAMETER_LIMIT = 2100
const BY_REFERENCE = 0x01
const NULL_LENGTH = 0xffff
const NULL_PLP = 0xffff_ffff_ffff_ffffn

/** TDS 7.2 put headers (transaction descriptor) before batches and RPCs (MS-TDS 2.2.5.3). */
export function withoutHeaders(body: Buffer, tdsVersion: number): Buffer {
  if (tdsVersion < 0x72) return body
  const length = new ByteReader(body).uint32()
  if (length < 4 || length > body.length) throw new ProtocolError('headers longer than the message')
  return body.subarray(length)
}

export function parseBatch(body: Buffer): Query {
  return { kind: 'batch', text: body.toString('utf16le'), parameters: [] }
}

export function parseRpc(body: Buffer): Query {
  const reader = new ByteReader(body)
  const nameLength = reader.uint16()
  const id = nameLength === 0xffff ? reader.uint16() : undefined
  const procedure = id === undefined ? reader.text(nameLength) : (PROCEDURES.get(id) ?? `procedure ${id}`)
  reader.uint16()
  const parameters: Parameter[] = []
  while (reader.left > 0) {
    if (parameters.length >= PARAMETER_LIMIT) throw new ProtocolError('too many parameters')
    const name = reader.text(reader.uint8())
    const output = (reader.uint8() & BY_REFERENCE) !== 0
    parameters.push({ name, value: readValue(reader), output })
  }
  if (procedure.toLowerCase() !== 'sp_executesql')
    return { kind: 'rpc', text: `EXEC ${procedure}`, procedure, parameters }
  const text = parameters[0]?.value
  if (typeof text !== 'string') throw new ProtocolError('sp_executesql without a statement')
  return { kind: 'rpc', text, procedure, parameters: parameters.slice(2) }
}

function readValue(reader: ByteReader): Cell {
  const type = reader.uint8()
  switch (type) {
    case 0x26: // INTN
      reader.uint8()
      return integer(reader.take(reader.uint8()))
    case 0x38: // INT4
      return reader.int32()
    case 0x68: {
      // BITN
      reader.uint8()
      const bit = reader.take(reader.uint8())
      return bit.length === 0 ? null : bit[0] !== 0
    }
    case 0xe7: // NVARCHAR
    case 0xef: // NCHAR
      return text(reader, 'utf16le')
    case 0xa7: // VARCHAR
    case 0xaf: // CHAR
      return text(reader, 'latin1')
    case 0xa5: // VARBINARY
    case 0xad: // BINARY
      return lengthAndBytes(reader, reader.uint16())
    case 0x63: {
      // NTEXT, which TDS 7.1 clients use for long statements
      reader.take(4 + 5)
      const length = reader.uint32()
      return length === 0xffff_ffff ? null : reader.take(length).toString('utf16le')
    }
    default:
      throw new ProtocolError(`a parameter of type 0x${type.toString(16)}, which the lab does not read`)
  }
}

function integer(bytes: Buffer): Cell {
  if (bytes.length === 0) return null
  if (bytes.length === 8) return bytes.readBigInt64LE()
  if (bytes.length > 4) throw new ProtocolError(`an integer of ${bytes.length} bytes`)
  return bytes.length === 1 ? bytes.readUInt8() : bytes.readIntLE(0, bytes.length)
}

function text(reader: ByteReader, encoding: 'utf16le' | 'latin1'): string | null {
  const maximum = reader.uint16()
  reader.take(5) // collation
  return lengthAndBytes(reader, maximum)?.toString(encoding) ?? null
}

/** A maximum of 0xFFFF announces a (max) type, which comes in chunks (PLP, MS-TDS 2.2.5.2.3). */
function lengthAndBytes(reader: ByteReader, maximum: number): Buffer | null {
  if (maximum !== 0xffff) {
    const length = reader.uint16()
    return length === NULL_LENGTH ? null : reader.take(length)
  }
  if (reader.uint64() === NULL_PLP) return null
  const chunks: Buffer[] = []
  for (let length = reader.uint32(); length > 0; length = reader.uint32()) chunks.push(reader.take(length))
  return Buffer.concat(chunks)
}
