import { X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { TlsSettings } from '../../domain/manifest.ts'
import { boundText } from '../bounded-text.ts'
import { errorCode } from '../net/socket-errors.ts'

/** What the certificate of a connection may rest on. */
export interface TrustAnchors {
  /** PEM certificates, or undefined for the runner's own list. */
  pem: readonly string[] | undefined
  /** `pem` is the one certificate that the manifest pins; this is a name that it carries. */
  pinnedName?: string
}
export type Authorities = Observed<TrustAnchors>

/**
 * The certificate authorities for one server: undefined for the runner's own; with a file those of the file beside the
 * runner's own, NODE_EXTRA_CA_CERTS included (a `ca` given to node replaces its own list).
 */
export async function readAuthorities(
  tls: TlsSettings,
  readCa: (path: string) => Promise<string>,
): Promise<Authorities> {
  if (tls.ca === undefined) return seen({ pem: undefined })
  const asked = `The certificate authorities in ${tls.ca}`
  let text: string
  try {
    text = await readCa(tls.ca)
  } catch (error) {
    return unseen(
      'missing-input',
      `${asked} cannot be read: ${boundText(error instanceof Error ? error.message : errorCode(error))}.`,
    )
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) return unseen('missing-input', `${asked} cannot be used: the file holds no PEM certificate.`)
  const broken = blocks.findIndex((block) => !isCertificate(block))
  if (broken !== -1)
    return unseen('missing-input', `${asked} cannot be used: certificate ${broken + 1} of ${blocks.length} is broken.`)
  return seen({ pem: [...getCACertificates('default'), ...blocks] })
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== ''
  } catch {
    return false
  }
}
