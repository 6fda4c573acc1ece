import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import { mapSeen, seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { ArmAnswer, ArmPort } from '../../ports/arm-port.ts'
import { createMemo, type Memo } from '../memo.ts'
import type { StorageToken } from '../blob/blob-access.ts'
import type { EntraToken } from '../sql/account.ts'
import { judgeAnswer } from './arm-errors.ts'
import { createAuthorizationReads } from './authorization-reads.ts'
import type { Cloud } from './clouds.ts'
import type { ArmCredential } from './credential.ts'
import { decodeBody, decodeItems, type Fields } from './decode.ts'
import { decodeDmsService } from './decode-dms.ts'
import { decodeGatewayConnection, decodeLocalNetworkGateway, decodeVirtualNetwork } from './decode-network.ts'
import { decodeNetworkSecurityGroup } from './decode-security-rules.ts'
import {
  decodeFirewallRule,
  decodeIpv6FirewallRule,
  decodeManagedInstance,
  decodeSqlDatabase,
  decodeSqlServer,
  decodeVirtualNetworkRule,
} from './decode-sql.ts'
import { parseErrorBody } from './error-body.ts'
import { createFurtherReads, DATA_MIGRATION_VERSION, NETWORK_VERSION, type Ways } from './further-reads.ts'
import { createMachineReads } from './machine-reads.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'
import { createRateBudget } from './rate-budget.ts'
import type { ResourceId } from '../../domain/resource-id.ts'
import { readResourceId, resourcePath } from './resource-id.ts'
import { readGateway } from './read-gateway.ts'
import { createRestReader, type ArmReader } from './rest-reader.ts'
import { createScrubber, type Scrubber } from './scrubber.ts'
import { signIn, type SignedIn, type SignInOptions } from './sign-in.ts'
import { createSqlReader, type SqlReader } from './sql-reader.ts'
import { createRuntimeReads } from './runtime-reads.ts'
import { createStorageReads } from './storage-reads.ts'
import { createTransport, type TransportOptions } from './transport.ts'
import { createAskRuntime, RUNTIME_LIMIT_MS, type AskRuntime } from './validate-ir.ts'

export interface ArmPortOptions {
  cloud: Cloud
  credential: ArmCredential
  /** Variables of the process, for the runner's Azure CLI and managed identity; absent: none. */
  env?: Readonly<Record<string, string | undefined>>
  /** For one request with its retries; waiting for the rate budget is not counted. */
  timeoutMs: number
  signal: AbortSignal
  onRequest?: (method: string, url: string) => void
  /** Called with each secret that comes to be during the sign-in, before it is used. */
  learnSecret?: (secret: Secret) => void
  /** PEM, used instead of the built-in authorities. */
  ca?: string
}

interface Session {
  signedIn: SignedIn
  rest: ArmReader
  /** Loaded when first needed: its SDK is by far the largest. */
  sql: () => Promise<SqlReader>
  runtime: () => Promise<AskRuntime>
  scrubber: Scrubber
}

/** The identity that reads Azure may be a login of SQL servers as well. No check sees its token. */
export interface AzureAccess extends ArmPort {
  sqlToken: EntraToken
  /** Lets the runtime of a service test something. `secrets` are in the question, and are taken out of every answer. */
  askRuntime(serviceId: string, question: JsonObject, secrets: readonly Secret[]): Promise<Observed<RuntimeReply>>
  storageToken: StorageToken
}

/** The answer of a service, or its refusal as far as it has a code: what it means is not decided here. */
export type RuntimeReply =
  { status: 'answered'; body: unknown } | { status: 'refused'; code: string; message: string; failure: ProbeFailure }

/** Reads Azure, by GET and the few POSTs that are reads: Microsoft.Sql through its SDK, the rest by plain requests. */
export function createArmPort(options: ArmPortOptions): AzureAccess {
  const memo = createMemo()
  const start = (): Promise<Observed<Session>> => memo.once('session', () => startSession(options, memo))

  function ask<T>(
    type: string,
    id: string,
    read: (session: Session, resource: ResourceId) => Promise<Observed<T>>,
    part = '',
  ): Promise<Observed<ArmAnswer<T>>> {
    const key = `${type}${part}:${id.replace(/\/$/, '').toLowerCase()}`
    return memo.once(key, async () => {
      const resource = readResourceId(id, type)
      if (!resource.ok) return resource
      const session = await start()
      if (!session.ok) return session
      return answer(session.value, resource.value.text, (opened) => read(opened, resource.value), part)
    })
  }
  const get = <T>(
    type: string,
    id: string,
    version: string,
    decode: (body: Fields) => T,
  ): Promise<Observed<ArmAnswer<T>>> =>
    ask(type, id, async ({ rest }, resource) => decodeBody(id, await rest.get(resourcePath(resource), version), decode))
  const at: Ways['at'] = (path, read, part = '') =>
    memo.once(`${path} ${part}`.trimEnd().toLowerCase(), async () => {
      const session = await start()
      return session.ok ? answer(session.value, path, ({ rest }) => read(rest)) : session
    })
  const sql = <T>(
    type: string,
    id: string,
    read: (sql: SqlReader, resource: ResourceId) => Promise<unknown>,
    decode: (body: Fields) => T,
  ): Promise<Observed<ArmAnswer<T>>> =>
    ask(type, id, async (session, resource) => decodeBody(id, await read(await session.sql(), resource), decode))
  const sqlList = <T>(
    id: string,
    part: string,
    read: (sql: SqlReader, resource: ResourceId) => Promise<readonly unknown[]>,
    decode: (item: Fields) => T,
  ): Promise<Observed<ArmAnswer<readonly T[]>>> =>
    ask(
      'Microsoft.Sql/servers',
      id,
      async (session, resource) => decodeItems(id, await read(await session.sql(), resource), decode),
      part,
    )

  return {
    sqlToken: () =>
      memo.once('sql token', async () => {
        const session = await start()
        if (!session.ok) return session
        const { identity, sqlToken } = session.value.signedIn
        const account = identity.objectId ?? identity.clientId ?? identity.kind
        return mapSeen(await sqlToken(), (token) => ({ account, token }))
      }),
    async askRuntime(id, question, secrets) {
      const resource = readResourceId(id, 'Microsoft.DataMigration/sqlMigrationServices')
      if (!resource.ok) return resource
      const session = await start()
      return session.ok ? askRuntime(session.value, resource.value, question, secrets) : session
    },
    storageToken: () =>
      memo.once('storage token', async () => {
        const { blobSuffixes, resourceManager } = options.cloud
        if (blobSuffixes.length === 0) {
          const message = `Where storage accounts of the cloud of ${resourceManager} are is not known, so the run's Azure identity is not sent to one.`
          return unseen('unsupported', message, { missing: 'a SAS of the container (`container.sas`)' })
        }
        const session = await start()
        if (!session.ok) return session
        return mapSeen(await session.value.signedIn.storageToken(), (token) => ({ token, suffixes: blobSuffixes }))
      }),
    signIn: async () => mapSeen(await start(), ({ signedIn }) => signedIn.identity),
    sqlServer: (id) => sql('Microsoft.Sql/servers', id, (reader, resource) => reader.server(resource), decodeSqlServer),
    sqlDatabase: (id) =>
      sql('Microsoft.Sql/servers/databases', id, (reader, resource) => reader.database(resource), decodeSqlDatabase),
    sqlDatabases: (id) =>
      sqlList(id, '/databases', (reader, resource) => reader.databases(resource), decodeSqlDatabase),
    sqlFirewallRules: (id) =>
      sqlList(id, '/firewallRules', (reader, resource) => reader.firewallRules(resource), decodeFirewallRule),
    sqlIpv6FirewallRules: (id) =>
      sqlList(
        id,
        '/ipv6FirewallRules',
        (reader, resource) => reader.ipv6FirewallRules(resource),
        decodeIpv6FirewallRule,
      ),
    sqlVirtualNetworkRules: (id) =>
      sqlList(
        id,
        '/virtualNetworkRules',
        (reader, resource) => reader.virtualNetworkRules(resource),
        decodeVirtualNetworkRule,
      ),
    managedInstance: (id) =>
      sql(
        'Microsoft.Sql/managedInstances',
        id,
        (reader, resource) => reader.managedInstance(resource),
        decodeManagedInstance,
      ),
    virtualNetwork: (id) => get('Microsoft.Network/virtualNetworks', id, NETWORK_VERSION, decodeVirtualNetwork),
    networkSecurityGroup: (id) =>
      get('Microsoft.Network/networkSecurityGroups', id, NETWORK_VERSION, decodeNetworkSecurityGroup),
    virtualNetworkGateway: (id) => ask('Microsoft.Network/virtualNetworkGateways', id, readGateway),
    gatewayConnection: (id) => get('Microsoft.Network/connections', id, NETWORK_VERSION, decodeGatewayConnection),
    localNetworkGateway: (id) =>
      get('Microsoft.Network/localNetworkGateways', id, NETWORK_VERSION, decodeLocalNetworkGateway),
    ...createFurtherReads({ get, at }),
    ...createStorageReads({ get }),
    ...createMachineReads({ get, at }),
    ...createAuthorizationReads({ at }),
    ...createRuntimeReads({ get, at }),
    dmsService: (id) => get('Microsoft.DataMigration/services', id, DATA_MIGRATION_VERSION, decodeDmsService),
  }
}

async function startSession(options: ArmPortOptions, memo: Memo): Promise<Observed<Session>> {
  const { cloud, credential, signal, timeoutMs, env = {}, learnSecret = () => undefined } = options
  const tls = options.ca === undefined ? undefined : { ca: options.ca }
  const scrubber = createScrubber()
  if (credential.kind === 'secret') scrubber.learn(credential.clientSecret)
  const shared: Omit<TransportOptions, 'who' | 'origin'> = {
    timeoutMs,
    signal,
    budget: createRateBudget(),
    onRequest: options.onRequest ?? (() => undefined),
    scrub: scrubber.scrub,
  }
  const transportTo: SignInOptions['transportTo'] = (who, origin, limitMs = timeoutMs) =>
    createTransport({ ...shared, who, origin, timeoutMs: limitMs })
  const signedIn = await signIn({ cloud, credential, env, tls, timeoutMs, signal, transportTo, scrubber, learnSecret })
  if (!signedIn.ok) return signedIn
  const transport = transportTo('Azure Resource Manager', new URL(cloud.resourceManager).origin)
  const settings = { cloud, tls, transport, credential: signedIn.value.credential }
  const rest = await createRestReader(settings)
  const sql = (): Promise<SqlReader> => memo.once('sql', () => createSqlReader(settings))
  const runtime = (): Promise<AskRuntime> =>
    memo.once('runtime', () => {
      const limit = { timeoutMs: Math.max(timeoutMs, RUNTIME_LIMIT_MS), retries: 'throttled' as const }
      const who = 'Azure Resource Manager'
      const patient = createTransport({ ...shared, ...limit, who, origin: new URL(cloud.resourceManager).origin })
      return createAskRuntime({ ...settings, transport: patient }, signal)
    })
  return seen({ signedIn: signedIn.value, rest, sql, runtime, scrubber })
}

/** Every text in a JSON value, with the secrets taken out. */
function scrubTexts(value: unknown, scrub: Scrubber['scrub']): unknown {
  if (typeof value === 'string') return scrub(value)
  if (Array.isArray(value)) return value.map((item) => scrubTexts(item, scrub))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scrubTexts(item, scrub)]))
}

