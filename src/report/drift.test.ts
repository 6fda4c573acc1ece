import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { check, RUN } from '../../test/golden/fixtures.ts'
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { driftSince, greenStateOf, type DriftFact } from './drift.ts'
import { decodeGreenState, encodeGreenState, GREEN_LIMIT_CHARS } from './green-state.ts'

const FLOW = { peer: 'Storage', direction: 'outbound', protocols: ['tcp'], ports: ['443'], answer: 'allowed' }
const NSG = check({
  id: 'network/nsg-allows-dms-ports',
  title: 'NSG allows DMS ports',
  subject: { kind: 'nsg-port', name: 'snet-dms:443' },
  evidence: { answer: 'allowed', decidingRules: ['AllowA', 'AllowB'], flows: [FLOW, { ...FLOW, peer: 'ServiceBus' }] },
})
const LOGIN = check({
  evidence: {
    row: { controlServer: 1, sysadmin: 0 },
    facts: { roles: ['dba', 'ops'], grantedTo: ['dms'], deniedTo: [] },
  },
})
const CERTIFICATE = check({ id: 'source/tls-is-acceptable', evidence: { x: 1 }, expiresAt: '2027-01-01T00:00:00.000Z' })

function reportOf(...checks: CheckResult[]): Report {
  const manifest = { path: 'a.yml', name: 'A', scenario: '', generation: '', migration: '', status: 'ready', checks }
  return { run: RUN, ready: true, status: 'ready', manifests: [manifest] } as unknown as Report
}

const GREEN = greenStateOf(reportOf(NSG, LOGIN, CERTIFICATE), RUN.sha)!

function factsOf(...checks: CheckResult[]): DriftFact[] {
  const drift = driftSince(GREEN, reportOf(...checks))!
  return [...drift.regressed, ...drift.shifted].flatMap(({ facts }) => facts)
}

describe('semantic drift since the last ready run', () => {
  const rows: [string, CheckResult, DriftFact[]][] = [
    [
      'a flow newly blocked',
      {
        ...NSG,
        verdict: 'fail',
        evidence: { answer: 'partial', decidingRules: ['DenyAll'], flows: [{ ...FLOW, answer: 'denied' }] },
      },
      [
        { kind: 'verdict', before: 'pass' },
        { kind: 'flow', flow: 'outbound tcp 443 Storage', before: 'allowed', now: 'denied' },
        { kind: 'rules', before: ['AllowA', 'AllowB'], now: ['DenyAll'] },
      ],
    ],
    [
      'a flow that is new and not surely allowed',
      { ...NSG, evidence: { ...NSG.evidence, flows: [FLOW, { ...FLOW, ports: ['9354'], answer: 'depends' }] } },
      [{ kind: 'flow', flow: 'outbound tcp 9354 Storage', before: undefined, now: 'depends' }],
    ],
    [
      'grants lost and denials gained',
      {
        ...LOGIN,
        evidence: { row: { controlServer: 0 }, facts: { roles: ['ops'], grantedTo: [], deniedTo: ['public'] } },
      },
      [
        { kind: 'grant-lost', name: 'CONTROL SERVER' },
        { kind: 'grant-lost', name: 'grant to dms' },
        { kind: 'grant-lost', name: 'role dba' },
        { kind: 'denied', name: 'public' },
      ],
    ],
    [
      'an end that came nearer',
      { ...CERTIFICATE, expiresAt: '2026-12-24T00:00:00.000Z' },
      [{ kind: 'expiry', before: '2027-01-01T00:00:00.000Z', now: '2026-12-24T00:00:00.000Z' }],
    ],
    ['no end that went further away', { ...CERTIFICATE, expiresAt: '2028-01-01T00:00:00.000Z' }, []],
    [
      'other rules that decide, as a shift',
      { ...NSG, evidence: { ...NSG.evidence, decidingRules: ['AllowC'] } },
      [{ kind: 'rules', before: ['AllowA', 'AllowB'], now: ['AllowC'] }],
    ],
    ['a grant more is none', { ...LOGIN, evidence: { ...LOGIN.evidence, more: { roles: ['more'] } } }, []],
    [
      'what could not be looked at is open, and nothing of it is lost',
      { ...LOGIN, verdict: 'unknown', evidence: {} },
      [{ kind: 'verdict', before: 'pass' }],
    ],
  ]
  it.each(rows)('%s', (_, now, facts) => {
    expect(factsOf(now)).toEqual(facts)
  })

  it('names what is new and counts what is gone; required ones come first', () => {
    const recommended = check({ id: 'x/y', severity: 'recommended', verdict: 'fail' })
    const required = check({ id: 'x/z', verdict: 'manual' })
    const drift = driftSince(GREEN, reportOf(recommended, required))
    expect(drift?.regressed.map(({ result }) => result.id)).toEqual(['x/z', 'x/y'])
    expect(drift?.gone).toBe(3)
  })

  it('tells a shift of rules apart', () => {
    const now = { ...NSG, evidence: { ...NSG.evidence, decidingRules: ['AllowC'] } }
    expect(driftSince(GREEN, reportOf(now))).toMatchObject({ regressed: [], shifted: [{ facts: [{ kind: 'rules' }] }] })
  })

  it('compares nothing of another disclosure', () => {
    expect(driftSince(GREEN, { ...reportOf(NSG), disclosure: 'names' })).toBeUndefined()
    expect(greenStateOf({ ...reportOf(NSG), disclosure: 'counts' }, undefined)).toBeUndefined()
  })

  it('is nothing, however lists and keys of the evidence are ordered', () => {
    const names = fc.constantFrom('AllowA', 'AllowB', 'DenyC', 'dba', 'ops')
    const lists = fc.array(names)
    const flows = fc.array(
      fc.record({
        peer: names,
        direction: fc.constantFrom('inbound', 'outbound'),
        protocols: fc.subarray(['tcp', 'udp']),
        ports: fc.subarray(['443', '53', '1433']),
        answer: fc.constantFrom('allowed', 'depends', 'partial', 'denied'),
        decidingRules: lists,
      }),
    )
    const evidence = fc.record({
      flows,
      decidingRules: lists,
      facts: fc.record({ roles: lists, grantedTo: lists, deniedTo: lists }),
    })
    fc.assert(
      fc.property(
        evidence,
        fc.infiniteStream(fc.nat()),
        fc.constantFrom('pass', 'fail', 'waived'),
        (seen, random, verdict) => {
          const before = check({ verdict, evidence: seen })
          const shuffled = shuffle(seen, () => Number(random.next().value)) as JsonObject
          const green = greenStateOf(reportOf(before, NSG), undefined)!
          const drift = driftSince(green, reportOf(NSG, check({ verdict, evidence: shuffled })))
          expect(drift).toEqual({ since: { startedAt: RUN.startedAt }, regressed: [], shifted: [], gone: 0 })
        },
      ),
    )
  })
})

