import type { RunIdentity } from '../domain/receipt.ts'
import type { Env } from './input-reader.ts'

/** Which run this is; a variable that the runner has not set is empty, and named in `missing`. */
export function readRunIdentity(env: Env): { identity: RunIdentity; missing: readonly string[] } {
  const missing: string[] = []
  const text = (name: string): string => {
    const value = env[name] ?? ''
    if (value === '') missing.push(name)
    return value
  }
  const identity = {
    repository: { id: text('GITHUB_REPOSITORY_ID'), name: text('GITHUB_REPOSITORY') },
    workflow: { ref: text('GITHUB_WORKFLOW_REF'), sha: text('GITHUB_WORKFLOW_SHA') },
    run: { id: text('GITHUB_RUN_ID'), attempt: text('GITHUB_RUN_ATTEMPT'), event: text('GITHUB_EVENT_NAME') },
    commit: text('GITHUB_SHA'),
    ref: text('GITHUB_REF'),
  }
  return { identity, missing }
}
