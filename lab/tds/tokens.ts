import type { SqlMessage } from '../../src/ports/sql-port.ts'
import { int64, longText, shortText, uint16, uint32, uint8, utf16 } from './bytes.ts'
import type { Reply } from './model.ts'
import { COLLATION, encodeResultSet } from './values.ts'

/** Token types of MS-TDS 2.2.7. */
const TOKEN = {
  returnStatus: 0x79,
  error: 0xaa,
  info: 0xab,
  loginAck: 0xad,
  featureAck: 0xae,
  envChange: 0xe3,
  sspi: 0xed,
  federatedInfo: 0xee,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const
const DONE = { final: 0, more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const
const ENVIRONMENT = { database: 1, language: 2, packetSize: 4, collation: 7, routing: 20 } as const
const TDS_8 = 0x80
const FEDERATED_FEATURE = 0x02
const FEATURES_END = 0xff
/** Where the clients of the lab are told to get a token, and for what. None of them goes there. */
const AUTHORITY = {
  url: 'https://login.microsoftonline.com/common',
  resource: 'https://database.windows.net/',
} as const
/** What LOGINACK calls the versions. */
const TDS_VERSIONS: ReadonlyMap<number, readonly number[]> = new Map([
  [0x71, [0x71, 0, 0, 1]],
  [0x72, [0x72, 9, 0, 2]],
  [0x73, [0x73, 11, 0, 3]],
  [0x74, [0x74, 0, 0, 4]],
  [0x80, [0x08, 0, 0, 0]],
])

export interface TokenContext {
  serverName: string
  tdsVersion: number
}

/** TDS 8.0 is only where TLS came first; there clients may ask for older versions, as tedious does. */
export function isKnownTdsVersion(tdsVersion: number, strict: boolean): boolean {
  return TDS_VERSIONS.has(tdsVersion) && (strict || tdsVersion !== TDS_8)
}

export function refusal(context: TokenContext, messages: readonly SqlMessage[]): Buffer {
  const errors = messages.map((message) => encodeMessage(context, TOKEN.error, message))
  return Buffer.concat([...errors, done(context, TOKEN.done, DONE.error)])
}

export interface Acceptance {
  database: string
  version: readonly [number, number, number]
  packetSizeBytes: number
  /** The login came with a token. */
  federated: boolean
  routeTo?: { host: string; port: number }
}

export function acceptance(context: TokenContext, accepted: Acceptance): Buffer {
  const { database, routeTo } = accepted
  const [major, minor, build] = accepted.version
  const informational = (number: number, state: number, message: string): Buffer =>
    encodeMessage(context, TOKEN.info, { number, state, severity: 0, message })
  return Buffer.concat([
    envChange(ENVIRONMENT.database, shortText(database), shortText('master')),
    informational(5701, 2, `Changed database context to '${database}'.`),
    envChange(ENVIRONMENT.collation, Buffer.concat([uint8(COLLATION.length), COLLATION]), uint8(0)),
    envChange(ENVIRONMENT.language, shortText('us_english'), shortText('')),
    informational(5703, 1, 'Changed language setting to us_english.'),
    token(
      TOKEN.loginAck,
      uint8(1),
      Buffer.from(TDS_VERSIONS.get(context.tdsVersion) ?? []),
      shortText('Microsoft SQL Server\0\0'),
      Buffer.from([major, minor, build >> 8, build & 0xff]),
    ),
    envChange(ENVIRONMENT.packetSize, shortText(String(accepted.packetSizeBytes)), shortText('4096')),
    ...(accepted.federated ? [featureAcknowledged(FEDERATED_FEATURE)] : []),
    ...(routeTo === undefined ? [] : [routing(routeTo.host, routeTo.port)]),
    done(context, TOKEN.done, DONE.final),
  ])
}

/** A batch ends with DONE; a procedure call with RETURNSTATUS and DONEPROC, its statements with DONEINPROC. */
export function answer(context: TokenContext, kind: 'batch' | 'rpc', reply: Reply): Buffer {
  const sets = reply.sets ?? []
  const inProcedure = kind === 'rpc'
  const parts = (reply.info ?? []).map((message) => encodeMessage(context, TOKEN.info, message))
  for (const [index, set] of sets.entries()) {
    const more = inProcedure || reply.error !== undefined || index < sets.length - 1
    const ending = inProcedure ? TOKEN.doneInProcedure : TOKEN.done
    parts.push(encodeResultSet(set, context.tdsVersion))
    parts.push(done(context, ending, DONE.count | (more ? DONE.more : 0), set.rows.length))
  }
  const errors = reply.error === undefined ? [] : [reply.error, ...(reply.furtherErrors ?? [])]
  parts.push(...errors.map((message) => encodeMessage(context, TOKEN.error, message)))
  const status = reply.error === undefined ? DONE.final : DONE.error
  const count = reply.rowsAffected ?? 0
  const counted = reply.rowsAffected === undefined ? 0 : DONE.count
  if (inProcedure) {
    if (counted !== 0) parts.push(done(context, TOKEN.doneInProcedure, DONE.count | DONE.more, count))
    parts.push(uint8(TOKEN.returnStatus), uint32(0), done(context, TOKEN.doneProcedure, status))
  } else if (sets.length === 0 || reply.error !== undefined) {
    parts.push(done(context, TOKEN.done, status | counted, count))
  }
  return Buffer.concat(parts)
}

/** What ends a response that ATTENTION cut off. */
export function cutOff(context: TokenContext): Buffer {
  return done(context, TOKEN.done, DONE.error)
}

export function attentionAcknowledged(context: TokenContext): Buffer {
  return done(context, TOKEN.done, DONE.attention)
}

/** One more message of an integrated login, which the client has to answer. */
export function integratedChallenge(message: Buffer): Buffer {
  return token(TOKEN.sspi, message)
}

/** FEDAUTHINFO (MS-TDS 2.2.7.12): the client gets a token there and sends it. */
export function federatedInformation(): Buffer {
  const values = [
    { id: 1, text: utf16(AUTHORITY.url) },
    { id: 2, text: utf16(AUTHORITY.resource) },
  ]
  let offset = 4 + 9 * values.length
  const table = values.map(({ id, text }) => {
    const entry = Buffer.concat([uint8(id), uint32(text.length), uint32(offset)])
    offset += text.length
    return entry
  })
  const content = Buffer.concat([uint32(values.length), ...table, ...values.map(({ text }) => text)])
  return Buffer.concat([uint8(TOKEN.federatedInfo), uint32(content.length), content])
}

/** FEATUREEXTACK (MS-TDS 2.2.7.11) of one feature that has nothing to say. */
function featureAcknowledged(feature: number): Buffer {
  return Buffer.concat([uint8(TOKEN.featureAck), uint8(feature), uint32(0), uint8(FEATURES_END)])
}

function token(type: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([uint8(type), uint16(content.length), content])
}

function envChange(type: number, now: Buffer, before: Buffer): Buffer {
  return token(TOKEN.envChange, uint8(type), now, before)
}

/** Protocol 0 is TCP (MS-TDS 2.2.7.9, type 20). */
function routing(host: string, port: number): Buffer {
  const target = Buffer.concat([uint8(0), uint16(port), uint16(host.length), utf16(host)])
  return envChange(ENVIRONMENT.routing, Buffer.concat([uint16(target.length), target]), uint16(0))
}

/** TDS 7.2 widened row counts, line numbers and user types. */
function done(context: TokenContext, type: number, status: number, count = 0): Buffer {
  const rows = context.tdsVersion < 0x72 ? uint32(count) : int64(BigInt(count))
  const currentCommand = uint16(0xc1) // SELECT
  return Buffer.concat([uint8(type), uint16(status), currentCommand, rows])
}

function encodeMessage(context: TokenContext, type: number, message: SqlMessage): Buffer {
  return token(
    type,
    uint32(message.number),
    uint8(message.state),
    uint8(message.severity),
    longText(message.message),
    shortText(context.serverName),
    shortText(''),
    context.tdsVersion < 0x72 ? uint16(1) : uint32(1),
  )
}
