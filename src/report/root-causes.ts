import type { BlockedBy, CheckResult, ManifestReport } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'

/** What one manifest's results are to the others, and to those of other manifests. */
export interface RootCauses {
  /** For each root, the checks that cannot run because of it, directly or through others, of whatever manifest. */
  blockedOf: ReadonlyMap<CheckResult, readonly CheckResult[]>
  /** Blocked checks behind which no root stands: what blocks them is waived, proven, or not in this report. */
  orphans: ReadonlySet<CheckResult>
}

/** A result in its manifest: two manifests may share the very same result. */
interface Entry {
  manifest: number
  result: CheckResult
}

/**
 * Follows `blockedBy` down to results whose verdict makes them a root, for each manifest in the given order. A blocker is
 * looked for in the manifest that it names, else in that of the blocked check, else among the roots of all the others: an
 * account that one manifest's server refused is not tried for another's.
 */
export function rootCauses(
  manifests: readonly Pick<ManifestReport, 'name' | 'checks'>[],
  rootVerdicts: readonly Verdict[],
): readonly RootCauses[] {
  const entries = manifests.map(({ checks }, manifest) => checks.map((result): Entry => ({ manifest, result })))
  const blockerOf = findBlockers(manifests, entries, (verdict) => rootVerdicts.includes(verdict))
  const known = new Map<Entry, ReadonlySet<Entry>>()
  const rootsOf = (entry: Entry): ReadonlySet<Entry> => {
    const done = known.get(entry)
    if (done !== undefined) return done
    const roots = new Set<Entry>()
    known.set(entry, roots)
    for (const by of entry.result.blockedBy ?? []) {
      const blocker = blockerOf(entry, by)
      if (blocker === undefined) continue
      const { verdict } = blocker.result
      if (rootVerdicts.includes(verdict)) roots.add(blocker)
      else if (verdict === 'blocked') for (const root of rootsOf(blocker)) roots.add(root)
    }
    return roots
  }
  const causes = manifests.map(() => ({
    blockedOf: new Map<CheckResult, CheckResult[]>(),
    orphans: new Set<CheckResult>(),
  }))
  for (const entry of entries.flat().filter(({ result }) => result.verdict === 'blocked')) {
    const roots = rootsOf(entry)
    if (roots.size === 0) causes[entry.manifest]?.orphans.add(entry.result)
    for (const root of roots) {
      const blockedOf = causes[root.manifest]?.blockedOf
      const blocked = blockedOf?.get(root.result)
      if (blocked === undefined) blockedOf?.set(root.result, [entry.result])
      else blocked.push(entry.result)
    }
  }
  return causes
}

function findBlockers(
  manifests: readonly Pick<ManifestReport, 'name'>[],
  entries: readonly (readonly Entry[])[],
  isRoot: (verdict: Verdict) => boolean,
): (entry: Entry, by: BlockedBy) => Entry | undefined {
  const byPlace = new Map<string, Entry[]>()
  for (const entry of entries.flat()) {
    const place = placeOf(entry.result.id, entry.result.subject.name)
    const known = byPlace.get(place)
    if (known === undefined) byPlace.set(place, [entry])
    else known.push(entry)
  }
  return (entry, by) => {
    const others = (byPlace.get(placeOf(by.id, by.subject)) ?? []).filter((other) => other !== entry)
    const ofManifest = others.filter(({ manifest }) =>
      by.manifest === undefined ? manifest === entry.manifest : manifests[manifest]?.name === by.manifest,
    )
    const roots = others.filter(({ result }) => isRoot(result.verdict))
    return ofManifest.find((other) => roots.includes(other)) ?? ofManifest[0] ?? roots[0]
  }
}

function placeOf(id: string, subject: string): string {
  return `${id}\u0000${subject}`
}
