import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { storageError, type BlobRequest, type FrontAnswer } from '../../../lab/blob-front.ts'
import { createAuthority } from '../../../lab/certificates.ts'
import { accountSas, goodParameters, sasTime, serviceSas, userDelegationSas } from '../../../lab/sas.ts'
import { openStorage, type StorageLab } from '../../../lab/storage-lab.ts'
import type { Observed } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import type { BlobAnswer, WriteAnswer } from '../../ports/blob-port.ts'
import { createBlobPort, type BlobPortOptions, type ClosableBlobPort } from './blob-port.ts'

const TIMEOUT_MS = 5_000
const HOUR_MS = 3_600_000
const OTHER_LIST =
  '<?xml version="1.0"?><EnumerationResults ServiceEndpoint="x" ContainerName="other"><Blobs></Blobs><NextMarker/></EnumerationResults>'

let lab: StorageLab
beforeAll(async () => {
  lab = await openStorage()
}, 90_000)
afterAll(() => lab.close())
afterEach(async () => {
  delete lab.front.rules.admits
  delete lab.front.rules.answer
  lab.front.rules.allowSharedKeyAccess = true
  // Whatever a probe met, it has to be gone.
  expect(await lab.owner.blobsIn('backups')).toEqual([])
})

function open(sas: string, more: Partial<BlobPortOptions> = {}): ClosableBlobPort {
  return createBlobPort({
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    secrets: new Map([['BACKUP_SAS', new Secret('BACKUP_SAS', sas)]]),
    writes: true,
    ca: lab.authority.certificate,
    ...more,
  })
}
const container = (url: string | undefined = lab.front.urlOf('backups')) => ({
  name: 'default',
  ...(url === '' ? {} : { url }),
  sas: { secret: 'BACKUP_SAS' },
  location: { path: 'm.yml', line: 1, column: 1 },
})
const list = (sas: string, url?: string): Promise<Observed<BlobAnswer>> => open(sas).list(container(url))
const probe = (sas: string): Promise<Observed<WriteAnswer>> => open(sas).probeWrite(container())
const signed = (change: Record<string, string> = {}, resource = 'backups'): string =>
  serviceSas(lab.azurite, resource, { ...goodParameters(), ...change })
const refused = (reason: string, code?: string): object => ({
  ok: true,
  value: { outcome: 'refused', reason, ...(code === undefined ? {} : { code }) },
})
const ACCEPTED = { ok: true, value: { outcome: 'accepted' } }
const failed = (kind: string, message: RegExp): object => ({
  ok: false,
  failure: { kind, message: expect.stringMatching(message) },
})

describe('a container through its SAS', () => {
  it('is listed, and a probe blob is written, read and deleted', async () => {
    lab.front.requests.length = 0
    const port = open(signed())
    expect(await port.list(container())).toEqual(ACCEPTED)
    expect(await port.probeWrite(container())).toMatchObject(ACCEPTED)
    expect(lab.front.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'DELETE'])
    const names = lab.front.requests.slice(1).map(({ path }) => path)
    expect(new Set(names).size).toBe(1)
    expect(names[0]).toMatch(/^\/stmig\/backups\/dms-preflight-probe-[0-9a-f]{32}$/)
  })

  it('is asked once a run, and not at all when only the SAS is read', async () => {
    lab.front.requests.length = 0
    const port = open(signed())
    expect(await port.access(container())).toMatchObject({
      ok: true,
      value: { account: 'stmig', container: 'backups' },
    })
    expect(lab.front.requests).toEqual([])
    await Promise.all([port.list(container()), port.list(container()), port.list(container())])
    expect(lab.front.requests).toHaveLength(1)
  })

  it('may be named by the SAS URI alone', async () => {
    const port = open(`${lab.front.urlOf('backups')}?${signed()}`)
    expect(await port.list(container(''))).toEqual(ACCEPTED)
  })

  it('is not written to unless the run may write', async () => {
    lab.front.requests.length = 0
    const port = open(signed(), { writes: false })
    expect(await port.probeWrite(container())).toMatchObject({ ok: false, failure: { kind: 'writes-off' } })
    expect([port.writes, lab.front.requests]).toEqual([false, []])
  })

  it.each<[string, () => string, string | undefined, object]>([
    ['no value', () => '', undefined, failed('missing-input', /no signature/)],
    ['a value that is no SAS', () => 'hunter2-and-more', undefined, failed('missing-input', /no signature/)],
    ['no URL at all', () => signed(), '', failed('missing-input', /gives no URL for container default/)],
    [
      'the URI of another container',
      () => `https://other.blob.core.windows.net/backups?${signed()}`,
      undefined,
      failed('missing-input', /is for https:\/\/other\.blob\.core\.windows\.net\/backups, .* sent to neither/),
    ],
  ])('is not asked with %s', async (_, sas, url, expected) => {
    lab.front.requests.length = 0
    expect(await list(sas(), url)).toMatchObject(expected)
    expect(lab.front.requests).toEqual([])
  })

  it('is not asked when the variable is not set', async () => {
    const port = open('', { secrets: new Map() })
    expect(await port.list(container())).toMatchObject(failed('no-credential', /BACKUP_SAS .* is not set/))
  })
})

