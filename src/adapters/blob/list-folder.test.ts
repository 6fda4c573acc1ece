import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { goodParameters, serviceSas } from '../../../lab/sas.ts'
import { openStorage, type StorageLab } from '../../../lab/storage-lab.ts'
import type { Container } from '../../domain/manifest.ts'
import { seen, unseen } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import { createBlobPort, type BlobPortOptions, type ClosableBlobPort } from './blob-port.ts'

let lab: StorageLab
beforeAll(async () => {
  lab = await openStorage()
  await lab.owner.createContainer('folders')
  for (const name of [
    'root.bak',
    'Sales/a.bak',
    'Sales/b c+d%.trn',
    'Sales/old/x.bak',
    'Sales/old/y/z.bak',
    'sales2/p.bak',
  ]) {
    await lab.owner.putBlob('folders', name)
  }
  await lab.owner.putBlob('folders', 'mixed/page.bak', 'page')
  await lab.owner.putBlob('folders', 'mixed/append.bak', 'append')
  await lab.owner.putBlob('folders', 'mixed/block.bak')
}, 90_000)
afterAll(() => lab.close())
afterEach(() => {
  delete lab.front.rules.answer
  lab.front.requests.length = 0
})

const TOKEN_OPTIONS = (): Partial<BlobPortOptions> => ({
  storageToken: () =>
    Promise.resolve(
      seen({ token: new Secret('the access token for storage accounts', lab.owner.token()), suffixes: ['localhost'] }),
    ),
})
function open(more: Partial<BlobPortOptions> = {}): ClosableBlobPort {
  const sas = serviceSas(lab.azurite, 'folders', goodParameters())
  return createBlobPort({
    ...{ timeoutMs: 5_000, signal: new AbortController().signal, writes: false, ca: lab.authority.certificate },
    secrets: new Map([['BACKUP_SAS', new Secret('BACKUP_SAS', sas)]]),
    ...more,
  })
}
const at = (name = 'folders', sas = true): Container => ({
  name: 'default',
  url: lab.front.urlOf(name),
  ...(sas ? { sas: { secret: 'BACKUP_SAS' } } : {}),
  location: { path: 'm.yml', line: 1, column: 1 },
})

describe('a list of a folder', () => {
  it.each(['SAS', 'identity'])('tells what lies right in it, by %s', async (by) => {
    const port = open(TOKEN_OPTIONS())
    const container = at('folders', by === 'SAS')
    expect(await port.listFolder(container, 'Sales')).toMatchObject({
      value: {
        outcome: 'listed',
        ...{ blobs: 2, kinds: { block: 2, page: 0, append: 0 }, folders: ['old'], folderCount: 1, isCut: false },
        newest: expect.arrayContaining([expect.objectContaining({ name: 'b c+d%.trn', kind: 'block', bytes: 0 })]),
      },
    })
    expect(await port.listFolder(container, '')).toMatchObject({
      value: { blobs: 1, folders: ['Sales', 'mixed', 'sales2'], newest: [{ name: 'root.bak' }] },
    })
    expect(await port.listFolder(container, 'SALES')).toMatchObject({ value: { blobs: 0, folderCount: 0 } })
    expect(await port.listFolder(container, 'mixed')).toMatchObject({
      value: { kinds: { block: 1, page: 1, append: 1 } },
    })
  })

  it('asks each folder once a run', async () => {
    const port = open()
    await Promise.all([port.listFolder(at(), 'Sales'), port.listFolder(at(), 'Sales')])
    expect(lab.front.requests).toHaveLength(1)
    expect(lab.front.requests[0]?.query).toMatch(/prefix=Sales%2F/)
  })

  it('goes from page to page, and stops at a limit', async () => {
    let pages = 0
    lab.front.rules.answer = () => {
      pages += 1
      const blob = `<Blob><Name>Sales/${String(pages)}.trn</Name><Properties><Last-Modified>Fri, 20 Nov 2026 0${String(pages % 10)}:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>7</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`
      const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="${lab.front.origin}" ContainerName="folders"><Prefix>Sales/</Prefix><Delimiter>/</Delimiter><Blobs>${blob}</Blobs><NextMarker>m${String(pages)}</NextMarker></EnumerationResults>`
      return { status: 200, body }
    }
    const answer = await open().listFolder(at(), 'Sales')
    expect(answer).toMatchObject({ value: { blobs: 50, isCut: true } })
    expect(pages).toBe(50)
    expect(lab.front.requests[1]?.query).toMatch(/marker=m1(?:&|$)/)
  }, 30_000)

  it('takes the list of another container for none', async () => {
    lab.front.rules.answer = () => ({
      status: 200,
      body: '<?xml version="1.0"?><EnumerationResults ServiceEndpoint="x" ContainerName="other"><Blobs></Blobs><NextMarker/></EnumerationResults>',
    })
    expect(await open().listFolder(at(), 'Sales')).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })

  it('says when there is no container, and when the service refuses', async () => {
    const port = open(TOKEN_OPTIONS())
    expect(await port.listFolder(at('nowhere', false), 'Sales')).toMatchObject({ value: { outcome: 'no-container' } })
    expect(await port.listFolder(at('backups'), 'Sales')).toMatchObject({ value: { outcome: 'refused' } })
  })
})

describe("the run's Azure identity", () => {
  it('lists the container, and is told apart from a SAS', async () => {
    const port = open(TOKEN_OPTIONS())
    expect(await port.list(at('folders', false))).toEqual({ ok: true, value: { outcome: 'accepted' } })
    const access = await port.access(at('folders', false))
    expect(access.ok && Object.keys(access.value)).toEqual(['url', 'account', 'container'])
  })

  it.each<[string, readonly string[]]>([
    ['another cloud', ['blob.core.windows.net']],
    ['a name that only ends alike', ['host']],
    ['no domain', []],
  ])('goes to no host outside of its cloud: %s', async (_which, suffixes) => {
    const storageToken = () => Promise.resolve(seen({ token: new Secret('t', lab.owner.token()), suffixes }))
    const answer = await open({ storageToken }).listFolder(at('folders', false), 'Sales')
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'untrusted-host' } })
    expect(lab.front.requests).toEqual([])
  })

  it('is not there in every run, and may not sign in', async () => {
    expect(await open().list(at('folders', false))).toMatchObject({ failure: { kind: 'no-credential' } })
    const storageToken = () => Promise.resolve(unseen('auth', 'AADSTS700016', { missing: 'the application' }))
    expect(await open({ storageToken }).list(at('folders', false))).toMatchObject({
      failure: {
        kind: 'auth',
        missing: 'the application',
        message: expect.stringMatching(/was not asked as the run's/),
      },
    })
  })

  it('is not spoken of by a redirect', async () => {
    lab.front.rules.answer = () => ({ status: 302, headers: { location: 'https://127.0.0.1:9/x' } })
    expect(await open(TOKEN_OPTIONS()).list(at('folders', false))).toMatchObject({
      failure: { kind: 'untrusted-host' },
    })
  })

  it('shows its token in no answer', async () => {
    const token = 'secret-token-of-the-run'
    lab.front.rules.answer = () => ({
      status: 403,
      body: `<Error><Code>Odd</Code><Message>got ${token}</Message></Error>`,
    })
    const storageToken = () => Promise.resolve(seen({ token: new Secret('t', token), suffixes: ['localhost'] }))
    const answer = await open({ storageToken }).list(at('folders', false))
    expect(answer.ok).toBe(false)
    expect(JSON.stringify(answer)).not.toContain(token)
  })
})
