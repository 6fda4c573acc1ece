import {
  ALL_ADDRESSES,
  mergeRanges,
  parsePrefix,
  parseRange,
  PRIVATE_PREFIXES,
  rangeRelation,
  subtractRanges,
  type AddressRange,
} from './address.ts'

/** A fact about one packet that cannot be known here, such as whether its destination belongs to a service tag. */
export interface Literal {
  fact: string
  holds: boolean
}

/** Addresses that a rule matches, if every literal holds. */
export interface AddressMatch {
  range: AddressRange
  literals: readonly Literal[]
}

/** What is known of the network that the packets leave from. */
export interface NetworkFacts {
  subnetPrefixes: readonly string[]
  /** The address space of the virtual network itself. */
  networkPrefixes: readonly string[]
  /** Nothing else belongs to the tag VirtualNetwork: no peering, no gateway and no route table adds addresses. */
  isNetworkWhole: boolean
  /** A route table can make VirtualNetwork as large as a default route. */
  hasRouteTable: boolean
  /** The region as ARM writes it, `westeurope`. */
  region: string
}

/** Where packets go: addresses, one service tag, the unknown rest of VirtualNetwork, or the DNS of the platform. */
export type Destination =
  | { kind: 'range'; range: AddressRange }
  | { kind: 'tag'; tag: string }
  | { kind: 'network-rest' }
  | { kind: 'platform-dns' }

/** Where a destination without addresses stands in the packet space. */
export const TAG_POINT: AddressRange = { family: 4, first: 0n, last: 0n }

/** Never in the tag Internet: what Azure's own expansions of that tag leave out (effective security rules, recorded). */
const NEVER_INTERNET = [
  ...PRIVATE_PREFIXES,
  '0.0.0.0/8',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/128',
  'ff00::/8',
].flatMap((text) => parsePrefix(text) ?? [])

/** Published service addresses are public; the platform's own address has tags of its own. */
const PLATFORM_ADDRESS = '168.63.129.16'
const PLATFORM_TAGS = ['azureplatformdns', 'azureplatformimds', 'azureplatformlkm']

/**
 * Inference from Azure's published lists of service tags: the addresses of these services are not shared with each
 * other, and AzureCloud, which lists whole datacentres, holds them all. Other services do share addresses (Event Hubs
 * with Service Bus), so for any other pair nothing is assumed.
 */
const SEPARATE_SERVICES = ['servicebus', 'storage', 'azuremonitor', 'sql']

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

/** The addresses, of public service tags and of the internet, that lie in a range. */
export function publicPart(range: AddressRange): AddressRange[] {
  return subtractRanges([range], NEVER_INTERNET)
}

/** What a rule's source, written as prefixes and tags, matches of the subnet's own addresses. */
export function matchSource(texts: readonly string[], family: 4 | 6): AddressMatch[] {
  const all = ALL_ADDRESSES[family]
  return texts.flatMap((text): AddressMatch[] => {
    const tag = text.trim().toLowerCase()
    const range = parseAddresses(text)
    if (range !== undefined) return range.family === family ? [sure(range)] : []
    if (isAny(tag) || tag === 'virtualnetwork') return [sure(all)]
    if (tag === 'internet' || tag === 'azureloadbalancer' || PLATFORM_TAGS.includes(tag)) return []
    return publicPart(all).map((part) => maybe(part, `source in ${text}`))
  })
}

/** What a rule's destination, written as prefixes and tags, matches of where the packets go. */
export function matchDestination(
  texts: readonly string[],
  destination: Destination,
  network: NetworkFacts,
): AddressMatch[] {
  switch (destination.kind) {
    case 'range':
      return texts.flatMap((text) => matchRange(text, destination.range, network))
    case 'tag':
      return [
        ...matchTagByPrefixes(texts, destination.tag),
        ...texts.flatMap((text) => matchTag(text, destination.tag, network)),
      ]
    case 'network-rest':
      return texts.flatMap((text) => matchNetworkRest(text, network))
    case 'platform-dns':
      // Azure's DNS is not subject to security groups unless a rule names this very tag (security groups overview).
      return texts.some((text) => text.trim().toLowerCase() === 'azureplatformdns') ? [sure(TAG_POINT)] : []
  }
}

