import { toRegion } from '../../../domain/azure-region.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { Judgement } from '../../define.ts'

export type PlaceKind = 'service' | 'target' | 'storage'

/** `region` as Azure writes it; without one, `gap` says why it is not known. */
export type Place = {
  kind: PlaceKind
  name: string
  region?: string
  gap?: { kind: CauseKind; message: string }
}

/** The service comes first. */
export type Evidence = { places: Place[] }

const WORDS: Readonly<Record<PlaceKind, string>> = {
  service: 'migration service',
  target: 'target',
  storage: 'storage account of container',
}

const EXPECTED = 'the migration service, the targets and the storage account in one region'

/** Those that are known to be elsewhere than the service. */
export function placesAway([service, ...others]: readonly Place[]): readonly Place[] {
  const own = service?.region
  if (own === undefined) return []
  return others.filter(({ region }) => region !== undefined && toRegion(region) !== toRegion(own))
}

export function judgeRegions({ places }: Evidence): Judgement {
  const [service, ...others] = places
  const own = service?.region
  if (service === undefined || own === undefined) return undetermined(service === undefined ? [] : [service], EXPECTED)
  const expected = `all of them in ${toRegion(own)}, the region of the migration service ${service.name}`
  const actual = places.map(describe).join(', ')
  const away = placesAway(places)
  if (away.length > 0) {
    const summary = `${away.map(describe).join(', ')}: not the region of the migration service ${service.name} (${toRegion(own)})`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}`,
      expected,
      actual,
      remediation: { text: remedyFor(away), scripts: [] },
    }
  }
  const open = others.filter(({ region }) => region === undefined)
  if (open.length > 0) return undetermined(open, expected)
  return { verdict: 'pass', proof: 'direct', summary: `In one region: ${actual}`, expected, actual }
}

function remedyFor(away: readonly Place[]): string {
  const hasTarget = away.some(({ kind }) => kind === 'target')
  const hasStorage = away.some(({ kind }) => kind === 'storage')
  const texts = [
    ...(hasTarget
      ? [
          'Create a migration service in the region of the target, register the runtime with a key of it, and name it in dms.service. Targets of several regions take a service and a manifest each.',
        ]
      : []),
    ...(hasStorage ? ['Take a storage account in the region of the service for the backups from the share.'] : []),
  ]
  return texts.join(' ')
}

function undetermined(open: readonly Place[], expected: string): Judgement {
  const message = open
    .map((place) => `${WORDS[place.kind]} ${place.name}: ${place.gap?.message ?? 'no region told'}`)
    .join('; ')
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `The region is not known of ${message}`,
    expected,
    cause: { kind: open[0]?.gap?.kind ?? 'insufficient', message },
    remediation: { text: 'Correct the ids in the manifest, or create what is missing.', scripts: [] },
  }
}

function describe({ kind, name, region, gap }: Place): string {
  return `${WORDS[kind]} ${name} in ${region === undefined ? `a region that is not known (${gap?.message ?? ''})` : toRegion(region)}`
}
