import { isJsonObject } from '../../domain/json.ts'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { GitHubPort, RepositoryFacts } from '../../ports/github-port.ts'
import { boundText } from '../bounded-text.ts'
import { createMemo } from '../memo.ts'
import { commentCalls } from './comments.ts'
import { decodeRepository } from './decode.ts'
import { OPERATIONS, type Operation } from './github-errors.ts'
import { issueCalls } from './issues.ts'
import { pullRequestCalls } from './pull-requests.ts'
import { findBlob, listTree, readCommit, readFile } from './repository-files.ts'
import { callGitHub, type Call, type GitHubClient, type Octokit } from './request.ts'

const GITHUB_TOKEN_LOGIN = 'github-actions[bot]'

export interface GitHubPortOptions {
  /** Absent: every call is a ProbeFailure, `no-credential`. */
  token: Secret | undefined
  /** GITHUB_API_URL. */
  apiUrl: string
  /** `owner/name`. */
  repository: string
  /** For one call with all its repetitions. */
  timeoutMs: number
  signal: AbortSignal
  apiRequestLog?: (line: string) => void
  /** The first pause before a repetition; each further one is twice as long. */
  firstPauseMs?: number
}

/** The GitHub REST API through @actions/github, which is loaded at the first call. */
export function createGitHubPort(options: GitHubPortOptions): GitHubPort {
  const memo = createMemo()
  const base = `/repos/${options.repository.split('/').map(encodeURIComponent).join('/')}`
  const call = createCall(options)
  return {
    repository: () => memo.once('repository', () => readRepository(call, base)),
    readBlobSha: async (path, ref) => {
      const blob = await findBlob(call, base, path, ref, memo)
      return mapSeen(blob, (found) => (found.found ? { found: true, sha: found.sha } : found))
    },
    readFile: (path, ref) => readFile(call, base, path, ref, memo),
    listFiles: (folder, ref) => memo.once(`tree ${ref}:${folder}`, () => listTree(call, base, folder, ref)),
    readCommit: (ref) => memo.once(`commit ${ref}`, () => readCommit(call, base, ref)),
    viewer: () => memo.once('viewer', () => readViewer(call, options.apiUrl)),
    ...commentCalls(call, base),
    ...pullRequestCalls(call, base),
    ...issueCalls(call, base),
  }
}

function createCall(options: GitHubPortOptions): Call {
  const { token } = options
  const memo = createMemo()
  return async (call, decode) => {
    const { doing } = OPERATIONS[call.operation]
    if (token === undefined || token.reveal() === '') {
      return unseen('no-credential', `No token was given for ${doing}.`, { missing: 'the input `github-token`' })
    }
    if (!URL.canParse(options.apiUrl)) {
      return unseen(
        'missing-input',
        `GITHUB_API_URL is no address (${boundText(options.apiUrl)}), so ${doing} was not tried.`,
      )
    }
    const answer = await memo
      .once('client', () => createClient(options, token))
      .then(
        (client) => callGitHub(client, call),
        (error: unknown) =>
          unseen('bug', `The GitHub client could not be loaded for ${doing} (${boundText(String(error))}).`),
      )
    if (!answer.ok) return answer
    const value = decode(answer.value)
    if (value !== undefined) return seen(value)
    return unseen('protocol', `GitHub's answer to ${doing} does not have the documented shape.`)
  }
}

async function createClient(options: GitHubPortOptions, token: Secret): Promise<GitHubClient> {
  const { getOctokit } = await import('@actions/github')
  const apiUrl = options.apiUrl.replace(/\/+$/, '')
  const octokit = getOctokit(token.reveal(), { baseUrl: apiUrl, userAgent: 'dms-preflight' }) as unknown as Octokit
  const { timeoutMs, signal, apiRequestLog, firstPauseMs } = options
  return {
    octokit,
    apiUrl,
    timeoutMs,
    signal,
    ...(apiRequestLog === undefined ? {} : { apiRequestLog }),
    ...(firstPauseMs === undefined ? {} : { firstPauseMs }),
  }
}

function readRepository(call: Call, base: string): Promise<Observed<RepositoryFacts>> {
  return call({ operation: 'read-repository', method: 'GET', path: base }, ({ data }) => decodeRepository(data))
}

/** App tokens, GITHUB_TOKEN among them, may not ask `GET /user`, but GraphQL tells them who they are. */
async function readViewer(call: Call, apiUrl: string): Promise<Observed<string>> {
  const operation = 'read-viewer' satisfies Operation
  const user = await call({ operation, method: 'GET', path: '/user' }, ({ data }) =>
    isJsonObject(data) && typeof data['login'] === 'string' ? data['login'] : undefined,
  )
  if (user.ok || user.failure.kind !== 'forbidden') return user
  // GitHub Enterprise Server has GraphQL at /api/graphql, beside /api/v3.
  const path = /\/v3\/*$/.test(apiUrl) ? '/../graphql' : '/graphql'
  const body = { query: '{ viewer { login } }' }
  const viewer = await call({ operation, method: 'POST', path, body }, ({ data }) => decodeViewer(data))
  return viewer.ok ? viewer : seen(GITHUB_TOKEN_LOGIN)
}

function decodeViewer(data: unknown): string | undefined {
  const inner = isJsonObject(data) && isJsonObject(data['data']) ? data['data']['viewer'] : undefined
  if (!isJsonObject(inner) || typeof inner['login'] !== 'string') return undefined
  // REST writes apps as `name[bot]`; GraphQL leaves the ending out in places.
  return `${inner['login'].replace(/\[bot\]$/, '')}[bot]`
}
