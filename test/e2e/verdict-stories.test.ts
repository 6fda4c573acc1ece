import { describe, expect, it } from '@jest/globals'
import { findSamba } from '../../lab/smb/samba.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { readyStory } from '../../lab/stories/ready.ts'
import { STORIES } from '../../lab/stories/stories.ts'
import type { Story } from '../../lab/stories/story.ts'
import { expectSound, rootCauses, startAll } from './rig.ts'

const TIMEOUT_MS = 60_000

const hasSamba = findSamba()

// SQL Server Browser has one port on a machine: stories with one are played in verdict-browser.test.ts.
const stories = Object.entries(STORIES)
  .flatMap(([name, makeStory]) =>
    [false, true].map((fixed) => ({ world: `${name}${fixed ? ', fixed' : ''}`, story: makeStory({ fixed }) })),
  )
  .filter(({ story }) => story.browser === undefined)
  .flatMap(({ world, story }) => (story.fileServer === undefined ? [{ world, story }] : withFileServer(world, story)))

/** As it is where Samba is, and as the demo plays it where it is not. */
function withFileServer(world: string, story: Story): { world: string; story: Story }[] {
  const makeStory = STORIES[story.name]
  if (makeStory === undefined) throw new Error(`no story is named ${story.name}`)
  const without = makeStory({ fixed: world.endsWith(', fixed'), hasFileServer: false })
  return [...(hasSamba ? [{ world, story }] : []), { world: `${world}, without a file server`, story: without }]
}

/** The same account on two servers, with a password that both refuse. */
const twoSources = changeStory(readyStory(), {
  secrets: { SALES_PASSWORD: 'n0t-the-pass' },
  editManifest: (text) =>
    text.replace(
      /^ {2}- name: sales\n( {4}server: )localhost(,\d+\n(?: {4}.*\n)*)/m,
      (own, server: string, rest: string) => {
        return `${own}  - name: mirror\n${server}127.0.0.1${rest.replaceAll('Sales,', 'Sales2,').replace('OrdersNew', 'Orders2')}`
      },
    ),
})

describe('the stories of the lab', () => {
  const plays = startAll([...stories, { world: 'two sources', story: twoSources }])

  it.each(stories.map(({ world, story }) => [world, story.expected] as const))(
    '%s: ends as it says',
    async (world, { status, exitCode, failing }) => {
      const played = await plays(world)
      expectSound(played)
      expect(played.report.status).toBe(status)
      expect(played.run.code).toBe(exitCode)
      const failed = played.results.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)
      expect([...new Set(failed)].sort()).toEqual([...failing].sort())
    },
    TIMEOUT_MS,
  )

  it(
    'says until when the managed instance is ready: until the first of all ends, here that of the SAS',
    async () => {
      if (!hasSamba) return
      const { report, run, results } = await plays('managed-instance, fixed')
      const ends = results.flatMap(({ expiresAt, verdict }) =>
        expiresAt !== null && ['pass', 'attested', 'waived'].includes(verdict) ? [expiresAt] : [],
      )
      const sas = results.find(({ id }) => id === 'storage/sas-has-all-permissions')
      expect(sas?.expiresAt).toBe([...ends].sort()[0])
      expect([report.readyUntil, run.outputs['ready-until']]).toEqual([sas?.expiresAt, sas?.expiresAt])
      expect(ends.length).toBeGreaterThan(4)
    },
    TIMEOUT_MS,
  )

  it(
    'tries a refused password once, whichever of two servers comes first',
    async () => {
      const played = await plays('two sources')
      expectSound(played)
      const logins = played.results.filter(({ id }) => id === 'source/login-is-accepted')
      const refused = logins.find(({ verdict }) => verdict === 'fail')
      const withheld = logins.find(({ verdict }) => verdict === 'blocked')
      expect(logins).toHaveLength(2)
      expect(refused?.summary).toMatch(/error 18456/)
      expect(withheld?.summary).toMatch(/a refused password is not tried again/)
      expect(withheld?.blockedBy).toEqual([{ id: 'source/login-is-accepted', subject: refused?.subject.name }])
      expect(played.stage.sql['source']?.logins).toHaveLength(1)
      expect(rootCauses(played.results).filter(({ id }) => id.startsWith('source/'))).toEqual([refused])
    },
    TIMEOUT_MS,
  )
})
