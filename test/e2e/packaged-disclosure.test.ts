import { afterAll, describe, expect, it } from '@jest/globals'
import { PULL_REQUEST } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { undeterminedStory } from '../../lab/stories/undetermined.ts'
import { createTheatre, ENTRY, reportOf, surfacesOf } from './action.ts'

const PUBLIC = { ...PULL_REQUEST, repository: { ...PULL_REQUEST.repository, private: false, visibility: 'public' } }
/** Hosts, logins, databases, rules, networks, people and tickets of the stories. */
const TELLING =
  /localhost|127\.0\.0\.1|\b127\.0\.0\.0\/8|10\.1\.\d|203\.0\.113|\bSQL01\b|sqlsales|\[dms\]|['`]dms['`]|\b(?:as|of|for|by|user|login) dms\b|\bdms (?:lacks|was|is|has|may)\b|Orders|OrdersNew|snet-dms|vnet-hub|nsg-dms|AllowDmsToServices|vgw-hub|lgw-headquarters|rg-sales|rg-net|11111111-2222|windows-team|network-team|tickets\.example|\b15\.0\.4385|CN=/
const theatre = createTheatre()
afterAll(() => theatre.close())

const STORIES = [
  ['not ready', salesStory({ fixed: false })],
  ['undetermined', undeterminedStory({ fixed: false })],
  ['refused', changeStory(salesStory({ fixed: true }), { secrets: { TARGET_PASSWORD: 'wrong-Pa55' } })],
] as const

describe.each(STORIES)('in a public repository, a migration that is %s', (_, story) => {
  it('shows ids, verdicts and general advice, and nothing of the servers', async () => {
    const stage = await theatre.stage(story, { github: { visibility: 'public' } })
    const run = theatre.keep(await stage.run(ENTRY, { event: PUBLIC }))
    expect(run.outputs['ready']).toBe('false')
    const surfaces = surfacesOf(run, stage)
    // GitHub itself tells these to anyone; the trusted ref's files are asked for by their paths.
    surfaces['sent to GitHub'] = stage.github.requests.map(({ body }) => body).join('\n')
    for (const [surface, text] of Object.entries(surfaces)) {
      expect({ surface, telling: TELLING.exec(text)?.[0], near: nearOf(text) }).toEqual({ surface })
    }
    const checks = reportOf(run).manifests.flatMap((manifest) => manifest.checks)
    expect(reportOf(run).disclosure).toBe('names')
    expect(checks.length).toBeGreaterThan(20)
    expect(checks.every(({ evidence }) => Object.keys(evidence).length === 0)).toBe(true)
    const open = checks.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
    expect(open.length).toBeGreaterThan(0)
    for (const { title, remediation } of open) {
      expect(run.summary).toContain(title)
      expect(remediation?.text).not.toBe('')
    }
  })
})

it('shows only numbers where `disclose: counts` asks for it', async () => {
  const stage = await theatre.stage(salesStory({ fixed: false }))
  const run = theatre.keep(await stage.run(ENTRY, { inputs: { disclose: 'counts' } }))
  expect(reportOf(run).manifests).toEqual([])
  expect(run.outputs).toMatchObject({ status: 'not-ready', fail: '1' })
  const { summary } = run
  for (const id of ['source/login-has-control-server', 'CONTROL SERVER', 'Sales to Azure']) {
    expect([id, summary.includes(id), run.stdout.includes(id)]).toEqual([id, false, false])
  }
  expect(run.annotations).toEqual([])
})

it('shows everything in a private one', async () => {
  const stage = await theatre.stage(salesStory({ fixed: false }))
  const run = theatre.keep(await stage.run(ENTRY))
  expect(run.summary).toContain('GRANT CONTROL SERVER TO [dms]')
  expect(reportOf(run).disclosure).toBeUndefined()
})

function nearOf(text: string): string | undefined {
  const at = text.search(TELLING)
  return at < 0 ? undefined : text.slice(Math.max(0, at - 80), at + 80)
}
