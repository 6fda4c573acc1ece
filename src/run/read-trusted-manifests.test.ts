import { afterEach, describe, expect, it } from '@jest/globals'
import type { GitHubState } from '../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { ESTATE, SALES, WAVE } from '../../test/manifests.ts'
import { createGitHubPort } from '../adapters/github/github-port.ts'
import { blobShas } from '../adapters/workspace.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen } from '../domain/observed.ts'
import { Secret } from '../domain/secret.ts'
import { parseManifest, readExtends } from '../manifest/parse-manifest.ts'
import { readTrust } from '../trust/read-trust.ts'
import { readTrustedManifests } from './read-trusted-manifests.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const checkIds = ['source/firewall-appliance-lets-dms-in', 'target/server-firewall-admits-dms']

let lab: LabGitHub | undefined
afterEach(() => lab?.close())

interface Question {
  /** The workspace. */
  here: Record<string, string>
  github: GitHubState
  lines?: string[]
  eventName?: string
}

async function read({ here, github: state, lines = ['dms/*.yml'], eventName = 'pull_request' }: Question) {
  lab = await startGitHub(state)
  const token = new Secret('github-token', 'ghs_lab')
  const signal = new AbortController().signal
  const github = createGitHubPort({
    token,
    apiUrl: lab.url,
    repository: 'acme/db',
    timeoutMs: 3000,
    signal,
    firstPauseMs: 5,
  })
  const paths = Object.keys(here).filter((path) => path.startsWith('dms/'))
  const manifests = paths.flatMap((path) => manifestOf(here, path))
  const question = {
    origin: { eventName, ref: eventName === 'push' ? 'refs/heads/main' : 'refs/pull/7/merge', sha: 'a'.repeat(40) },
    event: { repository: { default_branch: 'main' } },
    trustedRef: '',
    files: manifests.flatMap(({ files }) => files),
  }
  const readShas = (path: string) =>
    Promise.resolve(seen({ found: path in here, shas: blobShas(Buffer.from(here[path] ?? '')) }))
  const trust = await readTrust(question, { github, readShas })
  const asked = lab.requests.length
  const trusted = await readTrustedManifests(
    { trust, lines, workspace: '/home/runner/repo', manifests, paths, now: NOW, checkIds },
    github,
  )
  return { trust, ...trusted, requests: lab.requests.slice(asked).map(({ url }) => url.replace(/[0-9a-f]{40}/, 'ID')) }
}

function manifestOf(files: Record<string, string>, path: string): Manifest[] {
  const text = files[path] ?? ''
  const base = readExtends(path, text)
  const extended = base === undefined ? undefined : { path: base, text: files[base] ?? '' }
  const parsed = parseManifest({ path, text, extended, now: NOW, checkIds })
  return parsed.ok ? [parsed.manifest] : []
}

const CHANGED = SALES.replace('user: dms', 'user: mallory')

