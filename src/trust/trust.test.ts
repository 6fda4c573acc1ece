import { afterEach, describe, expect, it } from '@jest/globals'
import type { GitHubState } from '../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { createGitHubPort } from '../adapters/github/github-port.ts'
import { blobShas } from '../adapters/workspace.ts'
import { seen, unseen } from '../domain/observed.ts'
import { Secret } from '../domain/secret.ts'
import { readTrust, type TrustQuestion } from './read-trust.ts'
import { decideTrust, fullRefName, isOnTrustedRef, type FileFacts, type RunOrigin } from './trust.ts'

const SHA = 'a'.repeat(40)
const MAIN = 'refs/heads/main'
const origin = (eventName: string, ref: string): RunOrigin => ({ eventName, ref, sha: SHA })

describe('a run of the trusted ref itself', () => {
  const rows: [string, string, string, boolean][] = [
    ['push', MAIN, MAIN, true],
    ['schedule', MAIN, MAIN, true],
    ['workflow_dispatch', MAIN, MAIN, true],
    ['push', 'refs/heads/wave', MAIN, false],
    ['push', 'refs/tags/main', MAIN, false],
    ['push', 'refs/tags/v1', 'refs/tags/v1', true],
    ['push', 'refs/heads/wave', SHA, true],
    ['push', 'refs/heads/wave', 'b'.repeat(40), false],
    ['merge_group', 'refs/heads/gh-readonly-queue/main/pr-7', MAIN, false],
    ['pull_request', 'refs/pull/7/merge', MAIN, false],
    ['pull_request_target', MAIN, MAIN, false],
    ['issue_comment', MAIN, MAIN, false],
    ['workflow_run', MAIN, MAIN, false],
    ['repository_dispatch', MAIN, MAIN, false],
    ['', MAIN, MAIN, false],
  ]
  it.each(rows)('%s on %s, trusted %s: %s', (eventName, ref, trustedRef, expected) => {
    expect(isOnTrustedRef(origin(eventName, ref), trustedRef)).toBe(expected)
  })

  it('is named in full, so that a tag cannot pass for a branch', () => {
    expect(fullRefName('main')).toBe(MAIN)
    expect(fullRefName('refs/tags/v1')).toBe('refs/tags/v1')
    expect(fullRefName(SHA)).toBe(SHA)
  })
})

describe('a run elsewhere', () => {
  const equal: FileFacts = {
    path: 'a.yml',
    here: seen({ found: true, shas: ['1', '2'] }),
    trusted: seen({ found: true, sha: '2' }),
  }
  const judge = (...files: FileFacts[]) => decideTrust(origin('pull_request', 'refs/pull/7/merge'), seen(MAIN), files)

  it('is trusted when every file equals that of the trusted ref', () => {
    expect(judge(equal, { ...equal, path: 'ca.pem' })).toEqual({
      trusted: true,
      reason: 'The files in use equal those of main.',
    })
  })

  const doubts: [string, Partial<FileFacts>, string][] = [
    ['differs', { trusted: seen({ found: true, sha: '3' }) }, '`b.yml` differs from that of main'],
    ['is new', { trusted: seen({ found: false, message: 'main has no b.yml.' }) }, 'merge it there first'],
    ['is gone here', { here: seen({ found: false, shas: [] }) }, 'differs'],
    [
      'cannot be read there',
      { trusted: unseen('forbidden', 'GitHub answered 403.', { missing: '`contents: read`' }) },
      'Missing: `contents: read`',
    ],
    ['cannot be read here', { here: unseen('forbidden', 'It is a link.') }, 'could not be read here'],
  ]
  it.each(doubts)('is not when one %s', (_, change, words) => {
    const trust = judge(equal, { ...equal, path: 'b.yml', ...change })
    expect(trust.trusted).toBe(false)
    expect(trust.reason).toContain(words)
  })

  it('is not without files, or when the trusted ref is not known', () => {
    expect(judge().trusted).toBe(false)
    expect(decideTrust(origin('push', MAIN), unseen('timeout', 'No answer.'), [equal])).toEqual({
      trusted: false,
      reason: 'The trusted ref is not known: No answer.',
    })
  })

  it('counts the files that differ', () => {
    const other = { ...equal, trusted: seen({ found: true as const, sha: '3' }) }
    expect(judge(other, other, other).reason).toContain('2 more of its files')
  })
})

