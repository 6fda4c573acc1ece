import type { CheckResult } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'

export interface RootCauses {
  /** For each root, the checks that cannot run because of it, directly or through others. */
  blockedOf: ReadonlyMap<CheckResult, readonly CheckResult[]>
  /** Blocked checks behind which no root stands: what blocks them is waived, proven, or not in this manifest. */
  orphans: ReadonlySet<CheckResult>
}

/** Follows `blockedBy` within one manifest's results down to results whose verdict makes them a root. */
export function rootCauses(checks: readonly CheckResult[], rootVerdicts: readonly Verdict[]): RootCauses {
  const byPlace = new Map(checks.map((result) => [placeOf(result.id, result.subject.name), result]))
  const known = new Map<CheckResult, ReadonlySet<CheckResult>>()
  const rootsOf = (result: CheckResult): ReadonlySet<CheckResult> => {
    const done = known.get(result)
    if (done !== undefined) return done
    const roots = new Set<CheckResult>()
    known.set(result, roots)
    for (const { id, subject } of result.blockedBy ?? []) {
      const blocker = byPlace.get(placeOf(id, subject))
      if (blocker === undefined) continue
      if (rootVerdicts.includes(blocker.verdict)) roots.add(blocker)
      else if (blocker.verdict === 'blocked') for (const root of rootsOf(blocker)) roots.add(root)
    }
    return roots
  }
  const blockedOf = new Map<CheckResult, CheckResult[]>()
  const orphans = new Set<CheckResult>()
  for (const result of checks.filter(({ verdict }) => verdict === 'blocked')) {
    const roots = rootsOf(result)
    if (roots.size === 0) orphans.add(result)
    for (const root of roots) {
      const blocked = blockedOf.get(root)
      if (blocked === undefined) blockedOf.set(root, [result])
      else blocked.push(result)
    }
  }
  return { blockedOf, orphans }
}

function placeOf(id: string, subject: string): string {
  return `${id}\u0000${subject}`
}
