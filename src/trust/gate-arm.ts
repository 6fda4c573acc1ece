import { mapSeen, unseen, type Observed } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { Permit } from './permit.ts'
import { createMachineHosts } from './machine-hosts.ts'
import type { HostBook } from './pick-grant.ts'
import type { AzureUse } from './uses.ts'

/** Far above what one answer of Azure names. */
const MOST_NAMES = 20_000

/**
 * Azure, as far as the manifest's own resources reach that may be read: a resource, what is below and above it, what
 * Azure itself names in an answer about it (its security group, gateway, network ...), and lists of their subscriptions.
 */
export function gateArm(arm: ArmPort, { uses, grantOf, trusted }: Permit, { told }: HostBook): ArmPort {
  const named = new Set<string>()
  const resources = uses.filter((use): use is AzureUse => use.kind === 'azure')
  const roots = resources.filter((use) => grantOf(use).granted).map(({ resourceId }) => normal(resourceId))
  const others = resources.filter((use) => !grantOf(use).granted)
  const refusalOf = (id: string): Observed<never> | undefined => {
    const text = normal(id)
    if (trusted || roots.some((root) => isRelated(root, text))) return undefined
    const own = others.find(({ resourceId }) => isRelated(normal(resourceId), text))
    // What the manifest names by itself is not read because another resource names it, too.
    if (own !== undefined) return refused(grantOf(own), id)
    return [...named].some((one) => isRelated(one, text)) ? undefined : refused(undefined, id)
  }
  const ask = async <T>(id: string, question: () => Promise<Observed<T>>): Promise<Observed<T>> => {
    const refusal = refusalOf(id)
    if (refusal !== undefined) return refusal
    const answer = await question()
    if (answer.ok && !trusted) noteIds(answer.value, named)
    return answer
  }
  /** Where Azure says that a server is: a login may go there, as far as its use is granted. */
  const noteHost = async <T extends { found: boolean; value?: { fullyQualifiedDomainName?: string } }>(
    id: string,
    answer: Promise<Observed<T>>,
  ): Promise<Observed<T>> =>
    mapSeen(await answer, (value) => {
      const name = value.value?.fullyQualifiedDomainName?.toLowerCase()
      if (name === undefined) return value
      for (const host of [name, name.replace('.', '.public.')]) {
        told.set(host, (told.get(host) ?? new Set()).add(normal(id)))
      }
      return value
    })
  const machines = createMachineHosts(told)
  const list = (subscription: string): string => `/subscriptions/${subscription}`
  const isEntra = uses.find((use) => use.kind === 'sql' && use.login.kind === 'entra' && grantOf(use).granted)
  return {
    async signIn() {
      if (trusted || roots.length > 0 || isEntra !== undefined) return arm.signIn()
      return others[0] === undefined ? arm.signIn() : refused(grantOf(others[0]), others[0].resourceId)
    },
    sqlServer: (id) =>
      noteHost(
        id,
        ask(id, () => arm.sqlServer(id)),
      ),
    sqlDatabase: (id) => ask(id, () => arm.sqlDatabase(id)),
    sqlDatabases: (id) => ask(id, () => arm.sqlDatabases(id)),
    sqlFirewallRules: (id) => ask(id, () => arm.sqlFirewallRules(id)),
    sqlIpv6FirewallRules: (id) => ask(id, () => arm.sqlIpv6FirewallRules(id)),
    sqlVirtualNetworkRules: (id) => ask(id, () => arm.sqlVirtualNetworkRules(id)),
    managedInstance: (id) =>
      noteHost(
        id,
        ask(id, () => arm.managedInstance(id)),
      ),
    sqlVirtualMachine: async (id) => machines.noteRegistration(id, await ask(id, () => arm.sqlVirtualMachine(id))),
    virtualMachine: async (id) => machines.noteMachine(id, await ask(id, () => arm.virtualMachine(id))),
    virtualNetwork: (id) => ask(id, () => arm.virtualNetwork(id)),
    networkSecurityGroup: (id) => ask(id, () => arm.networkSecurityGroup(id)),
    virtualNetworkGateway: (id) => ask(id, () => arm.virtualNetworkGateway(id)),
    gatewayConnection: (id) => ask(id, () => arm.gatewayConnection(id)),
    expressRouteCircuit: (id) => ask(id, () => arm.expressRouteCircuit(id)),
    localNetworkGateway: (id) => ask(id, () => arm.localNetworkGateway(id)),
    serviceTags: (subscription, location) => ask(list(subscription), () => arm.serviceTags(subscription, location)),
    securityAdminRules: (id) => ask(id, () => arm.securityAdminRules(id)),
    routeTable: (id) => ask(id, () => arm.routeTable(id)),
    natGateway: (id) => ask(id, () => arm.natGateway(id)),
    publicIpAddress: (id) => ask(id, () => arm.publicIpAddress(id)),
    publicIpPrefix: (id) => ask(id, () => arm.publicIpPrefix(id)),
    privateEndpoint: (id) => ask(id, () => arm.privateEndpoint(id)),
    virtualHubs: (subscription) => ask(list(subscription), () => arm.virtualHubs(subscription)),
    hubConnections: (id) => ask(id, () => arm.hubConnections(id)),
    hubGateway: (id) => ask(id, () => arm.hubGateway(id)),
    hubGatewayConnection: (id) => ask(id, () => arm.hubGatewayConnection(id)),
    addressHolder: async (id) => machines.noteAddresses(id, await ask(id, () => arm.addressHolder(id))),
    vpnSite: (id) => ask(id, () => arm.vpnSite(id)),
    provider: (subscription, namespace) => ask(list(subscription), () => arm.provider(subscription, namespace)),
    permissions: (scope) => ask(scope, () => arm.permissions(scope)),
    roleAssignments: (scope, principalId) => ask(scope, () => arm.roleAssignments(scope, principalId)),
    // A role is no resource: it may be read where its subscription may be asked for lists.
    roleDefinition: (id) => ask(id.replace(/\/providers\/.*$/i, ''), () => arm.roleDefinition(id)),
    denyAssignments: (scope) => ask(scope, () => arm.denyAssignments(scope)),
    dmsService: (id) => ask(id, () => arm.dmsService(id)),
    dmsServices: (subscription) => ask(list(subscription), () => arm.dmsServices(subscription)),
    dmsSkus: (subscription) => ask(list(subscription), () => arm.dmsSkus(subscription)),
    sqlMigrationService: (id) => ask(id, () => arm.sqlMigrationService(id)),
    runtimeNodes: (id) => ask(id, () => arm.runtimeNodes(id)),
    storageAccount: (id) => ask(id, () => arm.storageAccount(id)),
    blobContainer: (id, name) => ask(id, () => arm.blobContainer(id, name)),
  }
}

function refused(grant: ReturnType<Permit['grantOf']> | undefined, id: string): Observed<never> {
  if (grant?.granted === false) return unseen('untrusted-host', grant.why, { missing: grant.missing })
  return unseen(
    'untrusted-host',
    `${id} is neither a resource of a trusted manifest nor named by one, so Azure was not asked.`,
    {
      missing: `${id} in the input \`allowed-hosts\``,
    },
  )
}

function normal(id: string): string {
  return id.replace(/\/+$/, '').toLowerCase()
}

/** The same, or one below the other. */
function isRelated(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
}

/** Every id of Azure in an answer. */
function noteIds(value: unknown, into: Set<string>): void {
  if (into.size >= MOST_NAMES) return
  if (typeof value === 'string') {
    // Of a resource, not of a group or subscription with all that it holds.
    if (/^\/subscriptions\/.+\/providers\/[^/]+\/[^/]+\/[^/]/i.test(value)) into.add(normal(value))
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) noteIds(inner, into)
  }
}
