import type { Judgement } from '../checks/define.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Observed } from '../domain/observed.ts'
import { unseen } from '../domain/observed.ts'
import type { CheckResult } from '../domain/report.ts'
import type { Plan, PlannedCheck } from '../plan/plan.ts'
import type { Ports } from '../ports/ports.ts'
import { createLimit } from './limit.ts'
import { liftProxies } from './lift-proxies.ts'
import { createPatience, type Patience } from './patience.ts'
import { blockedResult, judgedResult, failureResult, type ResultFacts } from './results.ts'

export interface EngineOptions {
  maxParallel: number
  /** For one check, from the moment it is its turn. A login's wait for another one's outcome is not counted. */
  timeoutMs: number
  /** Deadline or a signal from outside: what has not finished by then is `unknown`, cause `cancelled`. */
  signal: AbortSignal
  /** Shown as the place from which everything was seen. */
  vantage: string
}

/** The ports of every check, or those that the checks on one subject get. */
export type PortsOf = Ports | ((planned: PlannedCheck) => Ports)

/** Runs one plan. Results stand in the plan's order, whatever finished first. Never throws. */
export async function runChecks(
  plan: Plan,
  ports: PortsOf,
  options: EngineOptions,
  limit = createLimit(options.maxParallel),
): Promise<CheckResult[]> {
  const results: Promise<CheckResult>[] = []
  // `needs` may point forward in the plan, so each check starts only after every promise of the list exists.
  let start = (): void => undefined
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  for (const planned of plan.checks) {
    results.push(started.then(() => runOne(planned, results, ports, options, limit)))
  }
  start()
  return liftProxies(plan, await Promise.all(results))
}

async function runOne(
  planned: PlannedCheck,
  results: readonly Promise<CheckResult>[],
  ports: PortsOf,
  options: EngineOptions,
  limit: <T>(task: () => Promise<T>) => Promise<T>,
): Promise<CheckResult> {
  const facts = (durationMs: number): ResultFacts => ({ planned, vantage: options.vantage, durationMs })
  const blockers = await unmetNeeds(planned, results)
  // A cancelled run says so of everything that it did not get to, rather than blaming the first check that was cut off.
  if (options.signal.aborted) return failureResult(facts(0), cancelled(options.signal))
  if (blockers.length > 0) return blockedResult(facts(0), blockers)
  return limit(async () => {
    const before = performance.now()
    const observed = await observe(planned, ports, options)
    const durationMs = Math.round(performance.now() - before)
    if (!observed.ok) return failureResult(facts(durationMs), observed.failure)
    const judged = judge(planned, observed.value)
    return judged.ok
      ? judgedResult(facts(durationMs), judged.value, observed.value)
      : failureResult(facts(durationMs), judged.failure)
  })
}

const MET = new Set(['pass', 'not-applicable', 'attested'])

async function unmetNeeds(planned: PlannedCheck, results: readonly Promise<CheckResult>[]): Promise<CheckResult[]> {
  const unmet: CheckResult[] = []
  for (const need of planned.needs) {
    const answers = await Promise.all(need.on.flatMap((place) => results[place] ?? []))
    const missing = answers.filter((answer) => !MET.has(answer.verdict))
    const isMet = need.any ? answers.length === 0 || missing.length < answers.length : missing.length === 0
    if (!isMet) unmet.push(...missing)
  }
  return unmet
}

async function observe(planned: PlannedCheck, ports: PortsOf, options: EngineOptions): Promise<Observed<JsonObject>> {
  const { check, subject } = planned
  if (options.signal.aborted) return { ok: false, failure: cancelled(options.signal) }
  let resolve: (cut: Observed<JsonObject>) => void = () => undefined
  const cut = new Promise<Observed<JsonObject>>((settle) => {
    resolve = settle
  })
  const patience = createPatience(options.timeoutMs, () => {
    const message = `${check.meta.id} on ${subject.name} did not finish within ${options.timeoutMs} ms`
    resolve(unseen('timeout', message, { missing: 'more time: raise the input `timeout`' }))
  })
  const onAbort = (): void => {
    resolve({ ok: false, failure: cancelled(options.signal) })
  }
  options.signal.addEventListener('abort', onAbort, { once: true })
  try {
    const own = typeof ports === 'function' ? ports(planned) : ports
    return await Promise.race([check.observe(withPatience(own, patience), subject), cut])
  } catch (error) {
    return unseen('bug', `${check.meta.id} on ${subject.name}: ${describe(error)}`)
  } finally {
    patience.end()
    options.signal.removeEventListener('abort', onAbort)
  }
}

/**
 * A login that waits for the account's first login on another server does not use up the time of its check; nor does the
 * runtime's test, which takes as long as Azure lets it.
 */
function withPatience(ports: Ports, { waiting }: Patience): Ports {
  const { sql, runtime } = ports
  const { validate } = { ...runtime }
  return {
    ...ports,
    sql: { ...sql, logIn: (server, database) => sql.logIn(server, database, waiting) },
    ...(validate === undefined
      ? {}
      : { runtime: { ...runtime, validate: (question) => validate(question, waiting) } satisfies Ports['runtime'] }),
  }
}

function judge(planned: PlannedCheck, evidence: JsonObject): Observed<Judgement> {
  try {
    return { ok: true, value: planned.check.judge(evidence, planned.subject) }
  } catch (error) {
    return unseen('bug', `${planned.check.meta.id} on ${planned.subject.name}: ${describe(error)}`)
  }
}

function cancelled(signal: AbortSignal): { kind: 'cancelled'; message: string } {
  const reason: unknown = signal.reason
  return {
    kind: 'cancelled',
    message: typeof reason === 'string' ? reason : 'The run was cancelled before this check finished',
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'an error that is no Error object'
}
