import { afterAll, describe, expect, it, jest } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { runtimeNode } from '../../lab/azure/runtime-nodes.ts'
import type { AzureState } from '../../lab/azure/state.ts'
import { PULL_REQUEST } from '../../lab/stage.ts'
import { runtimeStory } from '../../lab/stories/runtime.ts'
import { sqlMachineStory } from '../../lab/stories/sql-machine.ts'
import { pathOf, planText } from '../prerequisite-plan/plan-fixtures.ts'
import { createTheatre, ENTRY, reportOf, surfacesOf } from './action.ts'

/** Each test is two runs of the action, on a machine that may be busy. */
jest.setTimeout(120_000)

const PUBLIC = { ...PULL_REQUEST, repository: { ...PULL_REQUEST.repository, private: false, visibility: 'public' } }
const PLAN = 'migration/plan.json'
/** Services, nodes, machines, hosts, logins, databases, accounts and thumbprints of the stories. */
const TELLING =
  /localhost|127\.0\.0\.1|\bSQL01\b|\bVM-SQL\b|vm-sql|nic-sql|CANARYNODE|dms-sales|sqlsales|\[dms\]|['`]dms['`]|\b(?:as|of|for|by|user|login) dms\b|\bdms (?:lacks|was|is|has|may)\b|Orders|OrdersNew|rg-sales|rg-net|stmig|11111111-2222|\b1[56]\.0\.4\d{3}|5\.4\d\.\d{4}|CN=/
const theatre = createTheatre()
afterAll(() => theatre.close())

const putNode = (state: AzureState): void => {
  state.runtimeNodes = [runtimeNode('CANARYNODE')]
}
const STORIES = [
  ['Azure SQL Database', runtimeStory({ probe: true, hosts: ['localhost'] }), 'P12'],
  ['a virtual machine', sqlMachineStory(), 'P25'],
] as const

describe.each(STORIES)('a migration by the service of today to %s, in a public repository', (_, story, planPath) => {
  it.each(['auto', 'counts'])('shows nothing of its servers, also in the plan: disclose %s', async (disclose) => {
    const stage = await theatre.stage(story, { github: { visibility: 'public' }, azure: putNode })
    const run = theatre.keep(
      await stage.run(ENTRY, {
        event: PUBLIC,
        inputs: { disclose, 'prerequisite-plan': PLAN },
        files: { [PLAN]: planText(pathOf(planPath)) },
      }),
    )
    const surfaces = surfacesOf(run, stage)
    // GitHub itself tells these to anyone; the trusted ref's files are asked for by their paths.
    surfaces['sent to GitHub'] = stage.github.requests.map(({ body }) => body).join('\n')
    surfaces['the plan'] = readFileSync(path.join(run.workspace, PLAN), 'utf8')
    for (const [surface, text] of Object.entries(surfaces)) {
      expect({ surface, telling: TELLING.exec(text)?.[0], near: nearOf(text) }).toEqual({ surface })
    }
    expect(reportOf(run).run.trusted).toBe(true)
    expect(run.stdout).toContain('The prerequisite plan')
  })
})

function nearOf(text: string): string | undefined {
  const at = text.search(TELLING)
  return at < 0 ? undefined : text.slice(Math.max(0, at - 80), at + 80)
}
