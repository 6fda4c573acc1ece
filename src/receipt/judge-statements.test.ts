import { describe, expect, it } from '@jest/globals'
import {
  bytesOf,
  FILES,
  HERE,
  HOUR_MS,
  IDENTITY,
  ISSUED_MS,
  KEY,
  keyedReceipt,
  PAYLOAD,
  refusals,
  TARGETS,
} from '../../test/receipt-fixtures.ts'
import type { ReceiptPayload } from '../domain/receipt.ts'
import { sha256 } from './canonical-json.ts'
import type { Here } from './judge-statements.ts'
import { makePayload } from './make-payload.ts'

const bytes = bytesOf(keyedReceipt())
const judged = (here: Partial<Here>): string[] =>
  refusals(bytes, { key: KEY, here: { ...HERE, ...here } }).map(({ name, words }) => `${name}: ${words}`)

describe('what a receipt says', () => {
  it('holds for the job that it is for', () => {
    expect(judged({})).toEqual([])
  })

  it.each<[string, Partial<typeof IDENTITY>, string]>([
    ['another id', { repository: { ...IDENTITY.repository, id: '2' } }, 'repository: It is for the repository'],
    [
      'another name',
      { repository: { ...IDENTITY.repository, name: 'acme/d' } },
      'repository: It is for the repository',
    ],
    [
      'another file',
      { workflow: { ...IDENTITY.workflow, ref: 'acme/db/.github/workflows/x.yml@refs/heads/main' } },
      'workflow: It is of',
    ],
    [
      'another ref of the workflow',
      { workflow: { ...IDENTITY.workflow, ref: `${IDENTITY.workflow.ref}2` } },
      'workflow: It is of',
    ],
    [
      'another commit of the workflow',
      { workflow: { ...IDENTITY.workflow, sha: 'c'.repeat(40) } },
      'workflow: It is of',
    ],
    ['another commit', { commit: `${'a'.repeat(39)}b` }, 'commit: It is for the commit'],
    ['another ref', { ref: 'refs/heads/main2' }, 'commit: It is for the commit'],
    ['no commit', { commit: '' }, 'commit: It is for the commit'],
  ])('does not hold for %s', (_, identity, words) => {
    expect(judged({ identity: { ...IDENTITY, ...identity } })).toEqual([expect.stringContaining(words)])
  })

  it('holds for another run of the same workflow on the same commit', () => {
    const identity = { ...IDENTITY, run: { id: '99', attempt: '3', event: 'schedule' } }
    expect(judged({ identity })).toEqual([])
  })

  const [first, second] = FILES
  it.each<[string, Here['manifest'], string]>([
    [
      'an altered file',
      { ok: true, files: [first!, { ...second!, hash: sha256('rooT') }], targets: TARGETS },
      '`certs/root.pem` is not the file',
    ],
    ['a file less', { ok: true, files: [first!], targets: TARGETS }, '`certs/root.pem` was in use'],
    [
      'a file more',
      { ok: true, files: [...FILES, { path: 'x.yml', hash: sha256('') }], targets: TARGETS },
      '`x.yml` is in use here',
    ],
    ['another order', { ok: true, files: [second!, first!], targets: TARGETS }, 'another one'],
    ['another target', { ok: true, files: FILES, targets: [sha256('/subscriptions/2')] }, 'another one'],
    ['nothing that could be read', { ok: false, problem: 'no file matches.' }, 'could not be read: no file matches.'],
  ])('does not hold for %s', (_, manifest, words) => {
    expect(judged({ manifest })).toEqual([expect.stringContaining(words)])
  })

  it('says everything that does not hold at once', () => {
    const identity = { ...IDENTITY, commit: 'b'.repeat(40), repository: { id: '2', name: 'o/r' } }
    expect(judged({ identity, nowMs: ISSUED_MS + 25 * HOUR_MS }).map((line) => line.split(':')[0])).toEqual([
      'repository',
      'commit',
      'time',
    ])
  })
})

describe('the time of a receipt', () => {
  it.each<[string, number, number, string | undefined]>([
    ['a millisecond before its end', 24 * HOUR_MS - 1, 24, undefined],
    ['a second before its end', 24 * HOUR_MS - 1000, 24, undefined],
    ['its end', 24 * HOUR_MS, 24, 'It ended at 2026-11-27T08:00:00Z'],
    ['a second after its end', 24 * HOUR_MS + 1000, 24, 'It ended at 2026-11-27T08:00:00Z'],
    ['a millisecond before the age that this job allows', HOUR_MS - 1, 1, undefined],
    [
      'the age that this job allows',
      HOUR_MS,
      1,
      'by `receipt-max-age` of this job (its own end is 2026-11-27T08:00:00Z)',
    ],
    ['a longer age than its own', 24 * HOUR_MS, 48, 'It ended at 2026-11-27T08:00:00Z; it is'],
    ['its beginning', 0, 24, undefined],
    ['a clock that is 60 s behind', -60_000, 24, undefined],
    ['a clock that is 60.001 s behind', -60_001, 24, 'It is not valid yet: it was issued at 2026-11-26T08:00:00Z'],
    ['a clock that is 61 s behind', -61_000, 24, 'the clock of this runner says 2026-11-26T07:58:59Z'],
  ])('at %s', (_, sinceMs, maxAgeHours, words) => {
    const found = judged({ nowMs: ISSUED_MS + sinceMs, maxAgeMs: maxAgeHours * HOUR_MS })
    expect(found).toEqual(words === undefined ? [] : [expect.stringContaining(words)])
  })

  const payloadAt = (readyUntil: string | null, nowMs: number, maxAgeMs = 24 * HOUR_MS): ReceiptPayload | undefined =>
    makePayload({
      identity: IDENTITY,
      report: { tool: PAYLOAD.tool, status: 'ready', counts: PAYLOAD.result.counts, readyUntil },
      reportHash: null,
      files: FILES,
      manifests: [],
      nowMs,
      maxAgeMs,
    })

  it.each<[string, string | null, string | undefined]>([
    ['nothing that ends', null, '2026-11-27T08:00:00Z'],
    ['a later end', '2026-11-28T00:00:00.000Z', '2026-11-27T08:00:00Z'],
    ['an earlier end, rounded down', '2026-11-26T20:00:00.999Z', '2026-11-26T20:00:00Z'],
    ['an end in a second', '2026-11-26T08:00:01.500Z', '2026-11-26T08:00:01Z'],
    ['an end now', '2026-11-26T08:00:00.700Z', undefined],
    ['an end that has passed', '2026-11-26T07:00:00.000Z', undefined],
  ])('ends with the run that rests on %s', (_, readyUntil, notAfter) => {
    expect(payloadAt(readyUntil, ISSUED_MS + 500)?.notAfter).toBe(notAfter)
    if (notAfter !== undefined) expect(payloadAt(readyUntil, ISSUED_MS + 500)?.issuedAt).toBe(PAYLOAD.issuedAt)
  })
})
