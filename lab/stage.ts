import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAzure, type AzureServer } from './azure/server.ts'
import { azureState, type AzureState } from './azure/state.ts'
import { startSqlBrowser } from './browser.ts'
import { createAuthority, selfSigned, type Authority, type KeyAndCertificate } from './certificates.ts'
import { startGitHub, type LabGitHub } from './github.ts'
import type { GitHubState } from './github/state.ts'
import { runAction, spawnAction, type ActionRun, type ActionStart, type StartedAction } from './runner.ts'
import type { NetworkFiles } from './sql/backup-answers.ts'
import { createLabRuntime } from './runtime.ts'
import { playSqlState } from './sql/play.ts'
import { openAsUser } from './smb/network-user.ts'
import { startSamba, type Samba } from './smb/samba.ts'
import { openStorage, type StorageLab } from './storage-lab.ts'
import { startTdsServer, type TdsServer } from './tds/server.ts'
import type { ServerCertificate, Story, StoryServer } from './stories/story.ts'

/** All servers of a story, and the action's start with which a runner would look at them. */
export interface Stage {
  story: Story
  azure: AzureServer
  azureState: AzureState
  sql: Readonly<Record<string, TdsServer>>
  github: LabGitHub
  storage?: StorageLab
  fileServer?: Samba
  /** PEM of the lab's authority. */
  authority: string
  /** The files that the story puts into the workspace. */
  files: Record<string, string>
  startOf(entry: string, changes?: Partial<ActionStart>): ActionStart
  run(entry: string, changes?: Partial<ActionStart>): Promise<ActionRun>
  spawn(entry: string, changes?: Partial<ActionStart>): Promise<StartedAction>
  close(): Promise<void>
}

export interface StageOptions {
  github?: GitHubState
  /** Changes the lab's Azure before it starts. */
  azure?: (state: AzureState) => void
  /** Ports by server name, `azure` and `github` included; others are chosen by the system. */
  ports?: Readonly<Record<string, number>>
}

export const LAB_GITHUB_TOKEN = 'ghs_labToken0123456789abcdefghijklmnop'

/** RFC 1078: nobody listens there any more, and only root could. */
const REFUSED_PORT = 1
const BROWSER_PORT = 1434
const DAY_MS = 86_400_000
const LAB_NAMES = ['localhost', '127.0.0.1', '::1']

