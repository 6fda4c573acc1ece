import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { check, RUN } from '../../test/golden/fixtures.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { VERDICTS, type Verdict } from '../domain/verdict.ts'
import { hiddenMarker } from '../render/escape.ts'
import { deltaSince } from './delta.ts'
import { disclose } from './disclose.ts'
import { decodeState, encodeState, openResults, shortHash, type PublishedState } from './published-state.ts'
import { isOlderRun } from './run-stamp.ts'

const NOW = Date.parse('2026-11-22T10:00:00.000Z')
const HASH = shortHash('x')

function reportOf(verdicts: Readonly<Record<string, Verdict>>, path = 'a.yml'): Report {
  const checks = Object.entries(verdicts).map(([name, verdict]) => on(name, verdict))
  return {
    run: RUN,
    status: 'not-ready',
    manifests: [{ path, name: 'A', scenario: '', generation: '', migration: '', status: 'not-ready', checks }],
  } as unknown as Report
}

function on(name: string, verdict: Verdict): CheckResult {
  return check({ subject: { kind: 'sql-server', name }, verdict })
}

function stateOf(report: Report): PublishedState {
  const open = openResults(report)
  return {
    run: { runId: 1, attempt: 1, startedAt: '2026-11-22T09:00:00.000Z' },
    commit: 'c'.repeat(40),
    status: report.status,
    result: HASH,
    text: HASH,
    body: HASH,
    ...(open === undefined ? {} : { open }),
  }
}

describe('what changed since the last run', () => {
  it('is told by check, subject and manifest', () => {
    const before = reportOf({ a: 'fail', b: 'unknown', c: 'fail', d: 'pass', e: 'blocked', gone: 'manual' })
    const now = reportOf({ a: 'fail', b: 'fail', c: 'waived', d: 'manual', e: 'pass', f: 'blocked', g: 'pass' })
    const delta = deltaSince(stateOf(before), now)
    const names = (items: readonly { result: CheckResult }[] = []) => items.map(({ result }) => result.subject.name)
    expect([names(delta?.fresh), names(delta?.changed), names(delta?.fixed), delta?.still, delta?.gone]).toEqual([
      ['d', 'f'],
      ['b'],
      ['c', 'e'],
      1,
      1,
    ])
    expect(delta?.changed[0]?.before).toBe('unknown')
    expect(deltaSince(stateOf(before), reportOf({ a: 'fail' }, 'b.yml'))).toMatchObject({ gone: 5, still: 0 })
  })

  it('accounts for every open result of both runs', () => {
    const verdicts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom(...VERDICTS))
    fc.assert(
      fc.property(verdicts, verdicts, (one, other) => {
        const [before, now] = [reportOf(one), reportOf(other)]
        const delta = deltaSince(stateOf(before), now)!
        const { fresh, changed, fixed, still, gone } = delta
        expect(fresh.length + changed.length + still).toBe(openResults(now)!.size)
        expect(fixed.length + changed.length + still + gone).toBe(openResults(before)!.size)
      }),
    )
  })

  it('is not told where no check is shown, or too many were open to be kept', () => {
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`s${at}`, 'fail' as const]))
    expect(openResults(reportOf(many))).toBeUndefined()
    expect(deltaSince(stateOf(reportOf(many)), reportOf({}))).toBeUndefined()
    expect(openResults({ ...reportOf({ a: 'fail' }), disclosure: 'counts' })).toBeUndefined()
  })
})

describe('the state of a run', () => {
  const statuses = fc.constantFrom('ready', 'not-ready', 'undetermined', 'ready-with-conditions')
  const states = fc.record({
    run: fc.record({
      runId: fc.nat(),
      attempt: fc.integer({ min: 1, max: 99 }),
      startedAt: fc
        .date({ min: new Date(0), max: new Date(NOW), noInvalidDate: true })
        .map((date) => date.toISOString()),
    }),
    commit: fc.constant('0123456789abcdef0123456789abcdef01234567'),
    status: statuses,
    result: fc.string().map(shortHash),
    text: fc.string().map(shortHash),
    body: fc.string().map(shortHash),
    open: fc.array(fc.tuple(fc.string(), fc.constantFrom('fail', 'unknown', 'manual', 'blocked'))).map((all) => {
      const keys = all.map(([name, verdict]) => [
        openResults(reportOf({ [name]: 'fail' }))!
          .keys()
          .next().value!,
        verdict,
      ])
      return new Map(keys as [string, 'fail'][])
    }),
  }) as fc.Arbitrary<PublishedState>

  it('comes back as it was, and goes through an HTML comment unchanged and without ending it', () => {
    fc.assert(
      fc.property(states, fc.string(), (state, identity) => {
        const line = encodeState(state, identity)
        expect(decodeState(line, identity, NOW)).toEqual(state)
        expect(hiddenMarker(line)).toBe(`<!-- ${line} -->`)
        expect(line).not.toMatch(/--|[<>\n\r!]/)
      }),
    )
  })

  it('that is foreign, damaged, of tomorrow or anything else is none', () => {
    fc.assert(
      fc.property(states, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (state, at, put) => {
        const line = encodeState(state, 'own')
        expect(decodeState(line, 'other', NOW)).toBeUndefined()
        const place = at % line.length
        const damaged = line.slice(0, place) + put + line.slice(place + put.length)
        if (damaged !== line) expect(decodeState(damaged, 'own', NOW)).toBeUndefined()
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => decodeState(text, 'own', NOW) === undefined))
    const late = { ...stateOf(reportOf({})), run: { runId: 1, attempt: 1, startedAt: '2026-11-24T09:00:00.000Z' } }
    expect(decodeState(encodeState(late, 'own'), 'own', NOW)).toBeUndefined()
  })

  it('holds nothing that the disclosure hides: two estates that look alike leave the same', () => {
    const [one, other] = ['sql01.corp.example', 'zeus.hidden.example'].map((name) => {
      const { open } = stateOf(
        disclose({ ...reportOf({ [name]: 'fail' }), notices: [], problems: [], removed: [] }, 'names', new Map()),
      )
      return [...open!.keys()]
    })
    expect(one).toHaveLength(1)
    expect(one).toEqual(other)
  })
})

describe('the order of runs', () => {
  const run = (runId: number, attempt: number, second: number) => ({
    runId,
    attempt,
    startedAt: new Date(NOW + second * 1000).toISOString(),
  })
  it.each([
    ['by id, whatever the clocks say', run(1, 1, 9), run(2, 1, 0), true],
    ['by attempt', run(5, 1, 9), run(5, 2, 0), true],
    ['by time for a run that was started again', run(1, 2, 9), run(2, 1, 0), false],
    ['by time for a second step of the same run', run(1, 1, 1), run(1, 1, 2), true],
    ['itself is not older', run(1, 1, 1), run(1, 1, 1), false],
  ])('%s', (_, one, other, isOlder) => {
    expect(isOlderRun(one, other)).toBe(isOlder)
  })
})
