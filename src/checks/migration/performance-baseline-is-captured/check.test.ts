import { describe, expect, it } from '@jest/globals'
import { askPerson } from '../../../../test/person-rig.ts'
import check from './check.ts'

describe('migration/performance-baseline-is-captured', () => {
  it.each(['offline', 'online'] as const)('is left to a person, who is told what is wanted: %s', async (migration) => {
    for (const scenario of check.meta.scenarios) {
      const { wanted, judgement } = await askPerson(check, { scenario, migration })
      expect(judgement.verdict).toBe('manual')
      expect(wanted.length).toBeGreaterThanOrEqual(3)
      for (const one of wanted) expect(judgement.summary).toContain(one)
    }
  })

  it('asks what the path needs', async () => {
    const database = { scenario: 'sql-server-to-azure-sql-database' as const }
    const machine = { scenario: 'sql-server-to-sql-server-on-azure-vm' as const, migration: 'online' as const }
    expect((await askPerson(check, database)).judgement.summary).toContain('the tier of the target and its headroom')
    expect((await askPerson(check, database)).judgement.summary).not.toContain('log backups')
    expect((await askPerson(check, machine)).judgement.summary).toMatch(/log generated in an hour.*VM's size and disks/)
  })
})
