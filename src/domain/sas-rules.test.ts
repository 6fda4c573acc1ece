import { describe, expect, it } from '@jest/globals'
import { hasJustBegun, judgeSas, sasNeededUntil, type SasTerms } from './sas-rules.ts'
import type { SasFacts } from './sas.ts'

const NOW = Date.parse('2026-11-26T12:00:00Z')
const CUTOVER = { startMs: Date.parse('2026-12-05T20:00:00Z'), durationMs: 6 * 3_600_000 }
const TERMS: SasTerms = { nowMs: NOW, cutover: CUTOVER, egress: [] }
const GOOD: SasFacts = {
  kind: 'service',
  resource: 'c',
  permissions: 'rwdl',
  expires: '2026-12-20T00:00:00.000Z',
  protocol: 'https',
  version: '2024-11-04',
  problems: [],
}

/** What is undefined is left out. */
function facts(change: { [Key in keyof SasFacts]?: SasFacts[Key] | undefined }): SasFacts {
  const entries = Object.entries({ ...GOOD, ...change }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as SasFacts
}

describe('judgeSas', () => {
  it.each([
    ['all that is asked for', GOOD],
    ['more permissions than asked for', facts({ permissions: 'racwdxltmeop' })],
    ['no protocol', facts({ protocol: undefined })],
    ['an end just in time', facts({ expires: '2026-12-06T02:15:00.000Z' })],
    ['a beginning in the past', facts({ starts: '2026-11-26T11:59:00.000Z' })],
    ['every address', facts({ addresses: '0.0.0.0-255.255.255.255' })],
    ['a user delegation that lasts', facts({ kind: 'user-delegation', keyExpires: '2026-12-07T00:00:00.000Z' })],
  ])('has nothing against %s', (_, sas) => {
    expect(judgeSas(sas, TERMS)).toMatchObject({ faults: [], doubts: [], notes: [] })
  })

  it.each<[string, SasFacts, RegExp]>([
    ['an account SAS', facts({ kind: 'account', resource: undefined }), /account SAS .* for the container only/],
    ['one for a blob', facts({ resource: 'b' }), /is for one blob \(sr=b\)/],
    ['one for a directory', facts({ resource: 'd' }), /is for a directory \(sr=d\)/],
    ['one for a snapshot', facts({ resource: 'bs' }), /a snapshot/],
    ['no resource', facts({ resource: undefined }), /sr is missing/],
    ['no version', facts({ version: undefined }), /no version \(sv\)/],
    ['read and list alone', facts({ permissions: 'rl' }), /permissions are rl: it lacks write \(w\), delete \(d\)/],
    ['no list', facts({ permissions: 'rwd' }), /lacks list \(l\)/],
    ['no permissions', facts({ permissions: undefined }), /grants nothing/],
    ['no end', facts({ expires: undefined }), /no end \(se\)/],
    ['an end in the past', facts({ expires: '2026-11-26T11:00:00.000Z' }), /it ended at 2026-11-26T11:00:00Z/],
    ['an end at this very instant', facts({ expires: '2026-11-26T12:00:00.000Z' }), /it ended/],
    [
      'an end an hour before that of the cutover',
      facts({ expires: '2026-12-06T01:00:00.000Z' }),
      /ends at 2026-12-06T01:00:00Z, and it has to hold until 2026-12-06T02:15:00Z, 15 min after the cutover ends/,
    ],
    ['an end within the clock skew', facts({ expires: '2026-12-06T02:14:59.000Z' }), /has to hold until/],
    [
      'a delegation key that ends first',
      facts({ kind: 'user-delegation', keyExpires: '2026-12-01T00:00:00.000Z' }),
      /its user delegation key ends at 2026-12-01T00:00:00Z/,
    ],
    [
      'a delegation key that is over',
      facts({ kind: 'user-delegation', keyExpires: '2026-11-01T00:00:00.000Z' }),
      /its user delegation key ended/,
    ],
    ['a delegation without the end of its key', facts({ kind: 'user-delegation' }), /\(ske\)/],
    ['a beginning after the cutover', facts({ starts: '2026-12-05T19:50:00.000Z' }), /begins at .* 15 min before/],
    ['http alone', facts({ protocol: 'http' }), /over http only/],
    ['addresses that are none', facts({ addresses: '10.0.0.9-10.0.0.1' }), /no range of addresses/],
    ['what is no sound SAS', facts({ problems: ['it has `sp` more than once'] }), /no sound SAS: it has `sp` more/],
  ])('finds %s', (_, sas, fault) => {
    const { faults } = judgeSas(sas, TERMS)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(fault)
  })

  it('says once what is wrong with a value', () => {
    const sas = facts({ permissions: undefined, expires: undefined, resource: undefined, version: undefined })
    const problems = ['`sp` is empty', '`se` is no date', '`sr` is not a kind', '`sv` is not the date']
    expect(judgeSas({ ...sas, problems }, TERMS).faults).toHaveLength(4)
  })

  it.each<[string, SasFacts, Partial<SasTerms>, string, RegExp]>([
    [
      'an end within a day, without a cutover',
      facts({ expires: '2026-11-26T15:00:00.000Z' }),
      { cutover: undefined },
      'missing-input',
      /ends at 2026-11-26T15:00:00Z, .* 24 h and 15 min from now, as the manifest declares no cutover/,
    ],
    [
      'a beginning before the cutover',
      facts({ starts: '2026-12-01T00:00:00.000Z' }),
      {},
      'insufficient',
      /until then the service refuses it/,
    ],
    ['some addresses', facts({ addresses: '203.0.113.7' }), {}, 'insufficient', /DMS and the managed instance/],
    [
      'the addresses of DMS',
      facts({ addresses: '203.0.113.0-203.0.113.255' }),
      { egress: ['203.0.113.7'] },
      'insufficient',
      /203\.0\.113\.0-203\.0\.113\.255 only \(sip\)/,
    ],
  ])('doubts %s', (_, sas, terms, kind, text) => {
    const { faults, doubts } = judgeSas(sas, { ...TERMS, ...terms })
    expect(faults).toEqual([])
    expect(doubts).toEqual([{ kind, text: expect.stringMatching(text), fix: expect.stringMatching(/\.$/) }])
  })

  it('knows that declared addresses of DMS are left out', () => {
    const { faults } = judgeSas(facts({ addresses: '203.0.113.7' }), {
      ...TERMS,
      egress: ['203.0.113.7', '203.0.113.8'],
    })
    expect(faults).toEqual([expect.stringMatching(/leaves out 203\.0\.113\.8 of dms\.egress/)])
  })

  it('takes the word of a service that has taken it, within the clock skew', () => {
    const soon = facts({ starts: '2026-11-26T12:10:00.000Z' })
    const undeclared = { ...TERMS, cutover: undefined }
    expect(judgeSas(soon, undeclared).faults).toEqual([expect.stringMatching(/begins at/)])
    expect(judgeSas(soon, TERMS).doubts).toHaveLength(1)
    for (const terms of [TERMS, undeclared]) {
      expect(judgeSas(soon, { ...terms, isTaken: true })).toMatchObject({ faults: [], doubts: [] })
    }
    const later = facts({ starts: '2026-11-26T12:15:01.000Z' })
    expect(judgeSas(later, { ...undeclared, isTaken: true }).faults).toHaveLength(1)
  })

  it.each([
    ['2026-11-26T11:59:00.000Z', true],
    ['2026-11-26T11:45:00.000Z', false],
    ['2026-11-26T12:00:01.000Z', false],
    [undefined, false],
  ])('a beginning at %s is one that another clock may not have seen: %s', (starts, isRecent) => {
    expect(hasJustBegun(facts({ starts }), NOW)).toBe(isRecent)
  })

  it('refuses a beginning in the future when no cutover is declared', () => {
    const { faults } = judgeSas(facts({ starts: '2026-11-26T12:00:01.000Z' }), { ...TERMS, cutover: undefined })
    expect(faults).toEqual([expect.stringMatching(/has to hold now/)])
  })

  it('leaves to a stored policy what only it knows', () => {
    const sas = facts({ permissions: undefined, expires: undefined, policy: 'migration' })
    const { faults, endsAt } = judgeSas(sas, TERMS)
    expect([faults, endsAt]).toEqual([[], undefined])
  })

  it('notes that http is possible too', () => {
    expect(judgeSas(facts({ protocol: 'https,http' }), TERMS)).toMatchObject({
      faults: [],
      notes: [expect.stringMatching(/http as well/)],
    })
  })
})

describe('sasNeededUntil', () => {
  const until = (cutover: SasTerms['cutover']): string =>
    new Date(sasNeededUntil({ ...TERMS, cutover }).ms).toISOString()

  it('is the end of the cutover and the clock skew', () => {
    expect(until(CUTOVER)).toBe('2026-12-06T02:15:00.000Z')
    expect(until({ ...CUTOVER, startMs: NOW - 3_600_000 })).toBe('2026-11-26T17:15:00.000Z')
  })
  it('is the length of the cutover from now when that is over', () => {
    expect(until({ ...CUTOVER, startMs: NOW - 48 * 3_600_000 })).toBe('2026-11-26T18:15:00.000Z')
  })
  it('is a day and the clock skew when none is declared', () =>
    expect(until(undefined)).toBe('2026-11-27T12:15:00.000Z'))
})
