import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { annotationsOf, parseFileCommands, parseWorkflowCommands, type Annotation } from './runner/commands.ts'

/** A file's content, or a symbolic link to somewhere (relative to the link, or absolute). */
export type WorkspaceEntry = string | Uint8Array | { link: string }

export interface ActionStart {
  /** The script that the runner would start: `dist/index.js`, or a `.ts` file without a build. */
  entry: string
  /** Only what the workflow sets. Defaults of action.yml are the caller's to add. */
  inputs?: Readonly<Record<string, string>>
  event?: unknown
  eventName?: string
  /** Where GITHUB_API_URL points; without it api.github.com, as on the real runner. */
  apiUrl?: string
  files?: Readonly<Record<string, WorkspaceEntry>>
  /** Beside, or in place of, what the runner sets. `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>
  timeoutMs?: number
  /** Cancel the step after this time, by `signal` (SIGTERM). */
  signalAfterMs?: number
  signal?: NodeJS.Signals
  node?: string
  /** Options before the entry, e.g. `--max-old-space-size`. */
  nodeOptions?: readonly string[]
}

export interface ActionRun {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  outputs: Record<string, string>
  summary: string
  annotations: Annotation[]
  masks: string[]
  /** The whole folder of this run: workspace, temp and the runner's files. */
  home: string
  workspace: string
  temp: string
  ms: number
  timedOut: boolean
  /** Removes everything that the run left on disk. */
  dispose(): Promise<void>
}

export interface StartedAction {
  pid: number
  workspace: string
  kill(signal: NodeJS.Signals): void
  /** Resolves as soon as standard output holds the text; rejects when the process ends without it. */
  printed(text: string): Promise<void>
  done: Promise<ActionRun>
}

const FILE_COMMANDS = ['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'] as const

/** Runs an action to its end as the runner's NodeScriptActionHandler does: cwd is the workspace, the environment is clean. */
export async function runAction(start: ActionStart): Promise<ActionRun> {
  const started = await spawnAction(start)
  return started.done
}

/** Starts an action, for tests that have to signal it or look on while it runs. */
export async function spawnAction(start: ActionStart): Promise<StartedAction> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'dms-preflight-runner-')))
  const workspace = join(home, 'work')
  const temp = join(home, 'temp')
  await Promise.all([mkdir(workspace), mkdir(temp)])
  await writeEntries(workspace, start.files ?? {})
  for (const name of FILE_COMMANDS) await writeFile(join(home, name), '')
  await writeFile(join(home, 'event.json'), JSON.stringify(start.event ?? {}))

  const startedAt = performance.now()
  const child = spawn(start.node ?? process.execPath, [...(start.nodeOptions ?? []), start.entry], {
    cwd: workspace,
    env: environmentOf(start, home, workspace, temp),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seen = { stdout: '', stderr: '', timedOut: false }
  let isOver = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (seen.stderr += chunk))
  const deadline = setTimeout(() => {
    seen.timedOut = true
    child.kill('SIGKILL')
  }, start.timeoutMs ?? 60_000)
  const cancel =
    start.signalAfterMs === undefined
      ? undefined
      : setTimeout(() => child.kill(start.signal ?? 'SIGTERM'), start.signalAfterMs)

  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal })
    })
  }).finally(() => {
    isOver = true
    clearTimeout(deadline)
    clearTimeout(cancel)
  })
  const done = ended.then(async ({ code, signal }) => {
    const ms = performance.now() - startedAt
    return {
      code,
      signal,
      ...seen,
      home,
      workspace,
      temp,
      ms,
      ...(await readResults(home, seen.stdout + '\n' + seen.stderr)),
    }
  })
  return {
    pid: child.pid ?? -1,
    workspace,
    kill: (signal) => child.kill(signal),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (seen.stdout.includes(text)) resolve()
          else if (isOver)
            reject(new Error(`The action ended without printing '${text}'.\n${seen.stdout}\n${seen.stderr}`))
          else setTimeout(look, 5)
        }
        look()
      }),
    done,
  }
}