describe('the manifests of the trusted ref', () => {
  it('are read where the run differs, and hold what stands there', async () => {
    const { trust, manifests, complete } = await read({
      here: { 'dms/sales.yml': CHANGED },
      github: { files: { main: { 'dms/sales.yml': SALES } } },
    })
    expect([trust.trusted, complete.ok]).toEqual([false, true])
    expect(manifests.get('dms/sales.yml')).toMatchObject({
      ok: true,
      value: { found: true, manifest: { sources: [{ login: { user: 'dms' } }] } },
    })
  })

  it('are laid over what they extend there', async () => {
    const here = {
      'dms/wave.yml': WAVE,
      'dms/estate.yml': '',
      'estate.yml': ESTATE.replace('user: dms,', 'user: mallory,'),
    }
    const { manifests } = await read({
      here: { ...here, 'dms/wave.yml': WAVE.replace(/extends: .*/, 'extends: ../estate.yml') },
      github: {
        files: {
          main: { 'dms/wave.yml': WAVE.replace(/extends: .*/, 'extends: ../estate.yml'), 'estate.yml': ESTATE },
        },
      },
      lines: ['dms/wave.yml'],
    })
    expect(JSON.stringify(manifests.get('dms/wave.yml'))).toContain('"user":"dms"')
    expect(JSON.stringify(manifests.get('dms/wave.yml'))).not.toContain('mallory')
  })

  it.each<[string, (estate: string) => string]>([
    ['an authority', (estate) => estate.replace('ca: certs/root.pem', 'ca: estate.yml')],
    ['an authority of one target', (estate) => estate.replace('servers/crm,', 'servers/crm, tls: { ca: estate.yml },')],
    ['a report', (estate) => `${estate}tools: { assessment: { report: estate.yml } }\n`],
  ])('are not those of an altered estate that calls itself %s', async (_, disguise) => {
    const wave = WAVE.replace(/extends: .*/, 'extends: ../estate.yml')
    const evil = disguise(ESTATE.replace('DMS_PASSWORD}" }, tls', 'SHARE_PASSWORD}" }, tls'))
    expect(evil).toContain('estate.yml }')
    const { trust, manifests } = await read({
      here: { 'dms/wave.yml': wave, 'estate.yml': evil },
      github: { files: { main: { 'dms/wave.yml': wave, 'estate.yml': ESTATE } } },
      lines: ['dms/wave.yml'],
    })
    expect([trust.trusted, trust.equal.has('dms/wave.yml'), trust.equal.has('estate.yml')]).toEqual([
      false,
      true,
      false,
    ])
    expect(manifests.get('dms/wave.yml')).toMatchObject({
      ok: true,
      value: { found: true, manifest: { sources: [{ login: { password: { secret: 'DMS_PASSWORD' } } }, {}] } },
    })
  })

  it('count those that the change removes or adds', async () => {
    const { trust, manifests, requests } = await read({
      here: { 'dms/sales.yml': SALES, 'dms/new.yml': SALES },
      github: { files: { main: { 'dms/sales.yml': SALES, 'dms/gone.yml': SALES, 'dms/in/deep.yml': SALES } } },
    })
    expect(trust.equal).toContain('dms/sales.yml')
    expect([...manifests].map(([path, read]) => [path, read.ok && read.value.found])).toEqual([
      ['dms/gone.yml', true],
      ['dms/new.yml', false],
      ['dms/sales.yml', true],
    ])
    // What equals the trusted one is not read again, and equal texts are read once.
    expect(requests.filter((url) => url.includes('blobs'))).toHaveLength(1)
  })

  it('ask nothing more where the lines are paths and everything is equal', async () => {
    const files = { 'dms/sales.yml': SALES, 'migration/dma.json': '{}' }
    const { trust, requests, manifests } = await read({
      here: files,
      github: { files: { main: files } },
      lines: ['/home/runner/repo/dms/sales.yml'],
    })
    expect([trust.equal.has('dms/sales.yml'), requests, manifests.size]).toEqual([true, [], 1])
  })

  it('are those of the run itself on the trusted ref', async () => {
    const { trust, manifests } = await read({ here: { 'dms/sales.yml': CHANGED }, github: {}, eventName: 'push' })
    expect([trust.isOnRef, lab?.requests]).toEqual([true, []])
    expect(manifests.get('dms/sales.yml')).toMatchObject({
      ok: true,
      value: { found: true, manifest: { sources: [{ login: { user: 'mallory' } }] } },
    })
  })

  it.each<[string, GitHubState, string]>([
    ['is not sound there', { files: { main: { 'dms/sales.yml': 'version: 2\n' } } }, 'insufficient'],
    ['may not be read', { permissions: [] }, 'forbidden'],
    [
      'cannot be read',
      { files: { main: { 'dms/sales.yml': SALES } }, faults: [{ match: /blobs/, status: 404 }] },
      'not-found',
    ],
  ])('are failures where one %s', async (_, github, kind) => {
    const { manifests } = await read({ here: { 'dms/sales.yml': CHANGED }, github, lines: ['dms/sales.yml'] })
    expect(manifests.get('dms/sales.yml')).toMatchObject({ ok: false, failure: { kind } })
  })

  it('say when it is not known whether there are more', async () => {
    const { manifests, complete } = await read({
      here: { 'dms/sales.yml': CHANGED },
      github: { files: { main: { 'dms/sales.yml': SALES } }, faults: [{ match: /trees/, status: 404 }] },
    })
    expect([manifests.get('dms/sales.yml')?.ok, complete.ok]).toEqual([true, false])
  })

  it('are unknown outside GitHub', async () => {
    const { manifests, complete } = await read({ here: { 'dms/sales.yml': SALES }, github: {}, eventName: '' })
    expect([manifests.get('dms/sales.yml')?.ok, complete.ok]).toEqual([false, false])
  })
})
