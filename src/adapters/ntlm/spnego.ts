import { createHash, createHmac } from 'node:crypto'
import { ByteView, MalformedMessage } from '../little-endian.ts'
import { rc4 } from './rc4.ts'
import type { Authenticate } from './ntlm-messages.ts'

const TAG = { octets: 0x04, oid: 0x06, enumerated: 0x0a, sequence: 0x30, application: 0x60 } as const
const context = (number: number): number => 0xa0 + number
const SPNEGO = Buffer.from('2b0601050502', 'hex')
const NTLM = Buffer.from('2b06010401823702020a', 'hex')
/** NegState `reject` (RFC 4178, 4.2.2). */
const REJECT = 2

const MECH_TYPES = encode(TAG.sequence, encode(TAG.oid, NTLM))

/** NegTokenInit (RFC 4178, 4.2.1), which offers NTLM and nothing else. */
export function encodeNegTokenInit(token: Buffer): Buffer {
  const fields = [encode(context(0), MECH_TYPES), encode(context(2), encode(TAG.octets, token))]
  return encode(TAG.application, encode(TAG.oid, SPNEGO), encode(context(0), encode(TAG.sequence, ...fields)))
}

/**
 * NegTokenResp (RFC 4178, 4.2.2) with mechListMIC: beside an NTLM MIC servers want it, and wait for it without a word
 * when it is left out. The server's own is not looked at: one mechanism was offered, so none could be exchanged.
 */
export function encodeNegTokenResp({ message, sessionKey, hasKeyExchange }: Authenticate): Buffer {
  const mic = mechListMic(sessionKey, hasKeyExchange)
  const fields = [encode(context(2), encode(TAG.octets, message)), encode(context(3), encode(TAG.octets, mic))]
  return encode(context(1), encode(TAG.sequence, ...fields))
}

/** MS-NLMP 3.4.4.2: signature with extended session security, sequence number 0. */
function mechListMic(sessionKey: Buffer, hasKeyExchange: boolean): Buffer {
  const keyFor = (what: 'signing' | 'sealing'): Buffer =>
    createHash('md5')
      .update(sessionKey)
      .update(`session key to client-to-server ${what} key magic constant\0`, 'latin1')
      .digest()
  const sum = createHmac('md5', keyFor('signing')).update(Buffer.alloc(4)).update(MECH_TYPES).digest().subarray(0, 8)
  return Buffer.concat([Buffer.from([1, 0, 0, 0]), hasKeyExchange ? rc4(keyFor('sealing'), sum) : sum, Buffer.alloc(4)])
}

/** The NTLM token in a NegTokenResp; undefined: the server turned NTLM down. */
export function readNegTokenResp(bytes: Buffer): Buffer | undefined {
  const fields = children(only(only(bytes, context(1)), TAG.sequence))
  const state = fields.get(context(0))
  if (state !== undefined && new ByteView(only(state, TAG.enumerated)).uint8(0) === REJECT) return undefined
  const mech = fields.get(context(1))
  if (mech !== undefined && !only(mech, TAG.oid).equals(NTLM)) return undefined
  const token = fields.get(context(2))
  if (token === undefined) throw new MalformedMessage('its SPNEGO answer has no token')
  return only(token, TAG.octets)
}

/** Whether NTLM is among the mechanisms that a server names first of all (NegTokenInit2, MS-SPNG 2.2.1). */
export function offersNtlm(bytes: Buffer): boolean {
  const inner = children(only(bytes, TAG.application)).get(context(0))
  if (inner === undefined) throw new MalformedMessage('its SPNEGO token is no NegTokenInit2')
  const mechs = children(only(inner, TAG.sequence)).get(context(0))
  if (mechs === undefined) return true
  return elements(only(mechs, TAG.sequence)).some(({ tag, content }) => tag === TAG.oid && content.equals(NTLM))
}

interface Element {
  tag: number
  content: Buffer
}

function elements(bytes: Buffer): Element[] {
  const view = new ByteView(bytes)
  const found: Element[] = []
  for (let offset = 0; offset < bytes.length;) {
    const tag = view.uint8(offset)
    const first = view.uint8(offset + 1)
    // X.690, 8.1.3: up to 127 in one byte, else that many bytes follow; more than two never occur in a token of 64 KiB.
    const more = first < 0x80 ? 0 : first & 0x7f
    if (more > 2 || first === 0x80) throw new MalformedMessage('its SPNEGO token is no DER')
    const length = more === 0 ? first : view.slice(offset + 2, more).readUIntBE(0, more)
    const start = offset + 2 + more
    found.push({ tag, content: view.slice(start, length) })
    offset = start + length
  }
  return found
}

function children(bytes: Buffer): ReadonlyMap<number, Buffer> {
  return new Map(elements(bytes).map(({ tag, content }) => [tag, content]))
}

function only(bytes: Buffer, tag: number): Buffer {
  const [first] = elements(bytes)
  if (first?.tag !== tag) throw new MalformedMessage('its SPNEGO token has another form')
  return first.content
}

function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
