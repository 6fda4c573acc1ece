import { describe, expect, it } from '@jest/globals'
import type { JsonObject } from '../domain/json.ts'
import { applianceIsManual, check, controlServerFails } from '../../test/golden/fixtures.ts'
import { fingerprintOf, withFingerprint } from './fingerprint.ts'

const ID = 'source/firewall-appliance-lets-dms-in'
const SEEN: JsonObject = {
  state: 'tried',
  host: 'sql01',
  port: 1433,
  outcome: 'open',
  attempts: [
    { address: '10.0.0.1', outcome: 'open', ms: 3 },
    { address: '10.0.0.2', outcome: 'refused', ms: 1 },
  ],
  from: 'this runner (10.8.0.4)',
  localAddress: '10.8.0.4',
  vantage: { verified: false, address: '10.8.0.4', reason: 'it is elsewhere' },
  way: { routes: ['a', 'b'] },
  ageMs: 17,
}

function differently(more: JsonObject): string {
  return fingerprintOf(ID, { ...SEEN, ...more })
}

describe('the name of a probe', () => {
  const named = (blob: string): string => fingerprintOf('storage/sas-has-all-permissions', { write: { blob } })

  it('is another one in each run, and is no change', () => {
    const [one, other] = ['0', 'f'].map((digit) => `dms-preflight-probe-${digit.repeat(32)}`)
    expect(named(one ?? '')).toBe(named(other ?? ''))
    expect(named('dms-preflight-6f1c2b1e-0d5e-4a57-9d3e-0123456789ab.tmp')).not.toBe(named('backup.tmp'))
  })
})

describe('fingerprintOf', () => {
  const print = fingerprintOf(ID, SEEN)

  it('is short, and the same for the same evidence', () => {
    expect(print).toMatch(/^sha256:[0-9a-f]{16}$/)
    expect(fingerprintOf(ID, JSON.parse(JSON.stringify(SEEN)) as JsonObject)).toBe(print)
  })

  it.each<[string, JsonObject]>([
    ['another order of a list', { way: { routes: ['b', 'a'] } }],
    [
      'another order of things with other latencies',
      {
        attempts: [
          { ms: 900, outcome: 'refused', address: '10.0.0.2' },
          { address: '10.0.0.1', ms: 0, outcome: 'open' },
        ],
      },
    ],
    ['another runner', { from: 'this runner (10.9.9.9)', localAddress: '10.9.9.9', vantage: { verified: false } }],
    ['another time', { ageMs: 99_999, checkedAt: '2027-01-01T00:00:00.000Z' }],
  ])('does not change with %s', (_name, more) => {
    expect(differently(more)).toBe(print)
  })

  it.each<[string, JsonObject]>([
    ['another host', { host: 'sql02' }],
    ['another port', { port: 1434 }],
    ['one address less', { attempts: [{ address: '10.0.0.1', outcome: 'open', ms: 3 }] }],
    ['another outcome of one', { attempts: [{ address: '10.0.0.1', outcome: 'timeout', ms: 3 }] }],
    ['another way', { way: { routes: ['a', 'c'] } }],
    ['the same item twice', { way: { routes: ['a', 'b', 'b'] } }],
    ['something more', { certificate: 'x' }],
    ['an origin that is no runner', { egress: { from: 'dms.egress' } }],
  ])('changes with %s', (_name, more) => {
    expect(differently(more)).not.toBe(print)
  })

  it('is of its check', () => {
    expect(fingerprintOf('source/windows-firewall-lets-dms-in', SEEN)).not.toBe(print)
  })

  it('is given to what a person can vouch for, and to nothing else', () => {
    expect(withFingerprint(applianceIsManual).fingerprint).toBeDefined()
    expect(withFingerprint(controlServerFails).fingerprint).toBeDefined()
    expect(withFingerprint(check()).fingerprint).toBeUndefined()
    expect(withFingerprint(check({ verdict: 'unknown' })).fingerprint).toBeUndefined()
  })
})
