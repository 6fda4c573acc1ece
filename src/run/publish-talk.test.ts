import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from '@jest/globals'
import { GITHUB_ACTIONS_BOT, type GitHubState } from '../../lab/github/state.ts'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { check, manifest, RUN } from '../../test/golden/fixtures.ts'
import { createGitHubPort } from '../adapters/github/github-port.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { Secret } from '../domain/secret.ts'
import { readContext } from '../inputs/context.ts'
import { readInputs } from '../inputs/inputs.ts'
import { disclose } from '../report/disclose.ts'
import { summariseReport } from '../report/summarise.ts'
import { publishPullRequestComment, type Talk } from './publish-comment.ts'
import { issueObstacle, publishIssue } from './publish-issue.ts'

const labs: LabGitHub[] = []
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close()
})

async function start(state: GitHubState = {}): Promise<LabGitHub> {
  const lab = await startGitHub(state)
  labs.push(lab)
  return lab
}

const FLOW = { peer: 'Storage', direction: 'outbound', protocols: ['tcp'], ports: ['443'], answer: 'allowed' }
const LOGIN = check()
const NSG = check({
  id: 'network/nsg-allows-dms-ports',
  title: 'NSG allows DMS ports',
  subject: { kind: 'nsg-port', name: 'snet-dms:443' },
  evidence: { answer: 'allowed', decidingRules: ['AllowInternetOutBound'], flows: [FLOW] },
})
const BLOCKED: CheckResult = {
  ...NSG,
  verdict: 'fail',
  summary: 'Denied by `DenyAll`',
  evidence: { answer: 'denied', decidingRules: ['DenyAll'], flows: [{ ...FLOW, answer: 'denied' }] },
}
const LOGIN_FAILS: CheckResult = { ...LOGIN, verdict: 'fail' }
const LOGIN_UNKNOWN: CheckResult = {
  ...LOGIN,
  verdict: 'unknown',
  evidence: {},
  cause: { kind: 'timeout', message: 'No answer after 900 ms; the list is 3 days old' },
}

interface Play {
  runId?: number
  minutes?: number
  trusted?: boolean
  disclosure?: 'names' | 'counts'
  inputs?: Record<string, string>
  event?: string
}

function talkOf(lab: LabGitHub, checks: readonly CheckResult[], play: Play = {}): Talk {
  const { runId = 1, minutes = runId, trusted = true, disclosure, inputs = {} } = play
  const startedAt = new Date(Date.parse(RUN.startedAt) + minutes * 60_000).toISOString()
  const now = new Date(startedAt)
  const sha = String(runId % 10).repeat(40)
  const url = `https://github.com/acme/db/actions/runs/${runId}`
  const report: Report = summariseReport({
    run: { ...RUN, startedAt, sha, url, trusted, durationMs: minutes },
    title: '',
    manifests: [{ manifest: manifest(), results: checks }],
    problems: [],
    notices: [],
    now,
    trusted,
    toolVersion: '1.2.3',
  })
  const env = {
    GITHUB_EVENT_NAME: play.event ?? 'schedule',
    GITHUB_REPOSITORY: 'acme/db',
    GITHUB_RUN_ID: String(runId),
    GITHUB_JOB: 'gate',
  }
  const read = readInputs(
    Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  )
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const token = new Secret('github-token', 'ghs_lab')
  const signal = new AbortController().signal
  return {
    report: disclosure === undefined ? report : disclose(report, disclosure, new Map()),
    context: readContext(env, '{}'),
    inputs: read.inputs,
    github: createGitHubPort({
      token,
      apiUrl: lab.url,
      repository: 'acme/db',
      timeoutMs: 3000,
      signal,
      firstPauseMs: 5,
    }),
    redact: (text) => text.replaceAll('hunter2', '***'),
    workflow: 'Preflight',
    why: new Map(),
  }
}

function writesOf(lab: LabGitHub): string[] {
  return lab.requests
    .filter(({ method, url }) => method !== 'GET' && url !== '/graphql')
    .map(({ method, url }) => `${method} ${url.replace('/repos/acme/db', '')}`)
}