async function readResults(home: string, output: string) {
  const commands = parseWorkflowCommands(output)
  const [outputs, summary] = await Promise.all([
    readFile(join(home, 'OUTPUT'), 'utf8'),
    readFile(join(home, 'STEP_SUMMARY'), 'utf8'),
  ])
  return {
    outputs: parseFileCommands(outputs),
    summary,
    annotations: annotationsOf(commands),
    masks: commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message),
    dispose: () => rm(home, { recursive: true, force: true }),
  }
}

async function writeEntries(workspace: string, files: Readonly<Record<string, WorkspaceEntry>>): Promise<void> {
  for (const [path, entry] of Object.entries(files)) {
    const file = join(workspace, path)
    await mkdir(dirname(file), { recursive: true })
    if (typeof entry === 'object' && 'link' in entry) await symlink(entry.link, file)
    else await writeFile(file, entry)
  }
}

/** Names as in the runner: spaces become `_`, letters upper case, and hyphens stay (so `INPUT_CLIENT-ID`). */
function environmentOf(start: ActionStart, home: string, workspace: string, temp: string): Record<string, string> {
  const eventName = start.eventName ?? 'workflow_dispatch'
  const api = start.apiUrl ?? 'https://api.github.com'
  const inputs = Object.entries(start.inputs ?? {}).map(([name, value]): [string, string] => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    value,
  ])
  const commandFiles = FILE_COMMANDS.map((name): [string, string] => [`GITHUB_${name}`, join(home, name)])
  const all: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    SystemRoot: process.env['SystemRoot'],
    HOME: home,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTOR: 'dev',
    GITHUB_API_URL: api,
    GITHUB_EVENT_NAME: eventName,
    GITHUB_EVENT_PATH: join(home, 'event.json'),
    GITHUB_GRAPHQL_URL: `${api}/graphql`,
    GITHUB_JOB: 'preflight',
    GITHUB_REPOSITORY: 'acme/db',
    GITHUB_REPOSITORY_ID: '1309247986',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: 'a'.repeat(40),
    GITHUB_WORKFLOW: 'Preflight',
    GITHUB_WORKSPACE: workspace,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: join(home, 'tools'),
    ...workflowOf(refsOf(eventName, start.event)),
    ...Object.fromEntries(commandFiles),
    ...Object.fromEntries(inputs),
    ...start.env,
  }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** The workflow file is that of the run's own ref. */
function workflowOf(refs: Record<string, string>): Record<string, string> {
  const ref = `acme/db/.github/workflows/dms-preflight.yml@${refs['GITHUB_REF'] ?? ''}`
  return { ...refs, GITHUB_WORKFLOW_REF: ref, GITHUB_WORKFLOW_SHA: 'a'.repeat(40) }
}

/** https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows: GITHUB_REF by event. */
function refsOf(eventName: string, event: unknown): Record<string, string> {
  const pull = (
    event as { pull_request?: { number?: number; base?: { ref?: string }; head?: { ref?: string } } } | undefined
  )?.pull_request
  const base = pull?.base?.ref ?? 'main'
  const branch = { GITHUB_REF: `refs/heads/${base}`, GITHUB_REF_NAME: base, GITHUB_REF_TYPE: 'branch' }
  if (pull === undefined) return branch
  const sides = { GITHUB_BASE_REF: base, GITHUB_HEAD_REF: pull.head?.ref ?? 'change' }
  if (eventName === 'pull_request_target') return { ...branch, ...sides }
  const number = String(pull.number ?? 0)
  return {
    GITHUB_REF: `refs/pull/${number}/merge`,
    GITHUB_REF_NAME: `${number}/merge`,
    GITHUB_REF_TYPE: 'branch',
    ...sides,
  }
}
