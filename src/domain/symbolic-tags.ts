import { addressSet, ALL_OF_FAMILY, parseAddresses } from './address-set.ts'
import { maybe, sure, type Term } from './filter-rule.ts'
import { isOverlapping, isSubset, type NumberSet } from './number-set.ts'
import { isAny, isPlatformTag, isTagRegion, PUBLIC_ADDRESSES, type Network, type Side } from './service-tags.ts'

/**
 * What can be said of tags by their names alone, where the list of service tags could not be read or does not have the
 * one that a flow goes to. The other end then is one point that stands for all its IPv4 addresses.
 */

/**
 * Inference from Azure's published lists of service tags: the addresses of these services are not shared with each
 * other, and AzureCloud, which lists whole datacentres, holds them all. Other services do share addresses (Event Hubs
 * with Service Bus), so for any other pair nothing is assumed.
 */
const SEPARATE_SERVICES = ['servicebus', 'storage', 'azuremonitor', 'sql']

/**
 * The points by which a flow to a tag is judged. AzureCloud is judged as well by services that it surely holds, and
 * its own point then stands for the addresses of none of them.
 */
export function tagsWithin(tag: string): string[] {
  return tag.toLowerCase() === 'azurecloud' ? [tag, 'ServiceBus', 'Storage', 'AzureMonitor', 'Sql'] : [tag]
}

/** What the texts of a rule match of a tag's point. */
export function symbolicTag(
  texts: readonly string[],
  tag: string,
  side: Side,
  point: NumberSet,
  network: Network,
): Term[] {
  const prefixes = texts.filter((text) => parseAddresses(text)?.family === 4)
  const set = addressSet(prefixes, 4)
  const byPrefix = isSubset(PUBLIC_ADDRESSES[4], set)
    ? [sure(point)]
    : isOverlapping(PUBLIC_ADDRESSES[4], set)
      ? [maybe(point, tag, listed(prefixes))]
      : []
  const names = texts.filter((text) => parseAddresses(text) === undefined)
  return [...byPrefix, ...names.flatMap((text) => matchName(text, tag, side, point, network))]
}

/** Long lists are told by their first entry. */
function listed(prefixes: readonly string[]): string {
  const [first = ''] = prefixes
  return prefixes.length < 4 ? prefixes.join(', ') : `${String(prefixes.length)} prefixes such as ${first}`
}

function matchName(text: string, asked: string, side: Side, point: NumberSet, network: Network): Term[] {
  const name = text.trim().toLowerCase()
  const { isWhole } = network.facts.extent
  if (isAny(name)) return [sure(point)]
  // What the network may hold beyond what is known, by a default route for instance, is taken from Internet.
  if (name === 'internet') return [isWhole ? sure(point) : maybe(point, side, 'VirtualNetwork', false)]
  if (name === 'virtualnetwork') return isWhole ? [] : [maybe(point, side, 'VirtualNetwork')]
  if (name === 'azureloadbalancer' || isPlatformTag(name)) return []
  return matchService(text, asked, point, network)
}

/** A tag of a service or of one of its regions, against the one that is asked. */
function matchService(text: string, asked: string, point: NumberSet, network: Network): Term[] {
  const [service = '', region] = text.trim().toLowerCase().split('.')
  const [own = '', ownRegion] = asked.trim().toLowerCase().split('.')
  // A tag without a region stands for its form in the network's own region.
  const isRegionHeld =
    region === undefined ||
    region === ownRegion ||
    (ownRegion === undefined && isTagRegion(region, network.facts.region))
  const isServiceHeld = service === own || (service === 'azurecloud' && SEPARATE_SERVICES.includes(own))
  if (isServiceHeld && isRegionHeld) return [sure(point)]
  const isApart = service !== own && SEPARATE_SERVICES.includes(service)
  return isApart && [...SEPARATE_SERVICES, 'azurecloud'].includes(own) ? [] : [maybe(point, asked, text)]
}

/** What the texts of a rule match of whatever VirtualNetwork holds beyond what is known. */
export function symbolicRest(texts: readonly string[], side: Side, point: NumberSet, network: Network): Term[] {
  return texts.flatMap((text) => {
    const name = text.trim().toLowerCase()
    if (isAny(name) || name === 'virtualnetwork') return [sure(point)]
    if (name === 'internet' || name === 'azureloadbalancer' || isPlatformTag(name)) return []
    const range = parseAddresses(text)
    if (range !== undefined) {
      const set = addressSet([text], range.family)
      if (isSubset(ALL_OF_FAMILY[range.family], set)) return [sure(point)]
      if (isSubset(set, network.own[range.family])) return []
    }
    return [maybe(point, side, text)]
  })
}