function matchRange(text: string, range: AddressRange, network: NetworkFacts): AddressMatch[] {
  const tag = text.trim().toLowerCase()
  const addresses = parseAddresses(text)
  if (addresses !== undefined) return addresses.family === range.family ? [sure(addresses)] : []
  if (isAny(tag)) return [sure(range)]
  if (tag === 'azureloadbalancer') return parseAll([PLATFORM_ADDRESS]).map(sure)
  if (PLATFORM_TAGS.includes(tag)) return []
  const own = parseAll([...network.networkPrefixes, PLATFORM_ADDRESS])
  const others = subtractRanges([range], own)
  if (tag === 'virtualnetwork') {
    const beyond = network.isNetworkWhole ? [] : others.map((part) => maybe(part, 'destination in VirtualNetwork'))
    return [...own.map(sure), ...beyond]
  }
  const open = others.flatMap(publicPart)
  // Internet is what is public and not in VirtualNetwork (service tags overview).
  if (tag === 'internet')
    return open.map((part) => (network.isNetworkWhole ? sure(part) : not(part, 'destination in VirtualNetwork')))
  return open.map((part) => maybe(part, `destination in ${text}`))
}

function matchTagByPrefixes(texts: readonly string[], tag: string): AddressMatch[] {
  const prefixes = mergeRanges(texts.flatMap((text) => parseAddresses(text) ?? []))
  const open = publicPart(ALL_ADDRESSES[4])
  if (open.every((part) => rangeRelation(prefixes, part) === 'covers')) return [sure(TAG_POINT)]
  if (open.every((part) => rangeRelation(prefixes, part) === 'disjoint')) return []
  const named = texts.filter((text) => parseAddresses(text)?.family === 4)
  return [maybe(TAG_POINT, `${tag} in ${named.join(', ')}`)]
}

function matchTag(text: string, asked: string, network: NetworkFacts): AddressMatch[] {
  if (parseAddresses(text) !== undefined) return []
  const name = text.trim().toLowerCase()
  if (isAny(name)) return [sure(TAG_POINT)]
  // A route table can pull the tag out of Internet into VirtualNetwork: it is in one of the two, as one fact says.
  const inNetwork = `${asked} in VirtualNetwork`
  if (name === 'internet') return [network.hasRouteTable ? not(TAG_POINT, inNetwork) : sure(TAG_POINT)]
  if (name === 'virtualnetwork') return network.hasRouteTable ? [maybe(TAG_POINT, inNetwork)] : []
  if (name === 'azureloadbalancer' || PLATFORM_TAGS.includes(name)) return []
  const [service = '', region] = name.split('.')
  const isHere = region === undefined || isRegion(region, network.region)
  const own = asked.toLowerCase()
  if (isHere && (service === own || service === 'azurecloud')) return [sure(TAG_POINT)]
  if (service !== own && SEPARATE_SERVICES.includes(service) && [...SEPARATE_SERVICES, 'azurecloud'].includes(own))
    return []
  return [maybe(TAG_POINT, `${asked} in ${text}`)]
}

function matchNetworkRest(text: string, network: NetworkFacts): AddressMatch[] {
  const name = text.trim().toLowerCase()
  const addresses = parseAddresses(text)
  if (isAny(name) || name === 'virtualnetwork') return [sure(TAG_POINT)]
  if (name === 'internet' || name === 'azureloadbalancer' || PLATFORM_TAGS.includes(name)) return []
  if (addresses !== undefined) {
    if (rangeRelation([addresses], ALL_ADDRESSES[addresses.family]) === 'covers') return [sure(TAG_POINT)]
    if (rangeRelation(parseAll(network.networkPrefixes), addresses) === 'covers') return []
  }
  return [maybe(TAG_POINT, `VirtualNetwork beyond its own address space in ${text}`)]
}

/**
 * The points by which a flow to a tag is judged. AzureCloud is judged as well by services that it surely holds, and
 * its own point then stands for the addresses of none of them.
 */
export function tagDestinations(tag: string): Destination[] {
  const services = tag.toLowerCase() === 'azurecloud' ? ['ServiceBus', 'Storage', 'AzureMonitor', 'Sql'] : []
  return [tag, ...services].map((name) => ({ kind: 'tag', tag: name }))
}

function isRegion(tagRegion: string, location: string): boolean {
  const plain = location.toLowerCase().replaceAll(' ', '')
  return tagRegion === plain || tagRegion === TAG_REGION_BY_LOCATION[plain]
}

function parseAddresses(text: string): AddressRange | undefined {
  const [start = '', end] = text.trim().split('-')
  return end === undefined ? parsePrefix(start) : parseRange(start.trim(), end.trim())
}

/** The ranges of those texts that are prefixes. */
export function parseAll(texts: readonly string[]): AddressRange[] {
  return texts.flatMap((text) => parsePrefix(text) ?? [])
}

function isAny(name: string): boolean {
  return name === '*' || name === 'any'
}

function sure(range: AddressRange): AddressMatch {
  return { range, literals: [] }
}

function maybe(range: AddressRange, fact: string): AddressMatch {
  return { range, literals: [{ fact, holds: true }] }
}

function not(range: AddressRange, fact: string): AddressMatch {
  return { range, literals: [{ fact, holds: false }] }
}