export async function setStage(given: Story, options: StageOptions = {}): Promise<Stage> {
  const authority = await createAuthority()
  const tls = await authority.issue({ names: LAB_NAMES })
  const state = azureState(given.azure)
  const storage = given.storage && (await openStorage(authority))
  const { fileServer: shared } = given
  const fileServer = shared === undefined || shared === 'down' ? undefined : await startSamba(shared)
  const story = storage === undefined ? given : withStorage(given, storage)
  if (story.runtime === true) state.runtime = createLabRuntime(authority.certificate)
  story.changeAzure?.(state)
  if (storage !== undefined) await story.storage?.prepare?.(storage, state)
  options.azure?.(state)
  const sql: Record<string, TdsServer> = {}
  for (const [name, server] of Object.entries(story.servers)) {
    if (server.down !== true)
      sql[name] = await startServer(server, authority, state, {
        ...(options.ports?.[name] === undefined ? {} : { port: options.ports[name] }),
        ...(fileServer === undefined || server.comesAs === undefined
          ? {}
          : { files: openAsUser({ port: fileServer.port, ...server.comesAs }) }),
      })
  }
  const ports = {
    sql: Object.fromEntries(Object.keys(story.servers).map((name) => [name, sql[name]?.port ?? REFUSED_PORT])),
    ...(storage === undefined ? {} : { blob: storage.front.origin }),
    ...(shared === undefined ? {} : { smb: fileServer?.port ?? REFUSED_PORT }),
  }
  const browser =
    story.browser && (await startSqlBrowser({ port: BROWSER_PORT, serverName: 'SQL01', ...story.browser(ports) }))
  const azure = await startAzure(state, tls, options.ports?.['azure'])
  const files = {
    'certs/root.pem': authority.certificate,
    ...story.files(ports),
  }
  const github = await startGitHub({
    visibility: 'private',
    files: { main: files },
    token: LAB_GITHUB_TOKEN,
    ...options.github,
  })
  const folder = await mkdtemp(join(tmpdir(), 'dms-preflight-lab-'))
  const authorityFile = join(folder, 'root.pem')
  await writeFile(authorityFile, authority.certificate)

  const startOf = (entry: string, changes: Partial<ActionStart> = {}): ActionStart => ({
    entry,
    eventName: 'pull_request',
    event: PULL_REQUEST,
    apiUrl: github.url,
    ...changes,
    files: { ...files, ...changes.files },
    inputs: {
      'client-id': state.clientId,
      'tenant-id': state.tenantId,
      'client-secret': state.clientSecret,
      environment: azure.url,
      'github-token': LAB_GITHUB_TOKEN,
      ...story.inputs,
      ...changes.inputs,
    },
    env: { ...story.secrets, NODE_EXTRA_CA_CERTS: authorityFile, ...changes.env },
  })
  return {
    story,
    azure,
    azureState: state,
    sql,
    github,
    ...(storage === undefined ? {} : { storage }),
    ...(fileServer === undefined ? {} : { fileServer }),
    authority: authority.certificate,
    files,
    startOf,
    run: (entry, changes) => runAction(startOf(entry, changes)),
    spawn: (entry, changes) => spawnAction(startOf(entry, changes)),
    async close() {
      const servers = [azure, github, ...Object.values(sql), ...(browser === undefined ? [] : [browser])]
      const optional = [storage, fileServer].filter((server) => server !== undefined)
      await Promise.all([...servers, ...optional].map((server) => server.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The story with every SAS signed by the account that came to be. */
function withStorage(story: Story, { azurite }: StorageLab): Story {
  return { ...story, secrets: { ...story.secrets, ...story.storage?.secrets(azurite) } }
}

async function startServer(
  { state, encryption = 'on', certificate = 'trusted', misbehave, wire }: StoryServer,
  authority: Authority,
  { sqlTokens }: AzureState,
  { port, files }: { port?: number; files?: NetworkFiles },
): Promise<TdsServer> {
  const tls = await certificateOf(certificate, authority)
  return startTdsServer({
    ...playSqlState(state, files),
    entraTokens: sqlTokens,
    encryption,
    ...(tls === undefined ? {} : { tls }),
    ...(misbehave === undefined ? {} : { misbehave }),
    ...(port === undefined ? {} : { port }),
    ...wire,
  })
}

async function certificateOf(kind: ServerCertificate, authority: Authority): Promise<KeyAndCertificate | undefined> {
  const names = LAB_NAMES
  switch (kind) {
    case 'trusted':
      return authority.issue({ names })
    case 'self-signed':
      return selfSigned({ names })
    case 'other-name':
      return authority.issue({ names: ['sql02.corp.example'] })
    case 'expired':
      return authority.issue({ names, notAfter: new Date(Date.now() - DAY_MS) })
    case 'not-yet-valid':
      return authority.issue({ names, notBefore: new Date(Date.now() + DAY_MS) })
    case 'none':
      return undefined
  }
}

/** A branch of the same repository proposed to the default branch. */
export const PULL_REQUEST = {
  action: 'synchronize',
  number: 7,
  pull_request: {
    number: 7,
    html_url: 'https://github.com/acme/db/pull/7',
    head: { ref: 'change', sha: 'a'.repeat(40), repo: { full_name: 'acme/db', fork: false } },
    base: { ref: 'main', sha: 'b'.repeat(40), repo: { full_name: 'acme/db', default_branch: 'main' } },
  },
  repository: {
    full_name: 'acme/db',
    name: 'db',
    default_branch: 'main',
    private: true,
    visibility: 'private',
    owner: { login: 'acme' },
  },
}
