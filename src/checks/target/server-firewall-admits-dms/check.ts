import { toRegion } from '../../../domain/azure-region.ts'
import { GENERATIONS } from '../../../domain/manifest.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { readTargetHost } from '../../engine-endpoint.ts'
import { boundText } from '../../foreign-text.ts'
import { readResolverVantage } from '../../network-path.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'
import type { Evidence, ServerFacts } from './evidence.ts'
import { admitted, isWaitingForSubnet, judgeGate } from './judge-gate.ts'
import { readEgress } from './read-egress.ts'
import { readEndpoints } from './read-endpoints.ts'

export default defineCheck<TargetSpec, Evidence, 'arm' | 'net'>({
  meta: {
    id: 'target/server-firewall-admits-dms',
    ref: 'DMSP-035',
    title: 'The firewall of the target server admits DMS',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'An Azure SQL logical server refuses every address that no rule admits. A rule for the private range of a subnet has no effect: the server never sees that range.',
    source: {
      title: 'Prerequisites for Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D5'],
    },
    remedy:
      'Turn the Microsoft.Sql endpoint on for the DMS subnet and add a virtual network rule for it, or add firewall rules for the public addresses under which DMS appears.',
  },
  uses: ['arm', 'net'],
  subjects: targetSubjects,
  observe: (ports, { spec }) => readServer(ports, spec),
  judge: (evidence, { spec }) => {
    if (evidence.found) {
      return isWaitingForSubnet(evidence) ? waitForSubnet(evidence, spec) : judgeGate(evidence, spec.target.resourceId)
    }
    const blockedBy = spec.databases.map((database) => ({
      id: 'target/sql-database-exists',
      subject: `${spec.target.name}/${database}`,
    }))
    return {
      verdict: 'blocked',
      summary: `The server is not there, so it has no firewall: ${evidence.message}`,
      blockedBy,
    }
  },
})

/** A network rule names a subnet: without that of DMS it neither admits it nor shuts it out. */
function waitForSubnet({ server, networkRules }: ServerFacts, { manifest }: TargetSpec): Judgement {
  const rules = networkRules.map(({ name }) => name).join(', ')
  const summary = boundText(
    `Not tried: ${server} has virtual network rules (${rules}), and the subnet of DMS, for which one has to be, is not known`,
  )
  const blockedBy = [{ id: 'network/dms-vnet-uses-resource-manager', subject: manifest.name }]
  return { verdict: 'blocked', summary, blockedBy }
}

async function readServer(ports: Pick<Ports, 'arm' | 'net'>, spec: TargetSpec): Promise<Observed<Evidence>> {
  const { arm } = ports
  const { manifest, target } = spec
  const [server, addressRules, networkRules, dms] = await Promise.all([
    arm.sqlServer(target.resourceId),
    arm.sqlFirewallRules(target.resourceId),
    arm.sqlVirtualNetworkRules(target.resourceId),
    readDmsSubnet(arm, manifest),
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
  const egress = declared ?? (isInsideAzure && place !== undefined ? await readEgress(arm, place.subnet) : undefined)
  const facts: ServerFacts = {
    found: true,
    server: parseResourceId(target.resourceId)?.name ?? server.value.value.name,
    location: boundText(toRegion(location), 60),
    ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
    endpoints,
    dns: endpoints.length === 0 ? null : await readDns(ports, spec),
    addressRules: addressRules.value.value.map(({ name, startIpAddress, endIpAddress }) => ({
      name,
      start: startIpAddress,
      end: endIpAddress,
    })),
    networkRules: networkRules.value.value.map(({ name, subnetId, state }) => ({
      name,
      subnetId,
      ...(state === undefined ? {} : { state }),
    })),
    subnet: null,
    egress: egress !== undefined && 'addresses' in egress ? egress.addresses : [],
    ...(egress !== undefined && 'from' in egress ? { egressFrom: egress.from } : {}),
    ...(egress !== undefined && 'gap' in egress ? { egressGap: egress.gap } : {}),
    isInsideAzure,
  }
  // Without the subnet a network rule cannot be judged; what address rules decide stays decided.
  const isSubnetNeeded =
    publicNetworkAccess?.toLowerCase() === 'enabled' && facts.networkRules.length > 0 && admitted(facts) === undefined
  if (!dms.ok) {
    if (!isSubnetNeeded) return seen(facts)
    return facts.isInsideAzure ? seen({ ...facts, subnetGap: 'unread' }) : dms
  }
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
