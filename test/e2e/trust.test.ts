import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import { PULL_REQUEST, type Stage, type StageOptions } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportOf } from './action.ts'

const theatre = createTheatre()
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dms-preflight-dns-'))
})
afterEach(() => rm(folder, { recursive: true }))
afterAll(() => theatre.close())

/** The names that a run looked up; GitHub's own API stands at an address. */
async function runLogged(stage: Stage, changes: Partial<ActionStart>): Promise<{ run: ActionRun; names: string[] }> {
  const log = path.join(folder, 'names')
  await writeFile(log, '')
  const nodeOptions = ['--import', path.join(import.meta.dirname, 'dns-log.ts')]
  const run = theatre.keep(await stage.run(ENTRY, { ...changes, nodeOptions, env: { LAB_DNS_LOG: log } }))
  return { run, names: (await readFile(log, 'utf8')).split('\n').filter((name) => name !== '') }
}

function contactsOf(stage: Stage): number {
  const servers = Object.values(stage.sql)
  return (
    stage.azure.requests.length + servers.reduce((sum, { connections, logins }) => sum + connections + logins.length, 0)
  )
}

function checksOf(run: ActionRun): readonly CheckResult[] {
  return reportOf(run).manifests.flatMap(({ checks }) => checks)
}

function expectUntrusted(stage: Stage, { run, names }: { run: ActionRun; names: string[] }, advice: RegExp): void {
  expect([contactsOf(stage), names]).toEqual([0, []])
  expect(run.code).toBe(1)
  expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
  expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false' })
  expect(reportOf(run).run.trusted).toBe(false)
  // What the manifest alone tells needs no trust: a server with a port needs no SQL Server Browser.
  const remote = checksOf(run).filter(({ id, verdict }) => !id.startsWith('tools/') && verdict !== 'not-applicable')
  expect(remote.length).toBeGreaterThan(20)
  for (const { verdict, cause, blockedBy } of remote) {
    if (verdict === 'unknown') expect(cause?.kind).toBe('untrusted-host')
    else expect([verdict, blockedBy?.length]).toEqual(['blocked', expect.any(Number)])
  }
  expect(remote.filter(({ verdict }) => verdict === 'unknown').length).toBeGreaterThanOrEqual(3)
  expect(reportOf(run).notices.join('\n')).toMatch(advice)
  expect(run.summary).toContain('not trusted')
  expect(stage.github.comments.at(-1)?.body).toContain('not trusted')
}

function verdictsOf(run: ActionRun): string[] {
  return checksOf(run).map(({ id, subject, verdict }) => {
    return `${id} (${subject.name}) ${verdict}`
  })
}

