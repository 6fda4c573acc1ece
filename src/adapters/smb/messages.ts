import { ByteView, MalformedMessage, padded8, uint16, uint32, uint64, utf16 } from '../little-endian.ts'
import { HEADER_BYTES, SIGNING_REQUIRED } from './protocol.ts'

const BODY = HEADER_BYTES
const FILE_ID_BYTES = 16

/** MS-SMB2 2.2.5. */
export function encodeSessionSetup(token: Buffer): Buffer {
  const flags = Buffer.from([0, SIGNING_REQUIRED])
  return Buffer.concat([uint16(25), flags, uint32(0, 0), uint16(BODY + 24, token.length), uint64(0n), token])
}

/** MS-SMB2 2.2.6. */
export function parseSessionSetup(view: ByteView): { flags: number; token: Buffer } {
  return { flags: view.uint16(BODY + 2), token: view.slice(view.uint16(BODY + 4), view.uint16(BODY + 6)) }
}

/** Bodies of LOGOFF (MS-SMB2 2.2.7) and TREE_DISCONNECT (2.2.11). */
export const EMPTY_BODY = uint16(4, 0)

/** MS-SMB2 2.2.9. */
export function encodeTreeConnect(path: string): Buffer {
  const name = utf16(path)
  return Buffer.concat([uint16(9, 0, BODY + 8, name.length), name])
}

const SHARE_KINDS = new Map([
  [1, 'disk'],
  [2, 'pipe'],
  [3, 'printer'],
] as const)
/** SMB2_SHAREFLAG_ENCRYPT_DATA (MS-SMB2 2.2.10). */
const ENCRYPT_DATA = 0x8000

/** MS-SMB2 2.2.10. */
export function parseTreeConnect(view: ByteView): {
  kind: 'disk' | 'pipe' | 'printer'
  encryptData: boolean
  maximalAccess: number
} {
  const number = view.uint8(BODY + 2)
  const kind = [...SHARE_KINDS].find(([known]) => known === number)?.[1]
  if (kind === undefined) throw new MalformedMessage(`it has a share of kind ${number}`)
  const encryptData = (view.uint32(BODY + 4) & ENCRYPT_DATA) !== 0
  return { kind, encryptData, maximalAccess: view.uint32(BODY + 12) }
}

/** Access rights (MS-SMB2 2.2.13.1). */
export const ACCESS = {
  readData: 0x1,
  writeData: 0x2,
  readAttributes: 0x80,
  delete: 0x1_0000,
  readControl: 0x2_0000,
  synchronize: 0x10_0000,
} as const
export const CREATE_OPTION = { directory: 0x1, writeThrough: 0x2, file: 0x40, deleteOnClose: 0x1000 } as const
export const DISPOSITION = { open: 1, create: 2 } as const
/** Others may do what they like with it meanwhile. */
const SHARE_ALL = 0x7
const IMPERSONATION = 2
const MAXIMAL_ACCESS = Buffer.from('MxAc')

export interface CreateTerms {
  path: string
  access: number
  disposition: number
  options: number
  asksMaximalAccess?: boolean
}

/** MS-SMB2 2.2.13, with the context of 2.2.13.2.5 where the maximal access is asked for. */
export function encodeCreate({ path, access, disposition, options, asksMaximalAccess = false }: CreateTerms): Buffer {
  const name = utf16(path)
  const nameOffset = BODY + 56
  // There is never an empty buffer: one zero byte at least.
  const names = name.length === 0 ? Buffer.alloc(8) : padded8(name)
  const context = asksMaximalAccess
    ? Buffer.concat([uint32(0), uint16(16, 4, 0, 0), uint32(0), MAXIMAL_ACCESS, Buffer.alloc(4)])
    : Buffer.alloc(0)
  const contextOffset = asksMaximalAccess ? nameOffset + names.length : 0
  return Buffer.concat([
    uint16(57, 0),
    uint32(IMPERSONATION),
    uint64(0n),
    uint64(0n),
    uint32(access, 0, SHARE_ALL, disposition, options),
    uint16(nameOffset, name.length),
    uint32(contextOffset, context.length),
    names,
    context,
  ])
}

export interface Created {
  fileId: Buffer
  /** Of a file, its end. */
  bytes: number
  /** Absent: the server did not tell. */
  maximalAccess?: number
}

/** MS-SMB2 2.2.14. */
export function parseCreate(view: ByteView): Created {
  const fileId = Buffer.from(view.slice(BODY + 64, FILE_ID_BYTES))
  const bytes = Number(view.uint64(BODY + 48))
  const contexts = new ByteView(view.slice(view.uint32(BODY + 80), view.uint32(BODY + 84)))
  const maximalAccess = contexts.length === 0 ? undefined : readMaximalAccess(contexts)
  return { fileId, bytes, ...(maximalAccess === undefined ? {} : { maximalAccess }) }
}

