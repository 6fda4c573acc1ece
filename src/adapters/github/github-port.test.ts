import { afterEach, describe, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GITHUB_ACTIONS_BOT, type GitHubState } from '../../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../../lab/github.ts'
import { Secret } from '../../domain/secret.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { GitHubPort } from '../../ports/github-port.ts'
import { createGitHubPort, type GitHubPortOptions } from './github-port.ts'

const TOKEN = new Secret('github-token', 'ghs_lab')
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(
  state: GitHubState = {},
  more: Partial<GitHubPortOptions> = {},
): Promise<{ lab: LabGitHub; port: GitHubPort }> {
  const lab = await startGitHub({ token: 'ghs_lab', ...state })
  closers.push(() => lab.close())
  return { lab, port: portTo(lab.url, more) }
}

function portTo(apiUrl: string, more: Partial<GitHubPortOptions> = {}): GitHubPort {
  const signal = new AbortController().signal
  return createGitHubPort({
    token: TOKEN,
    apiUrl,
    repository: 'acme/db',
    timeoutMs: 3000,
    signal,
    firstPauseMs: 5,
    ...more,
  })
}

describe('the files of the trusted ref', () => {
  it('have the blob id that git gives them', async () => {
    const { port, lab } = await start({
      files: { main: { '.github/a b.yml': 'hello\n', '.github/c.yml': '', 'top.yml': 'x' } },
    })
    // printf 'hello\n' | git hash-object --stdin
    const sha = 'ce013625030ba8dba906f756967f9e9ca394464a'
    expect(await port.readBlobSha('.github/a b.yml', 'main')).toEqual({ ok: true, value: { found: true, sha } })
    expect(await port.readBlobSha('.github/c.yml', 'refs/heads/main')).toMatchObject({
      ok: true,
      value: { found: true },
    })
    expect(await port.readBlobSha('top.yml', 'main')).toMatchObject({ ok: true, value: { found: true } })
    expect(await port.readBlobSha('.github/c.yml', 'main')).toMatchObject({ ok: true, value: { found: true } })
    expect(lab.requests.map(({ url }) => url)).toEqual([
      '/repos/acme/db/contents/.github?ref=main',
      '/repos/acme/db/contents/.github?ref=refs%2Fheads%2Fmain',
      '/repos/acme/db/contents?ref=main',
    ])
  })

  it('are read by their blobs, each once', async () => {
    const { port, lab } = await start({ files: { main: { 'a/b.yml': 'grün: 1\n', 'a/c.yml': 'grün: 1\n' } } })
    const read = await port.readFile('a/b.yml', 'refs/heads/main')
    expect(read).toMatchObject({ ok: true, value: { found: true, text: 'grün: 1\n' } })
    expect(await port.readFile('a/c.yml', 'refs/heads/main')).toEqual(read)
    expect(await port.readFile('a/d.yml', 'refs/heads/main')).toMatchObject({ ok: true, value: { found: false } })
    expect(lab.requests.map(({ url }) => url.replace(/[0-9a-f]{40}/, 'ID'))).toEqual([
      '/repos/acme/db/contents/a?ref=refs%2Fheads%2Fmain',
      '/repos/acme/db/git/blobs/ID',
    ])
  })

  it('are not read above 1 MiB, nor when the bytes are not those of the id', async () => {
    const other = { sha: 'x', size: 2, encoding: 'base64', content: 'b2s=' }
    const faults = [{ match: /blobs/, status: 200, body: other }]
    const files = {
      main: { 'large.yml': 'x'.repeat(1024 * 1024 + 1), 'fits.yml': 'x'.repeat(1024 * 1024), 'a.yml': 'ok?' },
    }
    const { port, lab } = await start({ files })
    expect(await port.readFile('large.yml', 'main')).toMatchObject({ ok: false, failure: { kind: 'unsupported' } })
    expect(lab.requests.filter(({ url }) => url.includes('blobs'))).toEqual([])
    expect(await port.readFile('fits.yml', 'main')).toMatchObject({ ok: true, value: { found: true } })
    const { port: cheated } = await start({ files, faults })
    expect(await cheated.readFile('a.yml', 'main')).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })

  it('stand at a commit, which is asked for once', async () => {
    const { port, lab } = await start({ files: { main: { 'a.yml': '1' } } })
    const commit = await port.readCommit('refs/heads/main')
    expect(commit).toEqual({ ok: true, value: expect.stringMatching(/^[0-9a-f]{40}$/) })
    expect([await port.readCommit('refs/heads/main'), lab.requests.length]).toEqual([commit, 1])
    expect(await port.readCommit('refs/heads/gone')).toMatchObject({ ok: false })
  })

  it('are listed below one folder, without those of the rest', async () => {
    const files = { '.github/dms/a.yml': '1', '.github/dms/in/b.yml': '2', '.github/c.yml': '3', 'src/d.yml': '4' }
    const { port, lab } = await start({ files: { main: files } })
    const list = (folder: string) => port.listFiles(folder, 'refs/heads/main')
    expect(await list('.github/dms')).toEqual({ ok: true, value: ['.github/dms/a.yml', '.github/dms/in/b.yml'] })
    expect(lab.requests[0]?.url).toBe('/repos/acme/db/commits/heads/main?per_page=1')
    expect(await list('.github/none')).toEqual({ ok: true, value: [] })
    expect(await list('')).toMatchObject({ ok: true, value: expect.arrayContaining(Object.keys(files)) })
    expect(await port.listFiles('', 'refs/heads/gone')).toMatchObject({ ok: false })
  })

  it('are not listed when GitHub leaves some out', async () => {
    const body = { sha: 'x', truncated: true, tree: [] }
    const { port } = await start({
      files: { main: { 'a.yml': '1' } },
      faults: [{ match: /recursive/, status: 200, body }],
    })
    expect(await port.listFiles('', 'main')).toMatchObject({ ok: false, failure: { kind: 'unsupported' } })
  })

  it('are not there when GitHub says so, whether file, folder or ref is missing', async () => {
    const { port } = await start({ files: { main: { '.github/a.yml': 'x' } } })
    for (const [path, ref, words] of [
      ['.github/b.yml', 'main', 'main has no .github/b.yml'],
      ['gone/a.yml', 'main', '404'],
      ['.github/a.yml', 'gone', 'No commit found for the ref gone'],
    ] as const) {
      expect(await port.readBlobSha(path, ref)).toMatchObject({
        ok: true,
        value: { found: false, message: expect.stringContaining(words) },
      })
    }
  })
})