describe('the comment on a pull request', () => {
  const comment = (lab: LabGitHub, checks: readonly CheckResult[], play: Play = {}) =>
    publishPullRequestComment(talkOf(lab, checks, play), { number: 7, headSha: String(play.runId ?? 1).repeat(40) })
  const bodyOf = (lab: LabGitHub) => lab.comments[0]?.body ?? ''

  it('says what is new, fixed and still open since the commit of the last run', async () => {
    const lab = await start()
    await comment(lab, [LOGIN_FAILS, NSG])
    expect(bodyOf(lab)).not.toContain('Since')
    await comment(lab, [LOGIN_FAILS, BLOCKED], { runId: 2 })
    expect(bodyOf(lab)).toContain('**Since commit `1111111`**: 1 new, 1 still open')
    expect(bodyOf(lab)).toContain('- 🆕 ❌ NSG allows DMS ports, `snet-dms:443`: fail')
    await comment(lab, [LOGIN_UNKNOWN, NSG], { runId: 3 })
    expect(bodyOf(lab)).toContain('**Since commit `2222222` (not ready then)**: 1 with another verdict, 1 fixed')
    expect(bodyOf(lab)).toContain('- ✔️ ✅ NSG allows DMS ports, `snet-dms:443`: pass (was fail)')
  })

  it('is a short green line when ready, with what was fixed', async () => {
    const lab = await start()
    await comment(lab, [LOGIN_FAILS, NSG])
    await comment(lab, [LOGIN, NSG], { runId: 2 })
    const visible = bodyOf(lab).split('\n').slice(2).join('\n')
    expect(visible).toMatch(/^✅ \*\*Sales to Azure SQL Database: ready\*\* · [^\n]*2 of 2 checks pass\n/)
    expect(visible).toContain('**Since commit `1111111` (not ready then)**: 1 fixed')
    expect(visible.length).toBeLessThan(900)
  })

  it('is left alone when only times, commits and figures of time differ', async () => {
    const lab = await start()
    await comment(lab, [LOGIN_UNKNOWN, NSG])
    const before = lab.requests.length
    const slower = {
      ...LOGIN_UNKNOWN,
      summary: LOGIN_UNKNOWN.summary,
      cause: { kind: 'timeout' as const, message: 'No answer after 31 ms; the list is 6 days old' },
    }
    const outcome = await comment(lab, [{ ...slower, durationMs: 1 }, NSG], { runId: 2, minutes: 3 * 24 * 60 })
    expect(outcome).toMatchObject({ outcome: 'unchanged', url: expect.stringContaining('1001') })
    expect(lab.requests.slice(before).filter(({ method, url }) => method !== 'GET' && url !== '/graphql')).toEqual([])
  })

  it('with `changes` stays while the verdicts do, and by default tells new evidence', async () => {
    const lab = await start()
    const inputs = { comment: 'changes' }
    const other = { ...LOGIN_FAILS, actual: 'another login' }
    await comment(lab, [LOGIN_FAILS, NSG], { inputs })
    expect(await comment(lab, [other, NSG], { inputs, runId: 2 })).toMatchObject({ outcome: 'unchanged' })
    expect(await comment(lab, [other, NSG], { runId: 2 })).toMatchObject({ outcome: 'updated' })
    expect(bodyOf(lab)).toContain('**Since commit `1111111`**: 1 still open')
  })

  it('hides in its state what the disclosure hides, and secrets', async () => {
    const lab = await start()
    const named = { ...LOGIN_FAILS, subject: { kind: 'sql-server' as const, name: 'sql01-hunter2' } }
    await comment(lab, [named, NSG], { disclosure: 'names' })
    expect(bodyOf(lab)).not.toContain('sql01')
    await comment(lab, [{ ...named, verdict: 'unknown' }, NSG], { disclosure: 'names', runId: 2 })
    expect(bodyOf(lab)).toContain('`sql-server 1`: unknown (was fail)')
    await comment(lab, [named, NSG], { disclosure: 'counts', runId: 3 })
    expect(bodyOf(lab)).not.toContain('Since')
    expect(bodyOf(lab)).not.toMatch(/fail=/)
    expect(JSON.stringify(lab.requests)).not.toMatch(/hunter2|sql01/)
  })
})

