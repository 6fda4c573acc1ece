import type { RunContext } from '../inputs/context.ts'
import type { PullRequestQuestion } from '../inputs/pull-request-question.ts'
import type { GitHubPort, PullRequestFacts } from '../ports/github-port.ts'

/** The pull request that a run may speak to. */
export interface FoundPullRequest {
  number: number
  /** The commit of it that was looked at; absent when the event does not say. */
  headSha?: string
}

/** `note`: why there is none, as a sentence; `isProblem` when somebody waits for a comment that cannot come. */
export type PullRequestSearch = { found?: FoundPullRequest; note?: string; isProblem?: boolean }

/**
 * The pull request of the run: by the event itself, else by asking GitHub. Nothing of the event counts beyond what
 * GitHub's own answer matches; where several pull requests have the same head, none is spoken to.
 */
export async function findPullRequest(
  context: Pick<RunContext, 'pullRequest' | 'pullRequestQuestion' | 'repository'>,
  github: Pick<GitHubPort, 'listPullRequests' | 'readPullRequest'>,
): Promise<PullRequestSearch> {
  const { pullRequest, pullRequestQuestion: question } = context
  if (question === undefined) {
    if (pullRequest === undefined) return {}
    const { number, headSha } = pullRequest
    return { found: { number, ...(headSha === undefined ? {} : { headSha }) } }
  }
  const asked =
    question.by === 'queue'
      ? await github.readPullRequest(question.number)
      : await github.listPullRequests({
          owner: question.repository.split('/')[0] ?? '',
          branch: question.branch,
        })
  if (!asked.ok) {
    const { message, missing } = asked.failure
    const advice = missing === undefined ? '' : ` Missing: ${missing}.`
    return { note: `The pull request of this run was not found: ${message}${advice}`, isProblem: question.isExpected }
  }
  const pulls = 'number' in asked.value ? [asked.value] : asked.value
  return pick(
    pulls.filter((pull) => isMeant(pull, question, context.repository)),
    question,
  )
}

function isMeant(pull: PullRequestFacts, question: PullRequestQuestion, repository: string): boolean {
  if (!pull.isOpen || !isSameName(pull.baseRepository, repository)) return false
  if (question.by === 'queue') return pull.number === question.number && pull.baseRef === question.baseRef
  return (
    pull.headSha === question.sha &&
    pull.headRef === question.branch &&
    isSameName(pull.headRepository ?? '', question.repository)
  )
}

function pick(pulls: readonly PullRequestFacts[], question: PullRequestQuestion): PullRequestSearch {
  const [pull, ...others] = pulls
  if (pull !== undefined && others.length === 0) return { found: { number: pull.number, headSha: pull.headSha } }
  const what =
    question.by === 'queue'
      ? `pull request #${question.number} is not open with the base \`${question.baseRef}\``
      : pull === undefined
        ? `no open pull request has commit ${question.sha.slice(0, 7)} of \`${question.branch}\` as its head`
        : `${pulls.length} open pull requests have commit ${question.sha.slice(0, 7)} as their head (${pulls.map(({ number }) => `#${number}`).join(', ')})`
  return { note: `No comment on a pull request: ${what}.` }
}

function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
