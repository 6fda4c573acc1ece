import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { BlobAnswer, GitHubPort, RepositoryFacts } from '../../ports/github-port.ts'
import { boundText } from '../bounded-text.ts'
import { createMemo, type Memo } from '../memo.ts'
import { commentCalls } from './comments.ts'
import { decodeFileSha, decodeFolder, decodeRepository } from './decode.ts'
import { OPERATIONS, type Operation } from './github-errors.ts'
import { issueCalls } from './issues.ts'
import { pullRequestCalls } from './pull-requests.ts'
import { callGitHub, type Call, type GitHubClient, type Octokit } from './request.ts'

/** https://docs.github.com/rest/repos/contents: a folder's list ends here without saying so. */
const FOLDER_LIST_LIMIT = 1000
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
    readBlobSha: (path, ref) => readBlobSha(call, base, path, ref, memo),
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

/** By the folder's list, so that many files of one folder cost one request; links and very large folders one by one. */
async function readBlobSha(
  call: Call,
  base: string,
  path: string,
  ref: string,
  memo: Memo,
): Promise<Observed<BlobAnswer>> {
  const cutAt = path.lastIndexOf('/')
  const folder = path.slice(0, Math.max(0, cutAt))
  const name = path.slice(cutAt + 1)
  const listed = await memo.once(`folder ${ref}:${folder}`, () => readContents(call, base, folder, ref, decodeFolder))
  if (!listed.ok) return listed
  if (!listed.value.found) return seen(listed.value)
  const entries = listed.value.value
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry?.isFile === true) return seen({ found: true, sha: entry.sha })
  const notThere = { found: false, message: `${boundText(ref)} has no ${boundText(path)}.` } as const
  if (entry === undefined && entries.length < FOLDER_LIST_LIMIT) return seen(notThere)
  const file = await memo.once(`file ${ref}:${path}`, () =>
    readContents(call, base, path, ref, (data) => decodeFileSha(data) ?? ''),
  )
  if (!file.ok) return file
  if (!file.value.found) return seen(file.value)
  return seen(file.value.value === '' ? notThere : { found: true, sha: file.value.value })
}

type Contents<T> = { found: true; value: T } | { found: false; message: string }

async function readContents<T>(
  call: Call,
  base: string,
  path: string,
  ref: string,
  decode: (data: unknown) => T | undefined,
): Promise<Observed<Contents<T>>> {
  const segments = path === '' ? [] : path.split('/')
  const url = `${[base, 'contents', ...segments.map(encodeURIComponent)].join('/')}?ref=${encodeURIComponent(ref)}`
  const read = await call({ operation: 'read-contents', method: 'GET', path: url }, ({ data }) => {
    const value = decode(data)
    return value === undefined ? undefined : { found: true as const, value }
  })
  if (read.ok || read.failure.kind !== 'not-found') return read
  return seen({ found: false, message: read.failure.message })
}
