import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { RECORDED } from '../../../lab/smb/recorded-answers.ts'
import { ByteView, MalformedMessage, uint16, uint32, utf16 } from '../little-endian.ts'
import { parseChallenge } from '../ntlm/ntlm-messages.ts'
import { offersNtlm, readNegTokenResp } from '../ntlm/spnego.ts'
import { createFrameReader, encodeFrame } from './frame-reader.ts'
import {
  parseCreate,
  parseFreeBytes,
  parseIoctl,
  parseQueryInfo,
  parseRead,
  parseSessionSetup,
  parseTreeConnect,
  parseWrite,
} from './messages.ts'
import { parseNegotiate } from './negotiate-message.ts'
import { parseSecurityDescriptor } from './security-descriptor.ts'

const SEED = 20_261_126
const RUNS = 3000
/** Copying at every piece would take ten times as long. */
const CPU_LIMIT_US = 2_000_000

const view = (bytes: Buffer): ByteView => new ByteView(bytes)
const { token } = parseSessionSetup(view(RECORDED.challenge))
const challenge = readNegTokenResp(token)!
const hint = RECORDED.negotiate.subarray(0x80, 0x80 + 0x4a)

interface Row {
  name: string
  sound: Buffer
  parse: (bytes: Buffer) => unknown
  means: unknown
}

/** Every parser of what a server says, with an answer that is sound. */
const parsers = (): readonly Row[] => [
  {
    name: 'a security descriptor',
    sound: DESCRIPTOR,
    parse: parseSecurityDescriptor,
    means: {
      owner: 'S-1-5-32-544',
      entries: [
        { kind: 'deny', sid: 'S-1-5-21-1-2-3-1104', mask: 0x116, inheritOnly: false },
        { kind: 'allow', sid: 'S-1-5-21-1-2-3-4294967295', mask: 0x0013_01bf, inheritOnly: false },
        { kind: 'allow', sid: 'S-1-3-0', mask: 0x1000_0000, inheritOnly: true },
        { kind: 'other', sid: '', mask: 0x0012_00a9, inheritOnly: false },
      ],
    },
  },
  {
    name: 'QUERY_INFO of a security descriptor',
    sound: Buffer.concat([Buffer.alloc(64), uint16(9, 72), uint32(DESCRIPTOR.length), DESCRIPTOR]),
    parse: (bytes) => parseQueryInfo(view(bytes)),
    means: DESCRIPTOR,
  },
  {
    name: 'NEGOTIATE',
    sound: RECORDED.negotiate,
    parse: parseNegotiate,
    means: {
      dialect: '3.1.1',
      signingRequired: false,
      signing: 'AES-GMAC',
      cipher: 'AES-128-GCM',
      offersNtlm: true,
      knowsDfs: true,
      repeatable: Buffer.concat([uint32(7), Buffer.from('filesrv'.padEnd(16, '\0')), uint16(1, 0x311)]),
    },
  },
  {
    name: 'SESSION_SETUP',
    sound: RECORDED.challenge,
    parse: (bytes) => parseSessionSetup(view(bytes)),
    means: { flags: 0, token: RECORDED.challenge.subarray(72) },
  },
  { name: 'NegTokenInit2', sound: hint, parse: offersNtlm, means: true },
  { name: 'NegTokenResp', sound: token, parse: readNegTokenResp, means: challenge },
  {
    name: 'an NTLM challenge',
    sound: challenge,
    parse: parseChallenge,
    means: {
      raw: challenge,
      flags: 0xe28a_8235,
      nonce: Buffer.from('0ee294640f570c41', 'hex'),
      pairs: new Map([
        [2, utf16('FILESRV')],
        [1, utf16('FILESRV')],
        [4, utf16('')],
        [3, utf16('vm')],
        [7, Buffer.from('1eb7ca60c07ddd01', 'hex')],
      ]),
    },
  },
  {
    name: 'TREE_CONNECT',
    sound: RECORDED.treeConnect,
    parse: (bytes) => parseTreeConnect(view(bytes)),
    means: { kind: 'disk', encryptData: false, maximalAccess: 0x001f_01ff },
  },
  {
    name: 'CREATE',
    sound: RECORDED.create,
    parse: (bytes) => parseCreate(view(bytes)),
    means: { fileId: RECORDED.create.subarray(128, 144), bytes: 0, maximalAccess: 0x001f_01ff },
  },
  {
    name: 'QUERY_INFO',
    sound: RECORDED.fullSize,
    parse: (bytes) => parseFreeBytes(view(bytes)),
    means: 0x04d2_cd9c * 2 * 512,
  },
  { name: 'WRITE', sound: RECORDED.write, parse: (bytes) => parseWrite(view(bytes)), means: 4096 },
  {
    name: 'READ',
    sound: Buffer.concat([Buffer.alloc(64), uint16(17, 80), uint32(4, 0, 0), Buffer.from('data')]),
    parse: (bytes) => parseRead(view(bytes)),
    means: Buffer.from('data'),
  },
  {
    name: 'IOCTL',
    sound: Buffer.concat([Buffer.alloc(96), uint32(112, 4, 0, 0), Buffer.from('data')]),
    parse: (bytes) => parseIoctl(view(bytes)),
    means: Buffer.from('data'),
  },
]

