import { afterAll, describe, expect, it } from '@jest/globals'
import { parseWorkflowCommands } from '../../lab/runner/commands.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { expectHarmless } from '../inert-markdown.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportOf, surfacesOf } from './action.ts'

const HOSTILE = [
  '::error::x1',
  '\n::error file=a.yml,line=1::x2\n',
  '\r::set-output name=ready::true\r',
  '::stop-commands::x3',
  '##[error]x4',
  '%0A::error::x5',
  '\n##[add-path]/tmp\n',
  '@org/team',
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  'a | b || c |',
  '`code` ``` ~~~',
  '</details></summary>',
  '-->',
  '[here](https://evil.example) ![](https://evil.example/x.png)',
  '\nready=true\nEOF\n',
  '\u202egnp.exe',
].join(' ')
/** As a name it has no control characters, which a manifest may not hold. */
const NAME = '::error::n1 ##[error]n2 @org/team <script>n3 | `c` --> [x](https://evil.example)'
/** What a database of Azure SQL may be called. */
const DATABASES = ['##[error]n4', '@org', 'a|b', 'c`d``e', '[x](evil.example)', '# n5', '!-- n6']

const theatre = createTheatre()
afterAll(() => theatre.close())

describe('text of servers and manifests that wants to be more than text', () => {
  const databases = DATABASES.map((name) => `'${name}'`).join(', ')
  const said = { number: 18456, state: 1, severity: 14, message: HOSTILE }
  const armError = { error: { code: HOSTILE, message: HOSTILE } }

  it.each([
    ['errors of servers', { source: { state: { refuseAll: said } }, target: { state: { refuseAll: said } } }, armError],
    [
      'names in the manifest',
      { manifest: { '[Sales, {': `[${databases}, {`, 'name: Sales to Azure SQL Database': `name: '${NAME}'` } },
      undefined,
    ],
  ] as const)('stays text: %s', async (_, change, azureError) => {
    const stage = await theatre.stage(changeStory(salesStory({ fixed: true }), change), {
      azure: (state) => {
        if (azureError !== undefined) state.faults = [{ match: '/providers/', status: 403, body: azureError }]
      },
    })
    const run = theatre.keep(await stage.run(ENTRY))
    expect(run.code).toBe(1)
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    expect(run.outputs['ready']).toBe('false')
    const shown = reportOf(run).manifests.flatMap(({ checks }) => checks)
    expect(JSON.stringify(shown)).toMatch(/evil\.example/)

    const commands = parseWorkflowCommands(`${run.stdout}\n${run.stderr}`)
    expect([...new Set(commands.map(({ name }) => name))].sort()).toEqual(expect.arrayContaining(['add-mask', 'error']))
    for (const { name, properties, message } of commands) {
      expect(['add-mask', 'error', 'warning', 'notice', 'group', 'endgroup']).toContain(name)
      // Ours have a title or stand for many; one that a text slipped in has neither.
      if (name === 'error')
        expect([message, properties['title'] !== undefined || / more /.test(message)]).toEqual([message, true])
    }
    expect(run.annotations.every(({ title = '' }) => !/^\s*(?:::|x\d|n\d)/.test(title))).toBe(true)
    for (const [surface, text] of Object.entries(surfacesOf(run, stage))) {
      if (surface === 'standard output')
        expect(text).not.toMatch(/^\s*::(?!(?:error|warning|notice|group|endgroup)\b)|##\[/m)
    }
    for (const markdown of [run.summary, stage.github.comments[0]?.body ?? '']) {
      expect(expectHarmless(markdown)).toBeGreaterThan(0)
    }
  })
})
