// Each step of a connection x each way in which it fails, over real sockets: one root cause, and what is said of it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, selfSigned, type Authority } from '../../lab/certificates.ts'
import { ACCOUNT_REFUSALS, DATABASE_REFUSALS, NUMBERS, TRANSIENT_NUMBERS } from '../../src/adapters/sql/sql-numbers.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { createLimit } from '../../src/engine/limit.ts'
import { rootCauses } from '../../src/report/root-causes.ts'
import { DATABASE_ROWS } from './database-cases.ts'
import { NETWORK_ROWS } from './network-cases.ts'
import { NUMBER_ROWS } from './number-cases.ts'
import { HOST, playRow, type PlayedRow } from './play-row.ts'
import { REFUSAL_ROWS } from './refusal-cases.ts'
import { said, STEPS, type Row, type Step, type World } from './row.ts'
import { STATEMENT_ROWS } from './statement-cases.ts'
import { TRANSPORT_ROWS } from './transport-cases.ts'

const ROWS: readonly Row[] = [
  ...NETWORK_ROWS,
  ...TRANSPORT_ROWS,
  ...REFUSAL_ROWS,
  ...NUMBER_ROWS,
  ...DATABASE_ROWS,
  ...STATEMENT_ROWS,
]
/** Most rows wait for a peer that is slow or silent; the work of all keeps one core busy. */
const AT_ONCE = 6
const MATRIX_TIMEOUT_MS = 90_000

/** By its check, the step behind which a result can have been seen. */
const SEEN_AFTER: Readonly<Record<string, Step>> = {
  'name-resolves': 'name',
  'sql-browser-is-reachable': 'browser',
  'engine-port-is-reachable': 'tcp',
  'firewall-appliance-lets-dms-in': 'tcp',
  'windows-firewall-lets-dms-in': 'tcp',
  'tcp-ip-is-enabled': 'pre-login',
  'tls-is-acceptable': 'tls',
  'login-is-accepted': 'login',
}

const MOVING = [said(40_613, "Database 'Sales' on server 'sqlsales' is not currently available.")]
/** What looks like a failure and is none: summary, and logins that the server saw. */
const WELL: [string, Pick<Row, 'side' | 'world'>, RegExp, number][] = [
  ['a paused database that wakes up', { side: 'target', world: { refuses: [MOVING, MOVING] } }, /accepts dms/, 4],
  [
    'one of several addresses',
    { world: { addresses: ['127.0.0.2', '127.0.0.1'] } },
    /TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\).*other addresses of the same name do not answer: 127\.0\.0\.2 \(refused\)/,
    1,
  ],
  [
    'one of several addresses, while another refuses and a third is silent',
    { world: { addresses: ['127.0.0.3', '127.0.0.2', '127.0.0.1'], silentAt: ['127.0.0.3'], timeoutMs: 20_000 } },
    /TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\).*do not answer: 127\.0\.0\.3 \(timeout\), 127\.0\.0\.2 \(refused\)/,
    1,
  ],
  [
    'an IPv6 address',
    {
      world: {
        server: (port) => `[::1],${String(port)}`,
        wire: { host: '::1' },
        certificate: (authority) => authority.issue({ names: ['::1'] }),
      },
    },
    /TCP <port> of ::1 from this runner \(::1\) is open/,
    1,
  ],
  [
    'a name with an IPv6 address alone',
    { world: { addresses: ['::1'], wire: { host: '::1' } } },
    /TCP <port> of sql01\.corp\.example \(::1\) from this runner \(::1\) is open/,
    1,
  ],
  [
    'a name with addresses of both families, of which IPv4 answers',
    { world: { addresses: ['::1', '127.0.0.1'] } },
    /TCP <port> of sql01\.corp\.example \(127\.0\.0\.1\).*do not answer: ::1 \(refused\)/,
    1,
  ],
  [
    'a named instance with its port, which needs no Browser',
    {
      world: {
        server: (port) => String.raw`sql01.corp.example\SALES,` + String(port),
        browser: () => 'nothing',
        state: { instanceName: 'SALES' },
      },
    },
    /needs no SQL Server Browser: the manifest gives its port, <port>/,
    1,
  ],
  [
    'a named instance behind the Browser',
    {
      world: {
        server: () => String.raw`sql01.corp.example\SALES`,
        browser: (tcpPort) => ({ instances: [{ name: 'SALES', version: '16.0.4135.4', tcpPort }] }),
        state: { instanceName: 'SALES' },
      },
    },
    /lists SALES on TCP <port>/,
    1,
  ],
  [
    'a pinned certificate',
    {
      world: {
        certificate: (_authority, host) => selfSigned({ names: [host] }),
        tls: '{ pin: "<fingerprint>" }',
      },
    },
    /the pinned certificate <fingerprint>/,
    1,
  ],
  [
    'TLS before TDS',
    { world: { wire: { strict: 'only' }, tls: '{ encrypt: strict, ca: certs/root.pem }' } },
    /TLSv1\.3 before TDS/,
    1,
  ],
]

let authority: Authority
const played = new Map<Row, Promise<PlayedRow>>()
beforeAll(async () => {
  authority = await createAuthority()
  const limit = createLimit(AT_ONCE)
  for (const row of ROWS) {
    const playing = limit(() => playRow(row, authority))
    playing.catch(() => undefined)
    played.set(row, playing)
  }
})
afterAll(async () => {
  await Promise.allSettled(played.values())
})

function shortId({ id }: CheckResult): string {
  return id.slice(id.indexOf('/') + 1)
}