/** Of a folder: one account may change it, one is denied writing, and CREATOR OWNER has what is below (MS-DTYP 2.4). */
const DESCRIPTOR = Buffer.concat([
  Buffer.from([1, 0]),
  uint16(0x8004),
  uint32(20, 0, 0, 36),
  sid(5, 32, 544),
  uint16(2, 8 + 36 + 36 + 20 + 12, 4, 0),
  Buffer.from([1, 3]),
  uint16(36),
  uint32(0x116),
  sid(5, 21, 1, 2, 3, 1104),
  Buffer.from([0, 3]),
  uint16(36),
  uint32(0x0013_01bf),
  sid(5, 21, 1, 2, 3, 4_294_967_295),
  Buffer.from([0, 0x0b]),
  uint16(20),
  uint32(0x1000_0000),
  sid(3, 0),
  Buffer.from([9, 0]),
  uint16(12),
  uint32(0x0012_00a9, 0),
])

function sid(authority: number, ...parts: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from([1, parts.length, 0, 0, 0, 0, 0, authority]), uint32(...parts)])
}

/** Bytes changed, a piece cut out or put in, the end cut off. */
function mutations(sound: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat(sound.length - 1)
  const value = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255))
  const bytes = fc.array(fc.tuple(at, value), { minLength: 1, maxLength: 6 }).map((changes) => {
    const changed = Buffer.from(sound)
    for (const [offset, byte] of changes) changed[offset] = byte
    return changed
  })
  const cut = at.map((end) => sound.subarray(0, end))
  const put = fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([offset, piece]) => {
    return Buffer.concat([sound.subarray(0, offset), piece, sound.subarray(offset)])
  })
  const out = fc.tuple(at, fc.nat(20)).map(([offset, length]) => {
    return Buffer.concat([sound.subarray(0, offset), sound.subarray(offset + length)])
  })
  return fc.oneof(
    bytes,
    cut,
    put,
    out,
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  )
}

const PARSERS = parsers()

describe('a security descriptor', () => {
  it.each<[string, (bytes: Buffer) => void, unknown]>([
    ['no list at all', (bytes) => bytes.writeUInt16LE(0x8000, 2), undefined],
    ['a list that is nowhere', (bytes) => bytes.writeUInt32LE(0, 16), undefined],
    ['a list without entries', (bytes) => bytes.writeUInt16LE(0, 40), []],
  ])('with %s', (_which, change, entries) => {
    const bytes = Buffer.from(DESCRIPTOR)
    change(bytes)
    expect(parseSecurityDescriptor(bytes).entries).toEqual(entries)
  })

  it.each<[string, (bytes: Buffer) => void]>([
    ['another revision', (bytes) => bytes.writeUInt8(2, 0)],
    ['a list beyond its end', (bytes) => bytes.writeUInt32LE(9999, 16)],
    ['a list that is longer than all', (bytes) => bytes.writeUInt16LE(0xffff, 38)],
    ['more entries than there are', (bytes) => bytes.writeUInt16LE(0xffff, 40)],
    ['an entry without length', (bytes) => bytes.writeUInt16LE(0, 46)],
    ['an entry that leaves its list', (bytes) => bytes.writeUInt16LE(4000, 46)],
    ['a SID that leaves its entry', (bytes) => bytes.writeUInt8(15, 53)],
    ['a SID of too many parts', (bytes) => bytes.writeUInt8(16, 53)],
    ['an owner beyond its end', (bytes) => bytes.writeUInt32LE(9999, 4)],
  ])('is refused with %s', (_which, change) => {
    const bytes = Buffer.from(DESCRIPTOR)
    change(bytes)
    expect(() => parseSecurityDescriptor(bytes)).toThrow(MalformedMessage)
  })
})

