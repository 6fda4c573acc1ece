import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ActionRun } from '../../lab/runner.ts'
import { PULL_REQUEST, type Stage } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { instanceStory } from '../../lab/stories/instance.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { createTheatre, ENTRY, reportOf } from './action.ts'

/** A listener that counts who comes, and closes at once. */
interface Listener {
  port: number
  visits: number
  server: Server
}

async function listen(): Promise<Listener> {
  const server = createServer((socket) => {
    listener.visits += 1
    socket.destroy()
  })
  const listener: Listener = { port: 0, visits: 0, server }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  listener.port = (server.address() as AddressInfo).port
  return listener
}

const theatre = createTheatre()
let stage: Stage
let share: Listener
let thief: Listener
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dms-preflight-packets-'))
  share = await listen()
  thief = await listen()
  // The backup container is the business of the matrix at the gate: no Azurite has to start here.
  const story = changeStory(instanceStory(), {
    editManifest: (text) => `${text.replace(/^container:\n(?: .*\n)*/m, '')}share:
  path: \\\\127.0.0.1\\backup
  port: ${String(share.port)}
  login: { windows: FILESRV\\upload, password: "\${SHARE_PASSWORD}" }
`,
    secrets: { SHARE_PASSWORD: 'Sh4re-pass-word' },
  })
  delete story.storage
  stage = await theatre.stage(story)
}, 60_000)
afterAll(async () => {
  await theatre.close()
  share.server.close()
  thief.server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Seen {
  run: ActionRun
  /** Lines of packet-log.ts, but for GitHub's own API. */
  packets: string[]
  source: number
  target: number
  sourceLogins: string[]
  share: number
  /** Paths that Azure was asked for. */
  azure: string[]
}

interface Start {
  edit: (manifest: string) => string
  eventName: string
  event: object
  inputs?: Record<string, string>
  /** GITHUB_REF, where it is not that of the event's own kind. */
  ref?: string
}

async function play({ edit, eventName, event, inputs = {}, ref }: Start): Promise<Seen> {
  const log = path.join(folder, 'packets')
  await writeFile(log, '')
  const sql = stage.sql
  const before = {
    source: connections('source'),
    target: connections('target'),
    logins: sql['source']?.logins.length ?? 0,
  }
  const [visits, requests] = [share.visits, stage.azure.requests.length]
  const manifest = edit(stage.files[MANIFEST_PATH] ?? '')
  const run = theatre.keep(
    await stage.run(ENTRY, {
      eventName,
      event,
      inputs,
      files: { [MANIFEST_PATH]: manifest },
      nodeOptions: ['--import', path.join(import.meta.dirname, 'packet-log.ts')],
      env: { LAB_PACKET_LOG: log, ...(ref === undefined ? {} : { GITHUB_REF: ref }) },
    }),
  )
  const own = new URL(stage.github.url).port
  return {
    run,
    packets: (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '' && !line.endsWith(` ${own}`)),
    source: connections('source') - before.source,
    target: connections('target') - before.target,
    sourceLogins: (sql['source']?.logins ?? []).slice(before.logins).map(({ user }) => user),
    share: share.visits - visits,
    azure: stage.azure.requests.slice(requests).map(({ path }) => path.toLowerCase()),
  }
}

function connections(name: string): number {
  return stage.sql[name]?.connections ?? 0
}

function refusedOf(run: ActionRun): CheckResult[] {
  return reportOf(run).manifests.flatMap(({ checks }) => checks.filter(({ cause }) => cause?.kind === 'untrusted-host'))
}

const { repository } = PULL_REQUEST
const pull = PULL_REQUEST.pull_request
const FORK = { ...pull, head: { ...pull.head, repo: { full_name: 'mallory/db', fork: true } } }
const OWN_BASE = { ...pull, base: { ...pull.base, ref: 'attack' } }
const PROPOSED = { ref: 'refs/heads/change', repository }

/** Each event once, together with each element of a use once. `untouched`: what must not be reached. */
interface Row {
  eventName: string
  event: object
  element: string
  edit: (manifest: string) => string
  untouched: 'source' | 'target' | 'share' | 'azure'
}

const swap = (from: string | RegExp, to: string) => (manifest: string) => {
  const edited = manifest.replace(from, () => to)
  if (edited === manifest) throw new Error(`The manifest does not hold ${String(from)}`)
  return edited
}

const ROWS: readonly Row[] = [
  {
    eventName: 'pull_request',
    event: { ...PULL_REQUEST, pull_request: FORK },
    element: 'secret name',
    edit: swap('"${SALES_PASSWORD}"', '"${TARGET_PASSWORD}"'),
    untouched: 'source',
  },
  {
    eventName: 'pull_request_target',
    event: { ...PULL_REQUEST, pull_request: OWN_BASE },
    element: 'user',
    edit: swap('user: dms', 'user: sa'),
    untouched: 'source',
  },
  {
    eventName: 'issue_comment',
    event: { issue: { number: 7, pull_request: {} }, repository },
    element: 'host',
    edit: swap('server: localhost', 'server: db.evil.example'),
    untouched: 'source',
  },
  {
    eventName: 'workflow_run',
    event: { workflow_run: { pull_requests: [], head_branch: 'change' }, repository },
    element: 'port',
    edit: (text) => swap(/server: localhost,\d+/, `server: localhost,${String(thief.port)}`)(text),
    untouched: 'source',
  },
  {
    eventName: 'merge_group',
    event: { merge_group: { base_ref: 'refs/heads/main' }, repository },
    element: 'TLS setting',
    edit: swap('{ ca: certs/root.pem }', '{ trust-server-certificate: true }'),
    untouched: 'source',
  },
  {
    eventName: 'push',
    event: PROPOSED,
    element: 'encryption',
    edit: swap('{ ca: certs/root.pem }', '{ encrypt: false }'),
    untouched: 'source',
  },
  {
    eventName: 'workflow_dispatch',
    event: PROPOSED,
    element: 'resource id',
    edit: swap('managedInstances/mi-sales', 'managedInstances/mi-evil'),
    untouched: 'azure',
  },
  { eventName: 'schedule', event: PROPOSED, element: 'share path', edit: swap('\\backup', '\\c$'), untouched: 'share' },
  {
    eventName: 'repository_dispatch',
    event: { repository },
    element: 'instance',
    edit: swap(/server: localhost,\d+/, String.raw`server: localhost\EVIL`),
    untouched: 'source',
  },
  {
    eventName: 'release',
    event: { repository },
    element: 'endpoint',
    edit: swap(/endpoint: localhost,\d+/, 'endpoint: db.evil.example'),
    untouched: 'target',
  },
]

/** Where the runner stands for events of a ref: on the proposed branch. */
const REFS: Readonly<Record<string, string>> = {
  push: PROPOSED.ref,
  workflow_dispatch: PROPOSED.ref,
  schedule: PROPOSED.ref,
}

describe('an altered use in a whole run', () => {
  it.each(ROWS.map((row) => [row.eventName, row.element, row] as const))(
    '%s, altered %s: no packet for it, and the others run',
    async (_, __, row) => {
      const ref = REFS[row.eventName]
      const seen = await play({ ...row, ...(ref === undefined ? {} : { ref }) })
      expect(reportOf(seen.run).run.trusted).toBe(false)
      expect(refusedOf(seen.run).length).toBeGreaterThan(0)
      // The log does hear: what is asked for all the same is in it.
      expect(seen.packets.some((line) => line.startsWith('tcp '))).toBe(true)
      expect([thief.visits, seen.packets.filter((line) => /evil|^udp/.test(line))]).toEqual([0, []])
      expect(seen.azure.filter((url) => url.includes('mi-evil'))).toEqual([])
      const reached = {
        source: seen.source > 0,
        target: seen.target > 0,
        share: seen.share > 0,
        azure: seen.azure.some((url) => url.includes('mi-')),
      }
      expect(reached).toEqual({ source: true, target: true, share: true, azure: true, [row.untouched]: false })
      if (row.untouched === 'source') expect(seen.sourceLogins).toEqual([])
    },
    60_000,
  )

  it('custom cloud: metadata that lead to another host get no sign-in, and the SQL Servers are asked all the same', async () => {
    const metadata = stage.azureState.metadata
    stage.azureState.metadata = (origin) => ({
      name: 'lab',
      resourceManager: origin,
      authentication: {
        loginEndpoint: `https://127.0.0.1:${String(thief.port)}/`,
        audiences: [origin],
        tenant: 'common',
      },
      suffixes: { sqlServerHostname: 'database.windows.net' },
    })
    try {
      const seen = await play({
        edit: (text) => `${text}# another line\n`,
        eventName: 'pull_request',
        event: PULL_REQUEST,
      })
      expect([thief.visits, seen.azure.filter((url) => !url.includes('/metadata/'))]).toEqual([0, []])
      expect([seen.source > 0, refusedOf(seen.run).map(({ id }) => id)]).toEqual([
        true,
        expect.arrayContaining(['azure/sign-in-works']),
      ])
    } finally {
      if (metadata === undefined) delete stage.azureState.metadata
      else stage.azureState.metadata = metadata
    }
  }, 60_000)

  it('allowed-hosts: the altered host is reached, with the secret that is bound to it', async () => {
    const lines = 'TARGET_PASSWORD=localhost\nSALES_PASSWORD=127.0.0.0/8'
    const edit = swap('server: localhost', 'server: 127.0.0.1')
    const seen = await play({
      edit,
      eventName: 'pull_request',
      event: PULL_REQUEST,
      inputs: { 'allowed-hosts': lines },
    })
    expect(refusedOf(seen.run)).toEqual([])
    expect(seen.sourceLogins[0]).toBe('dms')
  }, 60_000)

  it('allowed-hosts: a secret that is bound elsewhere goes nowhere, in a trusted run, too', async () => {
    const seen = await play({
      edit: (text) => text,
      eventName: 'pull_request',
      event: PULL_REQUEST,
      inputs: { 'allowed-hosts': 'SALES_PASSWORD=*.sales.example' },
    })
    expect(reportOf(seen.run).run.trusted).toBe(true)
    expect([seen.source, seen.target > 0, seen.share > 0]).toEqual([0, true, true])
    expect(refusedOf(seen.run)[0]?.summary).toContain('binds SALES_PASSWORD to other hosts')
  }, 60_000)
})
