import type { Check, Spec } from '../checks/define.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Subject } from '../domain/subject.ts'
import type { Severity } from '../domain/verdict.ts'

/** A need with the places in the plan where it is answered. No place: nothing in this manifest to wait for. */
export interface PlannedNeed {
  any: boolean
  on: readonly number[]
}

export interface PlannedCheck {
  check: Check
  subject: Subject<Spec>
  severity: Severity
  needs: readonly PlannedNeed[]
  /** Places of the checks that prove this one directly where it passes by proxy. */
  provenBy: readonly number[]
}

/** What will run for one manifest, in the order of the catalogue and the manifest. */
export interface Plan {
  manifest: Manifest
  checks: readonly PlannedCheck[]
}

/** Manifest x catalogue. Pure: no network, no clock. */
export function planChecks(manifest: Manifest, catalogue: readonly Check[]): Plan {
  const entries = catalogue
    .filter((check) => isFor(check, manifest))
    .flatMap((check) => check.subjects(manifest).map((subject) => ({ check, subject })))
  const placesById = new Map<string, number[]>()
  entries.forEach(({ check }, place) => {
    const places = placesById.get(check.meta.id)
    if (places === undefined) placesById.set(check.meta.id, [place])
    else places.push(place)
  })
  const index = { entries, placesById, relatedById: new Map<string, Map<string, number[]>>() }
  return { manifest, checks: entries.map((entry) => planOne(entry.check, entry.subject, index)) }
}

interface Index {
  entries: readonly { check: Check; subject: Subject<Spec> }[]
  placesById: ReadonlyMap<string, readonly number[]>
  /** check id -> subject key -> places on that subject or within it; built once for each id that is needed. */
  relatedById: Map<string, Map<string, number[]>>
}

function planOne(check: Check, subject: Subject<Spec>, index: Index): PlannedCheck {
  const { severity, needs, provenBy } = check.meta
  return {
    check,
    subject,
    severity: typeof severity === 'function' ? severity(subject.spec) : severity,
    needs: needs
      .filter((need) => need.when?.(subject.spec) ?? true)
      .map((need) => ({ any: need.any === true, on: placesOf(need.id, subject, index) })),
    provenBy: provenBy === undefined ? [] : placesOf(provenBy, subject, index),
  }
}

/**
 * Results on the subject itself, else on what it is within (nearest first; on all of a kind where there are several), else
 * on what is within it.
 */
function placesOf(id: string, subject: Subject<Spec>, index: Index): readonly number[] {
  const related = relatedPlaces(id, index)
  const keys = [subject.key, ...subject.within]
  const nearest = keys.find((key) => related.has(`=${key}`))
  if (nearest !== undefined) {
    const all = nearest === subject.key ? [nearest] : subject.within.filter((key) => kindOf(key) === kindOf(nearest))
    return all.flatMap((key) => related.get(`=${key}`) ?? [])
  }
  return related.get(`<${subject.key}`) ?? []
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(':'))
}

function relatedPlaces(id: string, index: Index): Map<string, number[]> {
  const known = index.relatedById.get(id)
  if (known !== undefined) return known
  const related = new Map<string, number[]>()
  const add = (key: string, place: number): void => {
    const places = related.get(key)
    if (places === undefined) related.set(key, [place])
    else places.push(place)
  }
  for (const place of index.placesById.get(id) ?? []) {
    const subject = index.entries[place]?.subject
    if (subject === undefined) continue
    add(`=${subject.key}`, place)
    for (const key of subject.within) add(`<${key}`, place)
  }
  index.relatedById.set(id, related)
  return related
}

/** Whether a check is asked of a migration of this kind. */
export function isFor({ meta }: Check, manifest: Pick<Manifest, 'scenario' | 'generation' | 'migration'>): boolean {
  return (
    meta.scenarios.includes(manifest.scenario) &&
    meta.generations.includes(manifest.generation) &&
    (meta.migrations?.includes(manifest.migration) ?? true)
  )
}
