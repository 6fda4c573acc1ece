import type { ReportProblem } from '../domain/report.ts'
import type { Env } from '../inputs/input-reader.ts'
import { placeInWorkspace } from '../inputs/plan-input.ts'
import type { Publication } from './publish.ts'
import type { World } from './world.ts'
import type { ReceiptSettings } from './write-receipt.ts'

/**
 * Whether a run leaves alone what an earlier one wrote: `verify` reads it, and the others make neither report nor
 * receipt. Known before the inputs are checked: in every other run an earlier receipt must never be taken for a new one.
 */
export function leavesReports(env: Env): boolean {
  return ['verify', 'init', 'convert'].includes(env['INPUT_MODE']?.trim() ?? '')
}

/** The first thing that a run does. */
export async function removeStaleReceipt({ env, receiptFiles }: World): Promise<ReportProblem | undefined> {
  const path = env['INPUT_RECEIPT']?.trim() ?? ''
  if (path === '' || leavesReports(env)) return undefined
  // One path for both is a mistake that the inputs tell: the plan must not be gone by then.
  const plan = env['INPUT_PREREQUISITE-PLAN']?.trim() ?? ''
  if (plan !== '' && placeInWorkspace(env, plan) === placeInWorkspace(env, path)) return undefined
  const place = { path, workspace: env['GITHUB_WORKSPACE'] ?? '', runnerTemp: env['RUNNER_TEMP'] ?? '' }
  const removed = await receiptFiles.remove(place)
  if (removed.ok) return undefined
  const { message, missing } = removed.failure
  return { severity: 'error', message: missing === undefined ? message : `${message} Missing: ${missing}.` }
}

/** What the publication has to do for a receipt; nothing where none is asked for. */
export function receiptOf(
  world: World,
  settings: Omit<ReceiptSettings, 'inputs'> & { inputs: ReceiptSettings['inputs'] | undefined },
): Pick<Publication, 'receipt'> {
  const { inputs } = settings
  if (inputs?.receipt === undefined) return {}
  return {
    receipt: async (published) => {
      const { writeReceipt } = await import('./write-receipt.ts')
      return writeReceipt(world, { ...settings, inputs }, published)
    },
  }
}
