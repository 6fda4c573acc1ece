import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { ReportProblem } from '../domain/report.ts'
import type { Secret } from '../domain/secret.ts'
import { createLimit } from '../engine/limit.ts'
import { runChecks } from '../engine/run-checks.ts'
import { createUntrustedPorts } from '../engine/untrusted-ports.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { readSecrets, secretNames } from '../inputs/secrets.ts'
import { planChecks } from '../plan/plan.ts'
import type { ReportInput } from '../report/summarise.ts'
import { readTrust } from '../trust/read-trust.ts'
import { createDeadline } from './deadline.ts'
import { readManifests } from './read-manifests.ts'
import type { World } from './world.ts'

/** Far above any estate, and far below what would exhaust the memory of a runner. */
const CHECKS_LIMIT = 50_000
const CHECK_IDS = CATALOGUE.map(({ meta }) => meta.id)

export type Outcome = Pick<ReportInput, 'manifests' | 'trusted' | 'notices'>
export const NO_OUTCOME: Outcome = { manifests: [], trusted: false, notices: [] }

export interface RunSettings {
  inputs: Inputs
  context: RunContext
  /** What the event file holds, parsed. */
  event: unknown
  /** Problems of manifests are added here; the sound ones still run. */
  problems: ReportProblem[]
  /** Called before a secret is used for the first time. */
  learnSecrets(secrets: readonly Secret[]): void
}

/** Manifests -> trust -> plan -> results. */
export async function checkManifests(world: World, settings: RunSettings): Promise<Outcome> {
  const { inputs, context, problems } = settings
  const read = await readManifests(world, context.workspace, inputs.manifests, CHECK_IDS)
  problems.push(...read.problems)
  const plans = read.manifests.map((manifest) => planChecks(manifest, CATALOGUE))
  const count = plans.reduce((sum, { checks }) => sum + checks.length, 0)
  if (count > CHECKS_LIMIT) {
    const message = `The manifests ask for ${count} checks; at most ${CHECKS_LIMIT} make one run. Use several runs.`
    problems.push({ severity: 'error', message })
  }
  if (plans.length === 0 || count > CHECKS_LIMIT) return NO_OUTCOME
  const deadline = createDeadline(inputs.deadlineMs, world.cancelled)
  try {
    const files = read.manifests.flatMap((manifest) => manifest.files)
    const trust = await decide(world, settings, files, deadline.signal)
    // An untrusted run does not even read the secrets that its manifest names: it has no use for them.
    const secrets = readSecrets(world.env, trust.trusted ? read.manifests.flatMap(secretNames) : [])
    settings.learnSecrets([...secrets.values()])
    const learnSecret = (secret: Secret): void => settings.learnSecrets([secret])
    const connection = trust.trusted
      ? await world.connect({ inputs, context, secrets, learnSecret, signal: deadline.signal })
      : undefined
    const notices = trust.trusted ? [] : [trust.reason]
    try {
      const ports = connection?.ports ?? createUntrustedPorts(world.localPorts(context.workspace), trust.reason)
      const limit = createLimit(inputs.maxParallel)
      const options = {
        maxParallel: inputs.maxParallel,
        timeoutMs: inputs.timeoutMs,
        signal: deadline.signal,
        vantage: inputs.vantage === 'auto' ? 'runner' : inputs.vantage,
      }
      const results = await Promise.all(plans.map((plan) => runChecks(plan, ports, options, limit)))
      const manifests = plans.map(({ manifest }, place) => ({ manifest, results: results[place] ?? [] }))
      return { manifests, trusted: trust.trusted, notices }
    } finally {
      await connection?.close()
      notices.push(...leftOverNotices(connection?.leftOver?.() ?? []))
    }
  } finally {
    deadline.clear()
  }
}

/** Also of checks that had no time left to say so. */
function leftOverNotices(files: readonly string[]): string[] {
  return files.map((file) => `A file of the write probes may still be there and has to be deleted by hand: ${file}`)
}

function decide(
  world: World,
  { inputs, context, event }: RunSettings,
  files: readonly string[],
  signal: AbortSignal,
): ReturnType<typeof readTrust> {
  const { eventName, ref, sha, workspace } = context
  const question = { origin: { eventName, ref, sha }, event, trustedRef: inputs.trustedRef ?? '', files }
  return readTrust(question, {
    github: world.github(inputs, context, inputs.timeoutMs, signal),
    readShas: (path) => world.readShas(workspace, path),
  })
}
