import './reflect-metadata.ts'
import { webcrypto, type webcrypto as WebCrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { Extension } from '@peculiar/x509'

// Not a static import: under Jest a CommonJS dependency is evaluated before the module that prepares `Reflect` for it.
const {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} = await import('@peculiar/x509')

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const SERVER_AUTHENTICATION_OID = '1.3.6.1.5.5.7.3.1'
const DAY_MS = 86_400_000

export interface CertificateRequest {
  /** DNS names or IP addresses; the first one is the common name as well. None: no such extension, as in old certificates. */
  names: readonly string[]
  /** Default: the first of the names. */
  commonName?: string
  /** Default: yesterday. */
  notBefore?: Date
  /** Default: 30 days after today. */
  notAfter?: Date
}

/** Both PEM, as `tls.createSecureContext` takes them. */
export interface KeyAndCertificate {
  key: string
  cert: string
}

export interface Authority {
  /** PEM; what a client trusts. */
  certificate: string
  issue(request: CertificateRequest): Promise<KeyAndCertificate>
}

/** A throw-away certificate authority: its key lives only in this process. */
export async function createAuthority(
  name = 'Lab Root CA',
  dates: Pick<CertificateRequest, 'notBefore' | 'notAfter'> = {},
): Promise<Authority> {
  const keys = await generateKeys()
  const subject = commonName(name)
  const root = await X509CertificateGenerator.createSelfSigned(
    {
      name: subject,
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(dates),
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  return {
    certificate: root.toString('pem'),
    async issue(request) {
      const leaf = await generateKeys()
      const cert = await X509CertificateGenerator.create(
        {
          subject: commonName(request.commonName ?? request.names[0] ?? 'localhost'),
          issuer: subject,
          publicKey: leaf.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: ALGORITHM,
          ...validity(request),
          extensions: [
            ...(await serverExtensions(request.names, leaf)),
            await AuthorityKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
          ],
        },
        webcrypto,
      )
      return { key: await exportKey(leaf), cert: cert.toString('pem') }
    },
  }
}

/** What SQL Server makes for itself at its first start: a certificate that nobody else vouches for. */
export async function selfSigned(request: CertificateRequest): Promise<KeyAndCertificate> {
  const keys = await generateKeys()
  const cert = await X509CertificateGenerator.createSelfSigned(
    {
      name: commonName(request.commonName ?? request.names[0] ?? 'localhost'),
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(request),
      extensions: await serverExtensions(request.names, keys),
    },
    webcrypto,
  )
  return { key: await exportKey(keys), cert: cert.toString('pem') }
}

function generateKeys(): Promise<WebCrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function exportKey(keys: WebCrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
}

function commonName(name: string): { CN: string[] }[] {
  return [{ CN: [name] }]
}

/** The bound that is not given lies on the right side of the one that is. */
function validity(request: Pick<CertificateRequest, 'notBefore' | 'notAfter'>): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  const start = Math.min(now, request.notAfter?.getTime() ?? now)
  const end = Math.max(now, request.notBefore?.getTime() ?? now)
  return {
    notBefore: request.notBefore ?? new Date(start - DAY_MS),
    notAfter: request.notAfter ?? new Date(end + 30 * DAY_MS),
  }
}

async function serverExtensions(names: readonly string[], keys: WebCrypto.CryptoKeyPair): Promise<Extension[]> {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([SERVER_AUTHENTICATION_OID]),
    ...(names.length === 0 ? [] : [alternativeNames(names)]),
    await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
  ]
}

function alternativeNames(names: readonly string[]): Extension {
  return new SubjectAlternativeNameExtension(
    names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
  )
}
