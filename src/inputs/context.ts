import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import type { Env } from './input-reader.ts'
import { pullRequestQuestion, type PullRequestQuestion } from './pull-request-question.ts'

/** The pull request that a run belongs to. */
export interface PullRequest {
  number: number
  /** `owner/name` of the repository the change comes from; absent when the event does not say or it was deleted. */
  headRepository?: string
  headSha?: string
  headRef?: string
  baseRef?: string
  /** Whether the change comes from another repository; absent: not known, to be taken as foreign. */
  isFork?: boolean
}

/** What the runner says about a run. Texts are empty where it says nothing. */
export interface RunContext {
  /** `owner/name` */
  repository: string
  owner: string
  sha: string
  ref: string
  eventName: string
  pullRequest?: PullRequest
  /** What to ask GitHub to find the pull request of this run; it decides, where there is one, over the event's own word. */
  pullRequestQuestion?: PullRequestQuestion
  defaultBranch?: string
  /** Absent: not known, to be taken as public. */
  visibility?: 'public' | 'private' | 'internal'
  serverUrl: string
  apiUrl: string
  /** Page of this run. */
  runUrl: string
  /** 0 where the runner does not say. */
  runId: number
  runAttempt: number
  workspace: string
  job: string
  runnerTemp: string
  stepSummaryPath?: string
  outputPath?: string
  /** `github-hosted` or `self-hosted`; absent: the runner does not say. */
  runnerEnvironment?: string
}

/** Reads the run's context. Total: an event that is no JSON, or another one than expected, only leaves things unknown. */
export function readContext(env: Env, eventText: string | undefined): RunContext {
  const event = parseEvent(eventText)
  const repositoryFacts = objectAt(event, 'repository')
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  const serverUrl = env['GITHUB_SERVER_URL'] ?? 'https://github.com'
  const eventName = env['GITHUB_EVENT_NAME'] ?? ''
  const runId = env['GITHUB_RUN_ID'] ?? ''
  const origin = {
    repository,
    sha: env['GITHUB_SHA'] ?? '',
    ref: env['GITHUB_REF'] ?? '',
    eventName,
    defaultBranch: textAt(repositoryFacts, 'default_branch'),
  }
  return {
    repository,
    owner: env['GITHUB_REPOSITORY_OWNER'] ?? repository.split('/')[0] ?? '',
    sha: origin.sha,
    ref: origin.ref,
    eventName,
    ...optional('pullRequest', readPullRequest(eventName, event, repository)),
    ...optional('pullRequestQuestion', pullRequestQuestion(origin, event)),
    ...optional('defaultBranch', origin.defaultBranch),
    ...optional('visibility', readVisibility(repositoryFacts)),
    serverUrl,
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    runId: countOf(runId),
    runAttempt: Math.max(1, countOf(env['GITHUB_RUN_ATTEMPT'])),
    runUrl: repository === '' || runId === '' ? '' : `${serverUrl}/${repository}/actions/runs/${runId}`,
    workspace: env['GITHUB_WORKSPACE'] ?? '',
    job: env['GITHUB_JOB'] ?? '',
    runnerTemp: env['RUNNER_TEMP'] ?? '',
    ...optional('stepSummaryPath', env['GITHUB_STEP_SUMMARY']),
    ...optional('outputPath', env['GITHUB_OUTPUT']),
    ...optional('runnerEnvironment', env['RUNNER_ENVIRONMENT']),
  }
}

function countOf(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0
}

function parseEvent(text: string | undefined): JsonObject {
  try {
    const event: unknown = JSON.parse(text ?? '')
    return isJsonObject(event) ? event : {}
  } catch {
    return {}
  }
}

function readPullRequest(eventName: string, event: JsonObject, repository: string): PullRequest | undefined {
  switch (eventName) {
    case 'pull_request':
    case 'pull_request_target':
    case 'pull_request_review':
    case 'pull_request_review_comment':
      return fromPullRequest(objectAt(event, 'pull_request'), repository)
    case 'issue_comment': {
      const issue = objectAt(event, 'issue')
      const number = numberAt(issue, 'number')
      return number === undefined || !isJsonObject(issue?.['pull_request']) ? undefined : { number }
    }
    case 'workflow_run':
      return fromWorkflowRun(objectAt(event, 'workflow_run'), repository)
    default:
      return undefined
  }
}

function fromPullRequest(pull: JsonObject | undefined, repository: string): PullRequest | undefined {
  const number = numberAt(pull, 'number')
  if (number === undefined) return undefined
  const head = objectAt(pull, 'head')
  const base = objectAt(pull, 'base')
  const headRepository = textAt(objectAt(head, 'repo'), 'full_name')
  const own = textAt(objectAt(base, 'repo'), 'full_name') ?? repository
  return {
    number,
    ...optional('headRepository', headRepository),
    ...optional('headSha', textAt(head, 'sha')),
    ...optional('headRef', textAt(head, 'ref')),
    ...optional('baseRef', textAt(base, 'ref')),
    // A deleted fork has no repository any more: whatever it was, it was another one.
    isFork: headRepository === undefined || !isSameName(headRepository, own),
  }
}

/** `pull_requests` of a workflow run is empty for forks: for them only the question can tell. */
function fromWorkflowRun(run: JsonObject | undefined, repository: string): PullRequest | undefined {
  const pulls = run?.['pull_requests']
  const first = Array.isArray(pulls) ? (pulls as readonly Json[])[0] : undefined
  const pull = isJsonObject(first) ? first : undefined
  const number = numberAt(pull, 'number')
  if (number === undefined) return undefined
  const headRepository = textAt(objectAt(run, 'head_repository'), 'full_name')
  return {
    number,
    ...optional('headRepository', headRepository),
    ...optional('headSha', textAt(objectAt(pull, 'head'), 'sha')),
    ...optional('headRef', textAt(objectAt(pull, 'head'), 'ref')),
    ...optional('baseRef', textAt(objectAt(pull, 'base'), 'ref')),
    ...(headRepository === undefined ? {} : { isFork: !isSameName(headRepository, repository) }),
  }
}

function readVisibility(repository: JsonObject | undefined): RunContext['visibility'] {
  const visibility = textAt(repository, 'visibility')
  if (visibility === 'public' || visibility === 'private' || visibility === 'internal') return visibility
  const isPrivate = repository?.['private']
  return typeof isPrivate === 'boolean' ? (isPrivate ? 'private' : 'public') : undefined
}

function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key]
  return isJsonObject(value) ? value : undefined
}

function textAt(object: JsonObject | undefined, key: string): string | undefined {
  const value = object?.[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = object?.[key]
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>)
}
