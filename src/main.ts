import { readFile } from 'node:fs/promises'
import { createAccountGate } from './adapters/account-gate.ts'
import { createArmPort, type AzureAccess } from './adapters/arm/arm-port.ts'
import { createMetadataFetch } from './adapters/arm/cloud-metadata.ts'
import { readCloud } from './adapters/arm/clouds.ts'
import type { ArmCredential, IdTokenRequest } from './adapters/arm/credential.ts'
import { createRuntimePort } from './adapters/arm/runtime-port.ts'
import type { StorageToken } from './adapters/blob/blob-access.ts'
import { createBlobPort } from './adapters/blob/blob-port.ts'
import { createWorkspaceFile } from './adapters/create-file.ts'
import { createFilePort } from './adapters/file-port.ts'
import { createGitHubPort } from './adapters/github/github-port.ts'
import { expandManifestPaths } from './adapters/manifest-paths.ts'
import { createNetPort } from './adapters/net/net-port.ts'
import { createPlanFile } from './adapters/plan-file.ts'
import { createReceiptFiles } from './adapters/receipt/receipt-files.ts'
import { createReceiptIssuer } from './adapters/receipt/receipt-issuer.ts'
import { createSharePort } from './adapters/smb/share-port.ts'
import type { EntraToken } from './adapters/sql/account.ts'
import { createSqlPort } from './adapters/sql/sql-port.ts'
import { blobShas, readWorkspaceFile } from './adapters/workspace.ts'
import { isAllowedHost } from './domain/allowed-hosts.ts'
import { mapSeen, seen, unseen, type Observed } from './domain/observed.ts'
import { Secret } from './domain/secret.ts'
import { createLateArmPort } from './engine/late-arm-port.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { FilePort } from './ports/file-port.ts'
import { run } from './run.ts'
import { publishCrash } from './run/crash.ts'
import { TOOL_VERSION } from './version.generated.ts'
import type { Connection, ConnectSettings, World } from './run/world.ts'

/** The event of a push with thousands of commits is still far below. */
const EVENT_LIMIT_BYTES = 32 * 1024 * 1024
const FILE_LIMIT_BYTES = 32 * 1024 * 1024
/** A probe gives up before the check that made it, so that the report has the probe's own words. */
const PROBE_SHARE_OF_TIMEOUT = 0.9
/** Sockets that do not close by themselves must not keep a finished step alive. */
const LINGER_MS = 1000

// Name look-ups are blocking calls on libuv's pool of 4: a few dead names would make the others look dead too.
process.env['UV_THREADPOOL_SIZE'] ??= '64'
// A resolver that never answers holds the process even after its end (glibc asks for 10 s and more by default).
process.env['RES_OPTIONS'] ??= 'timeout:2 attempts:2'

/** Verification is off only where the manifest says so for one server, never for everything at once. */
function refuseBlindTrust(): string[] {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return []
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  return [
    'NODE_TLS_REJECT_UNAUTHORIZED=0 was ignored: certificates are verified. Name a private authority by NODE_EXTRA_CA_CERTS, or by `tls.ca` for one server',
  ]
}

function createWorld(cancelled: AbortSignal): World {
  const readBytes = readWorkspaceFile
  const env = { ...process.env }
  // @actions/github reads the event file by itself when it is loaded, and throws when that is no JSON.
  delete process.env['GITHUB_EVENT_PATH']
  return {
    env,
    warnings: refuseBlindTrust(),
    toolVersion: TOOL_VERSION,
    now: () => Date.now(),
    cancelled,
    async readEvent(path) {
      const text = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined)
      return text === undefined || text.length > EVENT_LIMIT_BYTES ? undefined : text
    },
    expandManifestPaths,
    async readText(workspace, path, limitBytes) {
      const read = await readBytes(workspace, path, limitBytes)
      return mapSeen(read, (file) => (file.found ? Buffer.from(file.bytes).toString('utf8') : undefined))
    },
    async readShas(workspace, path) {
      const read = await readBytes(workspace, path, FILE_LIMIT_BYTES)
      return mapSeen(read, (file) => ({ found: file.found, shas: file.found ? blobShas(file.bytes) : [] }))
    },
    createFile: createWorkspaceFile,
    localPorts: (workspace) => ({
      files: createFilePort({ workspace, ...programFiles() }),
      clock: { now: () => Date.now() },
    }),
    receiptFiles: createReceiptFiles(),
    planFile: createPlanFile(),
    receiptIssuer: (settings) => createReceiptIssuer({ ...settings, ...idTokenRequest(process.env) }),
    connect: (settings) => Promise.resolve(connect(settings)),
    github: ({ githubToken }, { apiUrl, repository }, timeoutMs, signal) =>
      createGitHubPort({ token: githubToken, apiUrl, repository, timeoutMs, signal }),
  }
}

