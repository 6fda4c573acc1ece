import { selfSigned } from '../../lab/certificates.ts'
import type { Row, World } from './row.ts'

const TCP_IP = 'tcp-ip-is-enabled'
const TLS = 'tls-is-acceptable'
const IMPATIENT_MS = 700
const DAY_MS = 86_400_000
const OTHER_FINGERPRINT = 'd1'.repeat(32)

const after = (days: number): Date => new Date(Date.now() + days * DAY_MS)
const none: World['certificate'] = () => Promise.resolve(undefined)
const ownMade: World['certificate'] = (_authority, host) => selfSigned({ names: [host] })
const strict = (more: World = {}): World => ({ tls: '{ encrypt: strict, ca: certs/root.pem }', ...more })

const PRE_LOGIN_ROWS: readonly Row[] = [
  {
    step: 'pre-login',
    failure: 'silence',
    world: { wire: { misbehave: 'silent' }, timeoutMs: IMPATIENT_MS },
    root: TCP_IP,
    verdict: 'unknown',
    cause: 'timeout',
    says: /^TDS pre-login from this runner to 127\.0\.0\.1:<port>, which accepted the connection: no answer/,
    next: /Raise the input `timeout`/,
  },
  {
    step: 'pre-login',
    failure: 'silence of a target',
    side: 'target',
    world: { wire: { misbehave: 'silent' }, timeoutMs: IMPATIENT_MS },
    root: TLS,
    verdict: 'unknown',
    cause: 'timeout',
    says: /^TDS pre-login from this runner to 127\.0\.0\.1:<port>, which accepted the connection: no answer/,
    next: /Raise the input `timeout`/,
  },
  {
    step: 'pre-login',
    failure: 'another service on the port',
    world: { wire: { misbehave: 'garbage' } },
    root: TCP_IP,
    verdict: 'unknown',
    cause: 'protocol',
    says: /TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\) and does not speak TDS: .*SSH-2\.0/,
    next: /sys\.dm_tcp_listener_states/,
  },
  {
    step: 'pre-login',
    failure: 'another service on the port of a target',
    side: 'target',
    world: { wire: { misbehave: 'garbage' } },
    root: TLS,
    verdict: 'unknown',
    cause: 'protocol',
    says: /127\.0\.0\.1:<port> does not speak TDS: .*SSH-2\.0/,
    next: /whether another service or a proxy answers there/,
  },
  {
    step: 'pre-login',
    failure: 'closed at once',
    world: { wire: { misbehave: 'close-after-connect' } },
    root: TCP_IP,
    verdict: 'unknown',
    cause: 'reset',
    says: /TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\) and closes them at the pre-login/,
    next: /host,port/,
  },
]

const certificate = (more: World, row: Omit<Row, 'step' | 'world' | 'root' | 'verdict'>): Row => ({
  step: 'tls',
  world: more,
  root: TLS,
  verdict: 'fail',
  ...row,
})

const CERTIFICATE_ROWS: readonly Row[] = [
  certificate(
    { certificate: ownMade },
    {
      failure: 'self-signed',
      says: /^sql01\.corp\.example:<port>: .*not from an authority that this run trusts: The certificate is self-signed.*<fingerprint>/,
      next: /be pinned by its fingerprint as tls\.pin/,
    },
  ),
  certificate(
    { tls: '{ encrypt: true }' },
    {
      failure: 'an authority that is not known',
      side: 'target',
      says: /^sqlsales\.corp\.example:<port>: .*UNABLE_TO_VERIFY_LEAF_SIGNATURE.*issued by CN=Lab Root CA/,
      next: /tls\.ca/,
    },
  ),
  certificate(
    { certificate: (authority, host) => authority.issue({ names: [host], notAfter: after(-1) }) },
    { failure: 'expired', says: /the certificate expired on \d{4}-.*CERT_HAS_EXPIRED/, next: /Renew the certificate/ },
  ),
  certificate(
    { certificate: (authority, host) => authority.issue({ names: [host], notBefore: after(1) }) },
    { failure: 'not valid yet', says: /the certificate is valid only from \d{4}-/, next: /Compare the clocks/ },
  ),
  certificate(
    { certificate: (authority) => authority.issue({ names: ['sql02.corp.example'] }) },
    {
      failure: 'for another name',
      says: /for another name than sql01\.corp\.example: The certificate is for sql02\.corp\.example/,
      next: /server-name: /,
    },
  ),
  certificate(
    { tls: '{ ca: certs/root.pem, server-name: ag.corp.example }' },
    { failure: 'not for tls.server-name', says: /is for sql01\.corp\.example, not for ag\.corp\.example/, next: /./ },
  ),
  certificate(
    { certificate: ownMade, tls: `{ pin: "sha256:${OTHER_FINGERPRINT}" }` },
    {
      failure: 'another one than is pinned',
      says: new RegExp(
        `^sql01\\.corp\\.example:<port>: it shows another certificate than tls\\.pin allows: <fingerprint>, not sha256:${OTHER_FINGERPRINT};`,
      ),
      next: /<fingerprint>/,
    },
  ),
  certificate(strict({ certificate: ownMade, wire: { strict: 'only' } }), {
    failure: 'self-signed, with TLS before TDS',
    says: /self-signed.*<fingerprint>/,
    next: /./,
  }),
]

