import { afterEach, describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runAction, type ActionRun, type ActionStart } from '../../lab/runner.ts'
import { ESTATE, SALES, WAVE } from '../manifests.ts'
import { ENTRY, OUTPUT_NAMES } from './action.ts'

const OLD = '.github/dms-preflight.yml'
const NEW = '.github/dms-preflight.modern.yml'
const SERVICE =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.DataMigration/sqlMigrationServices/dms'

const runs: ActionRun[] = []
afterEach(async () => {
  for (const run of runs.splice(0)) await run.dispose()
})

async function convert(files: ActionStart['files'], start: Partial<ActionStart> = {}): Promise<ActionRun> {
  const run = await runAction({
    entry: ENTRY,
    eventName: 'workflow_dispatch',
    apiUrl: 'http://127.0.0.1:9',
    event: { repository: { default_branch: 'main', private: true, visibility: 'private' } },
    ...start,
    inputs: { mode: 'convert', ...start.inputs },
    files: { ...files, ...start.files },
  })
  runs.push(run)
  expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
  expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false', total: '0', report: '', receipt: '' })
  return run
}

const read = (run: ActionRun, file: string): string => readFileSync(path.join(run.workspace, file), 'utf8')
const errorsOf = (run: ActionRun): string[] =>
  run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)

describe('mode: convert', () => {
  it('writes the manifest for the service of today beside the classic one, and says what is left to answer', async () => {
    const run = await convert({ [OLD]: SALES, 'dms-preflight-report/report.json': 'of an earlier run' })
    expect([run.code, errorsOf(run)]).toEqual([0, []])
    expect(read(run, OLD)).toBe(SALES)
    const text = read(run, NEW)
    expect(text).toMatch(/^generation: modern$/m)
    expect(text).toMatch(
      /^ {2}# TODO: the id of the Microsoft\.DataMigration\/sqlMigrationServices.*\n(?: {2}#.*\n)* {2}service:$/m,
    )
    for (const words of [run.summary, run.stdout]) {
      expect(words).toContain('Converted for the service of today: 1 file')
      expect(words).toContain(`${NEW}:10`)
      expect(words).toContain('-generation: classic\n+generation: modern\n')
      expect(words).toContain('source/firewall-appliance-lets-dms-in')
      expect(words).toContain('Run the gate with the new manifest')
    }
    // It is no gate: what a run of the gate left is not touched.
    expect(read(run, 'dms-preflight-report/report.json')).toBe('of an earlier run')
  })

  it('leaves a manifest that the gate takes once the question is answered, and refuses before at that line', async () => {
    const first = await convert({ [OLD]: SALES })
    const open = read(first, NEW)
    const check = (text: string): Promise<ActionRun> =>
      runAction({
        entry: ENTRY,
        eventName: 'workflow_dispatch',
        event: {},
        apiUrl: 'http://127.0.0.1:9',
        files: { [OLD]: text },
        inputs: { 'fail-on': 'never', environment: 'https://127.0.0.1:9' },
      })
    const refused = await check(open)
    runs.push(refused)
    const problem = refused.annotations.find(({ level }) => level === 'error')
    expect([refused.code, problem?.message, problem?.file]).toEqual([
      1,
      expect.stringMatching(/^dms\.service must be the Azure resource id.*nothing stands here/),
      OLD,
    ])
    expect(open.split('\n')[Number(problem?.line) - 1]).toBe('  service:')
    const taken = await check(open.replace(/^ {2}service:$/m, `  service: ${SERVICE}`))
    runs.push(taken)
    expect(taken.code).toBe(0)
    expect(Number(taken.outputs['total'])).toBeGreaterThan(5)
    expect(taken.stdout).not.toContain('DMS classic for SQL Server')
  })

  it('does nothing the second time, and nothing to a manifest for the service of today', async () => {
    const first = await convert({ [OLD]: SALES })
    const text = read(first, NEW)
    const again = await convert({ [OLD]: SALES, [NEW]: text })
    expect([again.code, errorsOf(again)]).toEqual([0, []])
    expect(again.summary).toContain('stands there already, just as it would be written')
    const both = await convert({ [OLD]: SALES, [NEW]: text }, { inputs: { manifest: '.github/*.yml' } })
    expect([both.code, both.summary]).toEqual([0, expect.stringContaining('there is nothing to convert in it')])
    const modern = await convert({ [OLD]: text })
    expect([modern.code, modern.summary]).toEqual([0, expect.stringContaining('Nothing is left to convert')])
    expect(readdirSync(path.join(modern.workspace, '.github'))).toEqual(['dms-preflight.yml'])
  })

  it('never overwrites', async () => {
    const mine = `${SALES}# mine\n`
    const run = await convert({ [OLD]: SALES, [NEW]: mine })
    expect([run.code, errorsOf(run)]).toEqual([1, [expect.stringContaining('never overwrites')]])
    expect(run.summary).toContain('## ⛔ Nothing was converted')
    expect(read(run, NEW)).toBe(mine)
    const link = await convert({ [OLD]: SALES, [NEW]: { link: '../../out.yml' } })
    expect([link.code, errorsOf(link)]).toEqual([1, [expect.stringMatching(/never overwrites/)]])
    expect(existsSync(path.join(link.home, 'out.yml'))).toBe(false)
  })

  it('takes an estate with its waves, each file once', async () => {
    const files = { 'waves/estate.yml': ESTATE, 'waves/w1.yml': WAVE, 'waves/w2.yml': WAVE.replace('Wave 2', 'Wave 3') }
    const run = await convert(files, { inputs: { manifest: 'waves/*.yml' } })
    expect([run.code, errorsOf(run)]).toEqual([0, []])
    expect(readdirSync(path.join(run.workspace, 'waves')).sort()).toEqual([
      ...['estate.modern.yml', 'estate.yml', 'w1.modern.yml', 'w1.yml', 'w2.modern.yml', 'w2.yml'],
    ])
    expect(read(run, 'waves/w2.modern.yml')).toContain('\nextends: estate.modern.yml\n')
    expect(run.summary.match(/`dms\.service`: /g)).toHaveLength(1)
  })

  it('writes nothing at all when one manifest is wrong, and says where', async () => {
    const files = { 'a.yml': SALES, 'b.yml': SALES.replace('generation: classic', 'generation: clasic') }
    const run = await convert(files, { inputs: { manifest: '*.yml' } })
    expect(run.code).toBe(1)
    expect(run.annotations).toEqual([expect.objectContaining({ level: 'error', file: 'b.yml', line: 4 })])
    expect(readdirSync(run.workspace).sort()).toEqual(['a.yml', 'b.yml'])
    const bytes = Buffer.from(SALES.replace('Sales to', 'S\u00e4les to'), 'latin1')
    const broken = await convert({ [OLD]: bytes })
    expect([broken.code, errorsOf(broken)]).toEqual([1, ['the file is not UTF-8 throughout']])
  })

  it('shows no line of a manifest where strangers read', async () => {
    const event = { repository: { default_branch: 'main', private: false, visibility: 'public' } }
    const instance = SALES.replace('azure-sql-database', 'azure-sql-managed-instance')
      .replace('servers/sqlsales', 'managedInstances/sqlsales')
      .replace('container: {', 'containers:\n  stcanary: {')
    for (const text of [SALES, instance]) {
      const run = await convert({ [OLD]: text }, { event })
      expect(run.code).toBe(0)
      for (const words of [run.summary, run.stdout]) {
        expect(words).toContain(`${NEW}:10`)
        expect(words).not.toMatch(/sql01|snet-dms|stcanary|203\.0\.113|@@ /)
      }
    }
  })
})
