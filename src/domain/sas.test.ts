import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { parseSas, parseSasTime, type Sas } from './sas.ts'

const SIGNATURE = 'q7%2BdV0sJ3m%2F9yT1aXoWfR2kE8uLbN5cGhZpQ4xKvYtA%3D'
const GOOD = `sv=2024-11-04&sr=c&sp=rwdl&st=2026-11-01&se=2026-12-01T20%3A00%3A00Z&spr=https&sig=${SIGNATURE}`

function read(text: string): Sas {
  const parsed = parseSas(text, 'BACKUP_SAS')
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.sas
}
function problemOf(text: string): string {
  const parsed = parseSas(text, 'BACKUP_SAS')
  return parsed.ok ? parsed.sas.facts.problems.join('; ') : parsed.problem
}
const without = (...keys: string[]): string =>
  GOOD.split('&')
    .filter((pair) => !keys.includes(pair.split('=')[0] ?? ''))
    .join('&')

describe('parseSas', () => {
  it('reads a service SAS for a container, and keeps the signature to itself', () => {
    const sas = read(GOOD)
    expect(sas.facts).toEqual({
      kind: 'service',
      resource: 'c',
      permissions: 'rwdl',
      starts: '2026-11-01T00:00:00.000Z',
      expires: '2026-12-01T20:00:00.000Z',
      protocol: 'https',
      version: '2024-11-04',
      problems: [],
    })
    expect(sas.query.reveal()).toBe(GOOD)
    for (const shown of [JSON.stringify(sas), inspect(sas, { depth: 9 }), String(sas.query)]) {
      expect(shown).not.toContain('q7%2B')
      expect(shown).not.toContain('q7+')
    }
  })

  it.each([
    ['with a question mark', `?${GOOD}`],
    ['with an end of line', `${GOOD}\r\n`],
    ['with a list request', `restype=container&comp=list&${GOOD}`],
  ])('takes one %s', (_, text) => expect(read(text).query.reveal()).toBe(GOOD))

  it('takes a full SAS URI, and tells for which container it is', () => {
    const sas = read(`https://stmig.blob.core.windows.net/backups?${GOOD}`)
    expect(sas.target).toMatchObject({ url: 'https://stmig.blob.core.windows.net/backups', container: 'backups' })
    expect(sas.query.reveal()).toBe(GOOD)
  })

  it.each([
    ['a container', GOOD, { kind: 'service', resource: 'c' }],
    ['a blob', GOOD.replace('sr=c', 'sr=b'), { kind: 'service', resource: 'b' }],
    ['a directory', GOOD.replace('sr=c', 'sr=d&sdd=1'), { kind: 'service', resource: 'd' }],
    ['a stored policy', `${without('sp', 'se', 'st')}&si=migration`, { kind: 'service', policy: 'migration' }],
    ['the account', `${without('sr')}&ss=b&srt=sco`, { kind: 'account' }],
    [
      'a user delegation',
      `${GOOD}&skoid=a&sktid=b&skt=2026-11-20T00:00:00Z&ske=2026-11-27T00:00:00Z&sks=b&skv=2024-11-04`,
      { kind: 'user-delegation', keyStarts: '2026-11-20T00:00:00.000Z', keyExpires: '2026-11-27T00:00:00.000Z' },
    ],
    ['a range of addresses', `${GOOD}&sip=203.0.113.1-203.0.113.9`, { addresses: '203.0.113.1-203.0.113.9' }],
  ])('knows one for %s', (_, text, facts) => {
    expect(read(text).facts).toMatchObject(facts)
    expect(read(text).facts.problems).toEqual([])
  })

  it('counts one that is of two kinds as the one that reaches farther', () => {
    expect(read(`${GOOD}&ss=b&srt=sco&skoid=a`).facts.kind).toBe('account')
  })

  it.each([
    ['nothing', '', /no signature/],
    ['no signature', without('sig'), /no signature/],
    ['a password', 'Grün-5alt!sales', /no signature/],
    ['quotes', `"${GOOD}"`, /in quotes/],
    ['entities', GOOD.replaceAll('&', '&amp;'), /copied from XML or HTML/],
    ['white space', GOOD.replace('&sr', ' &sr'), /white space/],
    ['two lines', GOOD.replace('&sr', '\n&sr'), /white space/],
    ['another scheme', `http://stmig.blob.core.windows.net/backups?${GOOD}`, /by http/],
    ['a URI of a blob', `https://stmig.blob.core.windows.net/backups/a.bak?${GOOD}`, /for a blob/],
    ['a URI without a query', 'https://stmig.blob.core.windows.net/backups', /without a query/],
    ['a text without an end', `${GOOD}&x=${'a'.repeat(9000)}`, /too long/],
    ['sp twice', `${GOOD}&sp=r`, /^it has `sp` more than once$/],
    ['sig twice', `${GOOD}&sig=${SIGNATURE}`, /^it has `sig` more than once$/],
    ['an empty sp', GOOD.replace('rwdl', ''), /^`sp` is empty$/],
    ['an odd sp', GOOD.replace('rwdl', 'RWDL'), /^`sp` is not a list of permission letters$/],
    ['a broken encoding', GOOD.replace('sp=rwdl', 'sp=%zz'), /^`sp` is not soundly percent-encoded/],
    ['a signature that was cut', GOOD.slice(0, -8), /was cut, or percent-encoded twice/],
    ['a signature encoded twice', GOOD.replace(SIGNATURE, encodeURIComponent(SIGNATURE)), /encoded twice/],
    ['a date that is none', GOOD.replace('2026-12-01T', '2026-11-31T'), /^`se` is no date and time/],
    ['a time without a zone', GOOD.replace('00Z', '00'), /^`se` is no date and time/],
    ['an odd resource', GOOD.replace('sr=c', 'sr=container'), /^`sr` is not a kind of resource/],
    ['an odd version', GOOD.replace('2024-11-04', 'latest'), /^`sv` is not the date of a version/],
    ['an odd protocol', GOOD.replace('spr=https', 'spr=ftp'), /^`spr` is not https/],
    ['odd addresses', `${GOOD}&sip=everywhere`, /^`sip` is not an address/],
  ])('finds %s', (_, text, problem) => {
    expect(problemOf(text)).toMatch(problem)
    expect(problemOf(text)).not.toMatch(/q7|rwdl|Grün/)
  })

  it.each(['q7+dV0sJ3m/9yT1aXoWfR2kE8uLbN5cGhZpQ4xKvYtA=', SIGNATURE.toLowerCase().replace('q7', 'q7')])(
    'takes a signature that is less encoded: %s',
    (signature) => expect(problemOf(GOOD.replace(SIGNATURE, signature))).toBe(''),
  )
})

describe('parseSasTime', () => {
  it.each([
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T20:30Z', '2026-12-01T20:30:00.000Z'],
    ['2026-12-01T20:30:15Z', '2026-12-01T20:30:15.000Z'],
    ['2026-12-01T20:30:15.1234567Z', '2026-12-01T20:30:15.000Z'],
    ['2026-12-01T20:30:15+02:00', '2026-12-01T18:30:15.000Z'],
    ['2026-12-01T20:30-05:30', '2026-12-02T02:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('reads %s', (text, instant) => expect(new Date(parseSasTime(text) ?? 0).toISOString()).toBe(instant))

  it.each([
    ...['2026-02-29', '2026-13-01', '2026-12-01T24:00Z', '2026-12-01T20:60Z', '2026-12-01T20:30:61Z'],
    ...['2026-12-01T20:30:00', '2026-12-1', '01/12/2026', '2026-12-01 20:30Z', '1764619200', '2026-12-01T20:30+15:00'],
    ...['Tue, 01 Dec 2026 20:00:00 GMT', '٢٠٢٦-12-01', ''],
  ])('takes no %s', (text) => expect(parseSasTime(text)).toBeUndefined())
})
