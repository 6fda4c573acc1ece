import { resolveWorkspacePath } from '../domain/workspace-path.ts'

/** The path without `.` and `//`; the schema has refused those that leave the workspace. */
export function normalPath(text: string): string {
  const resolved = resolveWorkspacePath('', text)
  return resolved.ok ? resolved.path : text
}
