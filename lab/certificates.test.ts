import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, selfSigned, type Authority, type KeyAndCertificate } from './certificates.ts'

let authority: Authority

beforeAll(async () => {
  authority = await createAuthority()
})

const servers: { close(): void }[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** What a Node client says about the server: `trusted`, or the code of its complaint. */
async function judgedBy(ca: string | undefined, pair: KeyAndCertificate, name: string): Promise<string> {
  const server = createServer({ ...pair }, (socket) => socket.end()).on('tlsClientError', () => undefined)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, servername: name, ca: ca === undefined ? [...rootCertificates] : [ca] }
    const socket = connect(options, () => {
      socket.destroy()
      resolve('trusted')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}

describe('createAuthority', () => {
  it('issues a certificate that a client who trusts the authority accepts for each name', async () => {
    const pair = await authority.issue({ names: ['sql01.corp.example', '127.0.0.1'] })
    expect(await judgedBy(authority.certificate, pair, 'sql01.corp.example')).toBe('trusted')
    const certificate = new X509Certificate(pair.cert)
    expect(certificate.subjectAltName).toBe('DNS:sql01.corp.example, IP Address:127.0.0.1')
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
    expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true)
  })

  it('is trusted by nobody else', async () => {
    const pair = await authority.issue({ names: ['sql01.corp.example'] })
    expect(await judgedBy(undefined, pair, 'sql01.corp.example')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    const other = await createAuthority()
    expect(await judgedBy(other.certificate, pair, 'sql01.corp.example')).not.toBe('trusted')
  })

  it('does not vouch for another name', async () => {
    const pair = await authority.issue({ names: ['sql01.corp.example'] })
    expect(await judgedBy(authority.certificate, pair, 'sql02.corp.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('issues expired and not yet valid certificates', async () => {
    const names = ['sql01.corp.example']
    const expired = await authority.issue({ names, notAfter: new Date('2026-01-31T00:00:00Z') })
    expect(await judgedBy(authority.certificate, expired, 'sql01.corp.example')).toBe('CERT_HAS_EXPIRED')
    const early = await authority.issue({ names, notBefore: new Date('2120-01-01T00:00:00Z') })
    expect(await judgedBy(authority.certificate, early, 'sql01.corp.example')).toBe('CERT_NOT_YET_VALID')
  })
})

describe('selfSigned', () => {
  it('is refused unless the certificate itself is trusted', async () => {
    const pair = await selfSigned({ names: ['sql01.corp.example'] })
    expect(await judgedBy(undefined, pair, 'sql01.corp.example')).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await judgedBy(pair.cert, pair, 'sql01.corp.example')).toBe('trusted')
  })
})
