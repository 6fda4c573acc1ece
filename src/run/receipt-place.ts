import type { ReportProblem } from '../domain/report.ts'
import type { Env } from '../inputs/input-reader.ts'
import type { Publication } from './publish.ts'
import type { World } from './world.ts'
import type { ReceiptSettings } from './write-receipt.ts'

/** Known before the inputs are checked: a receipt of an earlier run must never be taken for one of this. */
export function isVerifying(env: Env): boolean {
  return env['INPUT_MODE']?.trim() === 'verify'
}

/** The first thing that a run does; only `mode: verify` is there to read what lies at the path. */
export async function removeStaleReceipt({ env, receiptFiles }: World): Promise<ReportProblem | undefined> {
  const path = env['INPUT_RECEIPT']?.trim() ?? ''
  // One path for both is a mistake that the inputs tell: the plan must not be gone by then.
  if (path === '' || isVerifying(env) || path === env['INPUT_PREREQUISITE-PLAN']?.trim()) return undefined
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
