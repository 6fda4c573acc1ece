import { toRegion } from '../../../domain/azure-region.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmPort, SqlFirewallRule } from '../../../ports/arm-port.ts'
import type { Ports } from '../../../ports/ports.ts'
import { readDmsSubnet, type DmsSubnetAnswer } from '../../dms-subnet.ts'
import { readTargetHost } from '../../engine-endpoint.ts'
import { boundText } from '../../foreign-text.ts'
import { readResolverVantage } from '../../network-path.ts'
import type { TargetSpec } from '../../subjects.ts'
import type { AddressRuleFact, Evidence, ServerFacts } from './evidence.ts'
import { admitted } from './judge-gate.ts'
import { readEgress } from '../../subnet-egress.ts'
import { readEndpoints } from './read-endpoints.ts'

/** The server's gate, the subnet of DMS, and the public addresses of DMS. */
export async function readServer(ports: Pick<Ports, 'arm' | 'net'>, spec: TargetSpec): Promise<Observed<Evidence>> {
  const { arm } = ports
  const { manifest, target } = spec
  const [server, addressRules, networkRules, dms] = await Promise.all([
    arm.sqlServer(target.resourceId),
    arm.sqlFirewallRules(target.resourceId),
    arm.sqlVirtualNetworkRules(target.resourceId),
    // The runtime of the current service stands in no subnet of DMS.
    manifest.generation === 'classic' ? readDmsSubnet(arm, manifest) : NO_SUBNET,
  ])
  if (!server.ok) return server
  if (!server.value.found) return seen({ found: false, message: boundText(server.value.message) })
  if (!addressRules.ok) return addressRules
  if (!addressRules.value.found) return seen({ found: false, message: boundText(addressRules.value.message) })
  if (!networkRules.ok) return networkRules
  if (!networkRules.value.found) return seen({ found: false, message: boundText(networkRules.value.message) })
  const { publicNetworkAccess, location } = server.value.value
  const place = dms.ok && dms.value.found ? dms.value : undefined
  const endpoints = await readEndpoints(arm, server.value.value, place?.network)
  const isInsideAzure = manifest.generation === 'classic'
  const declared =
    manifest.dms.egress.length > 0 ? { from: 'dms.egress', addresses: [...manifest.dms.egress] } : undefined
  const told = isInsideAzure && place !== undefined ? await readEgress(arm, place.subnet, 'sql') : undefined
  const nat = told !== undefined && 'addresses' in told ? told : undefined
  const egress = declared ?? nat ?? null
  const addresses = [...(egress?.addresses ?? []), ...(nat?.addresses ?? [])]
  const ipv6 = addresses.some((address) => address.includes(':')) ? await readIpv6Rules(arm, target.resourceId) : null
  const facts: ServerFacts = {
    found: true,
    server: parseResourceId(target.resourceId)?.name ?? server.value.value.name,
    location: boundText(toRegion(location), 60),
    ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
    endpoints,
    dns: endpoints.length === 0 ? null : await readDns(ports, spec),
    addressRules: addressRules.value.value.map(ruleFact),
    ...(ipv6 === null ? { ipv6Rules: null } : ipv6),
    networkRules: networkRules.value.value.map(({ name, subnetId, state }) => ({
      name,
      subnetId,
      ...(state === undefined ? {} : { state }),
    })),
    subnet: null,
    egress,
    ...(declared !== undefined && nat !== undefined ? { told: nat } : {}),
    ...(told !== undefined && 'gap' in told ? { egressGap: told.gap } : {}),
    isInsideAzure,
  }
  // Without the subnet a network rule cannot be judged; what address rules decide stays decided.
  const isSubnetNeeded =
    publicNetworkAccess?.toLowerCase() === 'enabled' && facts.networkRules.length > 0 && admitted(facts) === undefined
  if (!dms.ok) return seen(isSubnetNeeded ? { ...facts, subnetGap: 'unread' } : facts)
  if (!dms.value.found) return seen({ ...facts, subnetGap: dms.value.gap })
  const { subnet, network } = dms.value
  return seen({
    ...facts,
    subnet: {
      id: subnet.id,
      name: subnet.name,
      location: boundText(toRegion(network.location), 60),
      prefixes: [...subnet.addressPrefixes],
      serviceEndpoints: [...subnet.serviceEndpoints],
    },
  })
}

const NO_SUBNET: Observed<DmsSubnetAnswer> = seen({
  found: false,
  gap: 'undeclared',
  message: 'the integration runtime stands in no subnet of DMS',
})

function ruleFact({ name, startIpAddress, endIpAddress }: SqlFirewallRule): AddressRuleFact {
  return { name, start: startIpAddress, end: endIpAddress }
}

/** They matter only to who has an IPv6 address, so what cannot be read of them is a gap. */
async function readIpv6Rules(arm: ArmPort, serverId: string): Promise<Pick<ServerFacts, 'ipv6Rules' | 'ipv6Gap'>> {
  const rules = await arm.sqlIpv6FirewallRules(serverId)
  if (!rules.ok) return { ipv6Rules: [], ipv6Gap: boundText(rules.failure.message) }
  if (!rules.value.found) return { ipv6Rules: [], ipv6Gap: boundText(rules.value.message) }
  return { ipv6Rules: rules.value.value.map(ruleFact) }
}

/** What the name of the server means here; null when it is not known or has no address. */
async function readDns(
  ports: Pick<Ports, 'arm' | 'net'>,
  { manifest, target }: TargetSpec,
): Promise<ServerFacts['dns']> {
  const name = await readTargetHost(ports, target)
  if (!name.known) return null
  const { host } = name.server
  const resolved = await ports.net.resolve(host)
  if (!resolved.ok || !resolved.value.found) return null
  const addresses = resolved.value.addresses.map(({ address }) => address)
  return { host, addresses, vantage: await readResolverVantage(ports, manifest, addresses[0]) }
}
