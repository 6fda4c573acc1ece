import { describe, expect, it } from '@jest/globals'
import {
  applianceIsManual,
  at,
  attestation,
  check,
  firewallFails,
  manifest,
  NOW,
  waiver,
} from '../../test/golden/fixtures.ts'
import { summarise } from '../../test/golden/reports.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { CheckResult } from '../domain/report.ts'
import { renderAnnotations } from '../render/annotations.ts'
import { fingerprintOf } from './fingerprint.ts'
import { vouch, type TrustedSide, type VouchOutcome } from './vouch.ts'

const COMMIT = '9c1d5e6f708192a3b4c5d6e7f8091a2b3c4d3f2a'
const RESULTS = [applianceIsManual, firewallFails, check()]
const verdictsOf = (results: readonly CheckResult[]): string[] => results.map(({ verdict }) => verdict)

function side(more: Partial<TrustedSide> = {}): TrustedSide {
  return { attestations: [attestation], waivers: [waiver], commit: COMMIT, isSame: () => true, ...more }
}

function untrusted(own: Partial<Manifest>, trusted: TrustedSide | undefined, results = RESULTS): VouchOutcome {
  return vouch(manifest(own), results, {
    now: new Date(NOW),
    trusted: false,
    ...(trusted === undefined ? {} : { side: trusted }),
  })
}

describe('vouch in an untrusted run', () => {
  it('counts what the trusted side says, with its commit, and calls nothing of it proposed', () => {
    const { results, ifCounted, problems } = untrusted({ attestations: [attestation], waivers: [waiver] }, side())
    expect(verdictsOf(results)).toEqual(['attested', 'waived', 'pass'])
    expect(results[1]).toMatchObject({ vouched: { kind: 'waiver', by: '@release-lead', commit: COMMIT } })
    expect(results.filter(({ proposed }) => proposed !== undefined)).toEqual([])
    expect(verdictsOf(ifCounted)).toEqual(['attested', 'waived', 'pass'])
    expect(problems).toEqual([])
  })

  it('counts nothing without a trusted side', () => {
    const { results, ifCounted } = untrusted({ attestations: [attestation], waivers: [waiver] }, undefined)
    expect(verdictsOf(results)).toEqual(['manual', 'fail', 'pass'])
    expect(results.map(({ proposed }) => proposed?.kind)).toEqual(['attestation', 'waiver', undefined])
    expect(verdictsOf(ifCounted)).toEqual(['attested', 'waived', 'pass'])
  })

  it('counts what the change removes, and not if it were merged', () => {
    const { results, ifCounted } = untrusted({}, side())
    expect(verdictsOf(results)).toEqual(['attested', 'waived', 'pass'])
    expect(verdictsOf(ifCounted)).toEqual(['manual', 'fail', 'pass'])
  })

  it.each<[string, Partial<typeof waiver>]>([
    ['a longer end', { expires: '2027-06-01T00:00:00.000Z' }],
    ['another person', { by: '@mallory' }],
    ['another reason', { reason: 'trust me' }],
  ])('shows an altered waiver as proposed beside the one that counts: %s', (_name, more) => {
    const { results } = untrusted({ waivers: [{ ...waiver, ...more }] }, side())
    const { kind, by, expires, reason } = { kind: 'waiver', ...waiver, ...more }
    expect(results[1]).toMatchObject({
      verdict: 'waived',
      vouched: { by: waiver.by, expires: waiver.expires, reason: waiver.reason },
      proposed: { kind, by, expires, reason },
    })
  })

  it('does not count for a thing that the change made another one of, and says so at its line', () => {
    const moved = { ...waiver, location: at(77) }
    const isSame: TrustedSide['isSame'] = ({ id }) => id !== firewallFails.id
    const { results, ifCounted, problems, faults } = untrusted(
      { attestations: [attestation], waivers: [moved] },
      side({ isSame }),
    )
    expect(verdictsOf(results)).toEqual(['attested', 'fail', 'pass'])
    expect(results[1]?.proposed).toMatchObject({ kind: 'waiver' })
    expect(verdictsOf(ifCounted)).toEqual(['attested', 'waived', 'pass'])
    expect(problems).toEqual([expect.objectContaining({ location: at(77) })])
    expect(problems[0]?.message).toContain('was given for something else')
    expect(faults).toEqual(['for another thing'])
  })

  it('does not count what has ended on the trusted side either', () => {
    const ended = { ...waiver, expires: NOW }
    expect(verdictsOf(untrusted({}, side({ waivers: [ended] })).results)).toEqual(['attested', 'fail', 'pass'])
  })

  it('does not call a trusted word proposed where the run could not look', () => {
    const unseen = {
      ...applianceIsManual,
      verdict: 'unknown' as const,
      cause: { kind: 'untrusted-host' as const, message: 'm' },
    }
    expect(untrusted({ attestations: [attestation] }, side(), [unseen]).results[0]?.proposed).toBeUndefined()
    expect(untrusted({ attestations: [attestation] }, undefined, [unseen]).results[0]?.proposed).toBeDefined()
  })
})

