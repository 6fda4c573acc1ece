import { afterEach, describe, expect, it } from '@jest/globals'
import { GITHUB_ACTIONS_BOT, type GitHubState } from '../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { createGitHubPort } from '../adapters/github/github-port.ts'
import { Secret } from '../domain/secret.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import { resultKey, type OpenVerdict, type PublishedState } from '../report/published-state.ts'
import { COMMENT_LIMIT_CHARS, publishComment, type CommentRequest } from './comment.ts'
import { talkIdentity } from './own-text.ts'

const IDENTITY = talkIdentity({ title: 'Sales', manifests: ['a.yml'], workflow: 'Preflight', job: 'preflight' })
const MARKER = `<!-- dms-preflight:${IDENTITY} -->`
const NOW = Date.UTC(2026, 10, 22, 10)
const labs: LabGitHub[] = []
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close()
})

async function start(state: GitHubState = {}): Promise<{ lab: LabGitHub; port: GitHubPort }> {
  const lab = await startGitHub(state)
  labs.push(lab)
  return { lab, port: portTo(lab) }
}

function portTo(lab: LabGitHub): GitHubPort {
  const signal = new AbortController().signal
  const token = new Secret('github-token', 'ghs_lab')
  return createGitHubPort({ token, apiUrl: lab.url, repository: 'acme/db', timeoutMs: 3000, signal, firstPauseMs: 5 })
}

function publish(
  port: GitHubPort,
  more: Partial<CommentRequest> & { text?: string; footer?: string; runId?: number } = {},
) {
  const { text = 'Not ready', footer = 'run 1', runId = 1, ...rest } = more
  const request: CommentRequest = {
    pullRequest: 7,
    identity: IDENTITY,
    mode: 'always',
    ready: false,
    fingerprint: text,
    state: { run: { runId, attempt: 1, startedAt: new Date(NOW + runId).toISOString() }, status: 'not-ready' },
    now: NOW,
    essence: () => text,
    render: () => `# ${text}\n\n${footer}\n`,
    ...rest,
  }
  return publishComment(port, request, (content) => content.replaceAll('hunter2', '***'))
}

function signal() {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve: () => resolve() }
}

function writesOf(lab: LabGitHub): string[] {
  return lab.requests.filter(({ method }) => method !== 'GET').map(({ method, url }) => `${method} ${url}`)
}

