import { afterEach, describe, expect, it } from '@jest/globals'
import type { GitHubPull, GitHubState } from '../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { createGitHubPort } from '../adapters/github/github-port.ts'
import { Secret } from '../domain/secret.ts'
import { readContext } from '../inputs/context.ts'
import { findPullRequest } from './find-pull-request.ts'

const SHA = 'd'.repeat(40)
const OTHER = 'e'.repeat(40)
let lab: LabGitHub | undefined
afterEach(() => lab?.close())

async function find(eventName: string, ref: string, event: object, state: GitHubState) {
  await lab?.close()
  lab = await startGitHub({ pulls: [], ...state })
  const env = {
    GITHUB_EVENT_NAME: eventName,
    GITHUB_REPOSITORY: 'acme/db',
    GITHUB_REF: ref,
    GITHUB_SHA: SHA,
  }
  const context = readContext(env, JSON.stringify({ repository: { default_branch: 'main' }, ...event }))
  const token = new Secret('github-token', 'ghs_lab')
  const signal = new AbortController().signal
  const options = { token, apiUrl: lab.url, repository: 'acme/db', timeoutMs: 3000, signal, firstPauseMs: 5 }
  return findPullRequest(context, createGitHubPort(options))
}

function pull(number: number, more: Partial<GitHubPull> = {}): GitHubPull {
  return { number, head: { ref: 'topic', sha: SHA }, ...more }
}

describe('push and workflow_dispatch', () => {
  const rows: [string, GitHubPull[], object][] = [
    [
      'the one with this head',
      [pull(8), pull(9, { head: { ref: 'other', sha: SHA } })],
      { found: { number: 8, headSha: SHA } },
    ],
    [
      'none: it has moved on',
      [pull(8, { head: { ref: 'topic', sha: OTHER } })],
      { note: expect.stringContaining('no open pull request has commit ddddddd') },
    ],
    ['none: it is closed', [pull(8, { state: 'closed' })], { note: expect.stringContaining('no open pull request') }],
    [
      'none of a fork with a branch of that name',
      [pull(8, { head: { ref: 'topic', sha: SHA, repository: 'acme/fork' } })],
      { note: expect.stringContaining('no open') },
    ],
    [
      'none of two',
      [pull(8), pull(9, { base: { ref: 'release' } })],
      { note: expect.stringMatching(/2 open pull requests .*#8, #9/) },
    ],
  ]
  it.each(rows)('%s', async (_, pullRequests, expected) => {
    for (const eventName of ['push', 'workflow_dispatch']) {
      expect(await find(eventName, 'refs/heads/topic', {}, { pullRequests })).toEqual(expected)
    }
    expect(lab?.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /repos/acme/db/pulls?state=open&head=acme%3Atopic&per_page=100',
    ])
  })

  it('ask nothing on the default branch', async () => {
    expect(await find('push', 'refs/heads/main', {}, { pullRequests: [pull(8)] })).toEqual({})
    expect(lab?.requests).toEqual([])
  })

  it('are no reason to warn when GitHub does not tell', async () => {
    const search = await find('push', 'refs/heads/topic', {}, { permissions: ['contents: read'] })
    expect(search).toMatchObject({ note: expect.stringContaining('`pull-requests: write`'), isProblem: false })
  })
})

describe('workflow_run', () => {
  const run = (more: object = {}) => ({
    workflow_run: {
      head_branch: 'topic',
      head_sha: SHA,
      head_repository: { full_name: 'eve/db' },
      pull_requests: [],
      ...more,
    },
  })
  const foreign = pull(8, { head: { ref: 'topic', sha: SHA, repository: 'eve/db' } })

  it('finds that of a fork by head repository, branch and commit', async () => {
    expect(await find('workflow_run', 'refs/heads/main', run(), { pullRequests: [foreign] })).toEqual({
      found: { number: 8, headSha: SHA },
    })
  })

  it.each([
    [
      'what it claims about itself',
      run({ pull_requests: [{ number: 5, head: { sha: SHA } }] }),
      [pull(5, { head: { ref: 'topic', sha: OTHER, repository: 'eve/db' } })],
    ],
    ['a commit that is not its head any more', run(), [{ ...foreign, head: { ...foreign.head, sha: OTHER } }]],
    ['one into another repository', run(), [{ ...foreign, base: { ref: 'main', repository: 'eve/db' } }]],
    ['one whose fork is gone', run(), [{ ...foreign, head: { ...foreign.head, repository: null } }]],
  ])('does not take %s', async (_, event, pullRequests) => {
    const search = await find('workflow_run', 'refs/heads/main', event, { pullRequests })
    expect(search.found).toBeUndefined()
    expect(search.note).toContain('no open pull request')
  })

  it('warns when the look-up is not allowed', async () => {
    expect(await find('workflow_run', 'refs/heads/main', run(), { permissions: [] })).toMatchObject({ isProblem: true })
  })
})

describe('merge_group', () => {
  const ref = `refs/heads/gh-readonly-queue/main/pr-8-${OTHER}`
  it('finds the pull request that the queue names, if it is open with that base', async () => {
    expect(await find('merge_group', ref, {}, { pullRequests: [pull(8)] })).toEqual({
      found: { number: 8, headSha: SHA },
    })
    for (const pullRequests of [
      [pull(8, { state: 'closed' })],
      [pull(8, { base: { ref: 'release' } })],
    ] as GitHubPull[][]) {
      expect(await find('merge_group', ref, {}, { pullRequests })).toEqual({
        note: expect.stringContaining('#8 is not open'),
      })
    }
    expect(await find('merge_group', ref, {}, {})).toMatchObject({
      isProblem: true,
      note: expect.stringContaining('404'),
    })
  })
})

describe('events that say it themselves', () => {
  it('are believed, and nothing is asked', async () => {
    const pullRequest = {
      number: 5,
      head: { sha: SHA, ref: 'topic', repo: { full_name: 'eve/db' } },
      base: { ref: 'main' },
    }
    const known = { found: { number: 5, headSha: SHA } }
    expect(await find('pull_request', 'refs/pull/5/merge', { pull_request: pullRequest }, {})).toEqual(known)
    expect(await find('pull_request_target', 'refs/heads/main', { pull_request: pullRequest }, {})).toEqual(known)
    const comment = { issue: { number: 5, pull_request: {} } }
    expect(await find('issue_comment', 'refs/heads/main', comment, {})).toEqual({ found: { number: 5 } })
    expect(await find('issue_comment', 'refs/heads/main', { issue: { number: 5 } }, {})).toEqual({})
    expect(await find('schedule', 'refs/heads/main', {}, {})).toEqual({})
    expect(lab?.requests).toEqual([])
  })
})
