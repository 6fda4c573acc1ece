import { describe, expect, it } from '@jest/globals'
import { overallStatusOf, summaryOf, type CountedRow } from './derive.ts'
import { ROW_STATUSES } from './plan.ts'

type Word = `${CountedRow['requirementType']}${'!' | ''} ${CountedRow['status']}`

/** `required! missing`: a required and blocking row that is missing. */
function rowsOf(...words: Word[]): CountedRow[] {
  return words.map((word) => {
    const [type = '', status] = word.split(' ')
    const requirementType = type.replace('!', '') as CountedRow['requirementType']
    return { requirementType, blocking: type.endsWith('!'), status: status as CountedRow['status'] }
  })
}

describe('the status of a plan', () => {
  it.each<[string, Word[]]>([
    ['blocked', ['required! missing', 'required! unknown']],
    ['blocked', ['conditional! missing', 'required! confirmed']],
    ['unknown_requires_assessment', ['required! unknown', 'required! reported']],
    ['unknown_requires_assessment', ['conditional! unknown']],
    ['ready_with_conditions', ['required! reported', 'required! confirmed']],
    ['ready_with_conditions', ['required missing', 'required! confirmed']],
    ['ready_with_conditions', ['required unknown', 'required! confirmed']],
    ['ready_with_conditions', ['required reported', 'required! confirmed']],
    ['ready_with_conditions', ['conditional missing', 'required! confirmed']],
    ['ready_with_conditions', ['conditional! reported', 'required! confirmed']],
    ['ready', ['required! confirmed', 'conditional! not_applicable', 'conditional! confirmed']],
    ['ready', ['required! confirmed', 'recommended missing', 'recommended unknown', 'recommended reported']],
  ])('is %s with %j', (expected, words) => {
    expect(overallStatusOf(rowsOf(...words))).toBe(expected)
  })
})

describe('the counts of a plan', () => {
  it('are those of its rows, and of those that block', () => {
    const rows = ROW_STATUSES.flatMap((status) =>
      rowsOf(`required! ${status}`, `required ${status}`, `conditional! ${status}`),
    )
    expect(summaryOf(rows)).toEqual({
      ...{ confirmed: 3, reported: 3, missing: 3, unknown: 3, notApplicable: 3 },
      ...{ blockingMissing: 2, blockingUnknown: 2, blockingReported: 2 },
    })
  })
})