/** The answers of a service may repeat what they were asked with. */
async function askRuntime(
  session: Session,
  id: ResourceId,
  question: JsonObject,
  secrets: readonly Secret[],
): Promise<Observed<RuntimeReply>> {
  const { scrubber, signedIn } = session
  for (const secret of secrets) scrubber.learn(secret)
  const scrubbed = (failure: ProbeFailure): ProbeFailure => ({ ...failure, message: scrubber.scrub(failure.message) })
  try {
    const ask = await session.runtime()
    const body = await ask(`${resourcePath(id)}/validateIr`, question)
    return seen({ status: 'answered', body: scrubTexts(body, scrubber.scrub) })
  } catch (error) {
    if (error instanceof ProbeError) return { ok: false, failure: scrubbed(error.failure) }
    if (!(error instanceof HttpStatusError)) throw error
    const { clientId, objectId } = signedIn.identity
    const asked = { what: `a test by the integration runtime of ${id.text}`, id: id.text, clientId, objectId }
    const judged = judgeAnswer(error.answer, asked)
    const told = 'absent' in judged ? { kind: 'not-found' as const, message: judged.absent.message } : judged.failure
    // The gateway gave up before the runtime had answered, as the migration wizard reads it, too.
    const failure = error.answer.status === 504 ? { ...told, kind: 'timeout' as const } : told
    const said = parseErrorBody(error.answer.text)
    if (said === undefined) return { ok: false, failure: scrubbed(failure) }
    return seen({ status: 'refused', ...said, message: scrubber.scrub(said.message), failure: scrubbed(failure) })
  }
}

/** Turns everything that a reader throws into an answer or a failure. `id` is what was asked for, `part` a part of it. */
async function answer<T>(
  session: Session,
  id: string,
  read: (session: Session) => Promise<Observed<T>>,
  part = '',
): Promise<Observed<ArmAnswer<T>>> {
  try {
    return mapSeen(await read(session), (value) => ({ found: true, value }))
  } catch (error) {
    if (error instanceof ProbeError) return { ok: false, failure: error.failure }
    if (!(error instanceof HttpStatusError)) throw error
    const { clientId, objectId } = session.signedIn.identity
    const judged = judgeAnswer(error.answer, { what: `${id}${part}`, id, clientId, objectId })
    return 'absent' in judged ? seen(judged.absent) : { ok: false, failure: judged.failure }
  }
}
