// Ports that are filtered, unreachable and prohibited, in network namespaces, where this machine makes them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { CheckResult } from '../../src/domain/report.ts'
import type { CauseKind } from '../../src/domain/verdict.ts'
import type { Question } from './ask-checks.ts'
import { findNamespaces, openNetwork, type Network } from './namespaces.ts'

const TIMEOUT_MS = 700
/** The kernel asks three times, a second apart, who has an address. */
const LONG_TIMEOUT_MS = 4500
const TEST_TIMEOUT_MS = 60_000

const PLACES = { 'the DMS subnet': '10.77.0.0/24', elsewhere: '10.1.0.0/24' } as const
type Place = keyof typeof PLACES
type Check = 'engine-port-is-reachable' | 'sql-browser-is-reachable'

interface Row {
  what: string
  address: string
  check: Check
  /** Without the words for the port; what all places see. */
  says: RegExp
  cause: CauseKind
  /** What this runner's own routes say proves nothing of the way from the DMS subnet. */
  own?: true
  timeoutMs?: number
}

const TCP: Check = 'engine-port-is-reachable'
const UDP: Check = 'sql-browser-is-reachable'
const NOBODY = '10.77.0.9'
const NO_ADDRESS = /unreachable.*which address of this runner would be used is not known/
const DENIED = /a firewall on this runner does not let the packet out \(EACCES\)/

const ROWS: readonly Row[] = [
  ...[TCP, UDP].flatMap((check): Row[] => [
    {
      what: 'dropped on the way',
      address: NOBODY,
      check,
      says: /: no answer.*most likely a firewall/,
      cause: 'timeout',
    },
    { what: 'dropped by a router', address: '10.78.3.5', check, says: /: no answer/, cause: 'timeout' },
    {
      what: 'rejected by the host',
      address: '10.77.0.254',
      check,
      says: /: refused.*the host answers/,
      cause: 'refused',
    },
    { what: 'no route', address: '192.0.2.5', check, says: NO_ADDRESS, cause: 'unreachable', own: true },
    { what: 'an unreachable route', address: '10.79.1.5', check, says: NO_ADDRESS, cause: 'unreachable', own: true },
    { what: 'a prohibited route', address: '10.79.2.5', check, says: DENIED, cause: 'unreachable', own: true },
  ]),
  { what: 'unreachable, says a router', address: '10.78.1.5', check: TCP, says: /: unreachable/, cause: 'unreachable' },
  { what: 'prohibited, says a router', address: '10.78.2.5', check: TCP, says: /: unreachable/, cause: 'unreachable' },
  {
    what: 'a host that is down',
    address: '10.77.0.8',
    check: TCP,
    says: /: unreachable after [34]\d\d\d ms/,
    cause: 'unreachable',
    timeoutMs: LONG_TIMEOUT_MS,
  },
]

const CELLS = ROWS.flatMap((row) => (Object.keys(PLACES) as Place[]).map((place) => ({ ...row, place })))

function questionOf({ address, check, place, timeoutMs = TIMEOUT_MS }: (typeof CELLS)[number]): Question {
  return {
    side: 'source',
    server: check === UDP ? String.raw`sql01.corp.example\SALES` : 'sql01.corp.example',
    login: '{ user: dms, password: "${OWN}" }',
    tls: '{ encrypt: true }',
    databases: ['Sales'],
    names: { 'sql01.corp.example': [address] },
    dmsSubnet: PLACES[place],
    timeoutMs,
    secrets: { OWN: 'S0urce-Pass!' },
  }
}

let network: Network | undefined
let answers: readonly CheckResult[][] = []
beforeAll(async () => {
  const ip = findNamespaces()
  if (ip === undefined) return
  network = openNetwork(ip, {
    nobody: NOBODY,
    runner: ['10.78.0.0/16 via 10.77.0.254', 'unreachable 10.79.1.0/24', 'prohibit 10.79.2.0/24'],
    router: ['unreachable 10.78.1.0/24', 'prohibit 10.78.2.0/24', 'blackhole 10.78.3.0/24'],
  })
  answers = await network.ask(CELLS.map(questionOf))
}, TEST_TIMEOUT_MS)
afterAll(() => network?.close())

describe('a port that is not reached', () => {
  it.each(CELLS.map((cell, place) => [`${cell.check}, ${cell.what}, from ${cell.place}`, cell, place] as const))(
    '%s',
    (_title, { check, place, address, says, cause, own }, index) => {
      if (network === undefined) return
      const results = answers[index] ?? []
      const roots = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
      const verdict = place === 'the DMS subnet' && own === undefined ? 'fail' : 'unknown'
      expect(roots.map((root) => `${root.id} is ${root.verdict}`)).toEqual([`source/${check} is ${verdict}`])
      const [root] = roots
      expect(root?.summary).toMatch(says)
      expect(root?.summary).toContain(address)
      expect(root?.summary).toMatch(check === TCP ? /TCP.*1433/ : /UDP.*1434|udp.*1434/)
      expect(root?.cause?.kind).toBe(verdict === 'fail' ? undefined : cause)
      expect(root?.remediation?.text).toBeTruthy()
      const later = results.filter((result) => result.verdict === 'pass').map(({ id }) => id)
      expect(later.filter((id) => !/name-resolves|sql-browser/.test(id))).toEqual([])
    },
  )
})
