import type { RunContext } from '../inputs/context.ts'
import type { Env } from '../inputs/input-reader.ts'
import { INPUT_DEFAULTS } from '../inputs/input-names.ts'
import type { FilesTarget } from '../sinks/files.ts'

/** Where an earlier report may lie, known before the inputs are checked: a stale one must never be taken for new. */
export function reportDirectory(env: Env, { workspace, runnerTemp }: RunContext): FilesTarget {
  const given = env['INPUT_REPORT-DIRECTORY']?.trim() ?? ''
  return { directory: given === '' ? INPUT_DEFAULTS['report-directory'] : given, workspace, runnerTemp }
}
