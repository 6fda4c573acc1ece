import { afterAll, describe, expect, it } from '@jest/globals'
import { GITHUB_ACTIONS_BOT } from '../../lab/github/state.ts'
import { PULL_REQUEST } from '../../lab/stage.ts'
import { readyStory } from '../../lab/stories/ready.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { undeterminedStory } from '../../lab/stories/undetermined.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES } from './action.ts'

const theatre = createTheatre()
afterAll(() => theatre.close())

describe('the comment on the pull request', () => {
  it('is made once among 250 others, left alone while nothing changes, then updated in place', async () => {
    const others = Array.from({ length: 250 }, (_, at) => ({
      body: `talk ${String(at)}`,
      ...(at % 2 === 0 ? {} : { user: GITHUB_ACTIONS_BOT }),
    }))
    const stage = await theatre.stage(undeterminedStory({ fixed: false }), { github: { comments: others } })
    const first = theatre.keep(await stage.run(ENTRY))
    expect(stage.github.comments).toHaveLength(251)
    const own = { ...stage.github.comments.at(-1) }
    expect(own).toMatchObject({ user: GITHUB_ACTIONS_BOT, issue: 7 })
    expect(own.body).toContain('undetermined')
    const later = Array.from({ length: 3 }, (_, at) => ({ ...stage.github.comments[0], id: 5000 + at, body: 'later' }))
    stage.github.comments.push(...(later as typeof stage.github.comments))

    const before = stage.github.requests.length
    const second = theatre.keep(await stage.run(ENTRY))
    expect(second.outputs['comment-url']).toBe(first.outputs['comment-url'])
    const writes = stage.github.requests
      .slice(before)
      .filter(({ method, url }) => method !== 'GET' && url !== '/graphql')
    expect(writes).toEqual([])

    const mended = { env: { SALES_PASSWORD: salesStory({ fixed: true }).secrets['SALES_PASSWORD'] } }
    const third = theatre.keep(await stage.run(ENTRY, mended))
    expect(third.outputs['comment-url']).toBe(first.outputs['comment-url'])
    const now = stage.github.comments.find(({ id }) => id === own.id)
    expect(now?.body).not.toBe(own.body)
    expect(stage.github.comments).toHaveLength(254)
    expect(stage.github.comments.filter(({ body }) => /^(talk \d+|later)$/.test(body))).toHaveLength(253)
  })

  it.concurrent.each([
    ['403', { permissions: ['contents: read', 'pull-requests: read'] }, '`pull-requests: write`'],
    ['500', { faults: [{ match: /^POST .*comments/, status: 500, body: { message: 'Server Error' } }] }, '500'],
    ['no answer', { faults: [{ match: /comments/, status: 500, reset: true }] }, 'pull request #7'],
  ])('that cannot be written (%s) is a warning and changes nothing else', async (_, github, words) => {
    const stage = await theatre.stage(readyStory(), { github })
    const run = theatre.keep(await stage.run(ENTRY))
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ status: 'ready', ready: 'true', 'comment-url': '' })
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    expect(run.annotations).toEqual([
      expect.objectContaining({ level: 'warning', message: expect.stringContaining(words) }),
    ])
    expect(run.summary).toContain('ready')
  })

  it('is not made by events without a pull request', async () => {
    const stage = await theatre.stage(readyStory())
    const { repository } = PULL_REQUEST
    const events = ['push', 'workflow_dispatch', 'schedule']
    const runs = await Promise.all(events.map((eventName) => stage.run(ENTRY, { eventName, event: { repository } })))
    for (const [at, eventName] of events.entries()) {
      const run = runs[at]
      if (run === undefined) throw new Error('there is a run for each event')
      theatre.keep(run)
      expect([eventName, run.code, run.outputs['status'], run.outputs['comment-url']]).toEqual([
        eventName,
        0,
        'ready',
        '',
      ])
      expect(run.annotations).toEqual([])
    }
    expect(stage.github.comments).toEqual([])
    expect(stage.github.requests.filter(({ url }) => url.includes('comments'))).toEqual([])
  })

  it('goes to the pull request whose head a push, a workflow run or the merge queue is about', async () => {
    const { repository } = PULL_REQUEST
    const sha = 'a'.repeat(40)
    const pullRequests = [
      { number: 8, head: { ref: 'topic', sha } },
      { number: 9, head: { ref: 'topic', sha, repository: 'eve/db' } },
    ]
    const stage = await theatre.stage(readyStory(), { github: { pullRequests } })
    const run = { head_branch: 'topic', head_sha: sha, head_repository: { full_name: 'eve/db' }, pull_requests: [] }
    const starts = [
      { eventName: 'push', event: { repository }, env: { GITHUB_REF: 'refs/heads/topic' } },
      { eventName: 'workflow_run', event: { repository, workflow_run: run } },
      {
        eventName: 'merge_group',
        event: { repository },
        env: { GITHUB_REF: `refs/heads/gh-readonly-queue/main/pr-8-${'b'.repeat(40)}` },
      },
    ]
    for (const start of starts) theatre.keep(await stage.run(ENTRY, { ...start, inputs: { 'fail-on': 'never' } }))
    expect(stage.github.comments.map(({ issue }) => issue)).toEqual([8, 9])
    const elsewhere = { GITHUB_REF: 'refs/heads/topic', GITHUB_SHA: 'c'.repeat(40) }
    const moved = theatre.keep(await stage.run(ENTRY, { eventName: 'push', event: { repository }, env: elsewhere }))
    expect(moved.stdout).toContain('no open pull request has commit ccccccc')
    expect([moved.code, moved.annotations, moved.outputs['comment-url']]).toEqual([0, [], ''])
  }, 60_000)
})

