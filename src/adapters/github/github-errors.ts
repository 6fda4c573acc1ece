import { unseen, type ProbeFailure } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import { boundText } from '../bounded-text.ts'
import { isSocketErrorCode, socketFailure } from '../net/socket-errors.ts'

/** What the program asks GitHub for, and the permission that a workflow's token needs for it. */
export const OPERATIONS = {
  'read-repository': { doing: 'reading the repository', permission: 'metadata: read' },
  'read-contents': { doing: 'reading files of the trusted ref', permission: 'contents: read' },
  'list-files': { doing: 'listing the files of the trusted ref', permission: 'contents: read' },
  'read-viewer': { doing: 'asking whose token this is', permission: 'metadata: read' },
  'list-comments': { doing: 'listing the comments of the pull request', permission: 'pull-requests: write' },
  'create-comment': { doing: 'writing the comment on the pull request', permission: 'pull-requests: write' },
  'update-comment': { doing: 'updating the comment on the pull request', permission: 'pull-requests: write' },
  'delete-comment': { doing: 'deleting a second comment of ours', permission: 'pull-requests: write' },
  'read-comment': { doing: 'reading our comment on the pull request', permission: 'pull-requests: write' },
  'list-pull-requests': { doing: 'looking for the pull request of this commit', permission: 'pull-requests: write' },
  'read-pull-request': { doing: 'reading the pull request', permission: 'pull-requests: write' },
  'list-issues': { doing: 'looking for the tracking issue', permission: 'issues: write' },
  'read-issue': { doing: 'reading the tracking issue', permission: 'issues: write' },
  'create-issue': { doing: 'opening the tracking issue', permission: 'issues: write' },
  'update-issue': { doing: 'updating the tracking issue', permission: 'issues: write' },
  'comment-on-issue': { doing: 'commenting on the tracking issue', permission: 'issues: write' },
} as const
export type Operation = keyof typeof OPERATIONS

export interface HttpRefusal {
  status: number
  /** GitHub's own words. */
  message: string
  headers: Readonly<Record<string, string | number | undefined>>
}

interface Rule {
  kind: CauseKind
  applies(refusal: HttpRefusal): boolean
  says: string
  missing?(operation: Operation): string
}

/** https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api. The first rule that applies decides. */
const RULES: readonly Rule[] = [
  {
    kind: 'throttled',
    applies: isRateLimited,
    says: 'GitHub limits how often this token may ask',
    missing: () => 'time: run it again when the limit is over, or use a token of another app',
  },
  {
    kind: 'auth',
    applies: ({ status }) => status === 401,
    says: 'GitHub does not know the token; it is wrong, expired or of another server',
    missing: () => 'a valid `github-token`',
  },
  {
    kind: 'forbidden',
    applies: ({ status, message }) => status === 403 && /locked/i.test(message),
    says: 'the conversation is locked',
    missing: () => 'an unlocked conversation',
  },
  {
    kind: 'forbidden',
    applies: ({ status, message }) => status === 403 && /archived/i.test(message),
    says: 'the repository is archived, so nothing can be written there',
    missing: () => 'a repository that is not archived',
  },
  {
    kind: 'forbidden',
    applies: ({ status, message }) => status === 403 && /more than 2,?500 comments/i.test(message),
    says: 'GitHub takes no more comments there',
    missing: () => 'a new pull request',
  },
  {
    kind: 'not-found',
    applies: ({ status, message }) => status === 410 && /issues/i.test(message),
    says: 'this repository has its issues switched off',
    missing: () => 'issues in the settings of the repository',
  },
  {
    kind: 'forbidden',
    applies: ({ status, message }) => status === 403 && /SAML|IP allow list/i.test(message),
    says: 'a rule of the organization keeps this token out',
    missing: () => 'a token that the organization admits',
  },
  {
    kind: 'forbidden',
    applies: ({ status }) => status === 403,
    says: 'the token may not do that; on pull requests from forks GITHUB_TOKEN only reads, whatever the workflow says',
    missing: (operation) => `\`${OPERATIONS[operation].permission}\` among the \`permissions\` of the job`,
  },
  {
    kind: 'not-found',
    applies: ({ status }) => status === 404 || status === 410,
    says: 'there is no such thing, or the token may not see it',
    missing: (operation) =>
      `\`${OPERATIONS[operation].permission}\` among the \`permissions\` of the job, if it is there`,
  },
  { kind: 'protocol', applies: ({ status }) => status === 422, says: 'GitHub did not accept the request as valid' },
  { kind: 'server-error', applies: ({ status }) => status >= 500, says: 'GitHub has a problem of its own' },
  {
    kind: 'protocol',
    applies: ({ status }) => status >= 300 && status < 400,
    says: 'GitHub answered with a redirect, which is not followed with a token',
  },
  { kind: 'protocol', applies: () => true, says: 'an answer that this program does not know' },
]

/** Node's and undici's codes beside those of the operating system. */
const CLIENT_CODES: Readonly<Record<string, CauseKind>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'reset',
  TimeoutError: 'timeout',
  AbortError: 'cancelled',
}

/** GitHub's refusal as data, by the table above. */
export function refusalFailure(operation: Operation, refusal: HttpRefusal): ProbeFailure {
  const rule = RULES.find((candidate) => candidate.applies(refusal))
  const { doing } = OPERATIONS[operation]
  const words = boundText(refusal.message)
  const message = `GitHub answered ${refusal.status}${words === '' ? '' : ` (${words})`} to ${doing}: ${rule?.says ?? ''}.`
  const missing = rule?.missing?.(operation)
  return unseen(rule?.kind ?? 'protocol', message, missing === undefined ? {} : { missing }).failure
}

/** A failure below HTTP as data. `host` is where the request went. */
export function networkFailure(operation: Operation, host: string, code: string): ProbeFailure {
  const asked = `${OPERATIONS[operation].doing} from this runner at ${host}`
  if (isSocketErrorCode(code)) return socketFailure(code, asked)
  const kind = CLIENT_CODES[code] ?? (isTlsCode(code) ? 'tls' : 'protocol')
  const says =
    kind === 'tls'
      ? "the server's certificate was not accepted"
      : kind === 'reset'
        ? 'the connection broke'
        : 'no answer'
  return unseen(kind, `${asked}: ${says} (${boundText(code)}).`).failure
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, with one of three signs. */
export function isRateLimited({ status, message, headers }: HttpRefusal): boolean {
  if (status === 429) return true
  if (status !== 403) return false
  return (
    headers['retry-after'] !== undefined ||
    String(headers['x-ratelimit-remaining']) === '0' ||
    /rate limit|abuse/i.test(message)
  )
}

function isTlsCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH|CRL/.test(code)
}
