import { describe, expect, it } from '@jest/globals'
import { fakeCheck, MANIFEST } from '../../test/fixtures.ts'
import { fedTargetSubjects } from '../checks/subjects.ts'
import { planChecks } from './plan.ts'

describe('planChecks', () => {
  it('keeps the order of the catalogue, then of the manifest', () => {
    const plan = planChecks(MANIFEST, [fakeCheck({ id: 'b/second', on: 'database' }), fakeCheck({ id: 'a/first' })])
    expect(plan.checks.map(({ check, subject }) => `${check.meta.id} ${subject.name}`)).toEqual([
      'b/second default/Sales',
      'b/second default/OrdersNew',
      'a/first Wave 1',
    ])
  })

  it('finds a need on the subject itself, on what it is within, and on what is within it', () => {
    const plan = planChecks(MANIFEST, [
      fakeCheck({ id: 'azure/sign-in' }),
      fakeCheck({ id: 'target/exists', on: 'database', needs: [{ id: 'azure/sign-in' }] }),
      fakeCheck({ id: 'target/login', on: 'target', needs: [{ id: 'target/exists', any: true }] }),
      fakeCheck({ id: 'target/rights', on: 'database', needs: [{ id: 'target/login' }, { id: 'target/exists' }] }),
    ])
    expect(plan.checks.map(({ needs }) => needs)).toEqual([
      [],
      [{ any: false, on: [0] }],
      [{ any: false, on: [0] }],
      [{ any: true, on: [1, 2] }],
      [
        { any: false, on: [3] },
        { any: false, on: [1] },
      ],
      [
        { any: false, on: [3] },
        { any: false, on: [2] },
      ],
    ])
  })

  it('finds a need on each of several subjects of a kind that it is within', () => {
    const [first] = MANIFEST.sources
    if (first === undefined) throw new Error('the fixture has no source')
    const manifest = { ...MANIFEST, sources: [first, { ...first, name: 'crm' }] }
    const fed = fakeCheck({ id: 'target/storage', needs: [{ id: 'source/login' }, { id: 'target/login' }] })
    const plan = planChecks(manifest, [
      fakeCheck({ id: 'source/login', on: 'source' }),
      fakeCheck({ id: 'target/login', on: 'target' }),
      { ...fed, subjects: fedTargetSubjects },
    ])
    expect(plan.checks.at(-1)?.needs.map(({ on }) => on)).toEqual([[0, 1], [2]])
  })

  it('leaves out needs whose condition does not hold, and checks of other scenarios', () => {
    const other = fakeCheck({ id: 'share/exists' })
    other.meta = { ...other.meta, scenarios: ['sql-server-to-azure-sql-managed-instance'] }
    const plan = planChecks(MANIFEST, [
      fakeCheck({ id: 'a/one' }),
      fakeCheck({ id: 'a/two', needs: [{ id: 'a/one', when: () => false }] }),
      other,
    ])
    expect(plan.checks.map(({ check, needs }) => [check.meta.id, needs])).toEqual([
      ['a/one', []],
      ['a/two', []],
    ])
  })
})
