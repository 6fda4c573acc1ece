import { isJsonObject, type JsonObject } from '../domain/json.ts'

/**
 * To which pull request a run belongs whose event does not say so, or cannot be relied upon: GitHub has to be asked.
 * `head`: the open one whose head is this very commit of this branch. `queue`: the one that the merge queue named.
 */
export type PullRequestQuestion =
  | { by: 'head'; repository: string; branch: string; sha: string; isExpected: boolean }
  | { by: 'queue'; number: number; baseRef: string; isExpected: true }

export interface QuestionOrigin {
  eventName: string
  /** GITHUB_REF and GITHUB_SHA. */
  ref: string
  sha: string
  /** `owner/name` */
  repository: string
  defaultBranch: string | undefined
}

/** Runs of the default branch itself belong to no pull request. Total. */
export function pullRequestQuestion(origin: QuestionOrigin, event: JsonObject): PullRequestQuestion | undefined {
  switch (origin.eventName) {
    case 'push':
    case 'workflow_dispatch':
      return ofBranch(origin)
    case 'workflow_run':
      return ofWorkflowRun(origin, event['workflow_run'])
    case 'merge_group':
      return ofQueue(origin.ref)
    default:
      return undefined
  }
}

function ofBranch({ ref, sha, repository, defaultBranch }: QuestionOrigin): PullRequestQuestion | undefined {
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
  if (branch === undefined || branch === defaultBranch || !isCommit(sha)) return undefined
  // Nobody expects a comment of every push: that the look-up is not allowed is no reason to warn.
  return { by: 'head', repository, branch, sha, isExpected: false }
}

/** `pull_requests` is empty for forks, and may name those of other repositories: it is not used. */
function ofWorkflowRun({ repository, defaultBranch }: QuestionOrigin, run: unknown): PullRequestQuestion | undefined {
  if (!isJsonObject(run)) return undefined
  const { head_branch: branch, head_sha: sha, head_repository: head } = run
  const name = isJsonObject(head) ? head['full_name'] : undefined
  if (typeof branch !== 'string' || typeof sha !== 'string' || typeof name !== 'string') return undefined
  const isOwnDefault = branch === defaultBranch && name.toLowerCase() === repository.toLowerCase()
  if (branch === '' || isOwnDefault || !isCommit(sha) || !/^[^/]+\/[^/]+$/.test(name)) return undefined
  return { by: 'head', repository: name, branch, sha, isExpected: true }
}

/** `refs/heads/gh-readonly-queue/main/pr-7-<sha>`: the last pull request of the group; GitHub keeps others out of there. */
function ofQueue(ref: string): PullRequestQuestion | undefined {
  const [, baseRef, number] = /^refs\/heads\/gh-readonly-queue\/(.+)\/pr-(\d{1,9})-[0-9a-f]{40,64}$/.exec(ref) ?? []
  if (baseRef === undefined || number === undefined || Number(number) === 0) return undefined
  return { by: 'queue', number: Number(number), baseRef, isExpected: true }
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text)
}