describe('what a server says', () => {
  it.each(PARSERS)('$name is read as it is meant', ({ sound, parse, means }) => {
    expect(parse(sound)).toEqual(means)
  })

  it.each(PARSERS)('$name is read or is a MalformedMessage, whatever is in it', ({ sound, parse }) => {
    let refused = 0
    fc.assert(
      fc.property(mutations(sound), (bytes) => {
        try {
          parse(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
          refused += 1
        }
      }),
      { seed: SEED, numRuns: RUNS },
    )
    expect(refused).toBeGreaterThan(0)
  })

  it.each([
    ['a dialect that was not offered', (m: Buffer) => m.writeUInt16LE(0x02ff, 68)],
    ['a cipher that was not offered', (m: Buffer) => m.writeUInt16LE(9, 0x110 - 6)],
    ['no integrity of what goes before the login', (m: Buffer) => m.writeUInt16LE(7, 0xd0)],
    ['another hash than SHA-512', (m: Buffer) => m.writeUInt16LE(2, 0xd0 + 8 + 4)],
    ['more contexts than it has', (m: Buffer) => m.writeUInt16LE(16, 70)],
    ['a count of contexts that is made up', (m: Buffer) => m.writeUInt16LE(0xffff, 70)],
  ])('NEGOTIATE with %s is refused', (_title, change) => {
    const message = Buffer.from(RECORDED.negotiate)
    change(message)
    expect(() => parseNegotiate(message)).toThrow(MalformedMessage)
  })

  it('create contexts that point at themselves end', () => {
    const message = Buffer.from(RECORDED.create)
    message.write('XxXx', 64 + 88 + 16, 'latin1')
    for (const next of [1, 8, 15, 16, 0xffff_ffff]) {
      message.writeUInt32LE(next, 64 + 88)
      expect(() => parseCreate(view(message))).toThrow(MalformedMessage)
    }
    message.writeUInt32LE(0, 64 + 88)
    expect(parseCreate(view(message))).toEqual({ fileId: RECORDED.create.subarray(128, 144), bytes: 0 })
  })
})

describe('createFrameReader', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 30 })

  it('gives the same messages however they are cut', () => {
    const messages = fc.array(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 50 }), (sent, size) => {
        const reader = createFrameReader()
        const stream = Buffer.concat(sent.map(encodeFrame))
        const frames = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
          reader.push(stream.subarray(index * size, (index + 1) * size)),
        ).flat()
        expect(frames).toEqual(sent.map((bytes) => ({ kind: 'message', bytes })))
      }),
      { seed: SEED },
    )
  })

  it('reads anything without throwing, and nothing after what is no frame', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const reader = createFrameReader()
        const frames = parts.flatMap((part) => reader.push(Buffer.from(part)))
        expect(frames.slice(0, -1).some(({ kind }) => kind === 'broken')).toBe(false)
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })

  it('knows a negative session response and a keep-alive, and takes no frame that is too long', () => {
    const reader = createFrameReader()
    expect(reader.push(Buffer.from('8500000083000001', 'hex'))).toEqual([])
    expect(reader.push(Buffer.from('81', 'hex'))).toEqual([{ kind: 'session-refused', code: 0x81 }])
    expect(createFrameReader().push(Buffer.from('00ffffff', 'hex'))).toMatchObject([{ kind: 'broken' }])
  })
  it('takes many short frames in one piece in a time that grows with their number', () => {
    const stream = Buffer.concat(Array.from({ length: 200_000 }, () => encodeFrame(Buffer.alloc(1))))
    const before = process.cpuUsage()
    const frames = createFrameReader().push(stream)
    expect(process.cpuUsage(before).user).toBeLessThan(CPU_LIMIT_US)
    expect(frames).toHaveLength(200_000)
  })

  it('takes a long message in single bytes in a time that grows with its length', () => {
    const reader = createFrameReader()
    const stream = encodeFrame(Buffer.alloc(200_000, 7))
    const before = process.cpuUsage()
    const frames = Array.from(stream, (_, index) => reader.push(stream.subarray(index, index + 1))).flat()
    expect(process.cpuUsage(before).user).toBeLessThan(CPU_LIMIT_US)
    expect(frames).toHaveLength(1)
    expect(frames[0]?.kind === 'message' && frames[0].bytes.equals(stream.subarray(4))).toBe(true)
  })
})