const STANCE_ROWS: readonly Row[] = [
  certificate(
    { certificate: none },
    {
      failure: 'no encryption where the manifest wants it',
      says: /^sql01\.corp\.example:<port> offers no encryption and the manifest asks for it; nothing was sent/,
      next: /Give the instance a server certificate/,
    },
  ),
  certificate(
    { certificate: none },
    {
      failure: 'no encryption at the target',
      side: 'target',
      says: /^sqlsales\.corp\.example:<port> offers/,
      next: /./,
    },
  ),
  certificate(
    { wire: { encryption: 'required' }, tls: '{ encrypt: false }' },
    {
      failure: 'encryption demanded where the manifest wants none',
      says: /^sql01\.corp\.example:<port> \(version 16\.0\.4135\) takes no connection without encryption.*no login was sent/,
      next: /tls: \{ encrypt: true \}/,
    },
  ),
  certificate(
    { wire: { strict: 'only' } },
    {
      failure: 'strict encryption only',
      says: /:<port> \(version 16\.0\.4135\) closes the connection at a pre-login without TLS, and answers one inside it/,
      next: /encrypt: strict/,
    },
  ),
  certificate(strict({ wire: { version: [15, 0, 4405] } }), {
    failure: 'no strict encryption before SQL Server 2022',
    says: /:<port> \(version 15\.0\.4405\) closes the connection when TLS comes first.*does not take encrypt: strict/,
    next: /needs SQL Server 2022/,
  }),
  certificate(strict(), {
    failure: 'strict encryption not set up',
    says: /:<port> \(version 16\.0\.4135\) closes the connection when TLS comes first/,
    next: /Force Strict Encryption/,
  }),
]

const HANDSHAKE_ROWS: readonly Row[] = [
  {
    step: 'tls',
    failure: 'cut in the handshake',
    world: { wire: { misbehave: 'close-after-prelogin' } },
    root: TLS,
    verdict: 'unknown',
    cause: 'tls',
    says: /^TLS handshake from this runner to SQL Server at 127\.0\.0\.1:<port> failed: .*ECONNRESET/,
    next: /whether a device on the way opens TLS/,
  },
  oldTls('TLSv1', 'TLSv1\\.0'),
  oldTls('TLSv1.1', 'TLSv1\\.1'),
  {
    step: 'tls',
    failure: 'TLS 1.3 and nothing earlier',
    world: { wire: { strict: 'offered', minTls: 'TLSv1.3' } },
    root: TLS,
    verdict: 'unknown',
    cause: 'tls',
    says: /at 127\.0\.0\.1:<port> failed: .*The server takes TLSv1\.3 before TDS \(TDS 8\.0\), .*so connect with encrypt: strict\.$/,
    next: /tls: \{ encrypt: strict \}/,
  },
  {
    step: 'tls',
    failure: 'an authority file that cannot be read',
    world: { tls: '{ ca: certs/other.pem }' },
    root: TLS,
    verdict: 'unknown',
    cause: 'missing-input',
    says: /certs\/other\.pem/,
    next: /Give the input or the file that the message names/,
  },
]

function oldTls(maxTls: 'TLSv1' | 'TLSv1.1', name: string): Row {
  return {
    step: 'tls',
    failure: `${maxTls} and nothing later`,
    world: { wire: { minTls: 'TLSv1', maxTls } },
    root: TLS,
    verdict: 'unknown',
    cause: 'tls',
    says: new RegExp(`at 127\\.0\\.0\\.1:<port> failed: .*The server speaks ${name} and nothing later`),
    next: /Set-ItemProperty \$key -Name Enabled -Value 1/,
  }
}

export const TRANSPORT_ROWS: readonly Row[] = [
  ...PRE_LOGIN_ROWS,
  ...CERTIFICATE_ROWS,
  ...STANCE_ROWS,
  ...HANDSHAKE_ROWS,
]
