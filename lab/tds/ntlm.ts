import { createHmac } from 'node:crypto'
import { md4 } from '../../src/adapters/ntlm/md4.ts'
import { ProtocolError, slice, uint16, uint32, utf16 } from './bytes.ts'

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1')
const MESSAGE = { challenge: 2, authenticate: 3 } as const
/** Length and offset pairs of AUTHENTICATE (MS-NLMP 2.2.1.3). */
const FIELD = { lmResponse: 12, ntResponse: 20, domain: 28, user: 36 } as const
/** Unicode, target name, NTLM, always sign, target is a domain, extended session security, target info, version, 128, 56. */
const FLAGS = 0xa289_8205
/** Windows Server 2019, NTLM revision 15. */
const VERSION = Buffer.from([10, 0, 0x63, 0x45, 0, 0, 0, 15])
const TARGET = { computer: 1, domain: 2, dnsComputer: 3, dnsDomain: 4, timestamp: 7, end: 0 } as const
const FIXED_BYTES = 56
const PROOF_BYTES = 16
const LM_RESPONSE_BYTES = 24
/** The proof, and what a client at least puts behind it (MS-NLMP 2.2.2.7). */
const NTLM_V2_LEAST_BYTES = PROOF_BYTES + 28
const SECONDS_BEFORE_1970 = 11_644_473_600n

/** `DOMAIN\user` or `user@domain`, and the password. */
export type NtlmAccounts = Readonly<Record<string, string>>

export interface NtlmOutcome {
  /** As the client gave it. */
  claimed: string
  /** In the spelling of the accounts; undefined when the proof is wrong or nobody has that name. */
  account: string | undefined
}

/** Whether the first message of an integrated login is NTLM: Kerberos and SPNEGO start otherwise. */
export function isNtlm(message: Buffer): boolean {
  return message.subarray(0, SIGNATURE.length).equals(SIGNATURE)
}

/** CHALLENGE (MS-NLMP 2.2.1.2) with the eight bytes that the client has to work on. */
export function encodeChallenge(nonce: Buffer): Buffer {
  const domain = utf16('LAB')
  const info = Buffer.concat([
    pair(TARGET.domain, domain),
    pair(TARGET.computer, utf16('SQL01')),
    pair(TARGET.dnsDomain, utf16('lab.example')),
    pair(TARGET.dnsComputer, utf16('sql01.lab.example')),
    pair(TARGET.timestamp, fileTime(Date.now())),
    pair(TARGET.end, Buffer.alloc(0)),
  ])
  return Buffer.concat([
    SIGNATURE,
    uint32(MESSAGE.challenge),
    ...pointer(domain.length, FIXED_BYTES),
    uint32(FLAGS),
    nonce,
    Buffer.alloc(8),
    ...pointer(info.length, FIXED_BYTES + domain.length),
    VERSION,
    domain,
    info,
  ])
}

/** Checks AUTHENTICATE (MS-NLMP 2.2.1.3): NTLMv2, or LMv2, which is all that tedious gets right. */
export function verifyNtlm(message: Buffer, nonce: Buffer, accounts: NtlmAccounts): NtlmOutcome {
  const kind = slice(message, 0, SIGNATURE.length + 4).readUInt32LE(SIGNATURE.length)
  if (!isNtlm(message) || kind !== MESSAGE.authenticate) throw new ProtocolError('no NTLM AUTHENTICATE message')
  const domain = field(message, FIELD.domain).toString('utf16le')
  const user = field(message, FIELD.user).toString('utf16le')
  const claimed = domain === '' ? user : `${domain}\\${user}`
  const [account, password] = Object.entries(accounts).find(([name]) => identity(name) === identity(claimed)) ?? []
  if (account === undefined || password === undefined) return { claimed, account: undefined }
  const key = hmac(md4(utf16(password)), utf16(user.toUpperCase() + domain))
  const proves = (response: Buffer): boolean =>
    hmac(key, nonce, response.subarray(PROOF_BYTES)).equals(response.subarray(0, PROOF_BYTES))
  const nt = field(message, FIELD.ntResponse)
  const lm = field(message, FIELD.lmResponse)
  const proven = (nt.length >= NTLM_V2_LEAST_BYTES && proves(nt)) || (lm.length === LM_RESPONSE_BYTES && proves(lm))
  return { claimed, account: proven ? account : undefined }
}

/** `DOMAIN\user` and `user@domain` are the same account, in any letter case. */
function identity(name: string): string {
  const [user, domain] = name.split('@')
  return (domain === undefined ? name : `${domain}\\${user ?? ''}`).toLowerCase()
}

function field(message: Buffer, offset: number): Buffer {
  const length = slice(message, offset, 2).readUInt16LE()
  return slice(message, slice(message, offset + 4, 4).readUInt32LE(), length)
}

function pointer(length: number, offset: number): Buffer[] {
  return [uint16(length), uint16(length), uint32(offset)]
}

function pair(id: number, value: Buffer): Buffer {
  return Buffer.concat([uint16(id), uint16(value.length), value])
}

/** 100 ns units since 1601. */
function fileTime(ms: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE((BigInt(ms) + 1000n * SECONDS_BEFORE_1970) * 10_000n)
  return bytes
}

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const digest = createHmac('md5', key)
  for (const part of parts) digest.update(part)
  return digest.digest()
}
