/** Whether the index of a git repository has a path; `why` is a clause. */
export type Tracking = { state: 'tracked' } | { state: 'untracked' } | { state: 'unknown'; why: string }

/** Length of an object id and of the checksum at the end: SHA-1, SHA-256. */
const HASH_BYTES = [20, 32] as const
const FIXED_BYTES = 40
const EXTENDED_FLAG = 0x4000
const TREE_MODE = 0o040000

/**
 * Looks a path up in the bytes of `.git/index`, versions 2 to 4 (https://git-scm.com/docs/index-format), without running
 * git, whose configuration in a checkout can name programs. Letter case and Unicode form do not count, as on the file
 * systems that do not tell them apart. What is not understood to the last byte is `unknown`.
 */
export function trackingIn(index: Uint8Array, path: string): Tracking {
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.byteLength)
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return unknown('the index of git is none')
  const version = bytes.readUInt32BE(4)
  if (version < 2 || version > 4) return unknown(`the index of git has version ${String(version)}`)
  for (const hashBytes of HASH_BYTES) {
    const read = readIndex(bytes, version, hashBytes)
    if (read !== undefined) return judge(read, path)
  }
  return unknown('the index of git cannot be read')
}

interface ReadIndex {
  names: string[]
  /** Folders of which the index does not list the files. */
  folders: string[]
  extensions: string[]
}

function judge({ names, folders, extensions }: ReadIndex, path: string): Tracking {
  const wanted = fold(path)
  if (names.some((name) => fold(name) === wanted)) return { state: 'tracked' }
  if (extensions.includes('link')) return unknown('the index of git is split in two files')
  if (names.includes('')) return unknown('the index of git has a file without a name')
  const other = extensions.find((name) => name !== 'sdir' && !/^[A-Z]/.test(name))
  if (other !== undefined) return unknown('the index of git has an extension that is not known here')
  if (folders.some((folder) => wanted.startsWith(fold(folder))))
    return unknown('its folder is sparse in the index of git')
  return { state: 'untracked' }
}

/** Undefined when the bytes are no index with ids of that length. */
function readIndex(bytes: Buffer, version: number, hashBytes: number): ReadIndex | undefined {
  const count = bytes.readUInt32BE(8)
  const end = bytes.length - hashBytes
  const read: ReadIndex = { names: [], folders: [], extensions: [] }
  let at = 12
  let name = Buffer.alloc(0)
  for (let entry = 0; entry < count; entry += 1) {
    const next = readEntry(bytes, { at, version, hashBytes, end, before: name })
    if (next === undefined) return undefined
    ;({ at, name } = next)
    const isFolder = (next.mode & 0o170000) === TREE_MODE
    ;(isFolder ? read.folders : read.names).push(name.toString('utf8'))
  }
  for (; at < end;) {
    if (at + 8 > end) return undefined
    read.extensions.push(bytes.toString('latin1', at, at + 4))
    at += 8 + bytes.readUInt32BE(at + 4)
  }
  return at === end ? read : undefined
}

interface EntryPlace {
  at: number
  version: number
  hashBytes: number
  end: number
  /** The name of the entry before, of which version 4 repeats the beginning. */
  before: Buffer
}

function readEntry(
  bytes: Buffer,
  { at, version, hashBytes, end, before }: EntryPlace,
): { at: number; name: Buffer<ArrayBuffer>; mode: number } | undefined {
  const flagsAt = at + FIXED_BYTES + hashBytes
  if (flagsAt + 4 > end) return undefined
  const mode = bytes.readUInt32BE(at + 24)
  const isExtended = version >= 3 && (bytes.readUInt16BE(flagsAt) & EXTENDED_FLAG) !== 0
  let nameAt = flagsAt + (isExtended ? 4 : 2)
  let kept = Buffer.alloc(0)
  if (version === 4) {
    const cut = readCut(bytes, nameAt, end)
    if (cut === undefined || cut.value > before.length) return undefined
    nameAt = cut.next
    kept = Buffer.from(before.subarray(0, before.length - cut.value))
  }
  const nul = bytes.indexOf(0, nameAt)
  if (nul === -1 || nul >= end) return undefined
  const name = Buffer.concat([kept, bytes.subarray(nameAt, nul)])
  // One to eight NULs make the length of an entry a multiple of eight.
  const after = version === 4 ? nul + 1 : at + Math.floor((nul - at) / 8 + 1) * 8
  return after > end ? undefined : { at: after, name, mode }
}

/** The number coding of pack files' offsets: seven bits a byte, each further byte counts from one. */
function readCut(bytes: Buffer, at: number, end: number): { value: number; next: number } | undefined {
  let value = 0
  for (let place = at; place < end && place < at + 5; place += 1) {
    const byte = bytes[place] ?? 0
    value += byte & 0x7f
    if ((byte & 0x80) === 0) return { value, next: place + 1 }
    value = (value + 1) * 128
  }
  return undefined
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

function unknown(why: string): Tracking {
  return { state: 'unknown', why }
}
