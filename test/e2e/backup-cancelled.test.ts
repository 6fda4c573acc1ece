import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { findOptionalProgram } from '../../lab/find-program.ts'
import { findSamba } from '../../lab/smb/samba.ts'
import type { Stage } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { shareStory } from '../../lab/stories/share.ts'
import { createTheatre, ENTRY, reportOf } from './action.ts'

/** A runner kills a cancelled step 7.5 s after SIGINT. */
const ENDS_WITHIN_MS = 7_500
const START_LIMIT_MS = 60_000
const PROBE = /^dms-preflight-probe-.*\.bak$/

const theatre = createTheatre()
const isThere = findSamba() && findOptionalProgram('smbclient', "Samba's client") !== undefined
let stage: Stage | undefined

beforeAll(async () => {
  if (!isThere) return
  const inputs = { 'allow-writes': 'true' }
  stage = await theatre.stage(changeStory(shareStory(), { inputs, source: { state: { backup: { hangs: true } } } }))
}, START_LIMIT_MS)
afterAll(() => theatre.close(), START_LIMIT_MS)

async function probes({ fileServer }: Stage): Promise<string[]> {
  return ((await fileServer?.list('backup')) ?? []).filter((name) => PROBE.test(name))
}

describe('a backup that is under way when the run ends', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'leaves no file behind after %s',
    async (signal) => {
      if (stage === undefined) return
      const started = await stage.spawn(ENTRY)
      const deadline = Date.now() + START_LIMIT_MS / 2
      while ((await probes(stage)).length === 0 && Date.now() < deadline) await delay(20)
      expect(await probes(stage)).toHaveLength(1)
      const at = performance.now()
      started.kill(signal)
      const run = theatre.keep(await started.done)
      expect(performance.now() - at).toBeLessThan(ENDS_WITHIN_MS)
      expect(await probes(stage)).toEqual([])
      const checks = reportOf(run).manifests.flatMap((manifest) => manifest.checks)
      const service = checks.find(({ id }) => id === 'share/service-account-can-write')
      expect(service).toMatchObject({ verdict: 'unknown', cause: { kind: 'cancelled' } })
    },
    START_LIMIT_MS,
  )

  it(
    'leaves no file behind after its deadline',
    async () => {
      if (stage === undefined) return
      const run = theatre.keep(await stage.run(ENTRY, { inputs: { deadline: '6s' } }))
      expect(stage.sql['source']?.statements.some((text) => text.startsWith('BACKUP DATABASE'))).toBe(true)
      expect(await probes(stage)).toEqual([])
      expect(reportOf(run).notices.filter((notice) => notice.includes('write probes'))).toEqual([])
    },
    START_LIMIT_MS,
  )
})
