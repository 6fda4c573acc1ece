import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Report, ReportProblem } from '../domain/report.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { judgeRows } from '../prerequisite-plan/judge-rows.ts'
import { pathMismatch } from '../prerequisite-plan/match-path.ts'
import type { PlanDocument } from '../prerequisite-plan/plan.ts'
import { readPlan } from '../prerequisite-plan/read-plan.ts'
import { writeBack, type WrittenBack } from '../prerequisite-plan/write-back.ts'
import type { World } from './world.ts'

export interface PlanSettings {
  inputs: Inputs
  context: RunContext
  manifests: readonly Manifest[]
}

/** What became of the plan: a sentence for the summary and the log. `isProblem`: it should have been written and was not. */
export interface WrittenPlan {
  words: string
  isProblem: boolean
}

/** The plan that the run has to write back; undefined where there is none, and then `problems` tells why. */
export async function readPrerequisitePlan(
  { planFile }: World,
  { inputs, context: { workspace }, manifests }: PlanSettings,
): Promise<{ plan?: PlanDocument; problems: readonly ReportProblem[] }> {
  const path = inputs.prerequisitePlan ?? ''
  const location = { path, line: 1, column: 1 }
  const read = await planFile.read({ workspace, path })
  if (!read.ok) return { problems: [asError({ message: `the prerequisite plan ${read.failure.message}` })] }
  const parsed = readPlan(path, read.value)
  if (!parsed.ok && parsed.unresolved) {
    const message = 'the prerequisite plan is `unresolved_path`: it has no rows, and was left as it is'
    return { problems: [{ severity: 'warning', location, message }] }
  }
  if (!parsed.ok) return { problems: parsed.problems.map(asError) }
  // Without a sound manifest there is nothing to compare, and the run says so anyway.
  const mismatch = manifests.length === 0 ? undefined : pathMismatch(parsed.plan.path, manifests.map(asKind))
  if (mismatch !== undefined) return { problems: [asError({ location, message: `the prerequisite plan ${mismatch}` })] }
  return { plan: parsed.plan, problems: [] }
}

/** Writes what a trusted run without errors found back into the plan. */
export async function writePrerequisitePlan(
  world: World,
  settings: PlanSettings & { report: Report; plan: PlanDocument },
  reportPath: string | undefined,
): Promise<WrittenPlan> {
  const { inputs, context, report, plan } = settings
  const path = inputs.prerequisitePlan ?? ''
  const left = `The prerequisite plan \`${path}\` was left as it is`
  if (!report.run.trusted) {
    return { words: `${left}: this run is not trusted, so its evidence would mislead.`, isProblem: false }
  }
  if (report.problems.some(({ severity }) => severity === 'error')) {
    return { words: `${left}: the run has errors, so it does not show everything.`, isProblem: false }
  }
  const reportHash = await hashReport(world, context, reportPath)
  const run = { collectedAt: report.run.startedAt, toolVersion: world.toolVersion, reportHash }
  const written = writeBack(plan, judgeRows(plan.path, checkedManifests(settings), CATALOGUE), run)
  const findings = findingWords(written)
  if (written.text === plan.text) return { words: `${left}: ${findings}.`, isProblem: false }
  const { workspace } = context
  const replaced = await world.planFile.replace({ workspace, path }, plan.text, written.text)
  if (!replaced.ok) return { words: `${left}: ${replaced.failure.message}`, isProblem: true }
  return {
    words: `The prerequisite plan \`${path}\` has the evidence of this run: ${findings}. It is now \`${written.overallStatus}\`.`,
    isProblem: false,
  }
}

async function hashReport(world: World, context: RunContext, path: string | undefined): Promise<string | null> {
  const { workspace, runnerTemp } = context
  const hash = path === undefined ? undefined : await world.receiptFiles.hashOfWritten({ path, workspace, runnerTemp })
  return hash?.ok === true ? hash.value : null
}

/** The report has the manifests in the same order, with what people vouched for applied. */
function checkedManifests({ manifests, report }: { manifests: readonly Manifest[]; report: Report }) {
  return manifests.map((manifest, place) => ({ manifest, checks: report.manifests[place]?.checks ?? [] }))
}

function findingWords({ settled }: WrittenBack): string {
  if (settled.length === 0) return 'no check of this run decides a row of it'
  return settled
    .map(({ status, rows }) => `${rows} ${rows === 1 ? 'row' : 'rows'} ${status.replace('_', ' ')}`)
    .join(', ')
}

function asKind(manifest: Manifest): { manifest: Manifest } {
  return { manifest }
}

function asError<P extends object>(problem: P): P & { severity: 'error' } {
  return { ...problem, severity: 'error' }
}
