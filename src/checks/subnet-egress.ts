import { parsePrefix } from '../domain/address.ts'
import type { Observed } from '../domain/observed.ts'
import type { ArmAnswer, ArmPort } from '../ports/arm-port.ts'
import type { Subnet } from '../ports/network-resources.ts'
import { boundText } from './foreign-text.ts'

/** Public addresses under which the subnet leaves Azure's network, or why they cannot be told. */
export type EgressFacts = { from: string; addresses: string[] } | { gap: string }

/** A route for everything, or one half of it, since a default route is sometimes written as two halves. */
const WIDEST = { 4: 1n << 31n, 6: 1n << 127n }
/** Routes for these tags hold the addresses of the service that is gone to. */
const TAGS = { sql: /^(?:sql|azurecloud)(?:\.|$)/i, storage: /^(?:storage|azurecloud)(?:\.|$)/i } as const
type Service = keyof typeof TAGS

/**
 * Addresses of the subnet's NAT gateway; undefined without one. A user route for everything, or for the service, goes before it
 * (https://learn.microsoft.com/azure/nat-gateway/nat-gateway-design).
 */
export async function readEgress(arm: ArmPort, subnet: Subnet, to: Service): Promise<EgressFacts | undefined> {
  const detour = await readDetour(arm, subnet, to)
  if (detour !== undefined) return { gap: detour }
  if (subnet.natGatewayId === undefined) return undefined
  const gateway = await arm.natGateway(subnet.natGatewayId)
  const read = readAnswer(gateway, `the NAT gateway of ${subnet.name}`)
  if ('gap' in read) return read
  const { name, publicIpAddressIds, publicIpPrefixIds } = read.value
  const addresses = await Promise.all([
    ...publicIpAddressIds.map(async (id) => {
      const what = `a public address of the NAT gateway ${name}`
      const one = readAnswer(await arm.publicIpAddress(id), what)
      return 'gap' in one ? one : toldAddress(one.value.ipAddress, `${what}, ${one.value.name}`)
    }),
    ...publicIpPrefixIds.map(async (id) => {
      const what = `a public prefix of the NAT gateway ${name}`
      const one = readAnswer(await arm.publicIpPrefix(id), what)
      return 'gap' in one ? one : toldAddress(one.value.ipPrefix, `${what}, ${one.value.name}`)
    }),
  ])
  const gap = addresses.find((one) => 'gap' in one)
  if (gap !== undefined && 'gap' in gap) return gap
  const known = addresses.flatMap((one) => ('gap' in one ? [] : [one.address]))
  return known.length === 0
    ? { gap: `the NAT gateway ${name} has no public address` }
    : { from: `NAT gateway ${name}`, addresses: known }
}

/** The others alone do not tell whether all are admitted. */
function toldAddress(address: string | undefined, what: string): { address: string } | { gap: string } {
  return address === undefined ? { gap: boundText(`Azure does not tell what ${what}, is`) } : { address }
}

/** What sends the traffic to the internet elsewhere first; undefined: nothing that Azure tells. */
async function readDetour(arm: ArmPort, { name, routeTableId }: Subnet, to: Service): Promise<string | undefined> {
  if (routeTableId === undefined) return undefined
  const read = readAnswer(await arm.routeTable(routeTableId), `the route table of ${name}`)
  if ('gap' in read) return read.gap
  const route = read.value.routes.find(
    ({ addressPrefix, nextHopType }) => isOnTheWay(addressPrefix, to) && nextHopType.toLowerCase() !== 'internet',
  )
  if (route === undefined) return undefined
  const hop = [route.nextHopType, route.nextHopIpAddress ?? ''].join(' ').trim()
  return `the route ${boundText(route.name)} of ${read.value.name} sends ${route.addressPrefix} to ${boundText(hop)}, whose own address is then seen`
}

function isOnTheWay(addressPrefix: string, to: Service): boolean {
  const range = parsePrefix(addressPrefix)
  return range === undefined
    ? TAGS[to].test(addressPrefix.trim())
    : range.last - range.first + 1n >= WIDEST[range.family]
}

function readAnswer<T>(answer: Observed<ArmAnswer<T>>, what: string): { value: T } | { gap: string } {
  if (!answer.ok) {
    const { message, missing } = answer.failure
    return { gap: boundText(`${what} could not be read: ${message}${missing === undefined ? '' : ` (${missing})`}`) }
  }
  return answer.value.found
    ? { value: answer.value.value }
    : { gap: boundText(`${what} is not there: ${answer.value.message}`) }
}
