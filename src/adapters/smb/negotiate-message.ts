import { randomBytes } from 'node:crypto'
import type { SmbCipher, SmbDialect, SmbSigning } from '../../ports/share-port.ts'
import { ByteView, MalformedMessage, padded8, uint16, uint32, utf16 } from '../little-endian.ts'
import { offersNtlm } from '../ntlm/spnego.ts'
import { CAPABILITY, CIPHERS, DIALECTS, HEADER_BYTES, SIGNING_REQUIRED, SIGNINGS } from './protocol.ts'

export interface Negotiated {
  dialect: SmbDialect
  signingRequired: boolean
  signing: SmbSigning
  cipher?: SmbCipher
  offersNtlm: boolean
  /** Clients may ask it for referrals of DFS. */
  knowsDfs: boolean
  /** What VALIDATE_NEGOTIATE_INFO must say again (MS-SMB2 2.2.32.6). */
  repeatable: Buffer
}

/** Negotiate contexts (MS-SMB2 2.2.3.1). */
const CONTEXT = { preauth: 1, encryption: 2, netname: 5, signing: 8 } as const
const SHA_512 = 1
const SALT_BYTES = 32
const GUID_BYTES = 16
/** Servers answer three or four; a number beyond that is made up. */
const MOST_CONTEXTS = 16

/** What VALIDATE_NEGOTIATE_INFO repeats of the request (MS-SMB2 2.2.31.4). */
export function encodeOffer(guid: Buffer): Buffer {
  const dialects = [...DIALECTS.keys()]
  return Buffer.concat([
    uint32(CAPABILITY.encryption),
    guid,
    uint16(SIGNING_REQUIRED, dialects.length),
    uint16(...dialects),
  ])
}

/** NEGOTIATE request (MS-SMB2 2.2.3) of every dialect, with the contexts of 3.1.1. */
export function encodeNegotiate(guid: Buffer, host: string): Buffer {
  const dialects = [...DIALECTS.keys()]
  const contexts = [
    encodeContext(CONTEXT.preauth, Buffer.concat([uint16(1, SALT_BYTES, SHA_512), randomBytes(SALT_BYTES)])),
    encodeContext(CONTEXT.encryption, uint16(CIPHERS.size, ...CIPHERS.keys())),
    encodeContext(CONTEXT.signing, uint16(SIGNINGS.size, ...SIGNINGS.keys())),
    encodeContext(CONTEXT.netname, utf16(host)),
  ]
  const fixedBytes = 36
  const contextOffset = HEADER_BYTES + padded8(Buffer.alloc(fixedBytes + 2 * dialects.length)).length
  const head = Buffer.concat([
    uint16(36, dialects.length, SIGNING_REQUIRED, 0),
    uint32(CAPABILITY.encryption),
    guid,
    uint32(contextOffset),
    uint16(contexts.length, 0),
    uint16(...dialects),
  ])
  return Buffer.concat([padded8(head), ...contexts.slice(0, -1).map(padded8), ...contexts.slice(-1)])
}

function encodeContext(type: number, data: Buffer): Buffer {
  return Buffer.concat([uint16(type, data.length), uint32(0), data])
}

/** NEGOTIATE response (MS-SMB2 2.2.4, 3.2.5.2): only what was offered may be chosen. */
export function parseNegotiate(message: Buffer): Negotiated {
  const view = new ByteView(message)
  const body = HEADER_BYTES
  const securityMode = view.uint16(body + 2)
  const number = view.uint16(body + 4)
  const dialect = DIALECTS.get(number)
  if (dialect === undefined) throw new MalformedMessage(`it chose the dialect 0x${number.toString(16)}, never offered`)
  const capabilities = view.uint32(body + 24)
  const token = view.slice(view.uint16(body + 56), view.uint16(body + 58))
  return {
    dialect,
    signingRequired: (securityMode & SIGNING_REQUIRED) !== 0,
    ...chooseAlgorithms(view, dialect, capabilities),
    offersNtlm: token.length === 0 || offersNtlm(token),
    knowsDfs: (capabilities & CAPABILITY.dfs) !== 0,
    repeatable: Buffer.concat([uint32(capabilities), view.slice(body + 8, GUID_BYTES), uint16(securityMode, number)]),
  }
}

function chooseAlgorithms(
  view: ByteView,
  dialect: SmbDialect,
  capabilities: number,
): Pick<Negotiated, 'signing' | 'cipher'> {
  switch (dialect) {
    case '2.0.2':
    case '2.1':
      return { signing: 'HMAC-SHA256' }
    case '3.0':
    case '3.0.2':
      return (capabilities & CAPABILITY.encryption) === 0
        ? { signing: 'AES-CMAC' }
        : { signing: 'AES-CMAC', cipher: 'AES-128-CCM' }
    case '3.1.1':
      return readContexts(view)
  }
}

function readContexts(view: ByteView): Pick<Negotiated, 'signing' | 'cipher'> {
  const contexts = listContexts(view)
  const preauth = contexts.get(CONTEXT.preauth)
  if (preauth?.uint16(0) !== 1 || preauth.uint16(4) !== SHA_512)
    throw new MalformedMessage('it answers 3.1.1 without the integrity of what goes before the login')
  const cipher = choice(contexts.get(CONTEXT.encryption), CIPHERS, 'cipher')
  const signing = choice(contexts.get(CONTEXT.signing), SIGNINGS, 'signing algorithm') ?? 'AES-CMAC'
  return cipher === undefined ? { signing } : { signing, cipher }
}

function listContexts(view: ByteView): ReadonlyMap<number, ByteView> {
  const count = view.uint16(HEADER_BYTES + 6)
  if (count > MOST_CONTEXTS) throw new MalformedMessage(`it claims ${count} negotiate contexts`)
  const contexts = new Map<number, ByteView>()
  let offset = view.uint32(HEADER_BYTES + 60)
  for (let index = 0; index < count; index += 1) {
    const type = view.uint16(offset)
    const length = view.uint16(offset + 2)
    if (contexts.has(type)) throw new MalformedMessage(`it has two negotiate contexts of type ${type}`)
    contexts.set(type, new ByteView(view.slice(offset + 8, length)))
    offset += 8 + Math.ceil(length / 8) * 8
  }
  return contexts
}

/** The one that the server chose; undefined when it has none in common with us (0 with a cipher). */
function choice<T>(context: ByteView | undefined, offered: ReadonlyMap<number, T>, what: string): T | undefined {
  if (context === undefined) return undefined
  const number = context.uint16(2)
  const chosen = offered.get(number)
  if (context.uint16(0) !== 1 || (chosen === undefined && number !== 0))
    throw new MalformedMessage(`it chose a ${what} that was not offered`)
  return chosen
}
