import { describe, expect, it } from '@jest/globals'
import { brokenInvariants, type PlanJson } from '../../test/prerequisite-plan/invariants.ts'
import {
  checked,
  citing,
  pathOf,
  planText,
  record,
  result,
  type PlanOptions,
} from '../../test/prerequisite-plan/plan-fixtures.ts'
import { canonicalJson, sha256 } from '../receipt/canonical-json.ts'
import { evidenceReference } from './evidence.ts'
import { judgeRows, type CheckedManifest } from './judge-rows.ts'
import { readPlan } from './read-plan.ts'
import { writeBack, type WrittenBack } from './write-back.ts'

const P12 = pathOf('P12')
const REPORT = `sha256:${'a'.repeat(64)}`
const RUN = { collectedAt: '2026-11-26T12:00:00.000Z', toolVersion: '1.2.3', reportHash: REPORT }
type Results = CheckedManifest['checks']

/** The text after a run in which each of these rows has one check. */
function written(text: string, rows: Readonly<Record<string, Results[number]>>, run = RUN): WrittenBack {
  const read = readPlan('plan.json', text)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const catalogue = Object.entries(rows).map(([row, { id }]) => citing(id, [row]))
  return writeBack(read.plan, judgeRows(P12, [checked(P12, Object.values(rows))], catalogue), run)
}
const parse = ({ text }: WrittenBack): PlanJson => JSON.parse(text) as PlanJson
const rowOf = (plan: PlanJson, id: string) => plan.prerequisites.find((row) => row.id === id)