describe('one comment', () => {
  it('is made, then updated in place, and left alone while only its footer would change', async () => {
    const { lab, port } = await start()
    const first = await publish(port)
    expect(first).toEqual({ outcome: 'created', url: expect.stringContaining('#issuecomment-1001') })
    expect(lab.comments[0]?.body.split('\n')[0]).toBe(MARKER)
    expect(lab.comments[0]?.user).toEqual(GITHUB_ACTIONS_BOT)
    expect(await publish(port, { footer: 'run 2' })).toMatchObject({ outcome: 'unchanged', url: first.url })
    expect(lab.comments[0]?.body).toContain('run 1')
    expect(await publish(port, { text: 'Ready', footer: 'run 3' })).toMatchObject({
      outcome: 'updated',
      url: first.url,
    })
    expect(lab.comments.map(({ body }) => body)).toEqual([expect.stringContaining('# Ready\n\nrun 3')])
  })

  it('is found among 250 others', async () => {
    const others = Array.from({ length: 250 }, (_, at) => ({ body: `talk ${String(at)}` }))
    const own = { body: `${MARKER}\r\n<!-- x -->\r\nold\r\nfooter`, user: GITHUB_ACTIONS_BOT }
    const { lab, port } = await start({ comments: [...others.slice(0, 240), own, ...others.slice(240)] })
    expect(await publish(port)).toMatchObject({ outcome: 'updated', url: expect.stringContaining('1241') })
    expect(lab.comments).toHaveLength(251)
  })

  it('is redacted, marker and all', async () => {
    const { lab, port } = await start()
    await publish(port, { text: 'the password is hunter2' })
    expect(lab.comments[0]?.body).toContain('the password is ***')
    expect(JSON.stringify(lab.requests)).not.toContain('hunter2')
  })

  it('leaves others that were ours to the oldest', async () => {
    const own = { body: `${MARKER}\nx\ny`, user: GITHUB_ACTIONS_BOT }
    const { lab, port } = await start({ comments: [own, { body: 'talk' }, own] })
    expect(await publish(port)).toMatchObject({ outcome: 'updated' })
    expect(lab.comments.map(({ id }) => id)).toEqual([1001, 1002])
  })

  it('of another title, manifest, workflow or job is another comment', async () => {
    const { lab, port } = await start()
    const base = { title: 'Sales', manifests: ['a.yml', 'b.yml'], workflow: 'w', job: 'j' }
    const identities = [
      base,
      { ...base, title: 'x' },
      { ...base, manifests: ['a.yml'] },
      { ...base, workflow: 'x' },
      { ...base, job: 'x' },
    ].map(talkIdentity)
    expect(new Set(identities).size).toBe(5)
    expect(talkIdentity({ ...base, manifests: ['b.yml', 'a.yml'] })).toBe(identities[0])
    for (const identity of identities) await publish(port, { identity })
    for (const identity of identities) await publish(port, { identity, text: 'again' })
    expect(lab.comments).toHaveLength(5)
  })

  it.each([2, 3])('remains one when %i runs race, and says what the youngest found', async (count) => {
    const { lab } = await start({ gates: [{ match: /^GET .*comments\?/, count }] })
    const runs = Array.from({ length: count }, (_, at) => at + 1)
    const outcomes = await Promise.all(runs.map((runId) => publish(portTo(lab), { runId, text: `of run ${runId}` })))
    expect(lab.comments).toHaveLength(1)
    expect(new Set(outcomes.map(({ url }) => url)).size).toBe(1)
    expect(outcomes.every(({ problem }) => problem === undefined)).toBe(true)
    expect(writesOf(lab).filter((line) => line.startsWith('POST /repos'))).toHaveLength(count)
    expect(lab.comments[0]?.body).toContain(`# of run ${count}`)
  })

  it('remains one when the server failed after it had made it', async () => {
    const { lab, port } = await start({
      faults: [{ match: /^POST .*comments/, status: 502, afterwards: true, times: 1 }],
    })
    expect(await publish(port)).toMatchObject({ url: expect.stringContaining('1001') })
    expect(lab.comments).toHaveLength(1)
  })
})

