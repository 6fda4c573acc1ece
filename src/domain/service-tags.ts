import { PRIVATE_PREFIXES, type AddressRange } from './address.ts'
import { addressSet, ALL_OF_FAMILY, rangesOfSet, readTexts, setOfRanges, type Family } from './address-set.ts'
import { toRegion } from './azure-region.ts'
import { maybe, sure, type Term } from './filter-rule.ts'
import { intersectSets, subtractSet, uniteSets, type NumberSet } from './number-set.ts'

/**
 * What the service tag VirtualNetwork holds as seen from one subnet: the network, connected peered networks, on-premises
 * networks behind gateways, prefixes of user-defined routes and the platform's own address, perhaps default routes
 * (https://learn.microsoft.com/azure/virtual-network/service-tags-overview).
 */
export interface NetworkExtent {
  /** What surely belongs to it, the network's own address space included. */
  prefixes: readonly string[]
  /** Nothing else can belong to it. */
  isWhole: boolean
  /** A user-defined default route: with one the tag was seen to hold every address. */
  hasDefaultRoute: boolean
  /** Sentences, each on what may belong to it as well. */
  doubts: readonly string[]
}

/** One entry of Azure's list of service tags. */
export interface ServiceTag {
  /** `Storage`, `Storage.WestEurope` */
  name: string
  /** As ARM writes it, `westeurope`; empty for a tag of all regions. */
  region: string
  /** CIDR, both families. */
  prefixes: readonly string[]
}

/** What is known of the network that a subnet is in. */
export interface NetworkFacts {
  subnetPrefixes: readonly string[]
  extent: NetworkExtent
  /** As ARM writes it, `westeurope`. */
  region: string
  /** The list of service tags as this region sees it; null: it could not be read. */
  tags: readonly ServiceTag[] | null
}

export type Side = 'source' | 'destination'

/** The network's facts, each text of addresses read once. */
export interface Network {
  facts: NetworkFacts
  subnet: Readonly<Record<Family, NumberSet>>
  /** What surely is VirtualNetwork. */
  own: Readonly<Record<Family, NumberSet>>
  /** What can be a sender or receiver on the internet, whether it is in the network or not. */
  open: Readonly<Record<Family, NumberSet>>
  /** The tag of that name in any letter case. */
  tag(name: string): ServiceTag | undefined
  /** The addresses of a tag. */
  tagSet(tag: ServiceTag, family: Family): NumberSet
  /** What the texts of a rule match on one side: what is sure in one term, then what is not. */
  terms(texts: readonly string[], side: Side, family: Family): readonly Term[]
}

/** Azure's own address in every network: DNS, health probes and more; its DNS is not subject to security groups. */
export const PLATFORM_ADDRESS = '168.63.129.16'

/** Tags of what the platform itself serves; they match no other packet (service tags overview). */
export const PLATFORM_TAGS = ['azureplatformdns', 'azureplatformimds', 'azureplatformlkm'] as const

/** Never in the tag Internet: what Azure's own expansions of that tag leave out (effective security rules, recorded). */
const NEVER_INTERNET = [
  ...PRIVATE_PREFIXES,
  '0.0.0.0/8',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/128',
  'ff00::/8',
]

/** The addresses that Internet and service tags can hold. */
export const PUBLIC_ADDRESSES: Readonly<Record<Family, NumberSet>> = {
  4: subtractSet(ALL_OF_FAMILY[4], addressSet(NEVER_INTERNET, 4)),
  6: subtractSet(ALL_OF_FAMILY[6], addressSet(NEVER_INTERNET, 6)),
}

/** The addresses of a range that Internet and service tags can hold. */
export function publicPart(range: AddressRange): AddressRange[] {
  const { family } = range
  return rangesOfSet(intersectSets(setOfRanges([range], family), PUBLIC_ADDRESSES[family]), family)
}