describe('a fingerprint', () => {
  const print = fingerprintOf(firewallFails.id, firewallFails.evidence)
  const vouchWith = (fingerprint: string, results = RESULTS): VouchOutcome =>
    vouch(manifest({ waivers: [{ ...waiver, fingerprint }] }), results, { now: new Date(NOW), trusted: true })

  it('holds while the evidence is the same', () => {
    expect(verdictsOf(vouchWith(print).results)).toEqual(['manual', 'waived', 'pass'])
    expect(vouchWith(print).results[1]?.fingerprint).toBe(print)
  })

  it('voids the word when the evidence has changed', () => {
    const changed = { ...firewallFails, evidence: { rules: ['10.1.2.0-10.1.2.63'] } }
    const { results, ifCounted, problems, faults } = vouchWith(print, [applianceIsManual, changed])
    expect([verdictsOf(results), verdictsOf(ifCounted)]).toEqual([
      ['manual', 'fail'],
      ['manual', 'fail'],
    ])
    expect(faults).toEqual(['void'])
    expect(problems[0]).toMatchObject({ severity: 'warning', location: waiver.location })
    expect(problems[0]?.message).toContain(`then \`${print}\``)
  })

  it('may be followed by a renewed one', () => {
    const waivers = [
      { ...waiver, fingerprint: 'sha256:0123456789abcdef' },
      { ...waiver, fingerprint: print, location: at(40) },
    ]
    const outcome = vouch(manifest({ waivers }), RESULTS, { now: new Date(NOW), trusted: true })
    expect(verdictsOf(outcome.results)).toEqual(['manual', 'waived', 'pass'])
    expect(outcome.faults).toEqual(['void'])
  })

  it('of an untrusted side voids nothing of the trusted one', () => {
    const own = { waivers: [{ ...waiver, fingerprint: 'sha256:0123456789abcdef' }] }
    const { results, ifCounted } = untrusted(own, side())
    expect([results[1]?.verdict, ifCounted[1]?.verdict]).toEqual(['waived', 'fail'])
  })
})

describe('what counts for nothing', () => {
  it('stands first among the notices, and as an annotation at its line', () => {
    const ended = { ...waiver, expires: NOW, location: at(44) }
    const wrong = { ...attestation, check: 'source/no-such-check', location: at(45) }
    const one = { manifest: manifest({ waivers: [ended], attestations: [wrong] }), results: RESULTS }
    const report = summarise({ manifests: [one] })
    expect(report.notices[0]).toBe(
      'Attestations and waivers that count for nothing: 1 expired, 1 wrongly named. The problems below name each with its line.',
    )
    const lines = renderAnnotations(report).map(({ level, line }) => [level, line])
    expect(lines).toEqual(
      expect.arrayContaining([
        ['warning', 44],
        ['warning', 45],
      ]),
    )
  })
})