/** What the emulator enforces, and what the front adds to it: every restriction that a SAS can carry. */
describe('the restrictions of a SAS', () => {
  it.each<[string, string, 'write' | 'read' | 'delete']>([
    ['w', 'rdl', 'write'],
    ['r', 'wdl', 'read'],
    ['d', 'rwl', 'delete'],
  ])('without %s (sp=%s) the %s of the probe is refused', async (_, sp, step) => {
    const answer = await probe(signed({ sp }))
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'refused', step, reason: 'permission' } })
    if (!answer.ok || answer.value.outcome !== 'refused') throw new Error('not refused')
    expect(answer.value.left).toBe(step === 'delete')
    if (step === 'delete') await lab.owner.removeBlob('backups', answer.value.blob)
  })

  it('without l the list is refused, and the probe is not', async () => {
    expect(await list(signed({ sp: 'rwd' }))).toMatchObject(refused('permission', 'AuthorizationPermissionMismatch'))
    expect(await probe(signed({ sp: 'rwd' }))).toMatchObject(ACCEPTED)
  })

  it.each<[string, () => string, string]>([
    ['an end in the past', () => signed({ se: sasTime(-HOUR_MS) }), 'credential'],
    ['a beginning in the future', () => signed({ st: sasTime(HOUR_MS) }), 'credential'],
    ['another container', () => signed({}, 'other'), 'credential'],
    ['a changed permission', () => signed({ sp: 'r' }).replace('sp=r', 'sp=rwdl'), 'credential'],
    ['another key', () => serviceSas({ ...lab.azurite, accountKey: 'AAAA' }, 'backups'), 'credential'],
    ['a policy that is not there', () => serviceSas(lab.azurite, 'backups', { sr: 'c', si: 'no-such' }), 'credential'],
    ['one blob', () => signed({ sr: 'b' }, 'backups/a.bak'), 'credential'],
    ['an account SAS of another service', () => accountSas(lab.azurite, { ss: 'q' }), 'reach'],
    ['an account SAS without containers', () => accountSas(lab.azurite, { srt: 's' }), 'reach'],
    ['an address that is not the runner', () => signed({ sip: '198.51.100.1-198.51.100.9' }), 'address'],
  ])('%s is refused', async (_, sas, reason) => {
    expect(await list(sas())).toMatchObject(refused(reason))
  })

  it.each<[string, () => string]>([
    ['more permissions than are needed', () => signed({ sp: 'racwdl' })],
    ['an account SAS', () => accountSas(lab.azurite)],
    ['http as well', () => signed({ spr: 'https,http' })],
    ['the address of the runner', () => signed({ sip: '203.0.113.5' })],
    ['a beginning in the past', () => signed({ st: sasTime(-HOUR_MS) })],
  ])('%s is accepted', async (_, sas) => {
    expect(await list(sas())).toEqual(ACCEPTED)
    expect(await probe(sas())).toMatchObject(ACCEPTED)
  })

  it('a stored access policy gives its own permissions', async () => {
    await lab.owner.setPolicy('backups', 'all', 'rwdl')
    expect(await probe(serviceSas(lab.azurite, 'backups', { sr: 'c', si: 'all' }))).toMatchObject(ACCEPTED)
    await lab.owner.setPolicy('backups', 'read', 'rl')
    const reading = serviceSas(lab.azurite, 'backups', { sr: 'c', si: 'read' })
    expect(await list(reading)).toEqual(ACCEPTED)
    expect(await probe(reading)).toMatchObject({ value: { outcome: 'refused', step: 'write', reason: 'permission' } })
  })

  it('a user delegation SAS is taken where the keys of the account are not', async () => {
    lab.front.rules.allowSharedKeyAccess = false
    const key = await lab.owner.delegationKey()
    expect(await probe(userDelegationSas('stmig', 'backups', key))).toMatchObject(ACCEPTED)
    const reading = userDelegationSas('stmig', 'backups', key, { ...goodParameters(), sp: 'rl' })
    expect(await probe(reading)).toMatchObject({ value: { outcome: 'refused', step: 'write', reason: 'permission' } })
    expect(await list(signed())).toMatchObject(refused('shared-key', 'KeyBasedAuthenticationNotPermitted'))
  })

  it('the firewall of the account is no answer about the SAS', async () => {
    lab.front.rules.admits = ['198.51.100.0/24']
    expect(await list(signed())).toMatchObject({
      ...failed('forbidden', /403 .* does not admit this runner, which says nothing of DMS\. AuthorizationFailure/),
      failure: { missing: expect.stringContaining('networks that the storage account admits') },
    })
  })

  it('a container that is not there', async () => {
    const url = lab.front.urlOf('missing')
    expect(await list(serviceSas(lab.azurite, 'missing'), url)).toMatchObject({
      ok: true,
      value: { outcome: 'no-container', code: 'ContainerNotFound' },
    })
  })
})