describe('a plan that is written back', () => {
  const pass = result('service/a', 'pass')

  it('has the record in the published shape, and the row rests on it', () => {
    const after = written(planText(P12), { 'P12-011': pass })
    const plan = parse(after)
    const [own] = plan.evidenceRegister
    expect(own).toEqual({
      id: 'dms-preflight-P12-011',
      type: 'automated_preflight',
      status: expect.stringMatching(/^(verified|reported)$/),
      collectedAt: '2026-11-26T12:00:00.000Z',
      origin: 'customer-run preflight',
      tool: 'dms-preflight',
      toolVersion: '1.2.3',
      reference: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      supports: ['P12-011'],
    })
    const isVerified = own?.status === 'verified'
    expect(rowOf(plan, 'P12-011')).toMatchObject({
      status: isVerified ? 'confirmed' : 'reported',
      basis: isVerified ? 'verified_evidence:dms-preflight-P12-011' : 'typed_answer:dms_preflight',
      acceptedEvidence: ['dms-preflight-P12-011'],
    })
    expect(brokenInvariants(after.text, planText(P12))).toEqual([])
    expect(after.settled).toEqual([{ status: isVerified ? 'confirmed' : 'reported', rows: 1 }])
  })

  it('differs in the lines of what changed and in no other', () => {
    const quirks = (text: string): string =>
      text.replace('"assumptions": [\n    "none"\n  ]', '"assumptions": [ 1.50e2 ,"\\u00fcber\\/all",   -0 ]')
    const before = quirks(planText(P12))
    expect(before).toContain('[ 1.50e2 ,"\\u00fcber\\/all",   -0 ]')
    const after = written(before, { 'COM-001': result('source/a', 'fail') }).text
    const lines = (text: string): Set<string> => new Set(text.split('\n'))
    const gone = [...lines(before)].filter((line) => !lines(after).has(line))
    const come = [...lines(after)].filter((line) => !lines(before).has(line))
    expect(gone.map((line) => line.trim().split(':')[0])).toEqual([
      '"overallStatus"',
      '"missing"',
      '"unknown"',
      '"blockingMissing"',
      '"blockingUnknown"',
      '"blockers"',
    ])
    expect(come.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        '"overallStatus": "blocked",',
        '"basis": "known_missing:dms_preflight",',
        '"blockers": [',
      ]),
    )
    expect(after).toContain('[ 1.50e2 ,"\\u00fcber\\/all",   -0 ]')
  })

  it.each<[NonNullable<PlanOptions['shape']>, unknown]>([
    ['ids', 'COM-001'],
    ['sentences', expect.stringMatching(/^COM-001: Title of /)],
    ['objects', { id: 'COM-001', title: expect.any(String), owner: 'DBA' }],
    ['named', { prerequisiteId: 'COM-001', prerequisite: expect.any(String) }],
  ])('has a new blocker in the shape that the others have: %s', (shape, entry) => {
    const before = planText(P12, { shape, rows: { 'COM-003': { status: 'missing' } } })
    const plan = parse(written(before, { 'COM-001': result('source/a', 'fail') }))
    expect([plan.blockers.length, plan.blockers[1]]).toEqual([2, entry])
    expect(plan.unknowns.length).toBe((JSON.parse(before) as PlanJson).unknowns.length - 1)
  })

  it('has a new blocker with id and title where there is none to follow', () => {
    const change = (plan: PlanJson): void => {
      plan.unknowns = [['ask the network team']]
    }
    const plan = parse(written(planText(P12, { change }), { 'COM-001': result('source/a', 'fail') }))
    expect(plan.blockers).toEqual([{ id: 'COM-001', title: expect.any(String) }])
    expect(plan.unknowns).toEqual([['ask the network team']])
  })

  it('takes a row that is settled out of the blockers, where it stood as unknown, and leaves it there when it is missing', () => {
    const before = planText(P12, { isStrict: true })
    const named = (after: WrittenBack): string => JSON.stringify(parse(after).blockers)
    expect(named(written(before, { 'P12-011': pass }))).not.toContain('P12-011')
    expect(named(written(before, { 'P12-011': result('a/f', 'fail') })).match(/P12-011/g)).toHaveLength(1)
  })

  it('has a row block again that was written as not blocking because it did not apply', () => {
    const before = planText(P12, { isStrict: true, rows: { 'P12-008': { status: 'not_applicable' } } })
    expect(rowOf(JSON.parse(before) as PlanJson, 'P12-008')?.blocking).toBe(false)
    const after = written(before, { 'P12-008': result('a/f', 'fail') })
    expect(rowOf(parse(after), 'P12-008')).toMatchObject({ status: 'missing', blocking: true })
    expect([parse(after).overallStatus, parse(after).summary['blockingMissing']]).toEqual(['blocked', 1])
    expect(brokenInvariants(after.text, before)).toEqual([])
  })

  it('keeps an entry as long as one of its rows is open', () => {
    const change = (plan: PlanJson): void => {
      plan.unknowns = [{ field: 'x', feeds: ['COM-001', 'COM-002'] }, ...plan.unknowns.slice(2)]
    }
    const once = written(planText(P12, { change }), { 'COM-001': result('source/a', 'fail') })
    expect(parse(once).unknowns[0]).toEqual({ field: 'x', feeds: ['COM-001', 'COM-002'] })
    const twice = written(once.text, { 'COM-002': result('source/b', 'fail') })
    expect(parse(twice).unknowns[0]).not.toHaveProperty('feeds')
  })

  it('has one record of ours for a row, however often it is written, and none for what fails', () => {
    const first = written(planText(P12), { 'P12-011': pass })
    const later = { ...RUN, collectedAt: '2026-11-27T12:00:00.000Z' }
    const second = written(first.text, { 'P12-011': pass }, later)
    expect(parse(second).evidenceRegister).toMatchObject([
      { id: 'dms-preflight-P12-011', collectedAt: later.collectedAt },
    ])
    const third = written(second.text, { 'P12-011': result('service/a', 'fail') })
    expect(parse(third).evidenceRegister).toEqual([])
    expect(rowOf(parse(third), 'P12-011')).toMatchObject({ status: 'missing', acceptedEvidence: [] })
    const fourth = written(third.text, { 'P12-011': pass })
    expect(rowOf(parse(fourth), 'P12-011')?.status).toMatch(/^(confirmed|reported)$/)
    expect(parse(fourth).blockers).toEqual([])
  })

  it('keeps a record of ours that somebody has accepted for another row too', () => {
    const own = record('dms-preflight-P12-011', ['P12-011'])
    const rows = { 'COM-003': { status: 'reported', acceptedEvidence: [own.id] } }
    const before = planText(P12, { rows, evidence: [own] })
    const after = written(before, { 'P12-011': result('service/a', 'fail') })
    expect(parse(after).evidenceRegister).toEqual([own])
  })
})

describe('what the evidence tells', () => {
  const canary = 'canary-sql01.corp.example'
  const subject = { subject: { kind: 'sql-server', name: canary }, summary: canary, evidence: { host: canary } }
  const location = { location: { path: canary, line: 1, column: 1 }, actual: canary, expected: canary }

  it('is nothing of hosts, logins and resources: not in words, not in the hash', () => {
    const plain = written(planText(P12), { 'P12-011': result('service/a', 'pass') })
    const full = { ...result('service/a', 'pass'), ...subject, ...location } as Results[number]
    expect(full).toHaveProperty('evidence')
    const after = written(planText(P12), { 'P12-011': full })
    expect(after.text).not.toContain('canary')
    expect(after.text).toBe(plain.text)
  })

  it('is the report and the verdicts: whoever has the report can make the hash again, and another verdict is another one', () => {
    const row = { id: 'P12-011', finding: 'proven', results: [result('service/a', 'pass')] } as const
    const reference = evidenceReference(row, REPORT)
    const checks = [{ id: 'service/a', verdict: 'pass', proof: 'direct' }]
    expect(reference).toBe(sha256(canonicalJson({ row: 'P12-011', report: REPORT, checks })))
    expect(evidenceReference(row, `sha256:${'b'.repeat(64)}`)).not.toBe(reference)
    expect(evidenceReference({ ...row, results: [result('service/a', 'attested')] }, REPORT)).not.toBe(reference)
  })
})
