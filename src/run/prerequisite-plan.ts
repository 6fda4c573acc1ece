import type { Report, ReportProblem } from '../domain/report.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Outcome } from './check-manifests.ts'
import { ownError } from './own-error.ts'
import type { Publication } from './publish.ts'
import type { World } from './world.ts'

/** What the publication has to do for the plan, once the report is made. */
export type PlanOf = (report: Report) => Pick<Publication, 'prerequisitePlan'>

/** Reads the plan that the inputs name, if any; what is wrong with it goes to `problems`. Nothing is loaded without one; never throws. */
export async function openPrerequisitePlan(
  world: World,
  inputs: Inputs | undefined,
  context: RunContext,
  outcome: Outcome,
  problems: ReportProblem[],
): Promise<PlanOf> {
  if (inputs?.prerequisitePlan === undefined) return () => ({})
  const { readPrerequisitePlan, writePrerequisitePlan } = await import('./write-prerequisite-plan.ts')
  const settings = { inputs, context, manifests: outcome.manifests.map(({ manifest }) => manifest) }
  try {
    const { plan, problems: found } = await readPrerequisitePlan(world, settings)
    problems.push(...found)
    if (plan === undefined) return () => ({})
    return (report) => ({
      prerequisitePlan: (reportPath) =>
        writePrerequisitePlan(world, { ...settings, report, plan }, reportPath).catch((error: unknown) => ({
          words: `The prerequisite plan was left as it is. ${ownError(error).message}`,
          isProblem: true,
        })),
    })
  } catch (error) {
    // The report of the run is worth more than the plan.
    problems.push(ownError(error))
    return () => ({})
  }
}