/** Answers of anything that may stand where the storage account should, and what they are as data. */
describe('a service that cannot be asked', () => {
  it.each<[string, FrontAnswer, object]>([
    [
      'busy',
      { ...storageError(503, 'ServerBusy', 'Busy.'), headers: { 'retry-after': '3600' } },
      failed('throttled', /503/),
    ],
    ['throttled', { status: 429, headers: { 'retry-after': '3600' } }, failed('throttled', /429/)],
    ['out of order', storageError(500, 'InternalError', 'Sorry.'), failed('server-error', /500 .* \(3 tries\)/)],
    ['a web page that refuses', page(403), failed('forbidden', /a proxy on the way may have answered\. .* web page/)],
    ['a web page in place of the list', page(200), failed('protocol', /./)],
    ['no XML at all', { status: 200, body: 'yes' }, failed('protocol', /./)],
    ['nothing', { status: 200 }, failed('protocol', /./)],
    ['a list of another container', { status: 200, body: OTHER_LIST }, failed('protocol', /no such list/)],
    ['a 404 without a word', { status: 404 }, failed('not-found', /decides nothing/)],
    ['ResourceNotFound', storageError(404, 'ResourceNotFound', 'Gone.'), failed('not-found', /decides nothing/)],
    ['a disabled account', storageError(403, 'AccountIsDisabled', 'Off.'), failed('forbidden', /is disabled/)],
    ['an older service', storageError(400, 'InvalidHeaderValue', 'x-ms-version'), failed('unsupported', /version/)],
    ['a proxy that wants a sign-in', page(407), failed('forbidden', /proxy/)],
    ['a code under a status of its own', storageError(502, 'AuthenticationFailed', 'x'), failed('server-error', /502/)],
  ])('%s', async (_, answer, expected) => {
    lab.front.rules.answer = () => answer
    expect(await list(signed())).toMatchObject(expected)
  })

  it.each<[string, FrontAnswer, object]>([
    ['AuthenticationFailed', storageError(403, 'AuthenticationFailed', 'Not this.'), refused('credential')],
    [
      'the header alone',
      { status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } },
      refused('credential'),
    ],
    ['anonymous access', storageError(409, 'PublicAccessNotPermitted', 'No.'), refused('credential')],
    ['another protocol', storageError(403, 'AuthorizationProtocolMismatch', 'No.'), refused('protocol')],
    [
      'a container on its way out',
      storageError(409, 'ContainerBeingDeleted', 'Wait.'),
      { value: { outcome: 'no-container' } },
    ],
  ])('but %s is an answer', async (_, answer, expected) => {
    lab.front.rules.answer = () => answer
    expect(await list(signed())).toMatchObject(expected)
  })

  it('a name that nobody knows', async () => {
    const url = 'https://nosuchaccount.blob.storage.invalid/backups'
    expect(await list(signed(), url)).toMatchObject(
      failed('dns', /nosuchaccount\.blob\.storage\.invalid:443: there is no such name/),
    )
  })

  it('a certificate of somebody else', async () => {
    const port = open(signed(), { ca: (await createAuthority('Other')).certificate })
    expect(await port.list(container())).toMatchObject(failed('tls', /does not trust/))
    expect(await port.probeWrite(container())).toMatchObject({
      failure: { kind: 'tls', message: expect.not.stringMatching(/may be left/) },
    })
  })

  it('nothing that listens', async () => {
    expect(await list(signed(), 'https://127.0.0.1:1/stmig/backups')).toMatchObject(failed('refused', /127\.0\.0\.1:1/))
  })

  it('one that never answers', async () => {
    lab.front.rules.answer = () => ({ status: 200, silent: true })
    const port = open(signed(), { timeoutMs: 300 })
    expect(await port.list(container())).toMatchObject(failed('timeout', /within 0\.3 s/))
  })

  it.each([200, 403])('one whose answer %i does not end', async (status) => {
    lab.front.rules.answer = () => ({ status, body: `<?xml version="1.0"?>${'<a></a>'.repeat(10_000)}`, endless: true })
    const before = lab.front.poured
    expect(await list(signed())).toMatchObject(failed('protocol', /answer of more than 4 MiB/))
    // What the kernels on the way hold comes on top.
    expect(lab.front.poured - before).toBeLessThan(32 * 1024 * 1024)
  })

  it('entities that grow without a bound', async () => {
    const entities = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? 'ha' : `&e${String(level - 1)};`.repeat(10)
      return `<!ENTITY e${String(level)} "${below}">`
    })
    const body = `<?xml version="1.0"?><!DOCTYPE x [${entities.join('')}]><EnumerationResults ContainerName="&e11;"></EnumerationResults>`
    lab.front.rules.answer = () => ({ status: 200, body })
    const heap = process.memoryUsage().rss
    expect(await list(signed())).toMatchObject(failed('protocol', /./))
    expect(process.memoryUsage().rss - heap).toBeLessThan(200 * 1024 * 1024)
  })

  it('a redirect, which the SAS does not follow', async () => {
    const visits: string[] = []
    const other = createServer((request, response) => {
      visits.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
    const { port } = other.address() as AddressInfo
    for (const status of [301, 302, 307, 308]) {
      lab.front.rules.answer = ({ query }) => ({
        status,
        headers: { location: `http://127.0.0.1:${String(port)}/backups${query}` },
      })
      const answer = await list(signed())
      expect(answer).toMatchObject(
        failed('untrusted-host', /redirects are not followed with a SAS\. It points to 127\.0\.0\.1/),
      )
      expect(JSON.stringify(answer)).not.toContain('sig=')
    }
    await new Promise((closed) => other.close(closed))
    expect(visits).toEqual([])
  })
})

