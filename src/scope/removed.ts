import type { Manifest } from '../domain/manifest.ts'
import type { Removed } from '../domain/report.ts'
import type { Severity } from '../domain/verdict.ts'
import type { Plan } from '../plan/plan.ts'
import { identityOf, identityOfSubject } from './identity.ts'
import type { ManifestPair } from './pair-manifests.ts'
import { removedObjects, usedShares, usedTargets } from './removed-objects.ts'
import { removedVouchers } from './removed-vouchers.ts'
import { weakerSettings } from './settings.ts'

export interface ScopeQuestion {
  pairs: readonly ManifestPair[]
  /** Plans of every manifest that the pairs name, and of new ones. */
  planOf: (manifest: Manifest) => Plan
  /** Every manifest of this run. */
  here: readonly Manifest[]
  /** Milliseconds since the epoch. */
  now: number
}

/** What the trusted ref asks for and this change no longer does. What only moved to another manifest is still asked for. */
export function removedBy({ pairs, planOf, here, now }: ScopeQuestion): Removed[] {
  const scope = scopeOf(here)
  const asked = askedOf(here, pairs, planOf)
  return pairs.flatMap(({ trusted, here: own }, place) => {
    if (own === undefined) {
      return [{ kind: 'manifest', name: trusted.name, manifest: trusted.name, location: trusted.location } as const]
    }
    return [
      ...removedObjects(trusted, own, scope),
      ...weakerSettings(trusted, own, here),
      ...removedChecks(planOf(trusted), `#${place}`, asked),
      ...removedVouchers(trusted, own, planOf(own), now),
    ]
  })
}

/** Identities of all that the manifests ask about: a target or share that no source uses any more is asked nothing. */
function scopeOf(manifests: readonly Manifest[]): ReadonlySet<string> {
  return new Set(
    manifests.flatMap((manifest) => [
      ...manifest.sources.flatMap((source) => [
        identityOf.source(source),
        ...source.databases.map((database) => identityOf.database(source, database, manifest)),
      ]),
      ...usedTargets(manifest).map(identityOf.target),
      ...usedShares(manifest).map(identityOf.share),
      ...manifest.containers.map(identityOf.container),
      ...manifest.dms.flows.map(identityOf.flow),
    ]),
  )
}

interface Asked {
  /** Check id and identity of its subject -> how severe it is here. */
  severities: ReadonlyMap<string, Severity>
  subjects: ReadonlySet<string>
}

function askedOf(here: readonly Manifest[], pairs: readonly ManifestPair[], planOf: ScopeQuestion['planOf']): Asked {
  const severities = new Map<string, Severity>()
  const subjects = new Set<string>()
  for (const manifest of here) {
    const place = pairs.findIndex((pair) => pair.here === manifest)
    for (const { check, subject, severity } of planOf(manifest).checks) {
      const identity = identityOfSubject(subject, place < 0 ? manifest.path : `#${place}`)
      const key = `${check.meta.id} ${identity}`
      subjects.add(identity)
      if (severities.get(key) !== 'required') severities.set(key, severity)
    }
  }
  return { severities, subjects }
}

/** Where the subject itself is gone, that is said once, and not for each of its checks. */
function removedChecks({ manifest, checks }: Plan, place: string, { severities, subjects }: Asked): Removed[] {
  return checks.flatMap(({ check, subject, severity }): Removed[] => {
    const identity = identityOfSubject(subject, place)
    if (!subjects.has(identity)) return []
    const now = severities.get(`${check.meta.id} ${identity}`)
    const { name, spec } = subject
    const facts = { name, manifest: manifest.name, location: spec.location, check: check.meta.id }
    if (now === undefined) return [{ kind: 'check', ...facts }]
    return severity === 'required' && now === 'recommended'
      ? [{ kind: 'severity', ...facts, from: severity, to: now }]
      : []
  })
}
