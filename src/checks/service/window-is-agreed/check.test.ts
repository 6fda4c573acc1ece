import { describe, expect, it } from '@jest/globals'
import { askPerson } from '../../../../test/person-rig.ts'
import check from './check.ts'

const cutover = { start: '2026-12-05T20:00:00.000Z', durationMs: 21_600_000 }

describe('service/window-is-agreed', () => {
  it('asks for the window where the manifest states none', async () => {
    const { judgement } = await askPerson(check, {})
    expect(judgement).toMatchObject({ verdict: 'manual', summary: expect.stringContaining('no `cutover`') as unknown })
  })

  it('leaves a window that is ahead to a person, with what is wanted on each path', async () => {
    const offline = await askPerson(check, { cutover })
    expect(offline.judgement).toMatchObject({
      verdict: 'manual',
      summary: expect.stringMatching(
        /^Whether the window 2026-12-05T20:00:00\.000Z to 2026-12-06T02:00:00\.000Z .*copy of the rows/,
      ) as unknown,
    })
    const scenario = 'sql-server-to-azure-sql-managed-instance' as const
    const online = await askPerson(check, { cutover, scenario, migration: 'online' })
    expect(online.judgement.summary).toMatch(/last log backup.*writes stopped, tail of the log/)
    expect((await askPerson(check, { cutover, scenario })).judgement.summary).toContain('backup, copy, restore')
  })

  it.each([
    ['a second before its end', '2026-12-06T01:59:59Z', 'manual'],
    ['at its end', '2026-12-06T02:00:00Z', 'fail'],
    ['a day later', '2026-12-07T02:00:00Z', 'fail'],
  ])('fails once the window is over: %s', async (_name, now, verdict) => {
    const { judgement } = await askPerson(check, { cutover }, Date.parse(now))
    expect(judgement.verdict).toBe(verdict)
  })
})