/** Reads the facts once for all that is asked of them. */
export function readNetwork(facts: NetworkFacts): Network {
  const own = byFamily((family) => addressSet([...facts.extent.prefixes, PLATFORM_ADDRESS], family))
  const byName = new Map((facts.tags ?? []).map((tag) => [tag.name.toLowerCase(), tag]))
  const sets = new Map<string, NumberSet>()
  const terms = new Map<string, Map<readonly string[], readonly Term[]>>()
  const network: Network = {
    facts,
    subnet: byFamily((family) => addressSet(facts.subnetPrefixes, family)),
    own,
    open: byFamily((family) => subtractSet(PUBLIC_ADDRESSES[family], own[family])),
    tag: (name) => byName.get(name.trim().toLowerCase()),
    tagSet: (tag, family) => remember(sets, `${String(family)} ${tag.name}`, () => addressSet(tag.prefixes, family)),
    terms: (texts, side, family) =>
      remember(
        remember(terms, `${side} ${String(family)}`, () => new Map<readonly string[], readonly Term[]>()),
        texts,
        () => termsOf(texts, side, family, network),
      ),
  }
  return network
}

/** Regions whose tags are spelt differently; learn.microsoft.com/azure/virtual-network/service-tags-overview. */
const TAG_REGION_BY_LOCATION: Readonly<Record<string, string>> = {
  francecentral: 'centralfrance',
  francesouth: 'southfrance',
  germanywestcentral: 'germanywc',
  germanynorth: 'germanyn',
  norwayeast: 'norwaye',
  norwaywest: 'norwayw',
  switzerlandnorth: 'switzerlandn',
  switzerlandwest: 'switzerlandw',
  brazilsoutheast: 'brazilse',
}

/** Whether a tag's region is the location, as ARM or a person writes it (`West Europe`). */
export function isTagRegion(tagRegion: string, location: string): boolean {
  const own = toRegion(tagRegion)
  const plain = toRegion(location)
  return own === plain || own === TAG_REGION_BY_LOCATION[plain]
}

/** The regional form of a tag where the list has one for the network's region, else the tag itself. */
export function tagOfRegion(name: string, network: Network): ServiceTag | undefined {
  const plain = name.trim().toLowerCase()
  const { region, tags } = network.facts
  const regional = (tags ?? []).find(
    (tag) => tag.region !== '' && isTagRegion(tag.region, region) && isFormOf(tag.name, plain),
  )
  return regional ?? network.tag(plain)
}

function isFormOf(name: string, service: string): boolean {
  const text = name.toLowerCase()
  return text.startsWith(`${service}.`) && !text.slice(service.length + 1).includes('.')
}

function termsOf(texts: readonly string[], side: Side, family: Family, network: Network): readonly Term[] {
  const { set: addresses, tags } = readTexts(texts, family)
  const named = tags.flatMap((text) => termsOfTag(text, side, family, network))
  const known = named.filter(({ literals }) => literals.length === 0).map(({ set }) => set)
  const set = known.length === 0 ? addresses : uniteSets([addresses, ...known])
  const doubtful = named.filter((term) => term.literals.length > 0 && term.set.length > 0)
  return set.length === 0 ? doubtful : [sure(set), ...doubtful]
}

function termsOfTag(text: string, side: Side, family: Family, network: Network): Term[] {
  const name = text.trim().toLowerCase()
  const { isWhole } = network.facts.extent
  if (isAny(name)) return [sure(ALL_OF_FAMILY[family])]
  if (isPlatformTag(name)) return []
  switch (name) {
    case 'virtualnetwork': {
      const own = network.own[family]
      return isWhole ? [sure(own)] : [sure(own), maybe(subtractSet(ALL_OF_FAMILY[family], own), side, 'VirtualNetwork')]
    }
    case 'internet':
      // Internet is what is public and not in VirtualNetwork (service tags overview).
      return [isWhole ? sure(network.open[family]) : maybe(network.open[family], side, 'VirtualNetwork', false)]
    case 'azureloadbalancer':
      return [sure(addressSet([PLATFORM_ADDRESS], family))]
    default: {
      // The id of a network group of a network manager: which addresses it holds is not told.
      if (name.includes('/')) return [maybe(ALL_OF_FAMILY[family], side, text.split('/').at(-1) ?? text)]
      const tag = network.tag(name)
      return [tag === undefined ? maybe(PUBLIC_ADDRESSES[family], side, text) : sure(network.tagSet(tag, family))]
    }
  }
}

export function isAny(name: string): boolean {
  return name === '*' || name === 'any'
}

export function isPlatformTag(name: string): boolean {
  return PLATFORM_TAGS.some((tag) => tag === name)
}

function byFamily<T>(value: (family: Family) => T): Readonly<Record<Family, T>> {
  return { 4: value(4), 6: value(6) }
}

function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
