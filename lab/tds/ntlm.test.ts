import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError, uint16, uint32, utf16 } from './bytes.ts'
import { encodeChallenge, isNtlm, verifyNtlm } from './ntlm.ts'

// The example of MS-NLMP 4.2: what Windows computes.
const NONCE = Buffer.from('0123456789abcdef', 'hex')
const LM_V2 = Buffer.from('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa', 'hex')
const NTLM_V2 = Buffer.from(
  '68cd0ab851e51c96aabc927bebef6a1c' +
    '01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000' +
    '02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000',
  'hex',
)
const NOTHING = Buffer.alloc(0)
const ACCOUNTS = { 'Domain\\User': 'Password' }

interface Answer {
  domain?: string
  user?: string
  lm?: Buffer
  nt?: Buffer
}

function authenticate({ domain = 'Domain', user = 'User', lm = NOTHING, nt = NOTHING }: Answer): Buffer {
  const parts = [lm, nt, utf16(domain), utf16(user), NOTHING, NOTHING]
  let offset = 64
  const pointers = parts.map((part) => {
    const pointer = Buffer.concat([uint16(part.length), uint16(part.length), uint32(offset)])
    offset += part.length
    return pointer
  })
  return Buffer.concat([Buffer.from('NTLMSSP\0'), uint32(3), ...pointers, uint32(0), ...parts])
}

describe('verifyNtlm', () => {
  const known = { claimed: 'Domain\\User', account: 'Domain\\User' }
  const unproven = { ...known, account: undefined }
  const flipped = Buffer.from(NTLM_V2)
  flipped.writeUInt8(flipped.readUInt8(0) ^ 1)

  it.each([
    ['NTLMv2', { nt: NTLM_V2 }, known],
    ['LMv2', { lm: LM_V2 }, known],
    ['LMv2 beside an answer that is cut off', { lm: LM_V2, nt: NTLM_V2.subarray(0, 16) }, known],
    ['a proof with one bit wrong', { nt: flipped }, unproven],
    ['no answer', {}, unproven],
    ['an answer that is too short', { nt: NTLM_V2.subarray(0, 24) }, unproven],
    ['somebody else', { user: 'Other', nt: NTLM_V2 }, { claimed: 'Domain\\Other', account: undefined }],
  ])('%s', (_name, answer, expected) => {
    expect(verifyNtlm(authenticate(answer), NONCE, ACCOUNTS)).toEqual(expected)
  })

  it('wants the answer to its own challenge, and the right password', () => {
    const answer = authenticate({ nt: NTLM_V2, lm: LM_V2 })
    expect(verifyNtlm(answer, Buffer.alloc(8), ACCOUNTS)).toEqual(unproven)
    expect(verifyNtlm(answer, NONCE, { 'Domain\\User': 'password' })).toEqual(unproven)
  })

  it('knows an account by both of its names, in any letter case', () => {
    const answer = authenticate({ nt: NTLM_V2 })
    expect(verifyNtlm(answer, NONCE, { 'user@DOMAIN': 'Password' })).toMatchObject({ account: 'user@DOMAIN' })
  })

  it('reads or gives a ProtocolError, never anything else', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
    const message = fc.oneof(
      bytes,
      bytes.map((tail) => Buffer.concat([Buffer.from('NTLMSSP\0'), uint32(3), tail])),
    )
    fc.assert(
      fc.property(message, (body) => {
        try {
          expect(verifyNtlm(body, NONCE, ACCOUNTS).account).toBeUndefined()
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('isNtlm', () => {
  it('tells NTLM from what Kerberos starts with', () => {
    expect(isNtlm(encodeChallenge(NONCE))).toBe(true)
    expect(isNtlm(Buffer.from('606806062b0601050502', 'hex'))).toBe(false)
    expect(isNtlm(NOTHING)).toBe(false)
  })
})