describe('a probe blob', () => {
  const isWrite = ({ method }: BlobRequest): boolean => method === 'PUT'

  it('is taken for written when only the answer was lost', async () => {
    let lost = 0
    lab.front.rules.answer = (asked) =>
      isWrite(asked) && (lost += 1) === 1
        ? { ...storageError(500, 'InternalError', 'Lost.'), afterForwarding: true }
        : undefined
    expect(await probe(signed())).toMatchObject(ACCEPTED)
    expect(lost).toBe(2)
  })

  it('is removed when nobody knows whether it was written', async () => {
    lab.front.rules.answer = (asked) =>
      isWrite(asked) ? { status: 200, afterForwarding: true, silent: true } : undefined
    const answer = await open(signed(), { timeoutMs: 1_000 }).probeWrite(container())
    expect(answer).toMatchObject(failed('timeout', /^(?!.*may be left)/))
  })

  it('is removed when it cannot be read', async () => {
    lab.front.rules.answer = ({ method }) =>
      method === 'GET' ? storageError(500, 'InternalError', 'Sorry.') : undefined
    expect(await probe(signed())).toMatchObject(failed('server-error', /reading of the probe blob/))
  })

  it('that reads otherwise than it was written is no success', async () => {
    lab.front.rules.answer = ({ method }) =>
      method === 'GET' ? { status: 200, body: 'x'.repeat(100_000), headers: { etag: '"0x1"' } } : undefined
    expect(await probe(signed())).toMatchObject({
      value: { outcome: 'refused', step: 'read', reason: 'other-content', left: false },
    })
  })

  it('that cannot be removed is named', async () => {
    lab.front.rules.answer = ({ method }) =>
      method === 'DELETE' ? storageError(409, 'BlobImmutableDueToPolicy', 'Immutable.') : undefined
    const answer = await probe(signed())
    expect(answer).toMatchObject({
      value: {
        outcome: 'refused',
        step: 'delete',
        reason: 'container-policy',
        left: true,
        blob: expect.stringMatching(/^dms-/),
      },
    })
    for (const name of await lab.owner.blobsIn('backups')) await lab.owner.removeBlob('backups', name)
  })

  it.each(['PUT', 'GET', 'DELETE'])('is gone when the run is cancelled during the %s', async (method) => {
    const run = new AbortController()
    lab.front.rules.answer = (asked) => {
      if (asked.method !== method || run.signal.aborted) return undefined
      setTimeout(() => run.abort(), 20)
      return { status: 200, afterForwarding: true, silent: true }
    }
    const port = open(signed(), { signal: run.signal })
    const answer = await port.probeWrite(container())
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    await port.close()
    expect(await lab.owner.blobsIn('backups')).toEqual([])
  })

  it('is gone within seconds when the port is closed, whatever its timeout', async () => {
    let isWritten = false
    lab.front.rules.answer = ({ method }) => {
      if (isWritten || method !== 'PUT') return undefined
      isWritten = true
      return { status: 200, afterForwarding: true, silent: true }
    }
    const port = open(signed(), { timeoutMs: 600_000 })
    const probing = port.probeWrite(container())
    while ((await lab.owner.blobsIn('backups')).length === 0) await sleep(20)
    const before = performance.now()
    await port.close()
    expect(performance.now() - before).toBeLessThan(4_000)
    expect(await probing).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })

  it('is not begun when the run is over', async () => {
    lab.front.requests.length = 0
    const port = open(signed(), { signal: AbortSignal.abort() })
    expect(await port.probeWrite(container())).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    expect(lab.front.requests).toEqual([])
  })
})

