import type { SecurityAdminRule, ServiceTagList } from '../../ports/network-resources.ts'
import {
  list,
  optionalInteger,
  optionalText,
  optionalTexts,
  propertiesOf,
  text,
  wrongShape,
  type Fields,
} from './decode.ts'
import { member } from './error-body.ts'

/** https://learn.microsoft.com/rest/api/virtualnetwork/service-tags/list */
export function decodeServiceTags(pages: readonly Fields[]): ServiceTagList {
  const changeNumbers = new Set(pages.map((page) => text(page, 'changeNumber')))
  const [changeNumber, another] = changeNumbers
  if (changeNumber === undefined || another !== undefined) return wrongShape('the service tags changed between pages')
  return { changeNumber, tags: pages.flatMap(decodeTags) }
}

function decodeTags(page: Fields): ServiceTagList['tags'] {
  return list(page, 'values', (item) => {
    const name = text(item, 'name')
    const properties = propertiesOf(item, `properties of the tag ${name}`)
    return {
      name,
      region: regionOf(properties, name),
      prefixes: optionalTexts(properties, 'addressPrefixes') ?? wrongShape(`the tag ${name} has no addressPrefixes`),
    }
  })
}

/** An empty text stands for all regions; one that is missing says nothing, where the name may be of one region. */
function regionOf(properties: Fields, name: string): string {
  const region = optionalText(properties, 'region')
  if (region !== undefined || member(properties, 'region') === '' || !name.includes('.')) return region ?? ''
  return wrongShape(`the tag ${name} has no region`)
}

const ACCESS: Readonly<Record<string, SecurityAdminRule['access']>> = {
  allow: 'allow',
  alwaysallow: 'always-allow',
  deny: 'deny',
}
const PROTOCOLS: Readonly<Record<string, string>> = {
  any: '*',
  tcp: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  esp: 'esp',
  ah: 'ah',
}

/** https://learn.microsoft.com/rest/api/networkmanager/list-network-manager-effective-security-admin-rules */
export function decodeSecurityAdminRule(item: Fields): SecurityAdminRule {
  const id = text(item, 'id')
  const name = nameOfAdminRule(id)
  const [, manager] = /^(.*\/networkManagers\/[^/]+)\//i.exec(id) ?? []
  const rule = propertiesOf(item, `properties of the admin rule ${name}`)
  const direction = text(rule, 'direction').toLowerCase()
  if (direction !== 'inbound' && direction !== 'outbound') return wrongShape(`admin rule ${name} has no direction`)
  const collection = optionalText(item, 'ruleCollectionDescription')
  return {
    name,
    ...(collection === undefined ? {} : { collection }),
    ...(manager === undefined ? {} : { manager }),
    priority: optionalInteger(rule, 'priority') ?? wrongShape(`admin rule ${name} has no priority`),
    direction,
    access: known(ACCESS, text(rule, 'access'), `the access of admin rule ${name}`),
    protocol: known(PROTOCOLS, text(rule, 'protocol'), `the protocol of admin rule ${name}`),
    sourcePrefixes: prefixes(rule, 'sources'),
    destinationPrefixes: prefixes(rule, 'destinations'),
    sourcePorts: ports(rule, 'sourcePortRanges'),
    destinationPorts: ports(rule, 'destinationPortRanges'),
  }
}

/** With its collection: within one, names are unique. */
function nameOfAdminRule(id: string): string {
  const [, collection, rule] = /\/ruleCollections\/([^/]+)\/rules\/([^/]+)\/?$/i.exec(id) ?? []
  return rule === undefined ? (id.split('/').at(-1) ?? id) : `${collection ?? ''}/${rule}`
}

/** An empty list stands for everything. */
function prefixes(rule: Fields, name: string): readonly string[] {
  const all = list(rule, name, (item) => text(item, 'addressPrefix'))
  return all.length === 0 ? ['*'] : all
}

function ports(rule: Fields, name: string): readonly string[] {
  const all = optionalTexts(rule, name) ?? wrongShape(`${name} is missing`)
  return all.length === 0 ? ['*'] : all
}

function known<T>(table: Readonly<Record<string, T>>, value: string, what: string): T {
  return table[value.trim().toLowerCase()] ?? wrongShape(`${what} is "${value}"`)
}
