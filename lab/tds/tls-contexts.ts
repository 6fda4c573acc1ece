import { createSecureContext, type SecureContext } from 'node:tls'
import type { TdsOptions, TlsVersion } from './model.ts'

/** What a client of TDS 8.0 offers in its ClientHello. */
export const TDS_8_ALPN = 'tds/8.0'

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** A server has one certificate, but TLS in two places, which differ in the versions that they allow. */
export interface TlsContexts {
  inPrelogin: SecureContext | undefined
  first: SecureContext | undefined
}

export function createTlsContexts({ tls, minTls, maxTls, strict }: TdsOptions): TlsContexts {
  if (tls === undefined) {
    if (strict !== undefined) throw new Error('a server with strict encryption needs a certificate')
    return { inPrelogin: undefined, first: undefined }
  }
  const create = (limit: TlsVersion): SecureContext => {
    const maxVersion = earlier(maxTls ?? limit, limit)
    const minVersion = minTls ?? earlier('TLSv1.2', maxVersion)
    // OpenSSL 3 does TLS 1.0 and 1.1 on its lowest security level only.
    const old = earlier(minVersion, 'TLSv1.1') === minVersion
    return createSecureContext({ ...tls, minVersion, maxVersion, ...(old ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}) })
  }
  // TLS 1.3 does not fit into PRELOGIN packets: its server speaks after the handshake's end (MS-TDS 2.2.6.5).
  return { inPrelogin: create('TLSv1.2'), first: create('TLSv1.3') }
}

function earlier(left: TlsVersion, right: TlsVersion): TlsVersion {
  return VERSIONS.indexOf(left) <= VERSIONS.indexOf(right) ? left : right
}
