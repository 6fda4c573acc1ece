import { REPORT_FILES } from '../domain/report-files.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import type { Env, InputReader } from './input-reader.ts'

export interface PlanInput {
  /** Path of Microsoft's prerequisite plan, relative to the workspace with forward slashes. Absent: there is none. */
  prerequisitePlan?: string
}

export function readPlanInput(reader: InputReader, env: Env, reportDirectory: string): PlanInput {
  const text = reader.text('prerequisite-plan')
  if (text === '') return {}
  const path = inWorkspace(env, text)
  const problem = /[\\/]$/.test(text) ? 'must name a file, not a folder' : reader.problemOfPath(path)
  if (problem !== undefined) reader.refuse('prerequisite-plan', `${problem}; the plan lies in the workspace`)
  const resolved = resolvedPath(path)
  const taken = REPORT_FILES.map((name) => placeInWorkspace(env, `${reportDirectory}/${name}`))
  if (taken.includes(resolved)) reader.refuse('prerequisite-plan', 'is a file of the report')
  const receipt = reader.text('receipt')
  if (receipt !== '' && placeInWorkspace(env, receipt) === resolved) {
    reader.refuse('prerequisite-plan', 'is the path of the receipt')
  }
  return { prerequisitePlan: resolved }
}

/** By its text alone, so that two spellings of one path are the same. */
export function placeInWorkspace(env: Env, text: string): string {
  return resolvedPath(inWorkspace(env, text))
}

function resolvedPath(path: string): string {
  const resolved = resolveWorkspacePath('', path)
  return resolved.ok ? resolved.path : path
}

/** Relative to the workspace where it is absolute and in it, as `${{ github.workspace }}/plan.json` is. */
function inWorkspace(env: Env, path: string): string {
  const slashed = path.replaceAll('\\', '/')
  const root = `${(env['GITHUB_WORKSPACE'] ?? '').replaceAll('\\', '/').replace(/\/+$/, '')}/`
  return root !== '/' && slashed.startsWith(root) ? slashed.slice(root.length) : path
}