describe('asking GitHub', () => {
  let lab: LabGitHub | undefined
  afterEach(() => lab?.close())

  async function ask(state: GitHubState, files: Record<string, string>, more: Partial<TrustQuestion> = {}) {
    await lab?.close()
    lab = await startGitHub(state)
    const signal = new AbortController().signal
    const token = new Secret('github-token', 'ghs_lab')
    const github = createGitHubPort({
      token,
      apiUrl: lab.url,
      repository: 'acme/db',
      timeoutMs: 3000,
      signal,
      firstPauseMs: 5,
    })
    const question = {
      origin: origin('pull_request', 'refs/pull/7/merge'),
      event: {},
      trustedRef: '',
      files: Object.keys(files),
      ...more,
    }
    const readShas = (path: string) =>
      Promise.resolve(seen({ found: true, shas: blobShas(Buffer.from(files[path] ?? '')) }))
    return readTrust(question, { github, readShas })
  }

  it('trusts equal files of the default branch, with CRLF too, by one list a folder', async () => {
    const files = { '.github/a.yml': 'a: 1\n', '.github/b.yml': 'b: 1\n', 'ca.pem': 'x' }
    expect(
      await ask({ files: { trunk: files }, defaultBranch: 'trunk' }, { ...files, '.github/a.yml': 'a: 1\r\n' }),
    ).toMatchObject({ trusted: true })
    expect(lab?.requests.map(({ url }) => url)).toEqual([
      '/repos/acme/db',
      '/repos/acme/db/contents/.github?ref=refs%2Fheads%2Ftrunk',
      '/repos/acme/db/contents?ref=refs%2Fheads%2Ftrunk',
    ])
  })

  it('takes the default branch from the event, and the input before both', async () => {
    const files = { 'a.yml': 'x' }
    const event = { repository: { default_branch: 'trunk' } }
    expect(await ask({ files: { trunk: files } }, files, { event })).toMatchObject({ trusted: true })
    expect(
      await ask({ files: { trunk: files, release: { 'a.yml': 'y' } } }, files, { event, trustedRef: 'release' }),
    ).toMatchObject({ trusted: false })
  })

  it('asks nothing on the trusted ref itself', async () => {
    const event = { repository: { default_branch: 'main' } }
    expect(await ask({}, { 'a.yml': 'x' }, { origin: origin('schedule', MAIN), event })).toMatchObject({
      trusted: true,
    })
    expect(lab?.requests).toEqual([])
  })

  it.each<[string, GitHubState, string]>([
    ['no manifest there yet', { files: { main: { 'b.yml': 'x' } } }, 'merge it there first'],
    ['a changed one', { files: { main: { 'a.yml': 'y' } } }, 'differs'],
    ['no such ref', { defaultBranch: 'main', files: {} }, 'main has no'],
    ['no permission', { permissions: [] }, '`contents: read`'],
    ['a server that fails', { faults: [{ match: /contents/, status: 500, body: '' }] }, 'could not be read'],
    ['an unknown default branch', { faults: [{ match: /./, status: 404, body: {} }] }, 'trusted ref is not known'],
  ])('does not trust: %s', async (_, state, words) => {
    const trust = await ask(state, { 'a.yml': 'x' })
    expect(trust.trusted).toBe(false)
    expect(trust.reason).toContain(words)
  })

  it('does not trust a run outside GitHub, and asks nothing', async () => {
    expect(await ask({}, { 'a.yml': 'x' }, { origin: origin('', '') })).toMatchObject({ trusted: false })
    expect(lab?.requests).toEqual([])
  })
})
