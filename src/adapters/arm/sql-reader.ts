import type { SqlManagementClient } from '@azure/arm-sql'
import type { Cloud } from './clouds.ts'
import { parseJson } from './error-body.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'
import type { ResourceId } from '../../domain/resource-id.ts'
import { createPageGuard, readPage, removeOwnWays, type PipelineSettings } from './rest-reader.ts'

/**
 * Reads Microsoft.Sql objects with its management SDK. The bodies are handed on as they came: the SDK's own
 * deserialisation wraps and renames, so that a wrong shape could not be told from a right one.
 */
export interface SqlReader {
  server(id: ResourceId): Promise<unknown>
  database(id: ResourceId): Promise<unknown>
  databases(server: ResourceId): Promise<readonly unknown[]>
  firewallRules(server: ResourceId): Promise<readonly unknown[]>
  ipv6FirewallRules(server: ResourceId): Promise<readonly unknown[]>
  virtualNetworkRules(server: ResourceId): Promise<readonly unknown[]>
  managedInstance(id: ResourceId): Promise<unknown>
}

type OnResponse = (response: { bodyAsText?: string | null }) => void
type Pages = AsyncIterable<unknown[]>

/** A client for each subscription: the SDK binds it at construction. */
export async function createSqlReader(settings: PipelineSettings): Promise<SqlReader> {
  const { SqlManagementClient: Client } = await import('@azure/arm-sql')
  const clients = new Map<string, SqlManagementClient>()

  function clientFor({ subscription }: ResourceId): SqlManagementClient {
    const known = clients.get(subscription.toLowerCase())
    if (known !== undefined) return known
    const client = new Client(settings.credential, subscription, {
      endpoint: settings.cloud.resourceManager,
      credentialScopes: settings.cloud.scope,
      additionalPolicies: [{ policy: settings.transport, position: 'perRetry' }],
      ...(settings.tls === undefined ? {} : { tlsOptions: settings.tls }),
    })
    removeOwnWays(client.pipeline)
    clients.set(subscription.toLowerCase(), client)
    return client
  }
  return {
    server: (id) => one(id, (onResponse) => clientFor(id).servers.get(id.resourceGroup, nameAt(id, 0), { onResponse })),
    database: (id) =>
      one(id, (onResponse) =>
        clientFor(id).databases.get(id.resourceGroup, nameAt(id, 0), nameAt(id, 1), { onResponse }),
      ),
    databases: (id) =>
      all(settings.cloud, id, (onResponse) =>
        clientFor(id).databases.listByServer(id.resourceGroup, nameAt(id, 0), { onResponse }).byPage(),
      ),
    firewallRules: (id) =>
      all(settings.cloud, id, (onResponse) =>
        clientFor(id).firewallRules.listByServer(id.resourceGroup, nameAt(id, 0), { onResponse }).byPage(),
      ),
    ipv6FirewallRules: (id) =>
      all(settings.cloud, id, (onResponse) =>
        clientFor(id).iPv6FirewallRules.listByServer(id.resourceGroup, nameAt(id, 0), { onResponse }).byPage(),
      ),
    virtualNetworkRules: (id) =>
      all(settings.cloud, id, (onResponse) =>
        clientFor(id).virtualNetworkRules.listByServer(id.resourceGroup, nameAt(id, 0), { onResponse }).byPage(),
      ),
    managedInstance: (id) =>
      one(id, (onResponse) => clientFor(id).managedInstances.get(id.resourceGroup, nameAt(id, 0), { onResponse })),
  }
}

async function one(id: ResourceId, ask: (onResponse: OnResponse) => Promise<unknown>): Promise<unknown> {
  let body: unknown
  await readable(id, () => ask((response) => (body = parseJson(response.bodyAsText ?? ''))))
  return body
}

async function all(
  { resourceManager }: Cloud,
  id: ResourceId,
  ask: (onResponse: OnResponse) => Pages,
): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  const follow = createPageGuard(id.text, resourceManager)
  await readable(id, async () => {
    const pages = ask((response) => {
      const page = readPage(parseJson(response.bodyAsText ?? ''), id.text)
      entries.push(...page.entries)
      if (page.nextLink !== undefined) follow(page.nextLink)
    })
    const iterator = pages[Symbol.asyncIterator]()
    while ((await iterator.next()).done !== true);
  })
  return entries
}

/** What the transport threw, as it is; an error of the SDK itself means an answer that it cannot read. */
async function readable<T>(id: ResourceId, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ProbeError || error instanceof HttpStatusError) throw error
    throw new ProbeError({ kind: 'protocol', message: `Azure's answer for ${id.text} cannot be read.` })
  }
}

function nameAt(id: ResourceId, index: number): string {
  return id.names[index] ?? ''
}