function connect({ inputs, context, secrets, learnSecret, signal }: ConnectSettings): Connection {
  const timeoutMs = Math.round(inputs.timeoutMs * PROBE_SHARE_OF_TIMEOUT)
  const files = createFilePort({ workspace: context.workspace, ...programFiles() })
  const routingSuffixes: string[] = []
  const cloud = readCloud(inputs.environment, createMetadataFetch({ timeoutMs, signal }), (host) =>
    isAllowedHost(inputs.allowedHosts, host),
  )
  const arriving = cloud.then((found) => {
    if (!found.ok) return found
    routingSuffixes.push(`.${found.value.sqlSuffix}`)
    const credential = credentialOf(inputs, process.env)
    const env = withoutNames(process.env, secrets)
    return seen(createArmPort({ cloud: found.value, credential, env, timeoutMs, signal, learnSecret }))
  })
  let signingIn: ReturnType<EntraToken> | undefined
  const accounts = createAccountGate()
  const { allowWrites } = inputs
  const sql = createSqlPort({
    timeoutMs,
    signal,
    secrets,
    accounts,
    entraToken: () => (signingIn ??= readToken(arriving, (azure) => azure.sqlToken())),
    routingSuffixes,
    readCa: (path) => readCa(files, path),
    allowWrites,
  })
  const share = createSharePort({ timeoutMs, signal, secrets, accounts, allowWrites })
  const storageToken: StorageToken = () => readToken(arriving, (azure) => azure.storageToken())
  const blob = createBlobPort({ timeoutMs, signal, secrets, writes: allowWrites, storageToken })
  return {
    ports: {
      net: createNetPort({
        timeoutMs,
        signal,
        ...vantageDoubts(inputs, context.runnerEnvironment),
        isLoopbackWorld: isLoopbackWorld(inputs),
      }),
      sql,
      share,
      arm: createLateArmPort(arriving),
      blob,
      runtime: createRuntimePort({
        arriving,
        host: async () => mapSeen(await cloud, ({ resourceManager }) => new URL(resourceManager).hostname),
        secrets,
        accounts,
        isAllowed: inputs.probeThroughRuntime,
      }),
      files,
      clock: { now: () => Date.now() },
    },
    close: async () => {
      await Promise.all([sql.close(), share.close(), blob.close()])
    },
    leftOver: () => share.leftOver,
  }
}

async function readToken<T>(
  arriving: Promise<Observed<AzureAccess>>,
  read: (azure: AzureAccess) => Promise<Observed<T>>,
): Promise<Observed<T>> {
  try {
    const azure = await arriving
    return azure.ok ? await read(azure.value) : azure
  } catch (error) {
    // Only the kind: messages of network libraries repeat proxy addresses with their passwords.
    const kind = error instanceof Error ? error.name : 'an error'
    return unseen('bug', `Azure could not be asked for a token: ${kind} in the adapter`)
  }
}

/**
 * GitHub's machines stand in private networks of GitHub, whose ranges may be those of the DMS subnet or of the runtime's
 * host as well.
 */
function vantageDoubts(
  { vantage }: Inputs,
  runnerEnvironment: string | undefined,
): Partial<Record<'vantageDoubt' | 'runtimeDoubt', string>> {
  if (runnerEnvironment !== 'github-hosted') return {}
  const doubt = (place: string): string =>
    `this runner is GitHub's, and GitHub's own networks use private addresses too; say \`vantage: ${place}\` if it stands there`
  return {
    ...(vantage === 'dms-subnet' ? {} : { vantageDoubt: doubt('dms-subnet') }),
    ...(vantage === 'runtime-host' ? {} : { runtimeDoubt: doubt('runtime-host') }),
  }
}

/** A cloud on this machine's loopback is none of Azure's: there every place that counts may be on loopback, too. */
function isLoopbackWorld({ environment }: Inputs): boolean {
  if (!URL.canParse(environment)) return false
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(environment).hostname)
}

/** The inputs are sound: what a kind needs is there. */
function credentialOf({ azure }: Inputs, env: NodeJS.ProcessEnv): ArmCredential {
  const { authType, clientId = '', tenantId = '', clientSecret, audience, subscriptionId } = azure
  const tenant = azure.tenantId === undefined ? {} : { tenantId }
  switch (authType) {
    case 'secret':
      return { kind: authType, clientId, tenantId, clientSecret: clientSecret ?? new Secret('client-secret', '') }
    case 'oidc':
      return { kind: authType, clientId, tenantId, ...optional('audience', audience), ...idTokenRequest(env) }
    case 'cli':
      return { kind: authType, ...tenant, ...optional('subscriptionId', subscriptionId) }
    case 'managed-identity':
      return { kind: authType, ...tenant, ...optional('clientId', azure.clientId) }
  }
}

/** The runner sets both when the workflow has `permissions: id-token: write`. */
function idTokenRequest(env: NodeJS.ProcessEnv): { request?: IdTokenRequest } {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env
  if (url === undefined || url === '' || token === undefined || token === '') return {}
  return { request: { url, token: new Secret('ACTIONS_ID_TOKEN_REQUEST_TOKEN', token) } }
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, string>>)
}

/** A program that the run starts has no use for the secrets of the manifest. */
function withoutNames(env: NodeJS.ProcessEnv, names: ReadonlyMap<string, unknown>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name)))
}

/** Where Windows keeps programs. */
function programFiles(): { programFiles?: string } {
  const folder = process.env['ProgramFiles']
  return process.platform !== 'win32' || folder === undefined ? {} : { programFiles: folder }
}

async function readCa(files: FilePort, path: string): Promise<string> {
  const read = await files.readText(path)
  if (!read.ok) throw new Error(read.failure.message)
  if (!read.value.found) throw new Error(`${path} is not in the workspace`)
  return read.value.text
}

async function main(): Promise<void> {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      // Something stray broke, so nothing can be trusted any more; its own text may hold anything, so it is not shown.
      void publishCrash(error, process.env['GITHUB_STEP_SUMMARY'], (text) => text).finally(() => process.exit(1))
    })
  }
  // A reader of the log that went away must not take the report's other places with it.
  process.stdout.on('error', () => undefined)
  const cancel = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      cancel.abort(`The run was cancelled (${signal}) before this check finished`)
    })
  }
  process.exitCode = await run(createWorld(cancel.signal))
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

await main()
