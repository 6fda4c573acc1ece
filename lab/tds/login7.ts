import { ByteReader, ProtocolError, slice } from './bytes.ts'
import type { Login, LoginKind } from './model.ts'

/** Where LOGIN7 keeps offset and length of its variable parts (MS-TDS 2.2.6.4). */
const FIELD = { host: 36, user: 40, password: 44, app: 48, server: 52, extension: 56, database: 68, sspi: 78 } as const
const OPTION_FLAGS_2 = { offset: 25, integratedSecurity: 0x80 } as const
const OPTION_FLAGS_3 = { offset: 27, extension: 0x10 } as const
const FEATURE = { federatedAuthentication: 0x02, end: 0xff } as const
/** bFedAuthLibrary, in the upper seven bits of the options byte. */
const LIBRARY = { securityToken: 1, adal: 2 } as const
const FEATURE_LIMIT = 32
/** Names are at most 128 characters (MS-TDS 2.2.6.4). */
const TEXT_LIMIT = 128
/** The first byte of a version: 0x74 of 0x74000004, but 0x08 of 0x08000000, which here comes after the others. */
const TDS_8 = { sent: 0x08, here: 0x80 } as const

/** How a client wants to prove itself with a token of Microsoft Entra. */
export interface FederatedLogin {
  /** Whether the client repeats what it found in the answer to PRELOGIN. */
  echo: boolean
  /** Undefined: the client waits to be told where to get one (ADAL). */
  token: string | undefined
}

export interface Login7 {
  login: Login
  /** The first message of an integrated login. */
  sspi: Buffer
  federated: FederatedLogin | undefined
}

export function parseLogin7(body: Buffer): Login7 {
  const fixed = slice(body, 0, 86)
  const version = fixed.readUInt32LE(4) >>> 24
  const sspi = slice(body, fixed.readUInt16LE(FIELD.sspi), fixed.readUInt16LE(FIELD.sspi + 2))
  const integrated = (fixed.readUInt8(OPTION_FLAGS_2.offset) & OPTION_FLAGS_2.integratedSecurity) !== 0
  const federated = readFederatedLogin(body, fixed)
  const kind: LoginKind = federated !== undefined ? 'entra' : integrated || sspi.length > 0 ? 'ntlm' : 'sql'
  const login = {
    tdsVersion: version === TDS_8.sent ? TDS_8.here : version,
    packetSizeBytes: fixed.readUInt32LE(8),
    host: text(body, FIELD.host).toString('utf16le'),
    user: text(body, FIELD.user).toString('utf16le'),
    password: unscramble(text(body, FIELD.password)).toString('utf16le'),
    app: text(body, FIELD.app).toString('utf16le'),
    server: text(body, FIELD.server).toString('utf16le'),
    database: text(body, FIELD.database).toString('utf16le'),
    kind,
  }
  return { login, sspi, federated }
}

/** Features stand where four bytes of the extension point to (MS-TDS 2.2.6.4, FeatureExt). */
function readFederatedLogin(body: Buffer, fixed: Buffer): FederatedLogin | undefined {
  const announced = (fixed.readUInt8(OPTION_FLAGS_3.offset) & OPTION_FLAGS_3.extension) !== 0
  // tedious announces an extension for TDS 8.0 and sends none.
  if (!announced || fixed.readUInt16LE(FIELD.extension + 2) === 0) return undefined
  let offset = slice(body, fixed.readUInt16LE(FIELD.extension), 4).readUInt32LE()
  for (let count = 0; count < FEATURE_LIMIT; count += 1) {
    const feature = slice(body, offset, 1).readUInt8()
    if (feature === FEATURE.end) return undefined
    const length = slice(body, offset + 1, 4).readUInt32LE()
    const data = slice(body, offset + 5, length)
    if (feature === FEATURE.federatedAuthentication) return parseFederatedLogin(data)
    offset += 5 + length
  }
  throw new ProtocolError('features without an end')
}

function parseFederatedLogin(data: Buffer): FederatedLogin {
  const reader = new ByteReader(data)
  const options = reader.uint8()
  const echo = (options & 0x01) !== 0
  const library = options >> 1
  if (library === LIBRARY.adal) return { echo, token: undefined }
  if (library !== LIBRARY.securityToken) throw new ProtocolError(`a token library ${library}`)
  return { echo, token: reader.take(reader.uint32()).toString('utf16le') }
}

/** The message that answers FEDAUTHINFO (MS-TDS 2.2.6.3). */
export function parseFederatedToken(body: Buffer): string {
  const reader = new ByteReader(body)
  reader.uint32() // the length of what follows, which may end with a nonce
  return reader.take(reader.uint32()).toString('utf16le')
}

function text(body: Buffer, field: number): Buffer {
  const units = body.readUInt16LE(field + 2)
  if (units > TEXT_LIMIT) throw new ProtocolError(`a LOGIN7 text of ${units} characters`)
  return slice(body, body.readUInt16LE(field), 2 * units)
}

/** The client swaps the nibbles of each byte, then flips it with 0xA5. */
function unscramble(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.map((byte) => {
      const flipped = byte ^ 0xa5
      return ((flipped << 4) | (flipped >> 4)) & 0xff
    }),
  )
}
