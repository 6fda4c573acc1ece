import type { Login, Manifest } from '../domain/manifest.ts'
import { seen, type Observed } from '../domain/observed.ts'
import type { Cause } from '../domain/verdict.ts'
import type { Ports } from '../ports/ports.ts'
import type { RuntimeError, RuntimeQuestion, RuntimeTest } from '../ports/runtime-port.ts'
import type { Asker } from '../ports/sql-port.ts'
import type { Judgement } from './define.ts'
import { boundName, boundText } from './foreign-text.ts'
import { judgeRuntimeErrors } from './judge-runtime-errors.ts'

/** From where it is seen, as report.json names it. */
export const RUNTIME_VANTAGE = 'integration-runtime'

/** `off`: the run may not ask the runtime. `no-password`: this run has nothing that the runtime could log in with. */
export type RuntimeEvidence =
  | { state: 'off' }
  | { state: 'no-password'; to: string }
  | { state: 'not-known'; message: string; kind: Cause['kind'] }
  | ({ state: 'asked'; service: string; to: string; account: string } & RuntimeFacts)

type RuntimeFacts =
  | { outcome: 'succeeded'; ms: number }
  | { outcome: 'failed'; of: RuntimeTest; errors: RuntimeErrorFact[]; ms: number }
  | { outcome: 'withheld'; refusedAt: { id: string; subject: string } }

export type RuntimeErrorFact = { code: string; message: string }

/** A test that a check wants: everything but what is the same for all of them. */
export interface RuntimeProbe {
  manifest: Manifest
  test: RuntimeQuestion['test']
  sourceDatabase: string
  targetDatabase?: string
  askedBy: Asker
}

const KINDS: Readonly<Record<Manifest['scenario'], RuntimeQuestion['kind']>> = {
  'sql-server-to-azure-sql-database': 'SqlDb',
  'sql-server-to-azure-sql-managed-instance': 'SqlMi',
  'sql-server-to-sql-server-on-azure-vm': 'SqlVm',
}

/** Whether the run asks the runtime at all, and has a password to give it. */
export function runtimeMayAsk(
  { runtime }: Pick<Ports, 'runtime'>,
  login: Login,
  to: string,
): RuntimeEvidence | undefined {
  if (runtime.validate === undefined) return { state: 'off' }
  return login.kind === 'entra' ? { state: 'no-password', to } : undefined
}

export async function askRuntime(
  { runtime }: Pick<Ports, 'runtime'>,
  { manifest, test, sourceDatabase, targetDatabase, askedBy }: RuntimeProbe,
): Promise<Observed<RuntimeEvidence>> {
  const serviceId = manifest.dms.serviceId
  if (runtime.validate === undefined || serviceId === undefined) return seen({ state: 'off' })
  const answer = await runtime.validate({
    serviceId,
    kind: KINDS[manifest.scenario],
    sourceDatabase,
    ...(targetDatabase === undefined ? {} : { targetDatabase }),
    test,
    askedBy,
  })
  if (!answer.ok) return answer
  const { value } = answer
  const to = test.of === 'share' ? test.path : test.connection.dataSource
  const account = test.of === 'share' ? test.login.user : test.connection.login.user
  const asked = { state: 'asked' as const, service: serviceId.split('/').at(-1) ?? '', to, account }
  switch (value.outcome) {
    case 'succeeded':
      return seen({ ...asked, outcome: 'succeeded', ms: value.ms })
    case 'failed':
      return seen({ ...asked, outcome: 'failed', of: value.of, errors: value.errors.map(factOf), ms: value.ms })
    case 'withheld': {
      const { id, subject } = value.refusedAt
      return seen({ ...asked, outcome: 'withheld', refusedAt: { id, subject } })
    }
  }
}

/** Far more than the one error that a test has. */
const MOST_ERRORS = 5
function factOf({ code, message }: RuntimeError): RuntimeErrorFact {
  return { code: boundName(code), message: boundText(message) }
}

/** Pure. `what`: `the source`, `the share`, `the target`. */
export function judgeRuntime(evidence: RuntimeEvidence, what: string): Judgement {
  switch (evidence.state) {
    case 'off':
      return {
        verdict: 'not-applicable',
        summary: 'The integration runtime was not asked: `probe-through-runtime` counts only in a trusted run',
      }
    case 'no-password':
      return {
        verdict: 'not-applicable',
        summary: `The integration runtime was not asked to connect to ${evidence.to}: the manifest gives the run's Azure identity as the login, and there is no password that the runtime could use`,
      }
    case 'not-known':
      return {
        verdict: 'unknown',
        proof: 'direct',
        summary: evidence.message,
        expected: `the integration runtime connects to ${what}`,
        cause: { kind: evidence.kind, message: evidence.message },
      }
    case 'asked':
      return judgeAsked(evidence, what)
  }
}

function judgeAsked(evidence: Extract<RuntimeEvidence, { state: 'asked' }>, what: string): Judgement {
  const { service, to, account } = evidence
  const expected = `the integration runtime of ${service} connects to ${to} as ${account}`
  if (evidence.outcome === 'withheld') {
    const { id, subject } = evidence.refusedAt
    const summary = `Not tried: ${account} was refused at ${subject}, and a refused password is never tried again`
    return { verdict: 'blocked', summary, blockedBy: [{ id, subject }] }
  }
  if (evidence.outcome === 'succeeded') {
    const actual = `the integration runtime of ${service} connected to ${to} as ${account}, ${String(evidence.ms)} ms`
    const summary = `The integration runtime of ${service} itself connected to ${what}, ${to}, as ${account}`
    return { verdict: 'pass', proof: 'direct', vantage: RUNTIME_VANTAGE, summary, expected, actual }
  }
  const errors = evidence.errors.slice(0, MOST_ERRORS)
  return judgeRuntimeErrors({ service, to, account, what, expected, of: evidence.of, errors })
}