function withFacts({ source, flags }: RegExp, { port, fingerprint }: PlayedRow): RegExp {
  return new RegExp(source.replaceAll('<port>', String(port)).replaceAll('<fingerprint>', fingerprint || '-'), flags)
}

function expectOneRoot(row: Row, { results }: PlayedRow): readonly CheckResult[] {
  const roots = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
  const names = roots.map((root) => `${shortId(root)} is ${root.verdict}`)
  const wanted = typeof row.root === 'string' ? [row.root] : row.root
  if (typeof row.root === 'string') expect(names).toEqual([`${row.root} is ${row.verdict}`])
  else expect([...new Set(names)].sort()).toEqual(wanted.map((name) => `${name} is ${row.verdict}`).sort())
  const [causes] = rootCauses([{ name: 'Matrix', checks: results }], ['fail', 'unknown'])
  expect([...(causes?.orphans ?? [])]).toEqual([])
  return roots
}

/** What stands behind the failed step was not seen, and says so. */
function expectNothingBehind({ step }: Row, { results }: PlayedRow): void {
  // One database is closed then: the others, and the server itself, were seen.
  if (step === 'database') return
  const passed = results.filter(({ verdict }) => verdict === 'pass' || verdict === 'manual')
  const behind = passed.filter((result) => {
    const after = SEEN_AFTER[shortId(result)] ?? 'statement'
    return STEPS.indexOf(after) >= STEPS.indexOf(step)
  })
  expect(behind.map(({ id, summary }) => `${id}: ${summary}`)).toEqual([])
}

describe.each(STEPS)('step %s', (step) => {
  it.each(
    ROWS.filter((row) => row.step === step).map((row) => [`${row.side ?? 'source'}, ${row.failure}`, row] as const),
  )(
    '%s',
    async (_title, row) => {
      const done = await (played.get(row) ?? playRow(row, authority))
      const roots = expectOneRoot(row, done)
      expectNothingBehind(row, done)
      for (const { summary, cause, remediation } of roots) {
        expect(summary).toMatch(withFacts(row.says, done))
        expect(cause?.kind).toBe(row.cause)
        const next = [remediation?.text, ...(remediation?.scripts ?? []).map(({ code }) => code)].join('\n')
        expect(next).toMatch(withFacts(row.next, done))
      }
      const { logins } = done
      if (row.logins === 'several') expect(logins.length).toBeGreaterThan(1)
      else expect(logins).toHaveLength(row.logins ?? 0)
    },
    MATRIX_TIMEOUT_MS,
  )
})

describe('a server that is well', () => {
  it.each(['source', 'target'] as const)('%s passes every step', async (side) => {
    const { results, logins } = await playRow({ ...(side === 'target' ? { side } : {}), world: {} }, authority)
    const others = results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    expect(others.map(({ id, summary }) => `${id}: ${summary}`)).toEqual([])
    expect(results.find(({ id }) => id === `${side}/login-is-accepted`)?.summary).toContain(HOST[side])
    expect(logins).toHaveLength(side === 'source' ? 1 : 2)
  })

  it('of twenty databases is asked everything on one login, in at most three batches', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Db${String(index)}`)
    const world: World = { databases: names, state: { databases: names.map((name) => ({ name })) } }
    const { results, logins, batches } = await playRow({ world }, authority)
    expect(results.filter(({ id }) => id === 'source/database-is-readable')).toHaveLength(20)
    expect(results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual([])
    expect(logins).toHaveLength(1)
    expect(batches.length).toBeLessThanOrEqual(3)
  })

  it('gives the same verdicts when the login may not see the state of the server', async () => {
    const login = { user: 'dms', password: '', controlServer: true }
    const [seeing, blind] = await Promise.all(
      [[], ['VIEW SERVER STATE']].map((denies) =>
        playRow({ world: { state: { logins: [{ ...login, denies }] } } }, authority),
      ),
    )
    const verdictsOf = (played: PlayedRow | undefined) =>
      played?.results.map(({ id, subject, verdict, proof }) => [id, subject.name, verdict, proof])
    expect(verdictsOf(blind)).toEqual(verdictsOf(seeing))
    // The refused statements are sent again one by one, and what is not seen is named.
    expect(blind?.batches.length).toBeGreaterThan(seeing?.batches.length ?? 0)
    const summaries = blind?.results.map(({ summary }) => summary).join('\n')
    expect(summaries).toMatch(/not seen: .*\(missing: VIEW SERVER STATE\)/)
    expect(seeing?.results.map(({ summary }) => summary).join('\n')).not.toMatch(/not seen/)
  })

  it.each<[string, Pick<Row, 'side' | 'world'>, RegExp, number]>(WELL)('%s', async (_title, row, says, count) => {
    const done = await playRow(row, authority)
    const { results, logins } = done
    expect(results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual([])
    expect(results.map(({ summary }) => summary).join('\n')).toMatch(withFacts(says, done))
    expect(logins).toHaveLength(count)
  })
})

describe('the matrix', () => {
  it('has every number whose meaning is known, as a server gave it', async () => {
    const all = await Promise.all(played.values())
    const summaries = all.flatMap(({ results }) => results.map(({ summary }) => summary)).join('\n')
    const told = new Set([...summaries.matchAll(/(?:error |\()(\d{3,5}), state/g)].map(([, number]) => Number(number)))
    const known = [...NUMBERS.keys(), ...ACCOUNT_REFUSALS, ...DATABASE_REFUSALS, ...TRANSIENT_NUMBERS]
    expect(known.filter((number) => !told.has(number))).toEqual([])
  })
})