describe('the repository and the token', () => {
  it('tells the default branch and who may see it', async () => {
    const { port } = await start({ defaultBranch: 'trunk', visibility: 'internal' })
    expect(await port.repository()).toEqual({ ok: true, value: { defaultBranch: 'trunk', visibility: 'internal' } })
  })

  it('says whose token it is, also for apps, which may not ask', async () => {
    const user = { login: 'dba', id: 5, type: 'User' as const }
    const app = { login: 'our-app[bot]', id: 6, type: 'Bot' as const }
    expect(await (await start()).port.viewer()).toEqual({ ok: true, value: GITHUB_ACTIONS_BOT.login })
    expect(await (await start({ identity: { kind: 'user', user } })).port.viewer()).toEqual({ ok: true, value: 'dba' })
    expect(await (await start({ identity: { kind: 'app', user: app } })).port.viewer()).toEqual({
      ok: true,
      value: 'our-app[bot]',
    })
    const noGraphql = await start({ faults: [{ match: /graphql/, status: 403, body: { message: 'no' } }] })
    expect(await noGraphql.port.viewer()).toEqual({ ok: true, value: 'github-actions[bot]' })
  })
})

describe('comments', () => {
  it('are listed over all pages, oldest first', async () => {
    const { port, lab } = await start({
      comments: Array.from({ length: 250 }, (_, at) => ({ body: `number ${String(at)}` })),
    })
    const read: string[] = []
    const all = await port.findComments(7, ({ body }) => read.push(body) < 0)
    expect(all).toEqual({ ok: true, value: { comments: [], lastPage: 3, complete: true } })
    expect(read).toEqual(Array.from({ length: 250 }, (_, at) => `number ${String(at)}`))
    expect(lab.requests).toHaveLength(3)
  })

  it('are made, changed and deleted', async () => {
    const { port, lab } = await start()
    const made = await port.createComment(7, 'one')
    if (!made.ok) throw new Error(made.failure.message)
    expect(made.value).toMatchObject({ body: 'one', author: 'github-actions[bot]', isBot: true })
    expect(made.value.url).toMatch(/^https:\/\/github\.com\/acme\/db\/pull\/7#issuecomment-\d+$/)
    expect(await port.updateComment(made.value.id, 'two')).toMatchObject({ ok: true, value: { body: 'two' } })
    expect(await port.deleteComment(made.value.id)).toEqual({ ok: true, value: true })
    expect(await port.deleteComment(made.value.id)).toEqual({ ok: true, value: true })
    expect(lab.comments).toEqual([])
  })
})

describe('failures', () => {
  const rows: [string, GitHubState, CauseKind, string, string][] = [
    ['a wrong token', { token: 'other' }, 'auth', 'Bad credentials', 'valid `github-token`'],
    [
      'a missing permission',
      { permissions: ['contents: read'] },
      'forbidden',
      'not accessible',
      '`pull-requests: write`',
    ],
    ['another pull request', { pulls: [8] }, 'not-found', '404', '`pull-requests: write`'],
    [
      'a locked conversation',
      fault(403, 'Unable to create comment because issue is locked.'),
      'forbidden',
      'locked',
      'unlocked',
    ],
    [
      'an IP allow list',
      fault(403, 'Although you appear to have the correct authorization, the org has an IP allow list'),
      'forbidden',
      'rule of the organization',
      'admits',
    ],
    [
      'the primary limit',
      fault(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0' }),
      'throttled',
      'limits how often',
      'time',
    ],
    ['a long secondary limit', fault(429, 'slow down', { 'retry-after': '3600' }), 'throttled', '429', 'time'],
    ['a refused body', fault(422, 'Validation Failed'), 'protocol', 'Validation Failed', ''],
    ['an unknown answer', fault(418, 'teapot'), 'protocol', '418', ''],
    [
      'a page in place of JSON',
      { faults: [{ match: /comments/, status: 200, body: '<html>proxy</html>' }] },
      'protocol',
      'shape',
      '',
    ],
  ]
  it.each(rows)('%s', async (_, state, kind, words, missing) => {
    const { port, lab } = await start(state)
    const answer = await port.createComment(7, 'body')
    if (answer.ok) throw new Error('it worked')
    expect(answer.failure.kind).toBe(kind)
    expect(answer.failure.message).toContain(words)
    expect(answer.failure.missing ?? '').toContain(missing)
    expect(lab.requests).toHaveLength(1)
  })

  it('of the server are tried again, three times at most', async () => {
    const once = await start(fault(502, 'bad gateway', {}, 3))
    expect(await once.port.createComment(7, 'body')).toMatchObject({ ok: true })
    expect(once.lab.requests).toHaveLength(4)
    const lasting = await start(fault(503, 'unavailable'))
    expect(await lasting.port.createComment(7, 'body')).toMatchObject({ ok: false, failure: { kind: 'server-error' } })
    expect(lasting.lab.requests).toHaveLength(4)
  })

  it('of a secondary limit wait as long as GitHub says', async () => {
    const { port, lab } = await start(fault(403, 'You have exceeded a secondary rate limit', { 'retry-after': '1' }, 1))
    const startedAt = Date.now()
    expect(await port.createComment(7, 'body')).toMatchObject({ ok: true })
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990)
    expect(lab.requests).toHaveLength(2)
  })

  it('of the connection: a broken read is repeated, a broken write is not', async () => {
    const { port, lab } = await start({ faults: [{ match: /comments/, status: 0, reset: true, times: 1 }] })
    expect(await port.findComments(7, () => true)).toMatchObject({ ok: true })
    expect(lab.requests).toHaveLength(2)
    const write = await start({ faults: [{ match: /comments/, status: 0, reset: true }] })
    expect(await write.port.createComment(7, 'x')).toMatchObject({ ok: false, failure: { kind: 'reset' } })
    expect(write.lab.requests).toHaveLength(1)
  })

  it('of time, of the run and of the network have their causes', async () => {
    const slow: GitHubState = { faults: [{ match: /comments/, status: 200, body: [], delayMs: 2000 }] }
    expect(await (await start(slow, { timeoutMs: 100 })).port.findComments(7, () => true)).toMatchObject({
      ok: false,
      failure: { kind: 'timeout' },
    })
    const stopped = await start(slow, { signal: AbortSignal.timeout(50) })
    expect(await stopped.port.findComments(7, () => true)).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    const gone = await startGitHub()
    await gone.close()
    expect(await portTo(gone.url).findComments(7, () => true)).toMatchObject({
      ok: false,
      failure: { kind: 'refused' },
    })
    expect(await portTo('nonsense').findComments(7, () => true)).toMatchObject({
      ok: false,
      failure: { kind: 'missing-input' },
    })
    expect(await portTo('http://127.0.0.1:9', { token: undefined }).repository()).toMatchObject({
      ok: false,
      failure: { kind: 'no-credential' },
    })
  })

  it('show no token and no more than 500 characters of the server', async () => {
    const { port } = await start(fault(400, `ghs \u0007 ${'long '.repeat(1000)}`))
    const answer = await port.findComments(7, () => true)
    expect(JSON.stringify(answer)).not.toContain('ghs_lab')
    expect(JSON.stringify(answer).length).toBeLessThan(800)
  })
})

describe('issues and pull requests', () => {
  it.each<[string, unknown, (port: GitHubPort) => Promise<{ ok: boolean }>]>([
    ['issues', [{ number: 20, title: 'x', state: 'frozen' }], (port) => port.findIssues('x', () => true)],
    ['issues', { items: [] }, (port) => port.findIssues('x', () => true)],
    ['an issue', { number: '20', title: 'x', state: 'open' }, (port) => port.readIssue(20)],
    [
      'a pull request',
      { number: 7, head: { sha: 'a', ref: 'b' }, base: { sha: 'a', ref: 'b' } },
      (port) => port.readPullRequest(7),
    ],
    ['pull requests', [{ number: 7 }], (port) => port.listPullRequests({ owner: 'acme', branch: 'b' })],
  ])('of another shape are not taken: %s', async (_, body, ask) => {
    const { port } = await start({ faults: [{ match: /./, status: 200, body }] })
    expect(await ask(port)).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })
})

describe('redirects', () => {
  it('carry the token to no other host', async () => {
    const seen: string[] = []
    const thief = createServer((request, response) => {
      seen.push(request.headers.authorization ?? 'none')
      response.end('{}')
    })
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => thief.close(resolve)))
    const location = `http://127.0.0.1:${String((thief.address() as AddressInfo).port)}/repos/acme/db`
    for (const status of [301, 302, 307]) {
      const { port } = await start({ faults: [{ match: /./, status, headers: { location } }] })
      expect(await port.repository()).toMatchObject({
        ok: false,
        failure: { kind: 'protocol', message: expect.stringContaining('redirect') },
      })
      expect(await port.createComment(7, 'x')).toMatchObject({ ok: false })
    }
    expect(seen).toEqual([])
  })

  it('of a renamed repository are followed on the same host', async () => {
    const { port } = await start({
      faults: [
        { match: /^GET \/repos\/acme\/db$/, status: 301, headers: { location: '/repos/acme/db?renamed' }, times: 1 },
      ],
    })
    expect(await port.repository()).toMatchObject({ ok: true, value: { defaultBranch: 'main' } })
  })
})

function fault(status: number, message: string, headers: Record<string, string> = {}, times?: number): GitHubState {
  return {
    faults: [{ match: /comments/, status, body: { message }, headers, ...(times === undefined ? {} : { times }) }],
  }
}
