import type { ReportProblem } from './domain/report.ts'
import type { Secret } from './domain/secret.ts'
import { readContext } from './inputs/context.ts'
import { readInputs } from './inputs/inputs.ts'
import { checkManifests, NO_OUTCOME } from './run/check-manifests.ts'
import { NOTHING_KNOWN, publishCrash } from './run/crash.ts'
import { inputSecrets } from './run/input-secrets.ts'
import { createKnownSecrets, type KnownSecrets } from './run/known-secrets.ts'
import { makeReport } from './run/make-report.ts'
import { ownError } from './run/own-error.ts'
import { openPrerequisitePlan } from './run/prerequisite-plan.ts'
import { createPublishSignal, publish, publishTimeoutMs } from './run/publish.ts'
import { leavesReports, receiptOf, removeStaleReceipt } from './run/receipt-place.ts'
import { reportDirectory } from './run/report-directory.ts'
import type { World } from './run/world.ts'
import { removeReportFiles } from './sinks/files.ts'
import { publishOutputs } from './sinks/outputs.ts'

/** One run of the gate, from the environment to the exit code. Never throws. */
export async function run(world: World): Promise<number> {
  const known = createKnownSecrets(world.env)
  known.learn(inputSecrets(world.env))
  publishOutputs(NOTHING_KNOWN, known.redactText)
  try {
    return await runGate(world, known)
  } catch (error) {
    return publishCrash(error, world.env['GITHUB_STEP_SUMMARY'], known.redactText)
  }
}

async function runGate(world: World, known: KnownSecrets): Promise<number> {
  const startedAt = world.now()
  const stale = await removeStaleReceipt(world)
  const eventText = await world.readEvent(world.env['GITHUB_EVENT_PATH'])
  const context = readContext(world.env, eventText)
  const reports = leavesReports(world.env)
    ? undefined
    : await removeReportFiles(reportDirectory(world.env, context), known.redactText)
  const read = readInputs(world.env)
  const inputs = read.ok ? read.inputs : undefined
  const warnings = [...read.warnings, ...world.warnings]
  const problems: ReportProblem[] = warnings.map(asWarning)
  problems.push(...[stale, reports].filter((problem) => problem !== undefined))
  if (!read.ok) problems.push(...read.problems.map((problem) => ({ ...problem, severity: 'error' as const })))
  let outcome = NO_OUTCOME
  const learnSecrets = known.learn
  const learnSecret = (secret: Secret): void => known.learn([secret])
  if (inputs !== undefined && inputs.mode !== 'check') {
    const { runMode } = await import('./run/run-mode.ts')
    return runMode(world, inputs.mode, { inputs, context, warnings, known })
  }
  if (inputs !== undefined) {
    try {
      outcome = await checkManifests(world, { inputs, context, event: parseJson(eventText), problems, learnSecrets })
    } catch (error) {
      problems.push(ownError(error))
    }
  }
  const planOf = await openPrerequisitePlan(world, inputs, context, outcome, problems)
  problems.push(...known.warnings())
  const end = { startedAt, vantage: inputs?.vantage ?? 'auto', title: inputs?.title ?? '', problems, outcome }
  const report = makeReport(world, context, end)
  const signal = createPublishSignal(world.cancelled)
  const github = inputs && world.github(inputs, context, publishTimeoutMs(world.cancelled), signal)
  const workflow = world.env['GITHUB_WORKFLOW'] ?? ''
  const manifests = outcome.manifests.map(({ manifest }) => manifest)
  const timeoutMs = publishTimeoutMs(world.cancelled)
  const receipt = receiptOf(world, { inputs, context, report, manifests, learnSecret, signal, timeoutMs })
  const { redactText: redact, redactForeign } = known
  return publish({ report, context, inputs, github, redact, redactForeign, workflow, ...receipt, ...planOf(report) })
}

function asWarning(message: string): ReportProblem {
  return { severity: 'warning', message }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
