import { describe, expect, it } from '@jest/globals'
import { askPerson } from '../../../../test/person-rig.ts'
import check from './check.ts'

describe('migration/rollback-is-agreed', () => {
  it.each(['offline', 'online'] as const)('is left to a person, who is told what is wanted: %s', async (migration) => {
    for (const scenario of check.meta.scenarios) {
      const { wanted, judgement } = await askPerson(check, { scenario, migration })
      expect(judgement.verdict).toBe('manual')
      expect(wanted.length).toBeGreaterThanOrEqual(3)
      for (const one of wanted) expect(judgement.summary).toContain(one)
    }
  })

  it('asks what the path needs', async () => {
    const instance = { scenario: 'sql-server-to-azure-sql-managed-instance' as const }
    const online = { ...instance, migration: 'online' as const }
    expect((await askPerson(check, instance)).judgement.summary).toContain('update policy')
    expect((await askPerson(check, instance)).judgement.summary).not.toContain('called off')
    expect((await askPerson(check, online)).judgement.summary).toContain('called off')
  })
})
