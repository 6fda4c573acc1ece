import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readContext } from './context.ts'

const ENV = {
  GITHUB_REPOSITORY: 'corp/erp',
  GITHUB_REPOSITORY_OWNER: 'corp',
  GITHUB_SHA: 'abc',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_API_URL: 'https://github.example/api/v3',
  GITHUB_RUN_ID: '7',
  GITHUB_WORKSPACE: '/w',
  GITHUB_JOB: 'gate',
  RUNNER_TEMP: '/t',
  GITHUB_STEP_SUMMARY: '/t/summary',
  GITHUB_OUTPUT: '/t/output',
  RUNNER_ENVIRONMENT: 'self-hosted',
}

function pullRequestOf(eventName: string, event: unknown) {
  return readContext({ ...ENV, GITHUB_EVENT_NAME: eventName }, JSON.stringify(event)).pullRequest
}

function pull(head: unknown) {
  return { pull_request: { number: 5, head, base: { ref: 'main', repo: { full_name: 'corp/erp' } } } }
}

describe('readContext', () => {
  it('reads what the runner says', () => {
    const event = { repository: { default_branch: 'main', private: true, visibility: 'internal' } }
    expect(readContext({ ...ENV, GITHUB_EVENT_NAME: 'push' }, JSON.stringify(event))).toEqual({
      repository: 'corp/erp',
      owner: 'corp',
      sha: 'abc',
      ref: 'refs/heads/main',
      eventName: 'push',
      defaultBranch: 'main',
      visibility: 'internal',
      serverUrl: 'https://github.example',
      apiUrl: 'https://github.example/api/v3',
      runUrl: 'https://github.example/corp/erp/actions/runs/7',
      runId: 7,
      runAttempt: 1,
      workspace: '/w',
      job: 'gate',
      runnerTemp: '/t',
      stepSummaryPath: '/t/summary',
      outputPath: '/t/output',
      runnerEnvironment: 'self-hosted',
    })
  })

  it.each([
    [{ private: true }, 'private'],
    [{ private: false }, 'public'],
    [{ visibility: 'public', private: true }, 'public'],
    [{ visibility: 'secret' }, undefined],
    [{}, undefined],
  ])('of %j the visibility is %s', (repository, visibility) =>
    expect(readContext(ENV, JSON.stringify({ repository })).visibility).toBe(visibility),
  )

  it.each(['pull_request', 'pull_request_target'])('reads the pull request of %s', (eventName) => {
    const own = { ref: 'topic', sha: 'def', repo: { full_name: 'Corp/ERP' } }
    expect(pullRequestOf(eventName, pull(own))).toEqual({
      number: 5,
      headRepository: 'Corp/ERP',
      headSha: 'def',
      headRef: 'topic',
      baseRef: 'main',
      isFork: false,
    })
    expect(pullRequestOf(eventName, pull({ repo: { full_name: 'eve/erp' } }))?.isFork).toBe(true)
    expect(pullRequestOf(eventName, pull({ repo: null }))?.isFork).toBe(true)
  })

  it('reads the pull request of a comment, and none of a comment on an issue', () => {
    expect(pullRequestOf('issue_comment', { issue: { number: 5, pull_request: { url: '' } } })).toEqual({ number: 5 })
    expect(pullRequestOf('issue_comment', { issue: { number: 5 } })).toBeUndefined()
  })

  it('reads the pull request of a workflow run', () => {
    const run = {
      head_repository: { full_name: 'corp/erp' },
      pull_requests: [{ number: 5, head: { ref: 'topic', sha: 'def' }, base: { ref: 'main' } }],
    }
    expect(pullRequestOf('workflow_run', { workflow_run: run })).toEqual({
      number: 5,
      headRepository: 'corp/erp',
      headSha: 'def',
      headRef: 'topic',
      baseRef: 'main',
      isFork: false,
    })
    expect(pullRequestOf('workflow_run', { workflow_run: { pull_requests: [] } })).toBeUndefined()
  })

  it.each(['merge_group', 'push', 'schedule', 'workflow_dispatch'])('has no pull request on %s', (eventName) =>
    expect(pullRequestOf(eventName, pull({}))).toBeUndefined(),
  )

  it('asks GitHub for the pull request where the event cannot be relied upon', () => {
    const sha = 'd'.repeat(40)
    const questionOf = (eventName: string, ref: string, event: object = {}) =>
      readContext(
        { ...ENV, GITHUB_EVENT_NAME: eventName, GITHUB_REF: ref, GITHUB_SHA: sha },
        JSON.stringify({ repository: { default_branch: 'main' }, ...event }),
      ).pullRequestQuestion
    const own = { by: 'head', repository: 'corp/erp', branch: 'feature/x', sha, isExpected: false }
    expect(questionOf('push', 'refs/heads/feature/x')).toEqual(own)
    expect(questionOf('workflow_dispatch', 'refs/heads/feature/x')).toEqual(own)
    for (const ref of ['refs/heads/main', 'refs/tags/v1', '']) expect(questionOf('push', ref)).toBeUndefined()
    expect(questionOf('schedule', 'refs/heads/feature/x')).toBeUndefined()
    expect(questionOf('pull_request', 'refs/heads/feature/x')).toBeUndefined()

    const run = { head_branch: 'main', head_sha: sha, head_repository: { full_name: 'eve/erp' }, pull_requests: [] }
    const foreign = { by: 'head', repository: 'eve/erp', branch: 'main', sha, isExpected: true }
    expect(questionOf('workflow_run', 'refs/heads/main', { workflow_run: run })).toEqual(foreign)
    const others = [
      { ...run, head_repository: { full_name: 'Corp/erp' } },
      { ...run, head_repository: null },
      { ...run, head_repository: { full_name: 'eve/erp/x' } },
      { ...run, head_sha: 'main' },
    ]
    for (const workflow_run of others) expect(questionOf('workflow_run', '', { workflow_run })).toBeUndefined()

    const queue = `refs/heads/gh-readonly-queue/release/1.0/pr-7-${sha}`
    expect(questionOf('merge_group', queue)).toEqual({
      by: 'queue',
      number: 7,
      baseRef: 'release/1.0',
      isExpected: true,
    })
    expect(questionOf('merge_group', `refs/heads/x/pr-7-${sha}`)).toBeUndefined()
    expect(questionOf('push', queue)).toMatchObject({ by: 'head' })
  })

  it('never throws, whatever the event is', () => {
    const names = fc.constantFrom('pull_request', 'issue_comment', 'workflow_run', 'merge_group', 'push', '')
    const text = fc.oneof(fc.string(), fc.json(), fc.constant(undefined))
    fc.assert(
      fc.property(names, text, (eventName, eventText) => {
        expect(readContext({ GITHUB_EVENT_NAME: eventName }, eventText).repository).toBe('')
      }),
    )
  })
})
