import { createHmac, randomBytes } from 'node:crypto'
import { ByteView, MalformedMessage, uint16, uint32, uint64, utf16 } from '../little-endian.ts'
import { md4 } from './md4.ts'
import { rc4 } from './rc4.ts'

/** CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2). */
export interface Challenge {
  raw: Buffer
  flags: number
  nonce: Buffer
  /** AV_PAIRs (MS-NLMP 2.2.2.1) by their id. */
  pairs: ReadonlyMap<number, Buffer>
}

export interface NtlmCredentials {
  /** Empty: the user name is `user@domain`, or the server knows the domain. */
  domain: string
  user: string
  password: string
  /** Service principal name of the server as it was meant, `cifs/host`. */
  targetName: string
}

export interface Authenticate {
  message: Buffer
  /** ExportedSessionKey: signing and sealing keys come from it. */
  sessionKey: Buffer
  hasKeyExchange: boolean
}

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1')
const KIND = { negotiate: 1, challenge: 2, authenticate: 3 } as const
const PAIR = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const
const MIC_IS_PRESENT = 2

/** MS-NLMP 2.2.2.5. */
const FLAG = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  seal: 0x20,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  bits128: 0x20000000,
  keyExchange: 0x40000000,
  bits56: 0x80000000,
} as const
const FLAGS = Object.values(FLAG).reduce((sum, flag) => sum + flag, 0)
/** Without these there is no NTLMv2 session security of 128 bits, and nothing else is spoken. */
const NEEDED = FLAG.unicode + FLAG.extendedSecurity + FLAG.bits128 + FLAG.sign
/** Windows 10, NTLM revision 15 (MS-NLMP 2.2.2.10). */
const VERSION = Buffer.from([10, 0, 0x61, 0x4a, 0, 0, 0, 15])
const MIC_OFFSET = 72
const MIC_BYTES = 16
const AUTHENTICATE_HEAD_BYTES = MIC_OFFSET + MIC_BYTES
/** Names of a domain and a server have a few hundred bytes; what is sent back must still fit into a message of 64 KiB. */
const LONGEST_INFO_BYTES = 16_384
const MS_FROM_1601_TO_1970 = 11_644_473_600_000n

/** NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1), without domain and workstation. */
export function encodeNtlmNegotiate(): Buffer {
  return Buffer.concat([SIGNATURE, uint32(KIND.negotiate, FLAGS), Buffer.alloc(16), VERSION])
}

export function parseChallenge(raw: Buffer): Challenge {
  const view = new ByteView(raw)
  if (!view.slice(0, SIGNATURE.length).equals(SIGNATURE) || view.uint32(8) !== KIND.challenge)
    throw new MalformedMessage('it is no NTLM challenge')
  const flags = view.uint32(20)
  if ((flags & NEEDED) >>> 0 !== NEEDED)
    throw new MalformedMessage(`its NTLM challenge lacks session security of 128 bits (flags 0x${flags.toString(16)})`)
  const hasInfo = (flags & FLAG.targetInfo) !== 0
  if (hasInfo && view.uint16(40) > LONGEST_INFO_BYTES)
    throw new MalformedMessage(`the names of its challenge take ${view.uint16(40)} bytes`)
  const pairs = hasInfo ? parsePairs(view.slice(view.uint32(44), view.uint16(40))) : new Map<number, Buffer>()
  return { raw, flags, nonce: view.slice(24, 8), pairs }
}

function parsePairs(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const view = new ByteView(bytes)
  const pairs = new Map<number, Buffer>()
  for (let offset = 0; view.uint16(offset) !== PAIR.end;) {
    const length = view.uint16(offset + 2)
    pairs.set(view.uint16(offset), view.slice(offset + 4, length))
    offset += 4 + length
  }
  return pairs
}

/** AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3) with an NTLMv2 answer (3.3.2) and, when the server tells its time, a MIC (3.1.5.1.2). */
export function encodeAuthenticate(
  negotiate: Buffer,
  challenge: Challenge,
  credentials: NtlmCredentials,
): Authenticate {
  const { domain, user, password, targetName } = credentials
  const timestamp = challenge.pairs.get(PAIR.timestamp)
  const ownKey = hmacMd5(md4(utf16(password)), utf16(upperCase(user) + domain))
  const temp = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    timestamp ?? fileTime(Date.now()),
    randomBytes(8),
    Buffer.alloc(4),
    encodePairs(challenge.pairs, targetName, timestamp !== undefined),
    Buffer.alloc(4),
  ])
  const proof = hmacMd5(ownKey, challenge.nonce, temp)
  const baseKey = hmacMd5(ownKey, proof)
  const flags = (challenge.flags & FLAGS) >>> 0
  const hasKeyExchange = (flags & FLAG.keyExchange) !== 0
  const sessionKey = hasKeyExchange ? randomBytes(16) : baseKey
  const message = encodeParts(flags, [
    // LmChallengeResponse is zeros beside a timestamp, and no server needs it beside NTLMv2.
    Buffer.alloc(24),
    Buffer.concat([proof, temp]),
    utf16(domain),
    utf16(user),
    utf16(''),
    hasKeyExchange ? rc4(baseKey, sessionKey) : Buffer.alloc(0),
  ])
  if (timestamp !== undefined) hmacMd5(sessionKey, negotiate, challenge.raw, message).copy(message, MIC_OFFSET)
  return { message, sessionKey, hasKeyExchange }
}

/** The pairs of the server, with what was meant beside them: its name, no channel, and whether a MIC follows. */
function encodePairs(theirs: ReadonlyMap<number, Buffer>, targetName: string, hasMic: boolean): Buffer {
  const own: ReadonlyMap<number, Buffer> = new Map([
    [PAIR.flags, uint32(hasMic ? MIC_IS_PRESENT : 0)],
    [PAIR.targetName, utf16(targetName)],
    [PAIR.channelBindings, Buffer.alloc(16)],
  ])
  const kept = [...theirs].filter(([id]) => !own.has(id))
  const pairs = [...kept, ...own, [PAIR.end, Buffer.alloc(0)] as const]
  return Buffer.concat(pairs.flatMap(([id, value]) => [uint16(id, value.length), value]))
}

function encodeParts(flags: number, parts: readonly Buffer[]): Buffer {
  let offset = AUTHENTICATE_HEAD_BYTES
  const pointers = parts.map((part) => {
    const pointer = Buffer.concat([uint16(part.length, part.length), uint32(offset)])
    offset += part.length
    return pointer
  })
  const head = [SIGNATURE, uint32(KIND.authenticate), ...pointers, uint32(flags), VERSION, Buffer.alloc(MIC_BYTES)]
  return Buffer.concat([...head, ...parts])
}

/** Letter by letter, as Windows does it: no letter becomes two. */
function upperCase(text: string): string {
  return text.replace(/./gsu, (letter) => {
    const upper = letter.toUpperCase()
    return upper.length === letter.length ? upper : letter
  })
}

/** 100 ns units since 1601. */
function fileTime(ms: number): Buffer {
  return uint64((BigInt(ms) + MS_FROM_1601_TO_1970) * 10_000n)
}

function hmacMd5(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const digest = createHmac('md5', key)
  for (const part of parts) digest.update(part)
  return digest.digest()
}
