import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { statusOf } from '../../src/domain/gate.ts'
import type { Attestation, Manifest, Waiver } from '../../src/domain/manifest.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { SEVERITIES, STATUSES, VERDICTS, type Status } from '../../src/domain/verdict.ts'
import { fingerprintOf } from '../../src/report/fingerprint.ts'
import { vouch, type TrustedSide } from '../../src/report/vouch.ts'
import { at, check, manifest, NOW } from '../golden/fixtures.ts'

const IDS = ['source/a', 'source/b', 'target/c']
const NAMES = ['sales', 'erp']
const EVIDENCE = [{}, { a: 1 }, { a: 2 }]

const raw: fc.Arbitrary<CheckResult> = fc
  .record({
    verdict: fc.constantFrom(...VERDICTS.filter((one) => one !== 'waived')),
    severity: fc.constantFrom(...SEVERITIES),
    proof: fc.constantFrom('direct' as const, 'proxy' as const),
    evidence: fc.constantFrom(...EVIDENCE),
  })
  .map((facts) => check(facts))
const results = fc
  .tuple(
    ...IDS.flatMap((id) =>
      NAMES.map((name) => raw.map((one) => ({ ...one, id, subject: { kind: 'sql-server' as const, name } }))),
    ),
  )
  .map((all): CheckResult[] => all)

const facts = {
  check: fc.constantFrom(...IDS, 'source/none'),
  subjects: fc.subarray([...NAMES, 'nobody']),
  by: fc.constantFrom('@a', '@b'),
  expires: fc.constantFrom(NOW, '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
  fingerprint: fc.constantFrom(
    undefined,
    'sha256:0000000000000000',
    ...IDS.flatMap((id) => EVIDENCE.map((evidence) => fingerprintOf(id, evidence))),
  ),
}
const attestation: fc.Arbitrary<Attestation> = fc.record(facts).map(({ fingerprint, ...one }) => {
  return { ...one, ...(fingerprint === undefined ? {} : { fingerprint }), location: at(3) }
})
const waiver: fc.Arbitrary<Waiver> = fc
  .tuple(attestation, fc.constantFrom('x', 'y'))
  .map(([one, reason]) => ({ ...one, reason }))
const words = fc.record({
  attestations: fc.array(attestation, { maxLength: 4 }),
  waivers: fc.array(waiver, { maxLength: 4 }),
})
type Words = Pick<Manifest, 'attestations' | 'waivers'>

const now = new Date(NOW)
const rankOf = (status: Status): number => STATUSES.indexOf(status)
const verdictsOf = (all: readonly CheckResult[]): string[] => all.map(({ verdict }) => verdict)

function untrusted(own: Words, side: Words, given: readonly CheckResult[], isSame: TrustedSide['isSame'] = () => true) {
  return vouch(manifest(own), given, { now, trusted: false, side: { ...side, isSame } })
}

function trusted(own: Words, given: readonly CheckResult[]) {
  return vouch(manifest(own), given, { now, trusted: true })
}

describe('vouch', () => {
  it('gives nothing for what an untrusted manifest says, whatever it says', () => {
    fc.assert(
      fc.property(results, words, words, (given, own, side) => {
        const counted = untrusted(own, side, given).results
        expect(verdictsOf(counted)).toEqual(
          verdictsOf(untrusted({ attestations: [], waivers: [] }, side, given).results),
        )
        expect(verdictsOf(untrusted(own, { attestations: [], waivers: [] }, given).results)).toEqual(verdictsOf(given))
        for (const { vouched } of counted.filter((one, place) => one.verdict !== given[place]?.verdict)) {
          const all = [...side.attestations, ...side.waivers]
          expect(all.some(({ by, expires }) => by === vouched?.by && expires === vouched.expires)).toBe(true)
        }
      }),
    )
  })

  it('gives to a redefined thing nothing, and to the others what they had', () => {
    fc.assert(
      fc.property(results, words, words, fc.func(fc.boolean()), (given, own, side, same) => {
        const isSame: TrustedSide['isSame'] = ({ id, subject }) => same(id, subject.name)
        const all = untrusted(own, side, given).results
        const some = untrusted(own, side, given, isSame).results
        some.forEach((one, place) => {
          const was = given[place]
          expect(one.verdict).toBe(isSame(one) ? all[place]?.verdict : was?.verdict)
        })
        expect(rankOf(statusOf(some))).toBeGreaterThanOrEqual(rankOf(statusOf(all)))
      }),
    )
  })

  it('says of the trusted side alone what a trusted run says', () => {
    fc.assert(
      fc.property(results, words, (given, side) => {
        expect(verdictsOf(untrusted(side, side, given).results)).toEqual(verdictsOf(trusted(side, given).results))
        expect(verdictsOf(untrusted(side, side, given).ifCounted)).toEqual(verdictsOf(trusted(side, given).results))
      }),
    )
  })

  it('never makes the status worse, and a word more never does', () => {
    fc.assert(
      fc.property(results, words, words, (given, own, more) => {
        const one = rankOf(statusOf(trusted(own, given).results))
        const both = {
          attestations: [...own.attestations, ...more.attestations],
          waivers: [...own.waivers, ...more.waivers],
        }
        expect(one).toBeLessThanOrEqual(rankOf(statusOf(given)))
        expect(rankOf(statusOf(trusted(both, given).results))).toBeLessThanOrEqual(one)
      }),
    )
  })

  it('takes what has ended for nothing', () => {
    fc.assert(
      fc.property(results, words, words, (given, own, more) => {
        const end = <One extends Attestation>(one: One): One => ({ ...one, expires: '2026-11-22T10:00:00.000Z' })
        const ended = { attestations: more.attestations.map(end), waivers: more.waivers.map(end) }
        const both = {
          attestations: [...ended.attestations, ...own.attestations],
          waivers: [...ended.waivers, ...own.waivers],
        }
        expect(verdictsOf(trusted(both, given).results)).toEqual(verdictsOf(trusted(own, given).results))
        expect(verdictsOf(trusted(ended, given).results)).toEqual(verdictsOf(given))
      }),
    )
  })
})
