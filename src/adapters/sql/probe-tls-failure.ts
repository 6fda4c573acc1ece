import { unseen, type Observed, type Script } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { openSocket, type SocketTarget } from '../net/open-socket.ts'
import { exchangePreLogin } from './pre-login-exchange.ts'
import { exchangeStrict, STRICT_ALPN } from './pre-login-strict.ts'
import { createTlsCarrier } from './tls-carrier.ts'
import { shakeHands } from './tls-handshake.ts'

export interface FailedHandshake {
  code: string
  message: string
  /** What was asked, from where and of whom. */
  asked: string
}
export interface OldVersionTerms {
  strict: boolean
  expectedName: string
  /** What is left of the time. */
  target: SocketTarget
}

const PROTOCOL_CODES = /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/
const CLOSED = 'ECONNRESET'

/** Versions that TLS 1.2 clients refuse (RFC 8996), with the ciphers of their time. */
const OLD_VERSIONS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

/** Schannel's switch for the server side; the KB article lists the builds of SQL Server that can do TLS 1.2. */
const ENABLE_TLS_12: Script = {
  language: 'powershell',
  code: [
    '# on the SQL Server host, as administrator; takes effect after a restart of the host',
    '# SQL Server 2008 to 2014 need an update for TLS 1.2 as well: https://support.microsoft.com/kb/3135244',
    "$key = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server'",
    'if (-not (Test-Path $key)) { New-Item $key -Force | Out-Null }',
    'Set-ItemProperty $key -Name Enabled -Value 1 -Type DWord',
    'Set-ItemProperty $key -Name DisabledByDefault -Value 0 -Type DWord',
  ].join('\n'),
}

/** Why there was no TLS. A server that is too old or too new for it is asked for its version, so that the message can name it. */
export async function explainFailure(
  { code, message, asked }: FailedHandshake,
  terms: OldVersionTerms,
): Promise<Observed<never>> {
  const fact = `${asked} failed: ${boundText(message)} (${code}).`
  const mayBeOld = PROTOCOL_CODES.test(code) || code === CLOSED
  const version = mayBeOld ? await findOldVersion(terms) : undefined
  const newer = mayBeOld && version === undefined ? await findNewerVersion(terms) : undefined
  if (newer !== undefined) {
    return unseen(
      'tls',
      `${fact} The server takes ${newer} before TDS (TDS 8.0), and none of the versions up to 1.2 that there are inside TDS: it asks for TLS 1.3, so connect with encrypt: strict.`,
      { scripts: [{ language: 'yaml', code: 'tls: { encrypt: strict }' }] },
    )
  }
  if (version === undefined) return unseen('tls', `${fact}${hintOf(code)}`)
  return unseen(
    'tls',
    `${fact} The server speaks ${version} and nothing later; this runner, as Azure does, asks for TLS 1.2 or later. Enable TLS 1.2 on the SQL Server host, and update SQL Server where it is older than 2016.`,
    { scripts: [ENABLE_TLS_12] },
  )
}

/** The old version that the server still agrees to. No credential is sent over such a connection. */
async function findOldVersion({ strict, expectedName, target }: OldVersionTerms): Promise<string | undefined> {
  const terms = { expectedName, authorities: undefined, timeoutMs: target.timeoutMs, signal: target.signal }
  if (strict) {
    const opened = await openSocket(target)
    if (!opened.opened) return undefined
    return closeAndName(await shakeHands(opened.socket, terms, { ...OLD_VERSIONS, ALPNProtocols: STRICT_ALPN }))
  }
  const exchange = await exchangePreLogin(target, 'on')
  if (exchange.state !== 'answered') return undefined
  const carrier = createTlsCarrier(exchange.socket, exchange.reader)
  return closeAndName(await shakeHands(carrier, terms, OLD_VERSIONS))
}

/** The version by which the server takes TLS first, where the manifest does not ask for that. */
async function findNewerVersion({ strict, expectedName, target }: OldVersionTerms): Promise<string | undefined> {
  if (strict) return undefined
  const inside = await exchangeStrict(target, { expectedName, authorities: undefined })
  return inside.state === 'answered' ? inside.shown.protocol : undefined
}

function closeAndName(handshake: Awaited<ReturnType<typeof shakeHands>>): string | undefined {
  if (handshake.state === 'failed') return undefined
  handshake.tls.destroy()
  return handshake.shown.protocol.replace(/^TLSv1$/, 'TLSv1.0')
}

function hintOf(code: string): string {
  if (PROTOCOL_CODES.test(code))
    return ' The two have no version of TLS in common: this runner offers 1.2, and 1.3 as well with encrypt: strict.'
  if (/HANDSHAKE_FAILURE|NO_SHARED_CIPHER|DH_KEY|EE_KEY|CA_MD|TOO_SMALL|TOO_WEAK/.test(code))
    return ' The server has no cipher or key that is strong enough for this runner.'
  if (code.includes('NO_APPLICATION_PROTOCOL'))
    return ' It speaks TLS for another protocol than TDS 8.0: is the port that of SQL Server?'
  return ''
}
