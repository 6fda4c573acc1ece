import { CATALOGUE } from './checks/catalogue.generated.ts'
import type { CheckResult, Report, ReportProblem } from './domain/report.ts'
import { isJsonObject } from './domain/json.ts'
import { createRedactor } from './domain/redact.ts'
import type { Secret } from './domain/secret.ts'
import { createLimit } from './engine/limit.ts'
import { runChecks } from './engine/run-checks.ts'
import { createUntrustedPorts } from './engine/untrusted-ports.ts'
import { readContext, type RunContext } from './inputs/context.ts'
import { readInputs, type Inputs } from './inputs/inputs.ts'
import { readSecrets, secretNames } from './inputs/secrets.ts'
import { planChecks } from './plan/plan.ts'
import { summariseReport, type ReportInput } from './report/summarise.ts'
import { NOTHING_KNOWN, publishCrash } from './run/crash.ts'
import { createDeadline } from './run/deadline.ts'
import { inputSecrets } from './run/input-secrets.ts'
import { publish, type Publication } from './run/publish.ts'
import { readManifests } from './run/read-manifests.ts'
import type { Connection, World } from './run/world.ts'
import { maskSecrets } from './sinks/masks.ts'
import { publishOutputs } from './sinks/outputs.ts'
import type { Redact } from './sinks/redacted.ts'
import { readTrust } from './trust/read-trust.ts'

/** Publishing has to come to an end within the seconds that a runner leaves a cancelled step. */
const PUBLISH_TIMEOUT_MS = 20_000
const PUBLISH_AFTER_CANCEL_TIMEOUT_MS = 4_000
const CHECK_IDS = CATALOGUE.map(({ meta }) => meta.id)

/** One run of the gate, from the environment to the exit code. Never throws. */
export async function run(world: World): Promise<number> {
  const early = inputSecrets(world.env)
  maskSecrets(early, world.env)
  const known: Known = { early, redact: createRedactor(early.map((secret) => secret.reveal())) }
  publishOutputs(NOTHING_KNOWN, known.redact)
  try {
    return await runGate(world, known)
  } catch (error) {
    return publishCrash(error, world.env['GITHUB_STEP_SUMMARY'], known.redact)
  }
}

/** The secrets of the inputs, and what redacts all secrets that the run knows so far. */
interface Known {
  early: readonly Secret[]
  redact: Redact
}

async function runGate(world: World, known: Known): Promise<number> {
  const startedAt = world.now()
  const eventText = await world.readEvent(world.env['GITHUB_EVENT_PATH'])
  const context = readContext(world.env, eventText)
  const read = readInputs(world.env)
  const inputs = read.ok ? read.inputs : undefined
  const problems: ReportProblem[] = read.warnings.map((message) => ({ severity: 'warning', message }))
  let outcome: Outcome = { manifests: [], trusted: false, notices: [] }
  if (inputs === undefined) problems.push(...(read.ok ? [] : read.problems).map(asError))
  else {
    try {
      outcome = await check(world, inputs, context, eventText, problems, (secrets) => {
        maskSecrets(secrets, world.env)
        known.redact = createRedactor([...known.early, ...secrets].map((secret) => secret.reveal()))
      })
    } catch (error) {
      problems.push({
        severity: 'error',
        message: `An error of dms-preflight itself: ${describe(error)}. Please report it.`,
      })
    }
  }
  const report = summarise(world, context, inputs, startedAt, problems, outcome)
  const timeoutMs = world.cancelled.aborted ? PUBLISH_AFTER_CANCEL_TIMEOUT_MS : PUBLISH_TIMEOUT_MS
  const github =
    inputs === undefined ? undefined : world.github(inputs, context, timeoutMs, AbortSignal.timeout(3 * timeoutMs))
  const publication: Publication = {
    report,
    context,
    inputs,
    github,
    redact: known.redact,
    workflow: world.env['GITHUB_WORKFLOW'] ?? '',
  }
  return publish(publication)
}

type Outcome = Pick<ReportInput, 'manifests' | 'trusted' | 'notices'>

/** Manifests -> trust -> plan -> results. Problems of manifests are added to `problems`; sound ones still run. */
async function check(
  world: World,
  inputs: Inputs,
  context: RunContext,
  eventText: string | undefined,
  problems: ReportProblem[],
  learnSecrets: (secrets: readonly Parameters<typeof maskSecrets>[0][number][]) => void,
): Promise<Outcome> {
  const read = await readManifests(world, context.workspace, inputs.manifests, CHECK_IDS)
  problems.push(...read.problems)
  const secrets = readSecrets(world.env, read.manifests.flatMap(secretNames))
  learnSecrets([...secrets.values()])
  if (read.manifests.length === 0) return { manifests: [], trusted: false, notices: [] }
  const deadline = createDeadline(inputs.deadlineMs, world.cancelled)
  const trust = await readTrust(
    {
      origin: { eventName: context.eventName, ref: context.ref, sha: context.sha },
      event: parseJson(eventText),
      trustedRef: inputs.trustedRef ?? '',
      files: read.manifests.flatMap(({ files }) => files),
    },
    {
      github: world.github(inputs, context, inputs.timeoutMs, deadline.signal),
      readShas: (path) => world.readShas(context.workspace, path),
    },
  )
  let connection: Connection | undefined
  try {
    if (trust.trusted) connection = await world.connect({ inputs, context, secrets, signal: deadline.signal })
    const ports = connection?.ports ?? createUntrustedPorts(world.localPorts(context.workspace), trust.reason)
    const limit = createLimit(inputs.maxParallel)
    const options = {
      maxParallel: inputs.maxParallel,
      timeoutMs: inputs.timeoutMs,
      signal: deadline.signal,
      vantage: inputs.vantage === 'auto' ? 'runner' : inputs.vantage,
    }
    const manifests = await Promise.all(
      read.manifests.map(async (manifest) => ({
        manifest,
        results: await runChecks(planChecks(manifest, CATALOGUE), ports, options, limit),
      })),
    )
    return { manifests, trusted: trust.trusted, notices: trust.trusted ? [] : [trust.reason] }
  } finally {
    deadline.clear()
    await connection?.close()
  }
}

function summarise(
  world: World,
  context: RunContext,
  inputs: Inputs | undefined,
  startedAt: number,
  problems: readonly ReportProblem[],
  outcome: Outcome,
): Report {
  const now = world.now()
  const results = outcome.manifests.flatMap((manifest) => manifest.results)
  return summariseReport({
    ...outcome,
    problems,
    run: {
      startedAt: new Date(startedAt).toISOString(),
      durationMs: Math.max(0, Math.round(now - startedAt)),
      vantage: { name: inputs?.vantage ?? 'auto', verified: results.some(isSeenFromTheDmsSubnet) },
      repository: context.repository,
      sha: context.sha,
      event: context.eventName,
      url: context.runUrl,
      trusted: outcome.trusted,
    },
    title: inputs?.title ?? '',
    now: new Date(now),
    toolVersion: world.toolVersion,
  })
}

function isSeenFromTheDmsSubnet({ evidence }: CheckResult): boolean {
  const vantage = evidence['vantage']
  return isJsonObject(vantage) && vantage['verified'] === true
}

function asError(problem: Omit<ReportProblem, 'severity'>): ReportProblem {
  return { ...problem, severity: 'error' }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'not an Error object'
}
