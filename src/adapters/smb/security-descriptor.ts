import type { SecurityEntry } from '../../ports/share-port.ts'
import { ByteView, MalformedMessage } from '../little-endian.ts'

/** A self-relative SECURITY_DESCRIPTOR (MS-DTYP 2.4.6), as far as it is asked for. */
export interface SecurityDescriptor {
  owner?: string
  /** Absent: there is no list, which lets everybody in. An empty one lets nobody in. */
  entries?: SecurityEntry[]
}

const AT = { control: 2, owner: 4, dacl: 16 } as const
const REVISION = 1
/** SE_DACL_PRESENT (MS-DTYP 2.4.6). */
const DACL_PRESENT = 0x4
const ACL_REVISIONS: ReadonlySet<number> = new Set([2, 4])
const ACL_HEAD_BYTES = 8
const ACE_HEAD_BYTES = 4
/** ACCESS_ALLOWED_ACE_TYPE and ACCESS_DENIED_ACE_TYPE (MS-DTYP 2.4.4.1); all others are `other`. */
const KINDS: ReadonlyMap<number, 'allow' | 'deny'> = new Map([
  [0, 'allow'],
  [1, 'deny'],
])
const OBJECT_TYPES: ReadonlySet<number> = new Set([5, 6, 7, 8, 11, 12, 15, 16])
const INHERIT_ONLY = 0x8
/** SID_MAX_SUB_AUTHORITIES (MS-DTYP 2.4.2.2). */
const MOST_SUB_AUTHORITIES = 15

export function parseSecurityDescriptor(bytes: Buffer): SecurityDescriptor {
  const view = new ByteView(bytes)
  if (view.uint8(0) !== REVISION) throw new MalformedMessage(`a security descriptor of revision ${view.uint8(0)}`)
  const [control, ownerAt, daclAt] = [view.uint16(AT.control), view.uint32(AT.owner), view.uint32(AT.dacl)]
  const hasList = (control & DACL_PRESENT) !== 0 && daclAt !== 0
  return {
    ...(ownerAt === 0 ? {} : { owner: parseSid(view, ownerAt, view.length) }),
    ...(hasList ? { entries: parseList(view, daclAt) } : {}),
  }
}

/** ACL (MS-DTYP 2.4.5): entries lie one behind the other, within its own size. */
function parseList(view: ByteView, at: number): SecurityEntry[] {
  if (!ACL_REVISIONS.has(view.uint8(at)))
    throw new MalformedMessage(`a list of permissions of revision ${view.uint8(at)}`)
  const end = at + view.uint16(at + 2)
  const count = view.uint16(at + 4)
  view.slice(at, end - at)
  const entries: SecurityEntry[] = []
  let offset = at + ACL_HEAD_BYTES
  for (let place = 0; place < count; place += 1) {
    const size = view.uint16(offset + 2)
    if (size < ACE_HEAD_BYTES || offset + size > end)
      throw new MalformedMessage('an entry leaves its list of permissions')
    entries.push(parseEntry(view, offset, offset + size))
    offset += size
  }
  return entries
}

/** ACE (MS-DTYP 2.4.4). Those of other types keep their place, for the order counts; whose they are is told where it is known. */
function parseEntry(view: ByteView, at: number, end: number): SecurityEntry {
  const [type, flags] = [view.uint8(at), view.uint8(at + 1)]
  const inheritOnly = (flags & INHERIT_ONLY) !== 0
  const kind = KINDS.get(type) ?? 'other'
  if (end - at < ACE_HEAD_BYTES + 4) {
    if (kind === 'other') return { kind, sid: '', mask: 0, inheritOnly }
    throw new MalformedMessage('an entry of a list of permissions ends early')
  }
  const mask = view.uint32(at + ACE_HEAD_BYTES)
  const sid = OBJECT_TYPES.has(type) || kind === 'other' ? '' : parseSid(view, at + ACE_HEAD_BYTES + 4, end)
  return { kind, sid, mask, inheritOnly }
}

/** SID (MS-DTYP 2.4.2.2) in the form of 2.4.2.1. */
export function parseSid(view: ByteView, at: number, end: number): string {
  const [revision, count] = [view.uint8(at), view.uint8(at + 1)]
  if (revision !== REVISION || count > MOST_SUB_AUTHORITIES) throw new MalformedMessage('something else than a SID')
  if (at + 8 + 4 * count > end) throw new MalformedMessage('a SID is longer than its place')
  const authority = view.slice(at + 2, 6).readUIntBE(0, 6)
  const shown = authority < 2 ** 32 ? String(authority) : `0x${authority.toString(16).padStart(12, '0')}`
  const parts = Array.from({ length: count }, (_, place) => view.uint32(at + 8 + 4 * place))
  return ['S', String(revision), shown, ...parts.map(String)].join('-')
}