/** SMB2_CREATE_CONTEXT (MS-SMB2 2.2.14.2) and SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE (2.2.14.2.5). */
function readMaximalAccess(contexts: ByteView): number | undefined {
  let offset = 0
  for (;;) {
    const name = contexts.slice(offset + contexts.uint16(offset + 4), contexts.uint16(offset + 6))
    if (name.equals(MAXIMAL_ACCESS)) {
      const data = new ByteView(contexts.slice(offset + contexts.uint16(offset + 10), contexts.uint32(offset + 12)))
      return data.uint32(0) === 0 ? data.uint32(4) : undefined
    }
    const next = contexts.uint32(offset)
    if (next === 0) return undefined
    // Forward only, by more than the head of a context, so that it ends.
    if (next < 16) throw new MalformedMessage('its create contexts overlap')
    offset += next
  }
}

/** MS-SMB2 2.2.15. */
export function encodeClose(fileId: Buffer): Buffer {
  return Buffer.concat([uint16(24, 0), uint32(0), fileId])
}

/** MS-SMB2 2.2.21. */
export function encodeWrite(fileId: Buffer, data: Buffer): Buffer {
  const head = [uint16(49, BODY + 48), uint32(data.length), uint64(0n), fileId, uint32(0, 0), uint16(0, 0), uint32(0)]
  return Buffer.concat([...head, data])
}

/** MS-SMB2 2.2.22: how many bytes were taken. */
export function parseWrite(view: ByteView): number {
  return view.uint32(BODY + 4)
}

/** MS-SMB2 2.2.19. */
export function encodeRead(fileId: Buffer, length: number): Buffer {
  const head = [uint16(49, 0), uint32(length), uint64(0n), fileId, uint32(0, 0, 0), uint16(0, 0)]
  return Buffer.concat([...head, Buffer.alloc(1)])
}

/** MS-SMB2 2.2.20. */
export function parseRead(view: ByteView): Buffer {
  return view.slice(view.uint8(BODY + 2), view.uint32(BODY + 4))
}

const NO_FILE = Buffer.alloc(FILE_ID_BYTES, 0xff)
const IS_FSCTL = 1

/** MS-SMB2 2.2.31, of a control that concerns no open file. */
export function encodeIoctl(code: number, input: Buffer, longestAnswer: number): Buffer {
  return Buffer.concat([
    uint16(57, 0),
    uint32(code),
    NO_FILE,
    uint32(BODY + 56, input.length, 0, 0, 0, longestAnswer, IS_FSCTL, 0),
    input,
  ])
}

/** MS-SMB2 2.2.32. */
export function parseIoctl(view: ByteView): Buffer {
  return view.slice(view.uint32(BODY + 32), view.uint32(BODY + 36))
}

const INFO_FILESYSTEM = 2
/** FileFsFullSizeInformation (MS-FSCC 2.5.4). */
const FULL_SIZE = 7
const FULL_SIZE_BYTES = 32

/** MS-SMB2 2.2.37. */
export function encodeQueryFullSize(fileId: Buffer): Buffer {
  const kind = Buffer.from([INFO_FILESYSTEM, FULL_SIZE])
  return Buffer.concat([uint16(41), kind, uint32(FULL_SIZE_BYTES), uint16(0, 0), uint32(0, 0, 0), fileId])
}

/** What the caller may still fill, in bytes (MS-SMB2 2.2.38, MS-FSCC 2.5.4). */
export function parseFreeBytes(view: ByteView): number {
  const sizes = new ByteView(view.slice(view.uint16(BODY + 2), view.uint32(BODY + 4)))
  return Number(sizes.uint64(8) * BigInt(sizes.uint32(24)) * BigInt(sizes.uint32(28)))
}

const INFO_SECURITY = 3
/** OWNER_SECURITY_INFORMATION and DACL_SECURITY_INFORMATION (MS-SMB2 2.2.37). */
const OWNER_AND_DACL = 0x1 | 0x4
/** What one credit pays for; a list of permissions has no more (MS-DTYP 2.4.5: AclSize is 16 bits). */
export const SECURITY_BYTES = 65_536

/** MS-SMB2 2.2.37. */
export function encodeQuerySecurity(fileId: Buffer): Buffer {
  const kind = Buffer.from([INFO_SECURITY, 0])
  return Buffer.concat([uint16(41), kind, uint32(SECURITY_BYTES), uint16(0, 0), uint32(0, OWNER_AND_DACL, 0), fileId])
}

/** A security descriptor (MS-SMB2 2.2.38). */
export function parseQueryInfo(view: ByteView): Buffer {
  return view.slice(view.uint16(BODY + 2), view.uint32(BODY + 4))
}
