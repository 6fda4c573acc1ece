import { describe, expect, it } from '@jest/globals'
import { sqlStory } from '../../lab/stories/sql.ts'
import { describeCases, expectSound, rootCauses, startAll } from './rig.ts'
import { BROWSER_CASES } from './verdicts/browser-cases.ts'

const TIMEOUT_MS = 60_000

// SQL Server Browser has one port on a machine, so these worlds follow one another.
describeCases('verdicts with SQL Server Browser', BROWSER_CASES, 1)

describe('five SQL Servers, each broken at another step', () => {
  const broken = sqlStory({ fixed: false })
  const plays = startAll(
    [
      { world: 'broken', story: broken },
      { world: 'mended', story: sqlStory({ fixed: true }) },
    ],
    1,
  )

  it(
    'has one root cause for each server',
    async () => {
      const played = await plays('broken')
      expectSound(played)
      expect(played.report.status).toBe('not-ready')
      const roots = rootCauses(played.results).map(({ id, subject: { name } }) => `${id} (${name})`)
      expect(roots).toEqual([
        'source/engine-port-is-reachable (shop)',
        'source/tls-is-acceptable (hr)',
        'source/login-is-accepted (web)',
        'source/tcp-ip-is-enabled (crm)',
        'source/database-is-readable (erp/Erp)',
      ])
      expect(roots.map((root) => root.split(' ')[0]).sort()).toEqual([...broken.expected.failing].sort())
    },
    TIMEOUT_MS,
  )

  it(
    'is ready when they are mended',
    async () => {
      const played = await plays('mended')
      expectSound(played)
      expect(played.report.status).toBe('ready')
    },
    TIMEOUT_MS,
  )
})
