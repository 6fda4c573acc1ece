import type { Remediation } from '../domain/report.ts'
import type { RuntimeTest } from '../ports/runtime-port.ts'
import type { Judgement } from './define.ts'
import { RUNTIME_VANTAGE, type RuntimeErrorFact } from './runtime-connection.ts'

export interface RuntimeRefusal {
  service: string
  to: string
  account: string
  /** `the source` */
  what: string
  expected: string
  of: RuntimeTest
  errors: readonly RuntimeErrorFact[]
}

interface Meaning {
  /** `fail`: the runtime looked, and it does not hold. `unknown`: it could not look. */
  decides: 'fail' | 'unknown'
  fact: string
  advice: string
}

/**
 * Known codes of the service and what they say: https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio.
 * Every other code decides nothing.
 */
const CODES: readonly [code: RegExp, meaning: (refusal: RuntimeRefusal, message: string) => Meaning][] = [
  [
    /^(?:2014|IntegrationRuntimeIsNotOnline)$/i,
    ({ service, to }) => ({
      decides: 'unknown',
      fact: `the integration runtime of ${service} is not online, so nothing was tried from it to ${to}`,
      advice:
        'Start the integration runtime on its host, and look in its Configuration Manager whether it is registered with this service and reaches Azure (out 443).',
    }),
  ],
  [
    /^(?:2049|FileShareTestConnectionFailed)$/i,
    ({ to }) => ({
      decides: 'fail',
      fact: `the integration runtime may not use ${to}`,
      advice:
        'Put the runtime on another host than the share: since version 5.28.8488 it refuses a share of its own host. Otherwise let the Windows user of the share in from there.',
    }),
  ],
  [
    /^(?:2056|SqlInfoValidationFailed)$/i,
    ({ what }) => ({
      decides: 'fail',
      fact: `the service looked at ${what} through its runtime, and does not migrate what it found`,
      advice: 'Correct what the message names: collation, size, tables, or the version of the server.',
    }),
  ],
  [/^(?:2012|TestConnectionFailed)$/i, meaningOfFailedTest],
]

/** The code alone also stands for a runtime that Azure does not reach, and then nothing was tried. */
const TRIED =
  /cannot connect|could not connect|login failed|log ?on failure|access .*denied|illegal characters|could not find|cannot find|network path|network-related|password|certificate|timeout expired/i

/** It is the runtime itself that was not reached. */
const NOT_REACHED =
  /(?:connect to|find|reach|contact)\s+(?:the\s+)?(?:self-hosted\s+)?(?:integration runtime|gateway|node)\b/i

function meaningOfFailedTest({ to, account }: RuntimeRefusal, message: string): Meaning {
  if (TRIED.test(message) && !NOT_REACHED.test(message)) {
    return {
      decides: 'fail',
      fact: `the integration runtime tried to connect to ${to} as ${account}, and failed`,
      advice:
        'Try the same on the host of the runtime: its DNS servers, the firewalls on the way, the certificate of the server in its trust, and the rights of the account from there.',
    }
  }
  return {
    decides: 'unknown',
    fact: `the connection to ${to} could not be tested through the integration runtime`,
    advice:
      'Look whether the runtime reaches Azure (DNS, out 443 to *.frontend.clouddatahub.net and *.servicebus.windows.net), and run the gate again.',
  }
}

/** Pure. One error that decides is enough; the first is told. */
export function judgeRuntimeErrors(refusal: RuntimeRefusal): Judgement {
  const { expected, errors } = refusal
  const known = errors.map((error) => ({ error, meaning: meaningOf(refusal, error) }))
  const decisive = known.find(({ meaning }) => meaning?.decides === 'fail') ?? known.find(({ meaning }) => meaning)
  const said = errors.map(({ code, message }) => [code, message].filter((text) => text !== '').join(': ')).join('; ')
  const common = { proof: 'direct' as const, vantage: RUNTIME_VANTAGE, expected }
  if (decisive?.meaning?.decides === 'fail') {
    const { fact, advice } = decisive.meaning
    const summary = `${capitalise(fact)}: ${said}`
    return { ...common, verdict: 'fail', summary, actual: `${fact} (${said})`, remediation: text(advice) }
  }
  const fact = decisive?.meaning?.fact ?? `the service answered with an error that does not tell what failed`
  const advice =
    decisive?.meaning?.advice ?? 'Look the message up, or test the connection in the portal of the service.'
  const message = said === '' ? fact : `${fact} (${said})`
  return {
    ...common,
    verdict: 'unknown',
    summary: capitalise(message),
    cause: { kind: 'insufficient', message },
    remediation: text(advice),
  }
}

function meaningOf(refusal: RuntimeRefusal, { code, message }: RuntimeErrorFact): Meaning | undefined {
  return CODES.find(([pattern]) => pattern.test(code))?.[1](refusal, message)
}

function text(advice: string): Remediation {
  return { text: advice, scripts: [] }
}

function capitalise(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
