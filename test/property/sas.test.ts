import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseSas } from '../../src/domain/sas.ts'
import { judgeSas, type SasTerms } from '../../src/domain/sas-rules.ts'

const RUNS = { numRuns: 300 }
const NOW = Date.parse('2026-11-26T12:00:00Z')

const signature = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const instant = fc
  .integer({ min: NOW - 40 * 86_400_000, max: NOW + 40 * 86_400_000 })
  .map((ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`)
const letters = fc.subarray('r a c w d x l t m e o p'.split(' ')).map((all) => all.join(''))
const values = {
  sv: fc.constantFrom('2024-11-04', '2015-04-05', 'x'),
  sr: fc.constantFrom('c', 'b', 'd', 'zz'),
  sp: letters,
  st: instant,
  se: instant,
  spr: fc.constantFrom('https', 'https,http', 'http'),
  sip: fc.constantFrom('203.0.113.7', '203.0.113.0-203.0.113.9', '::1'),
  si: fc.constantFrom('migration', 'p q'),
  ss: fc.constantFrom('b', 'bqtf'),
  srt: fc.constantFrom('sco', 'c'),
  skoid: fc.uuid(),
  ske: instant,
  skt: instant,
}
const parameters = fc.record(values, { requiredKeys: [] })
/** Sound but for some parameters, so that both sides of every rule come up. */
const nearlySound = fc
  .tuple(fc.record(values, { requiredKeys: [] }), fc.subarray(Object.keys(values), { maxLength: 3 }))
  .map(([other, keys]) => {
    const good = { sv: '2024-11-04', sr: 'c', sp: 'racwdl', se: '2027-01-30T00:00:00Z', spr: 'https' }
    const changed = Object.entries(other).filter(([key]) => keys.includes(key))
    return { ...good, ...Object.fromEntries(changed) } as typeof other
  })
const terms: fc.Arbitrary<SasTerms> = fc.record({
  nowMs: fc.integer({ min: NOW - 86_400_000, max: NOW + 86_400_000 }),
  cutover: fc.option(fc.record({ startMs: fc.integer({ min: NOW - 1e9, max: NOW + 1e9 }), durationMs: fc.nat(1e8) }), {
    nil: undefined,
  }),
  egress: fc.subarray(['203.0.113.7', '198.51.100.0/24']),
})

function write(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&')
}

describe('a shared access signature', () => {
  it('is read back as it was written, whatever the order of its parameters', () => {
    const shuffled = fc
      .tuple(parameters, signature)
      .chain(([pairs, sig]) =>
        fc
          .shuffledSubarray(Object.entries({ ...pairs, sig }), { minLength: Object.keys(pairs).length + 1 })
          .map((entries) => [Object.fromEntries(entries), entries] as const),
      )
    fc.assert(
      fc.property(shuffled, ([pairs, entries]) => {
        const first = parseSas(write(pairs), 'S')
        const second = parseSas(entries.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&'), 'S')
        expect(second.ok && second.sas.facts).toEqual(first.ok && first.sas.facts)
        if (!first.ok) throw new Error(first.problem)
        const { facts } = first.sas
        if (facts.permissions !== undefined) expect(facts.permissions).toBe(pairs['sp'])
        if (facts.expires !== undefined) expect(facts.expires.slice(0, 19)).toBe(pairs['se']?.slice(0, 19))
      }),
      RUNS,
    )
  })

  it('never shows its signature, whatever else is wrong with it', () => {
    const broken = fc
      .tuple(parameters, signature, fc.string({ maxLength: 30 }), fc.nat(3))
      .map(([pairs, sig, noise, how]) => {
        const text = write({ ...pairs, sig })
        return {
          sig,
          text: [text, `${noise}&${text}`, `${text}&sig=${encodeURIComponent(sig)}`, `"${text}"`][how] ?? text,
        }
      })
    fc.assert(
      fc.property(broken, terms, ({ sig, text }, given) => {
        const parsed = parseSas(text, 'S')
        const shown = [
          JSON.stringify(parsed),
          inspect(parsed, { depth: 9 }),
          parsed.ok ? JSON.stringify(judgeSas(parsed.sas.facts, given)) : parsed.problem,
        ].join('\n')
        for (const form of [sig, encodeURIComponent(sig), sig.slice(0, 12)]) expect(shown).not.toContain(form)
      }),
      RUNS,
    )
  })

  it('is read from any text without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })),
        (text) => {
          const parsed = parseSas(text, 'S')
          if (!parsed.ok) expect(parsed.problem).not.toBe('')
        },
      ),
      RUNS,
    )
  })

  it('with nothing against it grants read, write, delete and list in the container until all is over', () => {
    let sound = 0
    fc.assert(
      fc.property(nearlySound, signature, terms, (pairs, sig, given) => {
        const parsed = parseSas(write({ ...pairs, sig }), 'S')
        if (!parsed.ok) return
        const { faults, doubts, endsAt, needed } = judgeSas(parsed.sas.facts, given)
        if (faults.length > 0 || doubts.length > 0 || parsed.sas.facts.policy !== undefined) return
        sound += 1
        expect(['r', 'w', 'd', 'l'].filter((letter) => pairs.sp?.includes(letter) !== true)).toEqual([])
        expect([pairs.sr, pairs.ss, pairs.srt, pairs.sip]).toEqual(['c', undefined, undefined, undefined])
        for (const end of [pairs.se, pairs.skoid === undefined ? undefined : pairs.ske]) {
          if (end !== undefined) expect(Date.parse(end)).toBeGreaterThanOrEqual(needed.ms)
        }
        expect(endsAt).toBeDefined()
        expect(Date.parse(pairs.st ?? '2026-01-01')).toBeLessThanOrEqual(given.nowMs)
      }),
      { numRuns: 1_000 },
    )
    expect(sound).toBeGreaterThan(50)
  })

  it('is judged no better when it ends sooner or grants less', () => {
    fc.assert(
      fc.property(parameters, signature, terms, fc.nat(30 * 86_400), (pairs, sig, given, sooner) => {
        const judge = (own: Record<string, string>): number => {
          const parsed = parseSas(write({ ...own, sig }), 'S')
          return parsed.ok ? judgeSas(parsed.sas.facts, given).faults.length : Infinity
        }
        const { se, sp } = pairs
        if (se === undefined || sp === undefined || sp === '') return
        const earlier = `${new Date(Date.parse(se) - sooner * 1000).toISOString().slice(0, 19)}Z`
        expect(judge({ ...pairs, se: earlier, sp: sp.slice(1) || 'r' })).toBeGreaterThanOrEqual(judge(pairs))
      }),
      RUNS,
    )
  })
})
