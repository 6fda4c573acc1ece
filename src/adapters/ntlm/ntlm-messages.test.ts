import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { encodeChallenge, verifyNtlm } from '../../../lab/tds/ntlm.ts'
import { RECORDED } from '../../../lab/smb/recorded-answers.ts'
import { parseSessionSetup } from '../smb/messages.ts'
import { ByteView } from '../little-endian.ts'
import { md4 } from './md4.ts'
import { encodeAuthenticate, encodeNtlmNegotiate, parseChallenge } from './ntlm-messages.ts'
import { rc4 } from './rc4.ts'
import { readNegTokenResp } from './spnego.ts'

const NONCE = Buffer.from('0123456789abcdef', 'hex')
const OWN = encodeNtlmNegotiate()
const SIGN = 0x10
const hmac = (key: Buffer, ...parts: Buffer[]): Buffer => createHmac('md5', key).update(Buffer.concat(parts)).digest()
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
const field = (message: Buffer, at: number): Buffer =>
  message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at))

describe('encodeAuthenticate', () => {
  const offered = encodeChallenge(NONCE)
  offered.writeUInt32LE((offered.readUInt32LE(20) | SIGN) >>> 0, 20)
  const challenge = parseChallenge(offered)
  const credentials = { domain: 'Domain', user: 'jörgß', password: 'Pä55 w€rd😀', targetName: 'cifs/fs01' }

  it('is taken by a server that knows the password, and by none that does not', () => {
    const { message } = encodeAuthenticate(OWN, challenge, credentials)
    const account = String.raw`Domain\jörgß`
    // The ß stays one letter: "JÖRGSS" would be another user to Windows, and to this key.
    const key = hmac(md4(utf16(credentials.password)), utf16('JÖRGßDomain'))
    const answer = field(message, 20)
    expect(hmac(key, NONCE, answer.subarray(16))).toEqual(answer.subarray(0, 16))
    const plain = encodeAuthenticate(OWN, challenge, { ...credentials, user: 'User' })
    expect(verifyNtlm(plain.message, NONCE, { 'Domain\\User': credentials.password }).account).toBe('Domain\\User')
    expect(verifyNtlm(plain.message, NONCE, { 'Domain\\User': 'other' }).account).toBeUndefined()
    expect(verifyNtlm(message, NONCE, { [account]: 'other' }).account).toBeUndefined()
  })

  it('binds the login to the server that was meant', () => {
    const { message } = encodeAuthenticate(OWN, challenge, credentials)
    expect(field(message, 20).includes(Buffer.concat([Buffer.from([9, 0, 18, 0]), utf16('cifs/fs01')]))).toBe(true)
  })

  it('proves all three messages with the session key (MS-NLMP 3.1.5.1.2)', () => {
    const { message, sessionKey, hasKeyExchange } = encodeAuthenticate(OWN, challenge, credentials)
    const blank = Buffer.from(message)
    blank.fill(0, 72, 88)
    expect(hmac(sessionKey, OWN, challenge.raw, blank)).toEqual(message.subarray(72, 88))
    expect(hasKeyExchange).toBe(false)
  })

  it('wraps a key of its own where the server takes one', () => {
    const recorded = readNegTokenResp(parseSessionSetup(new ByteView(RECORDED.challenge)).token)!
    const theirs = parseChallenge(recorded)
    const { message, sessionKey, hasKeyExchange } = encodeAuthenticate(OWN, theirs, { ...credentials, user: 'u' })
    const ownKey = hmac(md4(utf16(credentials.password)), utf16('UDomain'))
    const base = hmac(ownKey, field(message, 20).subarray(0, 16))
    expect(hasKeyExchange).toBe(true)
    expect(rc4(base, field(message, 52))).toEqual(sessionKey)
  })

  it('does not hold the password', () => {
    const { message } = encodeAuthenticate(OWN, challenge, credentials)
    expect(message.includes(utf16(credentials.password))).toBe(false)
  })
})

describe('parseChallenge', () => {
  it('takes no session security below 128 bits', () => {
    for (const lacking of [0x20000000, 0x80000, SIGN]) {
      const weak = encodeChallenge(NONCE)
      weak.writeUInt32LE(((weak.readUInt32LE(20) | SIGN) & ~lacking) >>> 0, 20)
      expect(() => parseChallenge(weak)).toThrow('128 bits')
    }
  })
})