function shuffle(value: Json, random: () => number): Json {
  const mix = <T>(items: readonly T[]): T[] => {
    const keyed = items.map((item) => ({ item, key: random() }))
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
  }
  if (Array.isArray(value)) return mix(value as readonly Json[]).map((item) => shuffle(item, random))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(mix(Object.entries(value)).map(([key, item]) => [key, shuffle(item, random)]))
}

describe('the record of the last ready run', () => {
  it('comes back as it was, in characters that end no HTML comment', () => {
    const text = encodeGreenState(GREEN)!
    expect(decodeGreenState(text)).toEqual(GREEN)
    expect(text).toMatch(/^v1 [A-Za-z0-9+/=]+$/)
  })

  it('keeps verdicts and ends where there is no room for more, and nothing where there is none for those', () => {
    const many = (count: number) =>
      reportOf(
        ...Array.from({ length: count }, (_, at) =>
          check({
            subject: { kind: 'database', name: `db${at}` },
            evidence: { facts: { roles: [`${Math.sin(at)}`, `${Math.cos(at)}`] } },
            expiresAt: '2027-01-01T00:00:00.000Z',
          }),
        ),
      )
    const short = encodeGreenState(greenStateOf(many(1_500), undefined)!)!
    expect(short.length).toBeLessThanOrEqual(GREEN_LIMIT_CHARS)
    const read = decodeGreenState(short)!
    expect(read.facts.size).toBe(1_500)
    const [first] = read.facts.values()
    expect(first).toMatchObject({ verdict: 'pass', seen: false, expiresAt: '2027-01-01T00:00:00.000Z', grants: [] })
    expect(driftSince(read, many(1_500))).toMatchObject({ regressed: [], shifted: [] })
    expect(encodeGreenState(greenStateOf(many(30_000), undefined)!)).toBeUndefined()
  })

  it('is read totally', () => {
    const text = encodeGreenState(GREEN)!
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((packed) => `v1 ${packed}`),
        ),
        (any) => {
          expect(() => decodeGreenState(any)).not.toThrow()
        },
      ),
    )
    expect(decodeGreenState(text.replace('v1', 'v2'))).toBeUndefined()
    expect(decodeGreenState(text.slice(0, -9))).toBeUndefined()
    expect(decodeGreenState(`v1 ${'A'.repeat(70_000)}`)).toBeUndefined()
  })
})
