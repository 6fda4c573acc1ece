import type { CheckResult, Report } from '../domain/report.ts'
import type { Status, Verdict } from '../domain/verdict.ts'
import { isOpenVerdict, resultKey, type PublishedState } from './published-state.ts'

/** One result that is not what it was. */
export interface DeltaItem {
  /** Name of its manifest. */
  manifest: string
  result: CheckResult
  /** The verdict of the last run; absent: it was fine then, or was not there. */
  before?: Verdict
}

/** What changed since the run that wrote the comment as it stands. */
export interface Delta {
  /** Commit that the last run looked at. */
  since?: string
  status: { before: Status; now: Status }
  /** Open now, and not before. */
  fresh: readonly DeltaItem[]
  /** Open before and now, with another verdict. */
  changed: readonly DeltaItem[]
  /** Open before, and not any more. */
  fixed: readonly DeltaItem[]
  /** How many are open as they were. */
  still: number
  /** How many were open and are not asked any more. */
  gone: number
}

/** By check, subject and manifest; undefined where the last run could not keep what it found. Pure. */
export function deltaSince(state: PublishedState, report: Report): Delta | undefined {
  if (state.open === undefined || report.disclosure === 'counts') return undefined
  const left = new Map(state.open)
  const fresh: DeltaItem[] = []
  const changed: DeltaItem[] = []
  const fixed: DeltaItem[] = []
  let still = 0
  for (const { path, name, checks } of report.manifests) {
    for (const result of checks) {
      const key = resultKey(path, result)
      const before = left.get(key)
      left.delete(key)
      const item = { manifest: name, result, ...(before === undefined ? {} : { before }) }
      if (!isOpenVerdict(result.verdict)) {
        if (before !== undefined) fixed.push(item)
      } else if (before === undefined) fresh.push(item)
      else if (before === result.verdict) still += 1
      else changed.push(item)
    }
  }
  return {
    ...(state.commit === undefined ? {} : { since: state.commit }),
    status: { before: state.status, now: report.status },
    fresh,
    changed,
    fixed,
    still,
    gone: left.size,
  }
}

/** Whether there is anything in it that a reader has not seen yet. */
export function isEmptyDelta({ fresh, changed, fixed, gone }: Delta): boolean {
  return fresh.length + changed.length + fixed.length + gone === 0
}
