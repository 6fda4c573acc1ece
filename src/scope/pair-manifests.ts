import type { Manifest } from '../domain/manifest.ts'
import { identityOf } from './identity.ts'

export interface ManifestPair {
  trusted: Manifest
  /** What became of it here; absent: it is gone. */
  here?: Manifest
}

/** Finds each trusted manifest again: by its path, else by its name, else by its servers (moved and renamed at once). */
export function pairManifests(trusted: readonly Manifest[], here: readonly Manifest[]): ManifestPair[] {
  const taken = new Set<Manifest>()
  const found = new Map<Manifest, Manifest>()
  const pair = (isMatch: (one: Manifest, other: Manifest) => boolean): void => {
    for (const one of trusted) {
      if (found.has(one)) continue
      const match = here.find((other) => !taken.has(other) && isMatch(one, other))
      if (match === undefined) continue
      taken.add(match)
      found.set(one, match)
    }
  }
  pair((one, other) => one.path === other.path)
  pair((one, other) => one.name === other.name)
  pair((one, other) => {
    const servers = new Set(other.sources.map(identityOf.source))
    const same = one.sources.filter((source) => servers.has(identityOf.source(source))).length
    return one.scenario === other.scenario && same * 2 > one.sources.length
  })
  return trusted.map((one) => {
    const match = found.get(one)
    return { trusted: one, ...(match === undefined ? {} : { here: match }) }
  })
}
