import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAzure, type AzureServer } from './azure/server.ts'
import { azureState, type AzureState } from './azure/state.ts'
import { createAuthority } from './certificates.ts'
import { startGitHub, type LabGitHub } from './github.ts'
import type { GitHubState } from './github/state.ts'
import { runAction, spawnAction, type ActionRun, type ActionStart, type StartedAction } from './runner.ts'
import { playSqlState } from './sql-state.ts'
import { startTdsServer, type TdsServer } from './tds/server.ts'
import type { Story } from './stories/story.ts'

/** All servers of a story, and the action's start with which a runner would look at them. */
export interface Stage {
  story: Story
  azure: AzureServer
  azureState: AzureState
  sql: Readonly<Record<string, TdsServer>>
  github: LabGitHub
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

export async function setStage(story: Story, options: StageOptions = {}): Promise<Stage> {
  const authority = await createAuthority()
  const tls = await authority.issue({ names: ['localhost', '127.0.0.1', '::1'] })
  const sql: Record<string, TdsServer> = {}
  for (const [name, { state, encryption = 'on' }] of Object.entries(story.servers)) {
    const port = options.ports?.[name]
    sql[name] = await startTdsServer({
      ...playSqlState(state),
      tls,
      encryption,
      ...(port === undefined ? {} : { port }),
    })
  }
  const state = azureState(story.azure)
  options.azure?.(state)
  const azure = await startAzure(state, tls, options.ports?.['azure'])
  const files = {
    'certs/root.pem': authority.certificate,
    ...story.files({ sql: Object.fromEntries(Object.entries(sql).map(([name, { port }]) => [name, port])) }),
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
    authority: authority.certificate,
    files,
    startOf,
    run: (entry, changes) => runAction(startOf(entry, changes)),
    spawn: (entry, changes) => spawnAction(startOf(entry, changes)),
    async close() {
      await Promise.all([azure.close(), github.close(), ...Object.values(sql).map((server) => server.close())])
      await rm(folder, { recursive: true, force: true })
    },
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
