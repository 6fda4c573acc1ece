import type { NetworkSecurityGroup, SecurityRule } from '../../ports/network-resources.ts'
import {
  list,
  optionalInteger,
  optionalList,
  optionalText,
  optionalTexts,
  propertiesOf,
  text,
  wrongShape,
  type Fields,
} from './decode.ts'

const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmp', 'esp', 'ah', '*'])
const PROTOCOLS_WITH_PORTS: ReadonlySet<string> = new Set(['tcp', 'udp', '*'])
const PORT_LIMIT = 65_535

/** https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups/get */
export function decodeNetworkSecurityGroup(body: Fields): NetworkSecurityGroup {
  const properties = propertiesOf(body)
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    rules: [
      ...list(properties, 'securityRules', decodeSecurityRule),
      ...list(properties, 'defaultSecurityRules', decodeSecurityRule),
    ],
  }
}

function decodeSecurityRule(item: Fields): SecurityRule {
  const name = text(item, 'name')
  const rule = propertiesOf(item, `properties of rule ${name}`)
  const protocol = oneOf(rule, 'protocol', PROTOCOLS, name)
  const direction = oneOf(rule, 'direction', new Set(['inbound', 'outbound']), name) as SecurityRule['direction']
  const access = oneOf(rule, 'access', new Set(['allow', 'deny']), name) as SecurityRule['access']
  const priority = optionalInteger(rule, 'priority') ?? wrongShape(`rule ${name} has no priority`)
  if (priority < 0 || priority > PORT_LIMIT) return wrongShape(`rule ${name} has the priority ${String(priority)}`)
  return { name, priority, direction, access, protocol, ...decodeEnds(rule, protocol, name) }
}

function decodeEnds(
  rule: Fields,
  protocol: string,
  name: string,
): Omit<SecurityRule, 'name' | 'priority' | 'direction' | 'access' | 'protocol'> {
  const source = decodeEnd(rule, 'source', protocol, name)
  const destination = decodeEnd(rule, 'destination', protocol, name)
  return {
    sourcePrefixes: source.prefixes,
    sourcePorts: source.ports,
    sourceGroupIds: source.groups,
    destinationPrefixes: destination.prefixes,
    destinationPorts: destination.ports,
    destinationGroupIds: destination.groups,
  }
}

function decodeEnd(
  rule: Fields,
  end: 'source' | 'destination',
  protocol: string,
  name: string,
): { prefixes: readonly string[]; ports: readonly string[]; groups: readonly string[] } {
  const prefixes = merged(rule, `${end}AddressPrefix`, `${end}AddressPrefixes`)
  const groups = optionalList(rule, `${end}ApplicationSecurityGroups`, (group) => text(group, 'id')) ?? []
  const ports = merged(rule, `${end}PortRange`, `${end}PortRanges`)
  // A rule without any address would match nothing or everything: Azure writes none, so it cannot be read.
  if (prefixes.length === 0 && groups.length === 0) return wrongShape(`rule ${name} names no ${end} address`)
  if (ports.length > 0) return { prefixes, groups, ports: ports.map((port) => portRange(port, name)) }
  if (PROTOCOLS_WITH_PORTS.has(protocol)) return wrongShape(`rule ${name} names no ${end} port`)
  return { prefixes, groups, ports: ['*'] }
}

/** Azure fills one of the two and leaves the other out, null, empty, or an empty text. */
function merged(rule: Fields, singular: string, plural: string): readonly string[] {
  const one = optionalText(rule, singular)?.trim() ?? ''
  return [...new Set([...(one === '' ? [] : [one]), ...(optionalTexts(rule, plural) ?? [])])]
}

function portRange(range: string, name: string): string {
  const compact = range.replaceAll(/\s/g, '')
  if (compact === '*') return compact
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(compact) ?? []
  const isRange = first !== undefined && Number(first) <= Number(last) && Number(last) <= PORT_LIMIT
  return isRange ? compact : wrongShape(`rule ${name} has the port range "${range}"`)
}

function oneOf(rule: Fields, field: string, known: ReadonlySet<string>, name: string): string {
  const value = text(rule, field).trim().toLowerCase()
  return known.has(value) ? value : wrongShape(`rule ${name} has the ${field} "${value}"`)
}
