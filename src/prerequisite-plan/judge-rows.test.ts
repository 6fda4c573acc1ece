import { describe, expect, it } from '@jest/globals'
import { checked, citing, pathOf, result } from '../../test/prerequisite-plan/plan-fixtures.ts'
import { PLAN_PATHS, type PlanRow } from '../domain/plan-rows.ts'
import { judgeRows, type CheckedManifest, type RowFinding } from './judge-rows.ts'
import { pathMismatch } from './match-path.ts'

const P12 = pathOf('P12')
const ROW: PlanRow = { id: 'P12-007', type: 'required', blocking: true, asks: 'rights' }
type Results = CheckedManifest['checks']

function findingOf(results: Results, row: Partial<PlanRow> = {}): RowFinding | undefined {
  const catalogue = [...new Set(results.map(({ id }) => id))].map((id) => citing(id, ['DBPERM', ROW.id]))
  return judgeRows(P12, [checked(P12, results)], catalogue, [{ ...ROW, ...row }])[0]?.finding
}

const pass = result('a/pass', 'pass')
const fail = result('a/fail', 'fail')
const na = result('a/na', 'not-applicable')
const proxy = result('a/proxy', 'pass', { proof: 'proxy' })
const attested = result('a/attested', 'attested')
const CONDITIONAL: Partial<PlanRow> = { type: 'conditional', appliesBy: 'a/na' }
const MORE: Partial<PlanRow> = { ...CONDITIONAL, rest: 'keys' }
const small = { severity: 'recommended' } as const

describe('the checks of a row', () => {
  const cases: [string, Results, RowFinding, Partial<PlanRow>?][] = [
    ['all pass', [pass, pass], 'proven'],
    ['all that apply pass', [pass, na], 'proven'],
    ['all pass, and a person has to show more', [pass], 'partly', { rest: 'a plan' }],
    ['one passes from elsewhere', [pass, proxy], 'partly'],
    ['a person vouches', [pass, attested], 'partly'],
    ['one fails', [pass, fail], 'failed'],
    ['one fails beside one that could not look', [result('a/u', 'unknown'), fail], 'failed'],
    ['a failure is waived', [pass, result('a/w', 'waived')], 'failed'],
    ['a recommended one fails', [pass, result('a/f', 'fail', small)], 'open'],
    ['a recommended one fails on a recommended row', [result('a/f', 'fail', small)], 'failed', { type: 'recommended' }],
    ['a recommended one could not look', [pass, result('a/u', 'unknown', small)], 'open'],
    ['one could not look', [pass, result('a/u', 'unknown')], 'open'],
    ['one was not tried', [pass, result('a/b', 'blocked')], 'open'],
    ['one waits for a person', [pass, result('a/m', 'manual')], 'open'],
    ['none applies', [na, na], 'not-applicable', { type: 'conditional' }],
    ['none applies to a row that always does', [na], 'open'],
    ['none applies, and a person has to show more', [na], 'open', { type: 'conditional', rest: 'keys' }],
    ['there is none', [], 'open', { type: 'conditional' }],
    ['the telling one says that its condition does not hold', [pass, na], 'not-applicable', CONDITIONAL],
    ['so too beside a failure, and where a person has to show more', [fail, na], 'not-applicable', MORE],
    ['the telling one applies somewhere', [pass, na, result('a/na', 'pass')], 'proven', CONDITIONAL],
    ['the telling one could not look', [pass, result('a/na', 'unknown')], 'open', CONDITIONAL],
    ['the telling one was not asked', [pass], 'proven', CONDITIONAL],
  ]
  it.each(cases.map(([what, results, expected, row = {}]) => [what, results, expected, row] as const))(
    '%s',
    (_, results, expected, row) => {
      expect(findingOf(results, row)).toBe(expected)
    },
  )

  it('are those that cite it and apply to the manifest, on every subject and in every manifest of the path', () => {
    const catalogue = [
      citing('a/one', ['P12-007']),
      citing('a/other', ['P12-003']),
      citing('a/online', ['P12-007'], { migrations: ['online'] }),
      citing('a/classic', ['P12-007'], { generations: ['classic'] }),
    ]
    const all = catalogue.map(({ meta }) => result(meta.id, 'fail'))
    const [row] = judgeRows(P12, [checked(P12, all), checked(P12, [result('a/one', 'pass')])], catalogue, [ROW])
    expect(row?.results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['a/one fail', 'a/one pass'])
  })

  it('of another path, or of classic, do not count', () => {
    const catalogue = [citing('a/one', ['P12-007', 'P23-001', 'COM-001'], { generations: ['modern', 'classic'] })]
    const others = [
      checked(pathOf('P23'), [result('a/one', 'fail')]),
      { ...checked(P12, [result('a/one', 'fail')]), manifest: { ...P12, generation: 'classic' as const } },
    ]
    const judged = judgeRows(P12, [...others, checked(P12, [result('a/one', 'pass')])], catalogue)
    expect(judged.filter(({ finding }) => finding !== 'open').map(({ id }) => id)).toEqual(['COM-001', 'P12-007'])
    expect(judged.every(({ results }) => results.every(({ verdict }) => verdict === 'pass'))).toBe(true)
  })
})

describe('the path of a plan', () => {
  it.each(PLAN_PATHS)('$id is that of a manifest of its kind, and of no other', (path) => {
    const kinds = PLAN_PATHS.map((one) => ({ id: one.id, manifest: checked(one, []).manifest }))
    for (const { id, manifest } of kinds) {
      const words = pathMismatch(path, [{ manifest }])
      if (id === path.id) expect(words).toBeUndefined()
      else expect(words).toMatch(new RegExp(`^is for the path ${path.id} \\(.*this run's manifest is for ${id} \\(`))
    }
    expect(pathMismatch(path, kinds)).toBeUndefined()
  })

  it('is none of a classic manifest', () => {
    const manifest = { ...checked(P12, []).manifest, generation: 'classic' as const }
    expect(pathMismatch(P12, [{ manifest }])).toBe(
      "is for the path P12 (Azure SQL Database, modern, offline), but this run's manifest is for Azure SQL Database, classic, which no path of the plan is for",
    )
  })
})
