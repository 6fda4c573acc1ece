import { FORBIDDEN, may, refusal, type Answer, type Asked } from './replies.ts'
import type { GitHubPull, GitHubState } from './state.ts'

/** https://docs.github.com/rest/pulls/pulls#get-a-pull-request */
export function answerPull(state: GitHubState, number: number): Answer {
  if (!may(state, 'pull-requests: read')) return FORBIDDEN('pull-requests: read')
  const pull = allPulls(state).find((candidate) => candidate.number === number)
  return pull === undefined ? refusal(404, 'Not Found') : { status: 200, body: shown(state, pull) }
}

/** https://docs.github.com/rest/pulls/pulls#list-pull-requests: `head` is `owner:branch`; another form is ignored. */
export function answerPullList(state: GitHubState, asked: Asked): Answer {
  if (asked.method !== 'GET') return refusal(404, 'Not Found')
  if (!may(state, 'pull-requests: read')) return FORBIDDEN('pull-requests: read')
  const wanted = asked.url.searchParams.get('state') ?? 'open'
  const [, owner, branch] = /^([^:]+):(.+)$/.exec(asked.url.searchParams.get('head') ?? '') ?? []
  const pulls = allPulls(state).filter((pull) => {
    if (wanted !== 'all' && (pull.state ?? 'open') !== wanted) return false
    return branch === undefined || (pull.head.ref === branch && headRepositoryOf(state, pull)?.split('/')[0] === owner)
  })
  return { status: 200, body: pulls.map((pull) => shown(state, pull)) }
}

/** Whether the number is one of a pull request. */
export function isPull(state: GitHubState, number: number): boolean {
  return allPulls(state).some((pull) => pull.number === number)
}

function allPulls({ pulls = [7], pullRequests = [] }: GitHubState): readonly GitHubPull[] {
  const known = new Set(pullRequests.map(({ number }) => number))
  const plain = pulls.filter((number) => !known.has(number))
  return [...plain.map((number) => ({ number, head: { ref: 'change', sha: 'a'.repeat(40) } })), ...pullRequests]
}

function headRepositoryOf({ repository = 'acme/db' }: GitHubState, { head }: GitHubPull): string | null {
  return head.repository === undefined ? repository : head.repository
}

function shown(state: GitHubState, pull: GitHubPull): unknown {
  const { repository = 'acme/db', defaultBranch = 'main' } = state
  const head = headRepositoryOf(state, pull)
  return {
    number: pull.number,
    state: pull.state ?? 'open',
    html_url: `https://github.com/${repository}/pull/${String(pull.number)}`,
    head: { ref: pull.head.ref, sha: pull.head.sha, repo: head === null ? null : { full_name: head } },
    base: {
      ref: pull.base?.ref ?? defaultBranch,
      sha: 'b'.repeat(40),
      repo: { full_name: pull.base?.repository ?? repository },
    },
  }
}