describe('the tracking issue', () => {
  const track = (lab: LabGitHub, checks: readonly CheckResult[], play: Play = {}) =>
    publishIssue(talkOf(lab, checks, play))
  const one = (lab: LabGitHub) => lab.issues[0]!

  it('is opened when not ready, updated, closed when ready, opened again with what regressed', async () => {
    const lab = await start()
    expect(await track(lab, [LOGIN, NSG])).toEqual({ outcome: 'none' })
    const opened = await track(lab, [LOGIN_FAILS, NSG], { runId: 2 })
    expect(opened).toEqual({ outcome: 'opened', url: 'https://github.com/acme/db/issues/20' })
    expect(one(lab)).toMatchObject({ title: 'DMS preflight: Sales to Azure SQL Database', state: 'open' })
    expect(one(lab).body).toContain('_No ready run that this one could be compared with is on record here._')
    expect(one(lab).body).toContain('⛔ Sales to Azure SQL Database: not ready')

    const before = writesOf(lab).length
    expect(await track(lab, [LOGIN_FAILS, NSG], { runId: 3 })).toMatchObject({ outcome: 'unchanged' })
    expect(writesOf(lab)).toHaveLength(before)

    expect(await track(lab, [LOGIN, NSG], { runId: 4 })).toEqual({ outcome: 'closed', url: opened.url })
    expect(one(lab)).toMatchObject({ state: 'closed', reason: 'completed' })
    expect(one(lab).body).toContain('✅ **Sales to Azure SQL Database: ready**')
    expect(lab.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('✅ Ready again at commit `4444444`'),
    ])
    expect(await track(lab, [LOGIN, NSG], { runId: 5 })).toMatchObject({ outcome: 'unchanged' })

    expect(await track(lab, [LOGIN, BLOCKED], { runId: 6 })).toEqual({ outcome: 'reopened', url: opened.url })
    expect(one(lab).state).toBe('open')
    expect(one(lab).body).toContain(
      '### What regressed since it was last ready (Sun 22 Nov 10:04 UTC, commit `4444444`)',
    )
    expect(one(lab).body).toContain(
      '- 📉 NSG allows DMS ports, `snet-dms:443`: fail (was pass); `outbound tcp 443 Storage` is denied now (was allowed); decided by `DenyAll` now (was `AllowInternetOutBound`)',
    )
    expect(lab.comments[1]?.body).toContain('⛔ Not ready')
    expect(lab.comments[1]?.body).toContain('🆕 NSG allows DMS ports')
    expect(lab.issues).toHaveLength(1)
  })

  it('is commented only when something required newly fails: not for what could not be looked at', async () => {
    const lab = await start()
    await track(lab, [LOGIN, BLOCKED], { runId: 1 })
    await track(lab, [LOGIN_UNKNOWN, BLOCKED], { runId: 2 })
    await track(lab, [LOGIN, BLOCKED], { runId: 3 })
    expect(lab.comments).toEqual([])
    await track(lab, [LOGIN_FAILS, BLOCKED], { runId: 4 })
    await track(lab, [{ ...LOGIN_FAILS, actual: 'other' }, BLOCKED], { runId: 5 })
    expect(lab.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('🆕 Login has CONTROL SERVER, `sales`'),
    ])
  })

  it('keeps on record the last ready run, also while it is closed, without a word to anybody', async () => {
    const lab = await start()
    await track(lab, [LOGIN_FAILS, NSG], { runId: 1 })
    await track(lab, [LOGIN, NSG], { runId: 2 })
    const told = lab.comments.length
    const shifted = { ...NSG, evidence: { ...NSG.evidence, decidingRules: ['AllowStorage'] } }
    expect(await track(lab, [LOGIN, shifted], { runId: 3 })).toMatchObject({ outcome: 'updated' })
    expect([one(lab).state, lab.comments.length]).toEqual(['closed', told])
    await track(lab, [LOGIN, BLOCKED], { runId: 4 })
    expect(one(lab).body).toContain('commit `3333333`')
    expect(one(lab).body).toContain('(was `AllowStorage`)')
  })

  it('is one when two runs race, and the second is retired', async () => {
    const lab = await start({ gates: [{ match: /^GET .*issues\?/, count: 2 }] })
    const outcomes = await Promise.all([
      track(lab, [LOGIN_FAILS, NSG], { runId: 1 }),
      track(lab, [LOGIN_FAILS, NSG], { runId: 2 }),
    ])
    expect(new Set(outcomes.map(({ url }) => url))).toEqual(new Set(['https://github.com/acme/db/issues/20']))
    expect(outcomes.flatMap(({ problem }) => problem ?? [])).toEqual([])
    expect(lab.issues.map(({ state, reason }) => [state, reason])).toEqual([
      ['open', null],
      ['closed', 'not_planned'],
    ])
    expect(lab.issues[1]?.body).toBe('Duplicate of #20: two runs began at the same moment.')
    expect(await track(lab, [LOGIN_FAILS, NSG], { runId: 3 })).toMatchObject({ outcome: 'unchanged' })
  })

  it('is left alone by a run that is older', async () => {
    const lab = await start()
    await track(lab, [LOGIN, BLOCKED], { runId: 5 })
    expect(await track(lab, [LOGIN_FAILS, NSG], { runId: 4 })).toMatchObject({
      outcome: 'outdated',
      url: expect.any(String),
    })
    expect(one(lab).body).toContain('DenyAll')
  })

  it('is found among others: of pull requests, of other people, of other identities, over pages', async () => {
    const lab = await start()
    await track(lab, [LOGIN_FAILS, NSG], { runId: 1 })
    const { body } = one(lab)
    const mallory = { login: 'mallory', id: 9, type: 'User' as const }
    const others = Array.from({ length: 230 }, (_, at) => ({ ...one(lab), number: 100 + at, body: `talk ${at}` }))
    lab.issues.unshift({ ...one(lab), number: 10, user: mallory }, { ...one(lab), number: 11, isPull: true })
    lab.issues.push(...others)
    expect(await track(lab, [LOGIN_FAILS, BLOCKED], { runId: 2 })).toMatchObject({
      outcome: 'updated',
      url: expect.stringContaining('/20'),
    })
    expect(lab.issues.filter((issue) => issue.number < 20).map((issue) => issue.body)).toEqual([body, body])
    await track(lab, [LOGIN_FAILS, BLOCKED], { runId: 3, inputs: { title: 'Other' } })
    expect(
      lab.issues.filter(({ user }) => user.login === GITHUB_ACTIONS_BOT.login && user.type === 'Bot'),
    ).toHaveLength(233)
  })

  it('is not opened a second time where not all issues can be read', async () => {
    const link = '<http://x/?page=99>; rel="next", <http://x/?page=99>; rel="last"'
    const lab = await start({ faults: [{ match: /^GET .*issues\?/, status: 200, body: [], headers: { link } }] })
    const { outcome, problem } = await track(lab, [LOGIN_FAILS, NSG])
    expect(outcome).toBe('none')
    expect(problem?.message).toContain('a second one must not be made')
    expect(lab.requests.filter(({ url }) => url.includes('issues?'))).toHaveLength(30)
    expect(lab.issues).toEqual([])
  })

  it('shows names only in public, keeps no more than that, and drops what was kept when more could be shown', async () => {
    const lab = await start()
    await track(lab, [LOGIN_FAILS, NSG], { runId: 1 })
    await track(lab, [LOGIN, NSG], { runId: 2 })
    const green = /dms-preflight-green (v1 \S+)/
    expect(one(lab).body).toMatch(green)
    await track(lab, [LOGIN, BLOCKED], { runId: 3, disclosure: 'names' })
    expect(one(lab).body).not.toMatch(green)
    await track(lab, [LOGIN, NSG], { runId: 4, disclosure: 'names' })
    await track(lab, [LOGIN, BLOCKED], { runId: 5, disclosure: 'names' })
    expect(one(lab).body).toContain('- 📉 NSG allows DMS ports, `nsg-port 1`: fail (was pass)\n')
    expect(one(lab).body).not.toMatch(/DenyAll|AllowInternet|snet-dms/)
  })

  it('fits, however much there is to say', async () => {
    const lab = await start()
    const many = Array.from({ length: 3_000 }, (_, at) =>
      check({
        subject: { kind: 'database', name: `sales/${'x'.repeat(60)}${at}` },
        verdict: at % 2 === 0 ? 'fail' : 'pass',
      }),
    )
    await track(lab, [LOGIN_FAILS, ...many.slice(0, 10)], { runId: 1 })
    await track(
      lab,
      many.map((result) => ({ ...result, verdict: 'pass' as const })),
      { runId: 2 },
    )
    expect(await track(lab, many, { runId: 3 })).toMatchObject({ outcome: 'reopened' })
    expect(one(lab).body).toContain('### What regressed since it was last ready')
    expect(one(lab).body.length).toBeLessThanOrEqual(65_536)
  })

  it('says so where what was true when it was ready is too much to keep', async () => {
    const lab = await start()
    const random = (at: number): string => createHash('sha256').update(String(at)).digest('hex')
    const many = Array.from({ length: 1_500 }, (_, at) => check({ subject: { kind: 'database', name: random(at) } }))
    await track(lab, [LOGIN_FAILS], { runId: 1 })
    await track(lab, many, { runId: 2 })
    await track(lab, [LOGIN_FAILS, ...many], { runId: 3 })
    expect(one(lab).body).toContain('too many results to keep for a comparison')
    expect(one(lab).body.length).toBeLessThanOrEqual(65_536)
  })

  it.each<[string, GitHubState, RegExp]>([
    [
      'no permission',
      { permissions: ['contents: read', 'pull-requests: write'] },
      /`issues: write` among the `permissions`/,
    ],
    ['issues switched off', { hasIssues: false }, /issues switched off.*Missing: issues in the settings/],
    [
      'archived',
      {
        faults: [
          { match: /^POST .*issues/, status: 403, body: { message: 'Repository was archived so is read-only.' } },
        ],
      },
      /archived/,
    ],
    ['5xx', { faults: [{ match: /^POST .*issues/, status: 502, body: {} }] }, /502/],
    ['422', { faults: [{ match: /^POST .*issues/, status: 422, body: { message: 'Validation Failed' } }] }, /422/],
    [
      '404',
      { faults: [{ match: /^GET .*issues/, status: 404, body: { message: 'Not Found' } }] },
      /404.*`issues: write`/,
    ],
    [
      'a limit',
      { faults: [{ match: /issues/, status: 429, body: {}, headers: { 'retry-after': '900' } }] },
      /limits how often/,
    ],
  ])('that cannot be kept is a warning: %s', async (_, state, words) => {
    const { outcome, problem, url } = await track(await start(state), [LOGIN_FAILS, NSG])
    expect([outcome, url, problem?.severity]).toEqual(['none', undefined, 'warning'])
    expect(problem?.message).toMatch(words)
  })

  it('is not for runs of pull requests, nor for untrusted ones', async () => {
    const lab = await start()
    const obstacleOf = (play: Play) => {
      const { context, report } = talkOf(lab, [LOGIN], play)
      return issueObstacle(context, report)
    }
    for (const event of ['schedule', 'push', 'workflow_dispatch']) expect(obstacleOf({ event })).toBeUndefined()
    for (const event of ['pull_request', 'pull_request_target', 'issue_comment', 'workflow_run', 'merge_group']) {
      expect(obstacleOf({ event })).toContain('pull request')
    }
    expect(obstacleOf({ trusted: false })).toContain('not trusted')
  })
})
