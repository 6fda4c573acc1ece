import type { AccessToken } from '@azure/identity'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import { cliMissing, judgeCliError } from './azure-cli-errors.ts'
import { resourceOf, type CliCredential, type GetToken } from './credential.ts'
import { member, parseJson } from './error-body.ts'
import { cancelledFailure } from './network-errors.ts'
import { runProgram, type Command } from './run-program.ts'
import type { SignInOptions } from './sign-in.ts'
import { readExpiry } from './token-claims.ts'

type Env = SignInOptions['env']

/** Names that the Azure CLI has for the built-in clouds. */
const CLI_CLOUDS: ReadonlyMap<string, string> = new Map([
  ['azurecloud', 'AzureCloud'],
  ['azureusgovernment', 'AzureUSGovernment'],
  ['azurechinacloud', 'AzureChinaCloud'],
])
/** What a token without a readable end is trusted for. */
const SHORT_LIFE_MS = 300_000

/**
 * Tokens of the account that the runner's own Azure CLI is logged in to. The library's AzureCliCredential hides the
 * words of Microsoft Entra ID behind "please run az login", so the program is run here:
 * https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */
export function createCliTokens(credential: CliCredential, options: SignInOptions): GetToken {
  return async (scope) => {
    const args = cliArguments(resourceOf(scope), credential)
    const odd = args.find((arg) => !/^[A-Za-z0-9:/._-]+$/.test(arg))
    if (odd !== undefined) {
      return unseen('missing-input', `"${boundText(odd)}" cannot be handed to the Azure CLI.`, {
        missing: 'a plain value',
      })
    }
    const command = azCommand(process.platform, options.env, args)
    if (command === undefined) return { ok: false, failure: cliMissing() }
    const ran = await runProgram(command, {
      env: cliEnvironment(options.env, options.cloud.name),
      cwd: safeFolder(process.platform, options.env),
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    })
    const asked = { line: `az ${args.join(' ')}`, credential, cloud: CLI_CLOUDS.get(options.cloud.name) }
    if (ran.ended === 'cancelled') return { ok: false, failure: cancelledFailure('the Azure CLI') }
    if (ran.ended === 'exit' && ran.code === 0) return readToken(ran.stdout, asked.line)
    return { ok: false, failure: judgeCliError(ran, asked, options) }
  }
}

/** A subscription names its tenant and its account as well; the Azure CLI takes one of the two alone. */
function cliArguments(resource: string, { tenantId, subscriptionId }: CliCredential): string[] {
  const account =
    subscriptionId !== undefined
      ? ['--subscription', subscriptionId]
      : tenantId !== undefined
        ? ['--tenant', tenantId]
        : []
  return ['account', 'get-access-token', '--output', 'json', '--resource', resource, ...account]
}

/**
 * How the runner's Azure CLI is started. On Windows it is a batch file, which only the command interpreter runs; the
 * arguments hold nothing that it would read. Undefined: it is not there.
 */
export function azCommand(
  platform: NodeJS.Platform,
  env: Env,
  args: readonly string[],
  isFile: (file: string) => boolean = existsSync,
): Command | undefined {
  if (platform !== 'win32') return { program: 'az', args }
  const folders = (valueOf(env, 'path') ?? '').split(';').filter((folder) => path.win32.isAbsolute(folder))
  const file = folders
    .flatMap((folder) => ['az.cmd', 'az.exe'].map((name) => path.win32.join(folder, name)))
    .find((name) => !/[%!"]/.test(name) && isFile(name))
  if (file === undefined) return undefined
  if (file.endsWith('.exe')) return { program: file, args }
  const interpreter = path.win32.join(systemRoot(env), 'System32', 'cmd.exe')
  return { program: interpreter, args: ['/d', '/s', '/v:off', '/c', `""${file}" ${args.join(' ')}"`], isVerbatim: true }
}

/** The system looks for a program in the current folder too (Windows), and the workspace is the repository's. */
function safeFolder(platform: NodeJS.Platform, env: Env): string {
  return platform === 'win32' ? systemRoot(env) : '/'
}

function systemRoot(env: Env): string {
  return valueOf(env, 'systemroot') ?? 'C:\\Windows'
}

function valueOf(env: Env, name: string): string | undefined {
  return Object.entries(env).find(([key]) => key.toLowerCase() === name)?.[1]
}

/** Nothing that is meant for this action alone; no telemetry, which would ask other hosts; and the cloud that is meant. */
export function cliEnvironment(env: Env, cloud: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !/^(?:INPUT_|ACTIONS_|GITHUB_TOKEN$)/i.test(pair[0]),
  )
  const name = CLI_CLOUDS.get(cloud)
  return {
    ...Object.fromEntries(kept),
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    AZURE_CORE_NO_COLOR: 'true',
    AZURE_CORE_ONLY_SHOW_ERRORS: 'true',
    ...(name === undefined ? {} : { AZURE_CLOUD_NAME: name }),
  }
}

function readToken(stdout: string, line: string): Observed<AccessToken> {
  const answer = parseJson(stdout)
  const token = isJsonObject(answer) ? member(answer, 'accessToken') : undefined
  if (!isJsonObject(answer) || typeof token !== 'string' || token === '') {
    return unseen(
      'protocol',
      `The Azure CLI of this runner answered with something that is no token. Next: run ${line} there.`,
    )
  }
  const seconds = Number(member(answer, 'expires_on'))
  const ending = seconds > 0 ? seconds * 1000 : (readExpiry(token) ?? Date.now() + SHORT_LIFE_MS)
  return seen({ token, expiresOnTimestamp: ending })
}
