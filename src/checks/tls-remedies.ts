import type { TlsSettings } from '../domain/manifest.ts'
import type { Script } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import { quoteYaml } from './quote-identifier.ts'

/** What is wrong with the TLS of a server, as far as the next step differs. */
export type TlsAdvice =
  | 'not-offered'
  | 'demanded'
  | 'strict-demanded'
  | 'strict-too-old'
  | 'strict-not-ready'
  | 'strict-only'
  | 'untrusted'
  | 'name'
  | 'pin'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer-expired'
  | 'issuer-not-yet-valid'

interface Shown {
  /** The subject, and the host that was asked. */
  name: string
  host: string
  tls: TlsSettings
  /** Of the certificate that the server showed. */
  fingerprint?: string
}

interface Advice {
  text: string
  /** The `tls` of the manifest that would fit. */
  setting?: (shown: Shown) => string
  scripts?: readonly Script[]
}

/** SQL Server writes at each start which certificate it took, or that it made one for itself. */
const READ_LOADED_CERTIFICATE: Script = {
  language: 'tsql',
  code: "EXEC sys.sp_readerrorlog 0, 1, N'certificate'; -- which certificate was loaded for encryption at the last start",
}

const READ_FINGERPRINT: Script = {
  language: 'powershell',
  code: [
    '# on the SQL Server host, as administrator: SHA-256 over the DER bytes of the certificate that the instance uses',
    "$instance = 'MSSQLSERVER'   # or the name of the named instance",
    "$root = 'HKLM:\\SOFTWARE\\Microsoft\\Microsoft SQL Server'",
    "$id = (Get-ItemProperty (Join-Path $root 'Instance Names\\SQL')).$instance",
    '$thumbprint = (Get-ItemProperty (Join-Path $root "$id\\MSSQLServer\\SuperSocketNetLib")).Certificate',
    "if (-not $thumbprint) { 'No certificate is set: SQL Server makes one anew at each start, which no pin can follow' } else {",
    '  $der = (Get-Item "Cert:\\LocalMachine\\My\\$thumbprint").RawData',
    '  $hash = [Security.Cryptography.SHA256]::Create().ComputeHash($der)',
    "  'sha256:' + [BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()",
    '}',
  ].join('\n'),
}

const ADVICE: Record<TlsAdvice, Advice> = {
  'not-offered': {
    text: 'Give the instance a server certificate (SQL Server Configuration Manager, Protocols, Certificate) and restart it. To connect without encryption knowingly, say so in the manifest.',
    setting: () => 'tls: { encrypt: false }',
  },
  demanded: {
    text: 'Ask for encryption in the manifest: the server has Force Encryption on, as Azure SQL always has, and ends every login that does not encrypt.',
    setting: () => 'tls: { encrypt: true }',
  },
  'strict-demanded': {
    text: 'Ask for strict encryption in the manifest: the server has Force Strict Encryption on.',
    setting: () => 'tls: { encrypt: strict }',
  },
  'strict-too-old': {
    text: 'Strict encryption (TDS 8.0) needs SQL Server 2022 (16.x) or later, or Azure SQL. Ask this server for encryption inside TDS instead.',
    setting: () => 'tls: { encrypt: true }',
  },
  'strict-not-ready': {
    text: 'SQL Server 2022 and later take strict encryption (TDS 8.0) whether Force Strict Encryption is on or off, but need a server certificate that the service could load: install one (SQL Server Configuration Manager, Protocols, Certificate), restart the instance and look into its error log. Or a device on the way knows TDS only without TLS around it. Until then, ask for encryption inside TDS.',
    setting: () => 'tls: { encrypt: true }',
    scripts: [READ_LOADED_CERTIFICATE],
  },
  'strict-only': {
    text: 'The server has Force Strict Encryption on (SQL Server Configuration Manager, Protocols, Flags). Ask for strict encryption in the manifest, and make sure that the migration service can speak TDS 8.0; where it cannot, switch Force Strict Encryption off and restart the instance.',
    setting: () => 'tls: { encrypt: strict }',
  },
  untrusted: {
    text: 'Commit the certificate of the issuing authority (PEM, no key) and name it as tls.ca, or give the server a certificate of an authority that clients trust. A self-signed certificate can be its own tls.ca, or be pinned by its fingerprint as tls.pin.',
    setting: () => 'tls: { ca: certs/root.pem }',
  },
  name: {
    text: 'Connect by a name that the certificate holds, name it as tls.server-name, or have the certificate issued again with the name that clients use.',
    setting: ({ host }) => `tls: { server-name: ${quoteYaml(host)} }   # one of the names in the certificate`,
  },
  pin: {
    text: "Read the fingerprint of the instance's certificate on the server itself and compare the two. If the server shows another one than it has, something on the way opens the connection. If its certificate was renewed, pin the new one. A certificate that SQL Server makes for itself is made anew at each start: install one, and pin that.",
    setting: ({ fingerprint }) =>
      `tls: { pin: ${quoteYaml(fingerprint ?? 'sha256:')} }   # what was seen: only after it was compared`,
    scripts: [READ_FINGERPRINT, READ_LOADED_CERTIFICATE],
  },
  expired: { text: 'Renew the certificate, give the new one to the instance and restart it.' },
  'not-yet-valid': {
    text: 'Compare the clocks of the server and of this runner, or wait until the certificate is valid.',
  },
  'issuer-expired': {
    text: 'Renew the issuing certificate: have the server send a chain that is valid today, and look whether the file of `tls.ca` holds an expired one.',
  },
  'issuer-not-yet-valid': {
    text: 'Compare the clock of this runner with the dates of the issuing certificates (those that the server sends and those in the file of `tls.ca`), or wait until they are valid.',
  },
}

/** The next step. What the manifest says already changes it: strict is always verified, a renewed certificate has another pin. */
export function tlsRemedy(advice: TlsAdvice, shown: Shown): Remediation {
  const { text, setting, scripts = [] } = ADVICE[advice]
  const { name, tls } = shown
  const yaml: Script[] =
    setting === undefined ? [] : [{ language: 'yaml', code: `# ${quoteYaml(name)}\n${setting(shown)}` }]
  return { text: `${text}${afterword(advice, tls)}`, scripts: [...yaml, ...scripts] }
}

function afterword(advice: TlsAdvice, { encrypt, pin }: TlsSettings): string {
  if (advice === 'expired' && pin !== undefined) return ' Then pin the new one.'
  if (advice !== 'untrusted') return ''
  return encrypt === 'strict'
    ? ' With encrypt: strict the exception trust-server-certificate does not count.'
    : ' Only where none of these can be: trust-server-certificate, which lets another host stand in for the server.'
}
