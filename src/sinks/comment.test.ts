import { afterEach, describe, expect, it } from '@jest/globals'
import { GITHUB_ACTIONS_BOT, type GitHubState } from '../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { createGitHubPort } from '../adapters/github/github-port.ts'
import { Secret } from '../domain/secret.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import { COMMENT_LIMIT_CHARS, commentIdentity, publishComment, type CommentRequest } from './comment.ts'

const IDENTITY = commentIdentity({ title: 'Sales', manifests: ['a.yml'], workflow: 'Preflight', job: 'preflight' })
const MARKER = `<!-- dms-preflight:${IDENTITY} -->`
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

function publish(port: GitHubPort, more: Partial<CommentRequest> & { text?: string; footer?: string } = {}) {
  const { text = 'Not ready', footer = 'run 1', ...rest } = more
  const request: CommentRequest = {
    pullRequest: 7,
    identity: IDENTITY,
    mode: 'always',
    ready: false,
    fingerprint: text,
    render: () => `# ${text}\n\n${footer}\n`,
    ...rest,
  }
  return publishComment(port, request, (content) => content.replaceAll('hunter2', '***'))
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
    ].map(commentIdentity)
    expect(new Set(identities).size).toBe(5)
    expect(commentIdentity({ ...base, manifests: ['b.yml', 'a.yml'] })).toBe(identities[0])
    for (const identity of identities) await publish(port, { identity })
    for (const identity of identities) await publish(port, { identity, text: 'again' })
    expect(lab.comments).toHaveLength(5)
  })

  it('remains one when two runs race', async () => {
    const { lab, port } = await start({ gates: [{ match: /^GET .*comments/, count: 2 }] })
    const outcomes = await Promise.all([publish(port), publish(portTo(lab))])
    expect(lab.comments).toHaveLength(1)
    expect(new Set(outcomes.map(({ url }) => url)).size).toBe(1)
    expect(outcomes.every(({ problem }) => problem === undefined)).toBe(true)
    expect(writesOf(lab).filter((line) => line.startsWith('POST /repos'))).toHaveLength(2)
  })

  it('remains one when the server failed after it had made it', async () => {
    const { lab, port } = await start({
      faults: [{ match: /^POST .*comments/, status: 502, afterwards: true, times: 1 }],
    })
    expect(await publish(port)).toMatchObject({ url: expect.stringContaining('1001') })
    expect(lab.comments).toHaveLength(1)
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
    const { port } = await start({ faults: [{ match: /comments/, status: 422, body: { message: 'no hunter2' } }] })
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
