import { parseAllowedHosts, type AllowedHosts } from '../domain/allowed-hosts.ts'
import type { FromId } from '../domain/from-id.ts'
import type { Problem } from '../domain/manifest.ts'
import { nearestName } from '../domain/nearest.ts'
import type { Secret } from '../domain/secret.ts'
import type { SignInKind } from '../domain/sign-in-kind.ts'
import { readFrom } from './from-input.ts'
import { type Env, InputReader } from './input-reader.ts'
import { HELD_INPUTS, INPUT_DEFAULTS } from './input-names.ts'
import { readPlanInput, type PlanInput } from './plan-input.ts'
import { readReceiptInputs, receiptWarnings, type ReceiptInputs } from './receipt-inputs.ts'

export const FAIL_ON = ['not-ready', 'undetermined', 'conditions', 'never'] as const
export const COMMENT_WHEN = ['always', 'changes', 'problems', 'never'] as const
export const DISCLOSE = ['auto', 'full', 'names', 'counts'] as const
export const CLOUDS = ['azurecloud', 'azureusgovernment', 'azurechinacloud'] as const

const MODES = ['check', 'plan', 'merge', 'verify', 'init', 'convert'] as const
const MODES_SO_FAR = ['check', 'verify', 'init', 'convert'] as const
const AUTH_TYPES = ['auto', 'oidc', 'secret', 'cli', 'managed-identity'] as const

/** How the run signs in to Azure. */
export interface AzureInputs {
  /** `auto` has been decided here: there is one kind, and no other is tried. */
  authType: SignInKind
  clientId?: string
  tenantId?: string
  subscriptionId?: string
  clientSecret?: Secret
  /** Of GitHub's ID token; absent: the one that the cloud asks for. */
  audience?: string
}

/** The action's inputs, sound and with defaults. */
export interface Inputs extends ReceiptInputs, PlanInput {
  /** Paths and globs, relative to the workspace, as written; at least one. */
  manifests: readonly string[]
  mode: (typeof MODES_SO_FAR)[number]
  azure: AzureInputs
  /** One of `CLOUDS`, or the https URL of an Azure Resource Manager endpoint. */
  environment: string
  githubToken?: Secret
  /** Absent: the default branch. */
  trustedRef?: string
  /** Where credentials may go beside the trusted manifest's own places, and which secrets only there. */
  allowedHosts: AllowedHosts
  vantage: string
  failOn: (typeof FAIL_ON)[number]
  comment: (typeof COMMENT_WHEN)[number]
  /** Absent: the names of the manifests. */
  title?: string
  disclose: (typeof DISCLOSE)[number]
  /** As written: relative to the workspace, or absolute in it or in RUNNER_TEMP. */
  reportDirectory: string
  timeoutMs: number
  deadlineMs: number
  maxParallel: number
  /** Lets the write probes run: what they make is removed again. */
  allowWrites: boolean
  /** Lets the service's own integration runtime test the connections, which sends their credentials to Azure. */
  probeThroughRuntime: boolean
  /** Runs without a pull request keep an issue up to date. */
  trackingIssue: boolean
  /** What `mode: init` starts from. */
  from: readonly FromId[]
}

/** `warnings`: inputs that the action does not know; they are ignored. */
export type ReadInputs =
  | { ok: true; inputs: Inputs; warnings: readonly string[] }
  | { ok: false; problems: Problem[]; warnings: readonly string[] }

const HOUR_MS = 3_600_000
const LONGEST_TIMEOUT_MS = HOUR_MS
/** Jobs on self-hosted runners end after five days at the latest. */
const LONGEST_DEADLINE_MS = 120 * HOUR_MS
const MOST_PARALLEL = 1024
const LONGEST_TITLE = 200

