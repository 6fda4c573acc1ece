import type { ProbeFailure } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import { boundText } from '../bounded-text.ts'
import { aadCodeIn, meaningOfCode, sentenceOf, WANTED } from './aad-errors.ts'
import type { CliCredential } from './credential.ts'
import type { Ran } from './run-program.ts'
import type { SignInOptions } from './sign-in.ts'

export interface CliAsked {
  /** What a person would type. */
  line: string
  credential: CliCredential
  /** The Azure CLI's name of the cloud; undefined: its own choice. */
  cloud: string | undefined
}

const WHO = 'The Azure CLI of this runner'

/** Words of the Azure CLI and of the libraries under it. The only table of its kind. */
const PHRASES: readonly (readonly [words: RegExp, kind: CauseKind, says: string])[] = [
  [/run 'az login'|no subscription found|no active accounts/i, 'no-credential', 'it is not logged in'],
  [
    /subscription(?: of)? '.*' (?:not found|doesn't exist)/i,
    'no-credential',
    'no account that it is logged in to has the subscription',
  ],
  [/tenant shouldn't be specified/i, 'missing-input', 'it is logged in as a managed identity, whose tenant is fixed'],
  [
    /certificate_verify_failed|certificate verify failed/i,
    'tls',
    'it does not trust the certificate of the sign-in service',
  ],
  [
    /getaddrinfo|name or service not known|name resolution|nodename nor servname/i,
    'dns',
    'it cannot resolve the name of the sign-in service',
  ],
  [/read timed out|connect timeout|timed out\./i, 'timeout', 'the sign-in service gave it no answer'],
  [
    /max retries exceeded|connection (?:refused|reset|aborted)|network is unreachable/i,
    'unreachable',
    'it does not reach the sign-in service',
  ],
]

export function cliMissing(): ProbeFailure {
  return {
    kind: 'no-credential',
    message:
      "This run signs in by the runner's Azure CLI (auth-type auto picks it when neither client-secret nor client-id is given), and there is no az on the PATH of this runner. Next: give client-id and tenant-id for OIDC, or install the Azure CLI and log in before this step.",
    missing:
      'the inputs client-id and tenant-id with `permissions: id-token: write`, or a client-secret; or az on the PATH of this runner, logged in',
  }
}

/** Why there was no token. Never holds what the program wrote to standard output: a token may be there. */
export function judgeCliError(
  ran: Exclude<Ran, { ended: 'cancelled' }>,
  asked: CliAsked,
  { scrubber, timeoutMs }: Pick<SignInOptions, 'scrubber' | 'timeoutMs'>,
): ProbeFailure {
  const byHand = `Next: run ${asked.line} as the account that runs this runner.`
  switch (ran.ended) {
    case 'not-started':
      if (ran.code === 'ENOENT') return cliMissing()
      return {
        kind: 'no-credential',
        message: `${WHO} cannot be started (${ran.code}). ${byHand}`,
        missing: WANTED.cli,
      }
    case 'timeout': {
      const message = `${WHO} gave no token within ${String(timeoutMs / 1000)} s, so it was ended. ${byHand}`
      return { kind: 'timeout', message }
    }
    case 'too-much':
      return { kind: 'protocol', message: `${WHO} wrote without end, so it was ended. ${byHand}` }
    case 'exit':
      return judgeWords(scrubber.scrub(ran.stderr), asked, ran.code)
  }
}

function judgeWords(stderr: string, asked: CliAsked, exitCode: number | null): ProbeFailure {
  const code = aadCodeIn(stderr)
  const said = boundText(sentenceOf(stderr))
  const meaning = meaningOfCode(code)
  if (code !== undefined) {
    const says = meaning?.says ?? 'the sign-in was refused'
    const next = meaning?.next ?? `sign in again (${logIn(asked)})`
    const kind = meaning?.kind ?? 'auth'
    const missing = kind === 'auth' ? { missing: WANTED.cli, scripts: logInScript(asked) } : {}
    return { kind, message: `${WHO} got no token, AADSTS${String(code)}: ${says}. Next: ${next}. ${said}`, ...missing }
  }
  const phrase = PHRASES.find(([words]) => words.test(stderr))
  if (phrase === undefined) {
    return {
      kind: 'protocol',
      message: `${WHO} ended with ${String(exitCode)} and gave no token. Next: run ${asked.line} there. ${said}`,
    }
  }
  const [, kind, says] = phrase
  return {
    kind,
    message: `${WHO} gave no token: ${says}. Next: ${nextOf(kind, asked)}. ${said}`,
    ...wayOut(kind, asked),
  }
}

function nextOf(kind: CauseKind, asked: CliAsked): string {
  if (kind === 'missing-input') return 'leave out the input tenant-id'
  if (kind === 'no-credential') return logIn(asked)
  if (kind === 'tls') return 'name the authority in REQUESTS_CA_BUNDLE'
  return 'check the network and the proxy settings of this runner'
}

function wayOut(kind: CauseKind, asked: CliAsked): Pick<ProbeFailure, 'missing' | 'scripts'> {
  if (kind === 'missing-input') return { missing: 'no input tenant-id beside auth-type: cli' }
  return kind === 'no-credential' ? { missing: WANTED.cli, scripts: logInScript(asked) } : {}
}

function logIn({ cloud, credential }: CliAsked): string {
  const tenant = credential.tenantId === undefined ? '' : ` --tenant ${credential.tenantId}`
  const ofCloud = cloud === undefined || cloud === 'AzureCloud' ? '' : `az cloud set --name ${cloud} && `
  return `${ofCloud}az login${tenant}`
}

function logInScript(asked: CliAsked): NonNullable<ProbeFailure['scripts']> {
  return [{ language: 'bash', code: logIn(asked) }]
}
