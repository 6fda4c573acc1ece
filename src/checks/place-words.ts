import type { Manifest } from '../domain/manifest.ts'
import type { PathTaker } from './runtime-vantage.ts'

/** How messages name the place from which the service takes its network paths. */
export interface PlaceWords {
  /** `the DMS subnet`: what a firewall has to let in. */
  place: string
  /** What stands for its addresses in a script. */
  addresses: string
  /** To what the zone of a private endpoint has to be linked, where there is something. */
  zones?: string
  /** The DNS servers that it asks. */
  resolvers: string
  /** Follows `accepts a connection`, `answers`. */
  from: string
  /** Follows `resolves`. */
  at: string
}

const CLASSIC: PlaceWords = {
  place: 'the DMS subnet',
  addresses: '<prefix of the DMS subnet>',
  zones: 'the DMS virtual network',
  resolvers: 'the DNS servers of the DMS virtual network',
  from: 'from where DMS runs',
  at: 'where DMS runs',
}

const MODERN: PlaceWords = {
  place: 'the host of the integration runtime',
  addresses: '<address of the host of the integration runtime>',
  zones: 'the network of the host of the integration runtime',
  resolvers: 'the DNS servers that the host of the integration runtime asks',
  from: 'from the host of the integration runtime',
  at: 'on the host of the integration runtime',
}

const OWN: PlaceWords = {
  place: 'this runner',
  addresses: '<address of this runner>',
  resolvers: 'the DNS servers that this runner asks',
  from: 'from this runner',
  at: 'on this runner',
}

/** `taker`: who takes the path in a modern migration. */
export function placeWords({ generation }: Pick<Manifest, 'generation'>, taker: PathTaker = 'runtime'): PlaceWords {
  if (generation === 'classic') return CLASSIC
  return taker === 'runtime' ? MODERN : OWN
}