/** Reads the inputs from the INPUT_ variables that the runner sets. Pure; all problems at once; no value of a secret in them. */
export function readInputs(env: Env): ReadInputs {
  const reader = new InputReader(env, INPUT_DEFAULTS)
  for (const [name, expected] of Object.entries(HELD_INPUTS)) {
    const value = reader.raw(name)
    if (value !== '' && value.toLowerCase() !== expected) reader.refuse(name, 'is not supported yet: leave it out')
  }
  const mode = reader.oneOf('mode', MODES, MODES_SO_FAR)
  const reportDirectory = readReportDirectory(reader, env)
  const inputs: Inputs = {
    manifests: readManifests(reader, mode),
    mode,
    azure: readAzure(reader),
    environment: readEnvironment(reader),
    ...reader.optional('githubToken', reader.secret('github-token')),
    ...reader.optional('trustedRef', readTrustedRef(reader)),
    allowedHosts: readAllowedHosts(reader),
    vantage: readVantage(reader),
    failOn: reader.oneOf('fail-on', FAIL_ON, FAIL_ON),
    comment: reader.oneOf('comment', COMMENT_WHEN, COMMENT_WHEN),
    ...reader.optional('title', readTitle(reader)),
    disclose: reader.oneOf('disclose', DISCLOSE, DISCLOSE),
    reportDirectory,
    timeoutMs: reader.durationMs('timeout', LONGEST_TIMEOUT_MS, '1h'),
    deadlineMs: reader.durationMs('deadline', LONGEST_DEADLINE_MS, '5d'),
    maxParallel: reader.integer('max-parallel', 1, MOST_PARALLEL),
    allowWrites: reader.flag('allow-writes'),
    probeThroughRuntime: reader.flag('probe-through-runtime'),
    ...readReceiptInputs(reader, env, { mode, reportDirectory }),
    trackingIssue: reader.flag('tracking-issue'),
    ...readPlanInput(reader, env, reportDirectory),
    from: mode === 'init' ? readFrom(reader) : [],
  }
  const warnings = [...unknownInputs(env), ...receiptWarnings(inputs), ...fromWarnings(reader, mode)]
  const { problems } = reader
  return problems.length === 0 ? { ok: true, inputs, warnings } : { ok: false, problems, warnings }
}

/** What the lines match is for the adapter that looks at the files to find out. */
function readManifests(reader: InputReader, mode: Inputs['mode']): string[] {
  const lines = reader
    .text('manifest')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (mode === 'init') refuseUnwritable(reader, lines)
  return lines
}

function refuseUnwritable(reader: InputReader, [path = '', ...more]: readonly string[]): void {
  const problem = reader.problemOfPath(path)
  if (more.length > 0 || /[*?]/.test(path)) {
    reader.refuse('manifest', 'must name one file under `mode: init`, the one that is written')
  } else if (problem !== undefined) reader.refuse('manifest', problem)
}

function readAzure(reader: InputReader): AzureInputs {
  const clientSecret = reader.secret('client-secret')
  const clientId = reader.guid('client-id')
  const tenantId = reader.guid('tenant-id')
  const subscriptionId = reader.guid('subscription-id')
  const asked = reader.oneOf('auth-type', AUTH_TYPES, AUTH_TYPES)
  const authType = asked === 'auto' ? pickAuthType(clientSecret, clientId) : asked
  refuseIncomplete(reader, authType, asked)
  return {
    authType,
    ...reader.optional('clientId', clientId),
    ...reader.optional('tenantId', tenantId),
    ...reader.optional('subscriptionId', subscriptionId),
    ...reader.optional('clientSecret', clientSecret),
    ...reader.optional('audience', readAudience(reader)),
  }
}

/** From what is given, before anything is asked. */
function pickAuthType(clientSecret: Secret | undefined, clientId: string | undefined): SignInKind {
  if (clientSecret !== undefined) return 'secret'
  return clientId === undefined ? 'cli' : 'oidc'
}

function refuseIncomplete(reader: InputReader, authType: SignInKind, asked: string): void {
  if (authType !== 'secret' && authType !== 'oidc') return
  const names = authType === 'secret' ? ['client-id', 'tenant-id', 'client-secret'] : ['client-id', 'tenant-id']
  const because =
    asked !== 'auto' ? `\`auth-type: ${asked}\`` : authType === 'secret' ? '`client-secret`' : '`client-id`'
  for (const name of names) {
    if (reader.raw(name) === '') reader.refuse(name, `is missing: ${because} needs it`)
  }
}