describe('the signature', () => {
  it('is in no answer, whatever the service repeats', async () => {
    const sas = signed()
    const signature = decodeURIComponent(/sig=([^&]*)/.exec(sas)?.[1] ?? '')
    const forms = [sas, signature, encodeURIComponent(signature), Buffer.from(signature).toString('base64')]
    const echoes: FrontAnswer[] = [403, 404, 409, 500].flatMap((status) => [
      storageError(status, 'AuthenticationFailed', `The MAC signature ${signature} of ${sas} is ${forms.join(' ')}`),
      storageError(status, 'InternalError', forms.join(' ')),
      { status, body: `<html>${forms.join(' ')}</html>`, headers: { 'content-type': 'text/html' } },
      { status: 302, headers: { location: `https://other.example/?${sas}` } },
      { status: 302, headers: { location: signature } },
      { status: 200, body: forms.join('\n') },
    ])
    for (const echo of echoes) {
      lab.front.rules.answer = () => ({ ...echo, headers: { 'retry-after': '3600', ...echo.headers } })
      const port = open(sas)
      const shown = JSON.stringify([await port.list(container()), await port.probeWrite(container())])
      expect(forms.filter((form) => shown.includes(form))).toEqual([])
    }
  }, 60_000)
})

function page(status: number): FrontAnswer {
  return { status, body: '<html><body>Sign in</body></html>', headers: { 'content-type': 'text/html' } }
}
