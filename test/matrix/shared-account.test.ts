// One account on many servers, through the engine and over real sockets: what one server says of it counts for all.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, type Authority } from '../../lab/certificates.ts'
import { playSqlState } from '../../lab/sql/play.ts'
import type { TdsOptions } from '../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../lab/tds/server.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { createLimit } from '../../src/engine/limit.ts'
import { runChecks } from '../../src/engine/run-checks.ts'
import { parseManifest } from '../../src/manifest/parse-manifest.ts'
import { planChecks } from '../../src/plan/plan.ts'
import { rootCauses } from '../../src/report/root-causes.ts'
import { CA_PATH, CHECKS, NETWORK, openPorts, SUBSCRIPTION } from './ask-checks.ts'

const PASSWORD = 'Sh4red-Pass!'
const LOGIN = 'source/login-is-accepted'
const SOURCE_CHECKS = CHECKS.filter(({ meta }) => meta.id.startsWith('source/'))
/** As many probes at once as the action has by default. */
const MAX_PARALLEL = 64
const TEST_TIMEOUT_MS = 60_000

let authority: Authority
const servers: TdsServer[] = []
beforeAll(async () => {
  authority = await createAuthority()
})
afterAll(() => Promise.all(servers.map((server) => server.close())))

const nameOf = (index: number): string => `sql${String(index).padStart(2, '0')}`

async function start(wires: readonly Partial<TdsOptions>[]): Promise<readonly TdsServer[]> {
  const started = await Promise.all(
    wires.map(async (wire, index) => {
      const tls = await authority.issue({ names: [`${nameOf(index)}.corp.example`] })
      const login = { user: 'dms', password: PASSWORD, controlServer: true }
      const state = { serverName: nameOf(index), version: [16, 0, 4135] as const, logins: [login] }
      return startTdsServer({ ...playSqlState({ ...state, databases: [{ name: 'Sales' }] }), tls, ...wire })
    }),
  )
  servers.push(...started)
  return started
}

interface Answered {
  manifests: { name: string; checks: CheckResult[] }[]
  /** Of the login of each source, as `manifest/source`. */
  logins: Record<string, CheckResult>
}

/** The sources by turns in as many manifests as there are names, all of one run. */
async function ask(
  started: readonly TdsServer[],
  names: readonly string[],
  { password, timeoutMs }: { password: string; timeoutMs: number },
): Promise<Answered> {
  const { ports, close } = openPorts({
    timeoutMs: Math.round(timeoutMs * 0.9),
    names: Object.fromEntries(started.map((_server, index) => [`${nameOf(index)}.corp.example`, ['127.0.0.1']])),
    secrets: { SHARED: password },
    authority: authority.certificate,
    dmsSubnet: '127.0.0.0/8',
  })
  const signal = new AbortController().signal
  const limit = createLimit(MAX_PARALLEL)
  try {
    const manifests = await Promise.all(
      names.map(async (name, place) => {
        const own = started.flatMap(({ port }, index) => (index % names.length === place ? [{ index, port }] : []))
        const options = { maxParallel: MAX_PARALLEL, timeoutMs, signal, vantage: 'runner' }
        const plan = planChecks(manifestOf(name, own), SOURCE_CHECKS)
        return { name, checks: await runChecks(plan, ports, options, limit) }
      }),
    )
    const logins = manifests.flatMap(({ name, checks }) =>
      checks.filter(({ id }) => id === LOGIN).map((result) => [`${name}/${result.subject.name}`, result] as const),
    )
    return { manifests, logins: Object.fromEntries(logins) }
  } finally {
    await close()
  }
}

function manifestOf(name: string, sources: readonly { index: number; port: number }[]) {
  const listed = sources.map(
    ({ index, port }) => `  - name: ${nameOf(index)}
    server: '${nameOf(index)}.corp.example,${String(port)}'
    login: { user: ${index % 2 === 0 ? 'dms' : 'DMS'}, password: "\${SHARED}" }
    tls: { ca: ${CA_PATH} }
    databases: [Sales]
`,
  )
  const text = `version: 1
name: ${name}
scenario: sql-server-to-azure-sql-database
generation: classic
dms: { subnet: ${NETWORK}/subnets/snet-dms }
sources:
${listed.join('')}target:
  resource: ${SUBSCRIPTION}/providers/Microsoft.Sql/servers/sqlsales
  login: { user: other, password: "\${OTHER}" }
`
  const parsed = parseManifest({ path: 'matrix.yml', text, now: Date.now(), checkIds: [] })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}

const attemptsOn = (started: readonly TdsServer[]): number[] => started.map(({ logins }) => logins.length)

describe('one account on many servers', () => {
  it(
    'with a wrong password is tried once by two manifests of forty sources, and blocks the other thirty-nine',
    async () => {
      const started = await start(Array.from({ length: 40 }, () => ({})))
      const { manifests, logins } = await ask(started, ['Wave 1', 'Wave 2'], { password: 'wr0ng', timeoutMs: 20_000 })
      expect(attemptsOn(started).reduce((sum, count) => sum + count)).toBe(1)
      const verdicts = Object.values(logins).map(({ verdict }) => verdict)
      expect(verdicts.filter((verdict) => verdict === 'fail')).toHaveLength(1)
      expect(verdicts.filter((verdict) => verdict === 'blocked')).toHaveLength(39)
      const causes = rootCauses(manifests, ['fail', 'unknown'])
      expect(causes.flatMap(({ orphans }) => [...orphans])).toEqual([])
      const blocked = manifests.flatMap(({ checks }) => checks.filter(({ verdict }) => verdict === 'blocked'))
      const roots = causes.flatMap(({ blockedOf }) => [...blockedOf].map(([root, behind]) => [root.id, behind.length]))
      expect(roots).toEqual([[LOGIN, blocked.length]])
    },
    TEST_TIMEOUT_MS,
  )

  it(
    'is tried on the next server when the first ones do not answer, whose time is not the time of the others',
    async () => {
      const silent: Partial<TdsOptions> = { misbehave: 'silent-at-login' }
      // The others come later to the login, so that they wait for those that are silent.
      const started = await start([silent, silent, ...Array.from({ length: 3 }, () => ({ latencyMs: 60 }))])
      const { logins } = await ask(started, ['Wave 1'], { password: PASSWORD, timeoutMs: 4000 })
      expect(Object.values(logins).map(({ verdict, cause }) => cause?.kind ?? verdict)).toEqual([
        'timeout',
        'timeout',
        'pass',
        'pass',
        'pass',
      ])
      expect(attemptsOn(started)).toEqual([1, 1, 1, 1, 1])
    },
    TEST_TIMEOUT_MS,
  )
})