function readAudience(reader: InputReader): string | undefined {
  const text = reader.text('audience')
  if (text === '') return undefined
  // A federated credential takes at most 600 characters.
  const isAudience = text.length <= 600 && /^[\u0021-\u007e]+$/.test(text)
  if (!isAudience) reader.refuse('audience', 'must be printable ASCII without spaces, like api://AzureADTokenExchange')
  return text
}

function readEnvironment(reader: InputReader): string {
  const text = reader.text('environment')
  const cloud = CLOUDS.find((name) => name === text.toLowerCase())
  if (cloud !== undefined) return cloud
  const near = nearestName(text, CLOUDS)
  const form = `must be one of ${CLOUDS.join(', ')}, or the https URL of an Azure Resource Manager endpoint`
  const isUrl = text.toLowerCase().startsWith('https:')
  const url = isUrl && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) {
    reader.refuse('environment', near === undefined ? form : `${form}; did you mean ${near}?`)
  } else if (`${url.username}${url.password}${url.search}${url.hash}` !== '') {
    reader.refuse('environment', `${form}, without user, query and fragment`)
  }
  return url?.href ?? text
}

function readTrustedRef(reader: InputReader): string | undefined {
  const text = reader.text('trusted-ref')
  if (text === '') return undefined
  // https://git-scm.com/docs/git-check-ref-format
  const isRef = text.length <= 255 && !/[\s\u0000-\u001f\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$|\.lock$/.test(text)
  if (!isRef) reader.refuse('trusted-ref', 'must be the name of a branch or tag, or a commit')
  return text
}

function readAllowedHosts(reader: InputReader): AllowedHosts {
  const { allowed, problems } = parseAllowedHosts(reader.text('allowed-hosts'))
  for (const problem of problems) reader.refuse('allowed-hosts', problem)
  return allowed
}

function readVantage(reader: InputReader): string {
  const text = reader.text('vantage')
  const isName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)
  if (!isName) reader.refuse('vantage', 'must be auto, or a name of letters, digits, ".", "_" and "-"')
  return text
}

function readTitle(reader: InputReader): string | undefined {
  const text = reader.text('title')
  if (text === '') return undefined
  const isTitle = text.length <= LONGEST_TITLE && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
  if (!isTitle) reader.refuse('title', `must be one line of at most ${LONGEST_TITLE} characters`)
  return text
}

function readReportDirectory(reader: InputReader, env: Env): string {
  const text = reader.text('report-directory').replace(/[\\/]+$/, '')
  const slashed = text.replaceAll('\\', '/')
  const roots = [env['GITHUB_WORKSPACE'], env['RUNNER_TEMP']].flatMap((root) =>
    root === undefined || root === '' ? [] : `${root.replaceAll('\\', '/').replace(/\/+$/, '')}/`,
  )
  const root = roots.find((folder) => slashed.startsWith(folder))
  const problem = reader.problemOfPath(root === undefined ? text : slashed.slice(root.length))
  if (problem !== undefined) {
    reader.refuse(
      'report-directory',
      `${problem}; it lies in the workspace or in the runner's folder for temporary files`,
    )
  }
  return text
}

function fromWarnings(reader: InputReader, mode: string): string[] {
  if (mode === 'init' || reader.raw('from') === '') return []
  return [`the input from was ignored: only \`mode: init\` starts from it`]
}

function unknownInputs(env: Env): string[] {
  const known = new Set([...Object.keys(INPUT_DEFAULTS), ...Object.keys(HELD_INPUTS)])
  return Object.keys(env).flatMap((variable) => {
    if (!variable.startsWith('INPUT_') || (env[variable] ?? '') === '') return []
    const name = variable.slice('INPUT_'.length).toLowerCase()
    if (known.has(name)) return []
    const near = nearestName(name, Object.keys(INPUT_DEFAULTS))
    const shown = JSON.stringify(name.slice(0, 80))
    return `the input ${shown} is unknown and was ignored${near === undefined ? '' : `; did you mean "${near}"?`}`
  })
}