describe('a manifest that differs from that of the trusted ref', () => {
  it('makes the uses that the trusted one has, and what that one vouches for counts', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const trusted = theatre.keep(await stage.run(ENTRY))
    const manifest = stage.files[MANIFEST_PATH] ?? ''
    const files = { [MANIFEST_PATH]: `${manifest}# another line\n` }
    const { run } = await runLogged(stage, { files, inputs: { 'allow-writes': 'true' } })
    expect(verdictsOf(run)).toEqual(verdictsOf(trusted))
    expect([run.code, run.outputs['status'], run.outputs['attested']]).toEqual([0, 'ready-with-conditions', '3'])
    expect(reportOf(run).run.trusted).toBe(false)
    expect(reportOf(run).notices.join('\n')).toMatch(/differs from that of main\. It counts as soon as it is merged/)
    expect(reportOf(run).notices.join('\n')).toMatch(/Of 4 uses .* 4 are those of the trusted manifest/)
    expect(stage.github.comments.at(-1)?.body).toContain('not trusted')
  })

  it('may not propose itself to be waived or attested', async () => {
    const stage = await theatre.stage(salesStory({ fixed: false }))
    const manifest = stage.files[MANIFEST_PATH] ?? ''
    const waiver = `waivers:
  - { check: source/login-has-control-server, reason: trust me, by: "@mallory", expires: 2027-11-01 }
`
    const { run } = await runLogged(stage, { files: { [MANIFEST_PATH]: manifest + waiver } })
    expect(run.outputs).toMatchObject({ waived: '0', status: 'not-ready', 'status-if-merged': 'not-ready' })
    const proposed = checksOf(run).filter((check) => check.proposed !== undefined)
    expect(proposed.map(({ id }) => id)).toContain('source/login-has-control-server')
    expect(run.summary).toContain('Proposed, does not count yet')
    expect(run.annotations.filter(({ message }) => message.includes('has no effect'))).toEqual([])
  })

  it('does not reach the server for which it brings another authority', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const other = await theatre.stage(salesStory({ fixed: true }))
    const { run } = await runLogged(stage, { files: { 'certs/root.pem': other.authority } })
    expect([stage.sql['source']?.connections, stage.sql['source']?.logins]).toEqual([0, []])
    expect(stage.sql['target']?.logins.length).toBeGreaterThan(0)
    expect(reportOf(run).notices.join('\n')).toMatch(/`certs\/root\.pem` differs from that of main/)
    const ofSource = checksOf(run).filter(({ subject, cause }) => subject.name === 'sales' && cause !== undefined)
    expect(ofSource.map(({ cause }) => cause?.kind)).toContain('untrusted-host')
    expect(ofSource.map(({ summary }) => summary).join('\n')).toContain('with this tls')
  })

  it('is told how to begin when there is none on the trusted ref', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }), {
      github: { files: { main: { 'README.md': '# db' } } },
    })
    expectUntrusted(stage, await runLogged(stage, {}), /To begin, merge it there first/)
  })

  it.each<[string, NonNullable<StageOptions['github']>]>([
    ['GitHub refuses', { permissions: ['pull-requests: write'] }],
    ['GitHub fails', { faults: [{ match: /\/contents/, status: 404, body: '<html>not here</html>' }] }],
  ])('is not trusted when the trusted one cannot be read: %s', async (_, github) => {
    const stage = await theatre.stage(salesStory({ fixed: true }), { github })
    expectUntrusted(stage, await runLogged(stage, {}), /main/)
  })

  it('is not trusted in a pull request that names its branch like the trusted one', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const manifest = (stage.files[MANIFEST_PATH] ?? '').replaceAll('user: dms', 'user: mallory')
    const files = { [MANIFEST_PATH]: manifest.replaceAll(/rg-(net|sales)/g, 'rg-other') }
    const pull = PULL_REQUEST.pull_request
    const event = { ...PULL_REQUEST, pull_request: { ...pull, head: { ...pull.head, ref: 'main' } } }
    for (const eventName of ['pull_request', 'pull_request_target']) {
      const logged = await runLogged(stage, { files, event, eventName })
      expectUntrusted(stage, logged, /differs/)
    }
  })
})

describe('a manifest that is trusted', () => {
  it('equals that of the trusted ref, and its names are looked up', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const { run, names } = await runLogged(stage, {})
    expect([run.code, reportOf(run).run.trusted]).toEqual([0, true])
    expect(names).toContain('localhost')
    expect(contactsOf(stage)).toBeGreaterThan(5)
  })

  it('is that of a push to the trusted ref itself, whatever GitHub shows', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }), { github: { files: { main: {} } } })
    const { repository } = PULL_REQUEST
    const { run } = await runLogged(stage, { eventName: 'push', event: { ref: 'refs/heads/main', repository } })
    expect([run.code, run.outputs['status'], reportOf(run).run.trusted]).toEqual([0, 'ready-with-conditions', true])
  })

  it('is that of the ref that `trusted-ref` names', async () => {
    const story = changeStory(salesStory({ fixed: true }), { inputs: { 'trusted-ref': 'release' } })
    const stage = await theatre.stage(story, { github: { files: { main: {} } } })
    const { run } = await runLogged(stage, {})
    expect([run.code, reportOf(run).run.trusted]).toEqual([1, false])
    expect(reportOf(run).notices.join('\n')).toContain('release')
    expect(contactsOf(stage)).toBe(0)
  })
})
