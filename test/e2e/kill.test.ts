import { describe, expect, it } from '@jest/globals'
import { PULL_REQUEST, type Stage } from '../../lab/stage.ts'
import { readyStory } from '../../lab/stories/ready.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { expectSound, nameOf, rootCauses, startAll, type Played } from './rig.ts'

const TIMEOUT_MS = 60_000
const SIGN_IN = 'azure/sign-in-works (Sales to Azure SQL Database)'
const FIREWALLS = ['source/firewall-appliance-lets-dms-in (sales)', 'source/windows-firewall-lets-dms-in (sales)']
/** Without Azure nobody knows that the runner stands in the DMS subnet. */
const PATHS = [
  'source/name-resolves (sales)',
  'source/engine-port-is-reachable (sales)',
  'target/name-resolves (default)',
  'target/engine-port-is-reachable (default)',
]
const ON_MAIN = { eventName: 'workflow_dispatch', event: { repository: PULL_REQUEST.repository } }

const worlds = [
  { world: 'all servers stand', story: readyStory() },
  { world: 'azure', story: readyStory(), options: { before: (stage: Stage) => stage.azure.close() } },
  { world: 'source', story: readyStory(), options: { before: (stage: Stage) => stage.sql['source']?.close() } },
  { world: 'target', story: readyStory(), options: { before: (stage: Stage) => stage.sql['target']?.close() } },
  { world: 'github', story: readyStory(), options: { before: (stage: Stage) => stage.github.close() } },
  {
    world: 'github, on the trusted branch itself',
    story: readyStory(),
    options: { before: (stage: Stage) => stage.github.close(), start: ON_MAIN },
  },
  {
    world: 'comments',
    story: readyStory(),
    options: {
      before: (stage: Stage) => {
        stage.github.state.faults = [{ match: /\/comments/, status: 502 }]
      },
    },
  },
]

describe('with one server of a ready world closed', () => {
  const plays = startAll(worlds)

  it(
    'is ready as long as all stand',
    async () => {
      const whole = await plays('all servers stand')
      expectSound(whole)
      expect(whole.report.status).toBe('ready')
      expect(whole.report.run.vantage.verified).toBe(true)
      // Whether this identity is the one that will run DMS is not known, and only recommended to know.
      const byProxy = whole.results.filter(({ proof }) => proof === 'proxy').map(({ id }) => id)
      expect(byProxy).toEqual(['azure/identity-has-roles'])
    },
    TIMEOUT_MS,
  )

  it.each([
    ['source', 'source/engine-port-is-reachable (sales)', 'fail'],
    ['target', 'target/engine-port-is-reachable (default)', 'fail'],
  ])(
    'names the port of the %s alone, and leaves the rest as it was',
    async (world, root, verdict) => {
      const [whole, hurt] = await Promise.all([plays('all servers stand'), plays(world)])
      expectSound(hurt)
      expect(rootCauses(hurt.results).map(nameOf)).toEqual([root])
      expect(hurt.results.find((result) => nameOf(result) === root)?.verdict).toBe(verdict)
      expectBlockedBy(hurt.results, root)
      expectUnchanged(whole, hurt, [root])
    },
    TIMEOUT_MS,
  )

  it(
    'names the sign-in alone when Azure is gone; where the runner stands is not verified then',
    async () => {
      const [whole, hurt] = await Promise.all([plays('all servers stand'), plays('azure')])
      expectSound(hurt)
      expect(rootCauses(hurt.results).map(nameOf)).toEqual([SIGN_IN])
      expectBlockedBy(hurt.results, SIGN_IN)
      const verdicts = new Map(hurt.results.map((result) => [nameOf(result), `${result.verdict} ${result.proof}`]))
      expect(PATHS.map((path) => verdicts.get(path))).toEqual(PATHS.map(() => 'pass proxy'))
      expect(FIREWALLS.map((path) => verdicts.get(path))).toEqual(FIREWALLS.map(() => 'manual direct'))
      expectUnchanged(whole, hurt, [SIGN_IN, ...PATHS, ...FIREWALLS])
    },
    TIMEOUT_MS,
  )

  it.each(['github, on the trusted branch itself', 'comments'])(
    '%s: the results stay, and the gate opens',
    async (world) => {
      const [whole, hurt] = await Promise.all([plays('all servers stand'), plays(world)])
      expectSound(hurt)
      expect(hurt.report.status).toBe('ready')
      expectUnchanged(whole, hurt, [])
      const warnings = hurt.run.annotations.filter(({ level }) => level !== 'notice')
      expect(warnings.map(({ level, message }) => [level, /comment/i.test(message)])).toEqual(
        world === 'comments' ? [['warning', true]] : [],
      )
    },
    TIMEOUT_MS,
  )

  it(
    'does nothing with a proposed manifest when GitHub cannot show the trusted one',
    async () => {
      const { results, report, stage } = await plays('github')
      expect(report.run.trusted).toBe(false)
      expect(report.status).toBe('undetermined')
      expect(new Set(rootCauses(results).map(({ cause }) => cause?.kind))).toEqual(new Set(['untrusted-host']))
      expect(stage.azure.requests).toEqual([])
      expect(Object.values(stage.sql).map(({ connections }) => connections)).toEqual([0, 0])
    },
    TIMEOUT_MS,
  )
})

/** Whatever is blocked leads, over what it names, to the root. */
function expectBlockedBy(results: readonly CheckResult[], root: string): void {
  const byName = new Map(results.map((result) => [nameOf(result), result]))
  const leads = (name: string): boolean => {
    if (name === root) return true
    const blockedBy = byName.get(name)?.blockedBy ?? []
    return blockedBy.some(({ id, subject }) => leads(`${id} (${subject})`))
  }
  const blocked = results.filter(({ verdict }) => verdict === 'blocked').map(nameOf)
  expect(blocked).not.toEqual([])
  expect(blocked.filter((name) => !leads(name))).toEqual([])
}

/** All but the named and the blocked results are what they were, evidence included. */
function expectUnchanged(whole: Played, hurt: Played, changed: readonly string[]): void {
  const isCompared = (result: CheckResult): boolean => result.verdict !== 'blocked' && !changed.includes(nameOf(result))
  const compared = hurt.results.filter(isCompared)
  const names = new Set(compared.map(nameOf))
  expect(names.size).toBeGreaterThan(2)
  const before = whole.results.filter((result) => names.has(nameOf(result)))
  expect(withoutChance(hurt.stage, compared)).toEqual(withoutChance(whole.stage, before))
}

/** Ports, times and throw-away certificates differ from lab to lab. */
function withoutChance(stage: Stage, results: readonly CheckResult[]): unknown {
  const ports = Object.entries({ ...stage.sql, azure: stage.azure })
  const named = (text: string): string =>
    ports.reduce((shown, [name, { port }]) => shown.replaceAll(new RegExp(`\\b${String(port)}\\b`, 'g'), name), text)
  const text = JSON.stringify(results.map((result) => ({ ...result, durationMs: 0 })))
    .replaceAll(/"ms":\d+/g, '"ms":0')
    .replaceAll(/after \d+ ms/g, 'after 0 ms')
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:0')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'then')
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value === 'string') return named(value)
    return typeof value === 'number' ? (ports.find(([, { port }]) => port === value)?.[0] ?? value) : value
  })
}