describe('the tracking issue', () => {
  const inputs = { 'tracking-issue': 'true' }
  const event = { repository: PULL_REQUEST.repository }

  it('is opened by a scheduled run that is not ready, and closed when it is ready again', async () => {
    const stage = await theatre.stage(readyStory())
    const ofRun = (id: string, env = {}) => ({
      eventName: 'schedule',
      event,
      inputs,
      env: { GITHUB_RUN_ID: id, ...env },
    })
    const unset = { SALES_PASSWORD: '' }
    const first = theatre.keep(await stage.run(ENTRY, ofRun('1', unset)))
    expect([first.code, first.outputs['issue-url']]).toEqual([1, 'https://github.com/acme/db/issues/20'])
    expect(stage.github.issues).toMatchObject([{ state: 'open', user: GITHUB_ACTIONS_BOT }])
    const second = theatre.keep(await stage.run(ENTRY, ofRun('2')))
    expect([second.code, second.outputs['issue-url']]).toEqual([0, first.outputs['issue-url']])
    expect(stage.github.issues).toMatchObject([{ state: 'closed', reason: 'completed' }])
    const writes = stage.github.requests.filter(({ method }) => method !== 'GET').length
    theatre.keep(await stage.run(ENTRY, ofRun('3')))
    const later = stage.github.requests.filter(({ method }) => method !== 'GET').slice(writes)
    expect(later.map(({ url }) => url)).toEqual(['/graphql'])
    theatre.keep(await stage.run(ENTRY, ofRun('4', unset)))
    expect(stage.github.issues).toMatchObject([{ state: 'open' }])
    expect(stage.github.issues[0]?.body).toContain('### What regressed since it was last ready')
    expect(stage.github.issues[0]?.body).toContain(': unknown (was pass)')
    expect(stage.github.comments.map(({ issue }) => issue)).toEqual([20, 20])
  }, 60_000)

  it('is not for a push to the branch of a pull request, whether that may be commented on or not', async () => {
    const pullRequests = [{ number: 8, head: { ref: 'topic', sha: 'a'.repeat(40) } }]
    const stage = await theatre.stage(undeterminedStory({ fixed: false }), { github: { pullRequests } })
    const env = { GITHUB_REF: 'refs/heads/topic' }
    const silent = { ...inputs, comment: 'never' }
    const run = theatre.keep(await stage.run(ENTRY, { eventName: 'push', event, env, inputs: silent }))
    expect([run.outputs['issue-url'], run.outputs['comment-url']]).toEqual(['', ''])
    expect([stage.github.issues, stage.github.comments]).toEqual([[], []])
    const main = theatre.keep(await stage.run(ENTRY, { eventName: 'push', event, inputs: silent }))
    expect(main.outputs['issue-url']).toContain('/issues/')
    expect(main.stdout).not.toContain('No comment on a pull request')
  }, 60_000)

  it('that the token may not open is a warning which names the permission', async () => {
    const stage = await theatre.stage(undeterminedStory({ fixed: false }), {
      github: { permissions: ['contents: read'] },
    })
    const run = theatre.keep(await stage.run(ENTRY, { eventName: 'schedule', event, inputs }))
    expect([run.code, run.outputs['issue-url'], run.outputs['status']]).toEqual([1, '', 'undetermined'])
    const warnings = run.annotations.filter(({ level, message }) => level === 'warning' && message.includes('issue'))
    expect(warnings).toEqual([expect.objectContaining({ message: expect.stringContaining('`issues: write`') })])
  })
})
