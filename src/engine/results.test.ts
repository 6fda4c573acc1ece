import { describe, expect, it } from '@jest/globals'
import { MANIFEST } from '../../test/fixtures.ts'
import { CATALOGUE } from '../checks/catalogue.generated.ts'
import { planChecks } from '../plan/plan.ts'
import { failureResult } from './results.ts'

describe('the source of a result', () => {
  const planned = planChecks(MANIFEST, CATALOGUE).checks
  const sourceOf = (id: string) => {
    const one = planned.find(({ check }) => check.meta.id === id)
    if (one === undefined) throw new Error(id)
    return failureResult({ planned: one, vantage: 'runner', durationMs: 0 }, { kind: 'bug', message: 'x' }).source
  }

  it('says until when a rule of the classic service held, and nothing of one that holds today', () => {
    expect(sourceOf('network/nsg-allows-dms-ports')).toMatchObject({ until: '2026-03-15' })
    expect(sourceOf('source/name-resolves')).not.toHaveProperty('until')
  })
})
