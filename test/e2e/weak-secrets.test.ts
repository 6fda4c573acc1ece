import { afterAll, describe, expect, it, jest } from '@jest/globals'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportFiles, reportOf } from './action.ts'
import { junitFaults, sarifFaults } from '../report-readers.ts'

jest.setTimeout(60_000)

const theatre = createTheatre()
afterAll(() => theatre.close())

/** The server knows another password, and says aloud which one it was sent. */
async function play(password: string) {
  const refuseAll = { number: 18456, state: 1, severity: 14, message: `Login failed. Password was ${password}.` }
  const story = changeStory(salesStory({ fixed: true }), {
    secrets: { SALES_PASSWORD: password },
    source: { state: { refuseAll } },
  })
  return theatre.keep(await (await theatre.stage(story)).run(ENTRY))
}

describe.each(['1', 'pass', 'not-ready', 'dms', 'testcase'])('a password %j', (password) => {
  it('neither takes an output away nor breaks a report, and is no part of what the server said', async () => {
    const run = await play(password)
    expect(run.stderr).toBe('')
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    expect(run.outputs).toMatchObject({
      status: 'not-ready',
      ready: 'false',
      report: 'dms-preflight-report/report.json',
    })
    // The runner drops each output that holds a masked text (actions/runner, JobExtension.FinalizeJob).
    for (const mask of run.masks) for (const value of Object.values(run.outputs)) expect(value).not.toContain(mask)
    const files = reportFiles(run)
    const report = reportOf(run)
    expect(report.status).toBe('not-ready')
    const login = report.manifests[0]?.checks.find(({ id }) => id === 'source/login-is-accepted')
    expect(login).toMatchObject({ verdict: 'fail', summary: expect.stringContaining('Password was ***') })
    expect(await junitFaults(files['junit.xml'] ?? '')).toEqual([])
    expect(sarifFaults(files['report.sarif'] ?? '')).toEqual([])
    expect(report.problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('`SALES_PASSWORD` is too short or too common') },
    ])
    expect(
      run.annotations
        .filter(({ level }) => level === 'warning')
        .map(({ message }) => message)
        .join(),
    ).toContain('Use a longer one.')
  })
})

it('a password of its own is masked, and nobody is warned', async () => {
  const run = await play('c0rrect-Horse')
  expect(run.masks).toContain('c0rrect-Horse')
  expect(reportOf(run).problems).toEqual([])
  expect(
    run.stdout
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n'),
  ).not.toContain('c0rrect-Horse')
})