describe('a run that is older than what stands there', () => {
  it('leaves the comment alone', async () => {
    const { lab, port } = await start()
    await publish(port, { runId: 12, text: 'young' })
    expect(await publish(port, { runId: 11, text: 'old' })).toEqual({
      outcome: 'outdated',
      url: expect.stringContaining('1001'),
    })
    expect(lab.comments[0]?.body).toContain('# young')
    expect(await publish(port, { runId: 13, text: 'younger' })).toMatchObject({ outcome: 'updated' })
  })

  it('that was started again is the youngest', async () => {
    const { lab, port } = await start()
    await publish(port, { runId: 12, text: 'young' })
    const again = { runId: 11, attempt: 2, startedAt: new Date(NOW + 60_000).toISOString() }
    const state = { run: again, status: 'not-ready' as const }
    expect(await publish(port, { state, text: 'again' })).toMatchObject({ outcome: 'updated' })
    expect(lab.comments[0]?.body).toContain('# again')
  })

  it('cannot keep its text when both write at the same moment', async () => {
    const { lab, port } = await start({ gates: [] })
    await publish(port, { runId: 1 })
    lab.state.gates?.push({ match: /^GET .*issues\/comments\//, count: 2 })
    const wrote = { young: signal(), old: signal() }
    const old: GitHubPort = {
      ...portTo(lab),
      async updateComment(id, body) {
        await wrote.young.promise
        const updated = await port.updateComment(id, body)
        wrote.old.resolve()
        return updated
      },
    }
    const young: GitHubPort = {
      ...portTo(lab),
      async updateComment(id, body) {
        const updated = await port.updateComment(id, body)
        wrote.young.resolve()
        await wrote.old.promise
        return updated
      },
    }
    const outcomes = await Promise.all([
      publish(old, { runId: 2, text: 'old' }),
      publish(young, { runId: 3, text: 'young' }),
    ])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['updated', 'updated'])
    expect(lab.comments.map(({ body }) => body)).toEqual([expect.stringContaining('# young')])
    expect(writesOf(lab).filter((line) => line.startsWith('PATCH'))).toHaveLength(3)
  })
})

it('that was deleted after it was found is made anew', async () => {
  const { lab, port } = await start()
  await publish(port)
  const deleting: GitHubPort = {
    ...port,
    async readComment(id) {
      await port.deleteComment(1001)
      return port.readComment(id)
    },
  }
  expect(await publish(deleting, { runId: 2, text: 'other' })).toMatchObject({ outcome: 'created' })
  expect(lab.comments.map(({ body }) => body)).toEqual([expect.stringContaining('# other')])
})

describe('a long conversation', () => {
  const talk = (count: number) => Array.from({ length: count }, () => ({ body: 'talk' }))
  const own = { body: `${MARKER}\nx\ny`, user: GITHUB_ACTIONS_BOT }

  it('is read beyond 100 pages: ours is found there, and none is made where there is none', async () => {
    const { lab, port } = await start({ comments: [...talk(10_150), own, ...talk(50)] })
    expect(await publish(port)).toMatchObject({ outcome: 'updated', url: expect.stringContaining('11151') })
    expect(lab.comments).toHaveLength(10_201)
    const none = await start({ comments: talk(10_150) })
    expect(await publish(none.port)).toMatchObject({ outcome: 'created' })
    // All pages once, and the last two again, to see whether another run was faster.
    expect(none.lab.requests.filter(({ url }) => url.includes('comments?'))).toHaveLength(102 + 2)
  })

  it('is read no further than the page with ours', async () => {
    const { lab, port } = await start({ comments: [...talk(120), own, ...talk(3_000)] })
    await publish(port)
    expect(lab.requests.filter(({ url }) => url.includes('comments?')).length).toBeLessThanOrEqual(5)
  })

  it('beyond 300 pages is read at both ends; where ours is not found no second one is made', async () => {
    const { lab, port } = await start({ comments: [own, ...talk(5)] })
    const pages = 400
    const page = (number: number, found: boolean): { body: unknown[]; headers: Record<string, string> } => ({
      body: found ? [{ id: 77, body: own.body, user: own.user, html_url: 'https://github.com/x#77' }] : [],
      headers: {
        link: number < pages ? `<http://x/?page=${number + 1}>; rel="next", <http://x/?page=${pages}>; rel="last"` : '',
      },
    })
    const faultsWith = (at?: number) =>
      Array.from({ length: pages }, (_, index) => ({
        match: new RegExp(`comments\\?per_page=100&page=${index + 1}$`),
        status: 200,
        ...page(index + 1, index + 1 === at),
      }))
    lab.state.faults = faultsWith()
    const { outcome, problem } = await publish(port)
    expect(outcome).toBe('none')
    expect(problem?.message).toMatch(/so long that not all of it was read.*a second one must not be made/)
    const asked = lab.requests.flatMap(({ url }) => /&page=(\d+)$/.exec(url)?.[1] ?? []).map(Number)
    expect(asked).toHaveLength(300)
    expect(asked.toSorted((a, b) => a - b).slice(149, 151)).toEqual([150, 251])
    expect(writesOf(lab).filter((line) => line.includes('comments'))).toEqual([])
    lab.state.faults = [...faultsWith(399), { match: /comments\/77/, status: 200, body: { id: 77, body: '' } }]
    expect(await publish(port)).toMatchObject({ outcome: 'updated', url: 'https://github.com/x#77' })
  }, 20_000)
})

describe('the hidden state', () => {
  const key = resultKey('a.yml', { id: 'source/name-resolves', subject: { kind: 'sql-server', name: 'sales' } })
  const state = (open: ReadonlyMap<string, OpenVerdict>, runId = 1) => ({
    run: { runId, attempt: 1, startedAt: new Date(NOW + runId).toISOString() },
    commit: 'c'.repeat(40),
    status: 'not-ready' as const,
    open,
  })

  it('comes back to the next run, and to no other identity', async () => {
    const { lab, port } = await start()
    await publish(port, { state: state(new Map([[key, 'fail']])) })
    let before: PublishedState | undefined
    const render = (_: number, given: PublishedState | undefined) => {
      before = given
      return '# other\n\nfooter\n'
    }
    await publish(port, { state: state(new Map(), 2), text: 'other', render })
    expect(before).toMatchObject({ commit: 'c'.repeat(40), status: 'not-ready', open: new Map([[key, 'fail']]) })
    await publish(port, { state: state(new Map(), 3), text: 'third', render })
    expect(before).toMatchObject({ run: { runId: 2 }, open: new Map() })
    const [marker = '', line = '', ...rest] = lab.comments[0]?.body.split('\n') ?? []
    for (const [first, second] of [
      [marker, line.replace('status=not-ready', 'status=ready')],
      [marker, ''],
      [marker, line.replace(' v1 ', ' v9 ')],
      [marker, `<!-- dms-preflight-state ${'x'.repeat(60_000)} -->`],
    ]) {
      lab.comments[0]!.body = [first, second, ...rest].join('\n')
      before = {} as PublishedState
      expect(await publish(port, { state: state(new Map(), 4), render })).toMatchObject({ outcome: 'updated' })
      expect(before).toBeUndefined()
    }
    const other = talkIdentity({ title: 'Other', manifests: [], workflow: '', job: '' })
    lab.comments[0]!.body = [`<!-- dms-preflight:${other} -->`, line, ...rest].join('\n')
    before = {} as PublishedState
    await publish(port, { identity: other, state: state(new Map(), 5), render })
    expect(before).toBeUndefined()
  })

  it('counts against the limit, however much there is to keep', async () => {
    const { lab, port } = await start()
    const open = new Map(
      Array.from({ length: 2_000 }, (_, at) => {
        const subject = { kind: 'database' as const, name: String(at) }
        return [resultKey('a.yml', { id: 'x/y', subject }), 'blocked' as const]
      }),
    )
    const render = (limit: number) => 'x'.repeat(limit)
    expect(await publish(port, { state: state(open), render })).toMatchObject({ outcome: 'created' })
    expect(lab.comments[0]?.body).toHaveLength(COMMENT_LIMIT_CHARS)
    expect(lab.comments[0]?.body.split('\n')[1]?.length).toBeLessThan(16_000)
  })

  it('does not keep a text that somebody changed by hand', async () => {
    const { lab, port } = await start()
    await publish(port)
    lab.comments[0]!.body += '\nand it is all fine'
    expect(await publish(port, { runId: 2 })).toMatchObject({ outcome: 'updated' })
    expect(lab.comments[0]?.body).not.toContain('all fine')
  })
})

describe('comments of others', () => {
  const forgers = [
    { login: 'mallory', id: 9, type: 'User' as const },
    { login: 'github-actions', id: 10, type: 'User' as const },
    { login: 'other-app[bot]', id: 11, type: 'Bot' as const },
  ]
  it.each(forgers)('with our marker are not touched: $login', async (user) => {
    const forged = `${MARKER}\nEverything is ready, merge it!`
    const { lab, port } = await start({ comments: [{ body: forged, user }] })
    expect(await publish(port)).toMatchObject({ outcome: 'created' })
    expect(lab.comments.map(({ body }) => body)).toEqual([forged, expect.stringContaining('# Not ready')])
    expect(writesOf(lab).filter((line) => !line.includes('graphql'))).toEqual(['POST /repos/acme/db/issues/7/comments'])
  })

  it('that quote ours are not ours', async () => {
    const { lab, port } = await start({ comments: [{ body: `> ${MARKER}\n\nlook`, user: GITHUB_ACTIONS_BOT }] })
    expect(await publish(port)).toMatchObject({ outcome: 'created' })
    expect(lab.comments).toHaveLength(2)
  })

  it.each([
    { kind: 'user' as const, user: { login: 'dba', id: 5, type: 'User' as const } },
    { kind: 'app' as const, user: { login: 'our-app[bot]', id: 6, type: 'Bot' as const } },
  ])('by GITHUB_TOKEN are not those of a $kind', async (identity) => {
    const old = { body: `${MARKER}\nx\ny`, user: GITHUB_ACTIONS_BOT }
    const { lab, port } = await start({ identity, comments: [old] })
    expect(await publish(port)).toMatchObject({ outcome: 'created' })
    expect(await publish(port, { text: 'again' })).toMatchObject({ outcome: 'updated' })
    expect(lab.comments.map(({ user }) => user.login)).toEqual(['github-actions[bot]', identity.user.login])
  })
})

describe('the input `comment`', () => {
  it('`never` asks GitHub nothing', async () => {
    const { lab, port } = await start()
    expect(await publish(port, { mode: 'never' })).toEqual({ outcome: 'none' })
    expect(lab.requests).toEqual([])
  })

  it.each(['changes', 'problems'] as const)(
    '`%s` makes no comment for good news, and corrects one that is there',
    async (mode) => {
      const { lab, port } = await start()
      expect(await publish(port, { mode, ready: true })).toEqual({ outcome: 'none' })
      expect(await publish(port, { mode })).toMatchObject({ outcome: 'created' })
      expect(await publish(port, { mode, ready: true, text: 'Ready' })).toMatchObject({ outcome: 'updated' })
      expect(lab.comments).toHaveLength(1)
    },
  )

  it('`changes` leaves a comment alone while the result is the same', async () => {
    const { port } = await start()
    await publish(port, { mode: 'changes', fingerprint: 'a' })
    expect(await publish(port, { mode: 'changes', fingerprint: 'a', text: 'other figures' })).toMatchObject({
      outcome: 'unchanged',
    })
    expect(await publish(port, { mode: 'changes', fingerprint: 'b', text: 'other figures' })).toMatchObject({
      outcome: 'updated',
    })
  })
})

describe('what cannot be published', () => {
  it('is a warning that names the permission to add', async () => {
    const { port } = await start({ permissions: ['contents: read', 'pull-requests: read'] })
    const { outcome, problem } = await publish(port)
    expect(outcome).toBe('none')
    expect(problem?.severity).toBe('warning')
    expect(problem?.message).toMatch(
      /pull request #7 was not written: .*403.*`pull-requests: write` among the `permissions`/s,
    )
  })

  it('never throws and never shows a secret', async () => {
    const { port } = await start({
      faults: [{ match: /^POST .*comments/, status: 422, body: { message: 'no hunter2' } }],
    })
    expect((await publish(port)).problem?.message).toContain('no ***')
    const broken = await publish(port, {
      render: () => {
        throw new Error('rendering hunter2 failed')
      },
    })
    expect(broken).toEqual({
      outcome: 'none',
      problem: { severity: 'warning', message: expect.stringContaining('rendering *** failed') },
    })
  })

  it.each([
    [404, 'Not Found', '`pull-requests: write`'],
    [403, 'Repository was archived so is read-only.', 'archived'],
    [403, 'Unable to create comment because issue is locked.', 'unlocked'],
    [403, 'Commenting is disabled on issues with more than 2500 comments', 'no more comments'],
    [403, 'API rate limit exceeded for installation', 'limits how often'],
    [422, 'Validation Failed', 'did not accept'],
    [500, 'Server Error', 'a problem of its own'],
  ])('(%i %s) is a warning', async (status, message, words) => {
    const headers: Record<string, string> = message.startsWith('API rate') ? { 'x-ratelimit-remaining': '0' } : {}
    const { lab, port } = await start({ faults: [{ match: /^POST .*comments/, status, body: { message }, headers }] })
    const { outcome, problem } = await publish(port)
    expect([outcome, problem?.severity]).toEqual(['none', 'warning'])
    expect(problem?.message).toContain(words)
    expect(lab.comments).toEqual([])
  })

  it('because of a secondary rate limit waits as long as GitHub says, if there is time', async () => {
    const limit = {
      match: /^PATCH .*comments/,
      status: 403,
      body: { message: 'You have exceeded a secondary rate limit' },
    }
    const { lab, port } = await start({ faults: [{ ...limit, headers: { 'retry-after': '1' }, times: 1 }] })
    await publish(port)
    expect(await publish(port, { runId: 2, text: 'later' })).toMatchObject({ outcome: 'updated' })
    lab.state.faults?.push({ ...limit, headers: { 'retry-after': '600' } })
    const { problem, url } = await publish(port, { runId: 3, text: 'too late' })
    expect(problem?.message).toMatch(/limits how often.*run it again when the limit is over/)
    expect(url).toContain('1001')
  })

  it('for a while is tried again', async () => {
    const { lab, port } = await start({ faults: [{ match: /comments/, status: 503, times: 2 }] })
    expect(await publish(port)).toMatchObject({ outcome: 'created' })
    expect(lab.comments).toHaveLength(1)
  })

  it('is not longer than GitHub takes', async () => {
    const { lab, port } = await start()
    expect(await publish(port, { render: (limit) => 'x'.repeat(limit) })).toMatchObject({ outcome: 'created' })
    expect(lab.comments[0]?.body).toHaveLength(COMMENT_LIMIT_CHARS)
  })
})
