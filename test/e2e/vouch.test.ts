import { afterAll, describe, expect, it } from '@jest/globals'
import { salesStory } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import { createTheatre, ENTRY, reportOf, surfacesOf } from './action.ts'

const theatre = createTheatre()
afterAll(() => theatre.close())

const DISCLOSED = { inputs: { disclose: 'full' } }

describe('a pull request that adds a waiver and takes away', () => {
  it('says what goes out of scope on every surface, counts trusted words and only proposes its own', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const trusted = stage.files[MANIFEST_PATH] ?? ''
    const source = `  - name: erp
    server: sql-erp.invalid,1433
    login: { user: dms, password: "\${SALES_PASSWORD}" }
    databases: [Erp]
`
    const main = trusted.replace(/^target/m, `${source}target`)
    expect(main).not.toBe(trusted)
    stage.github.state.files = { main: { ...stage.files, [MANIFEST_PATH]: main } }
    const waiver = `waivers:
  - { check: source/login-has-control-server, subject: sales, reason: trust me, by: "@mallory", expires: 2027-06-01 }
`
    const run = theatre.keep(await stage.run(ENTRY, { files: { [MANIFEST_PATH]: trusted + waiver }, ...DISCLOSED }))
    const report = reportOf(run)
    expect(report.run.trusted).toBe(false)
    expect(report.removed).toEqual([
      expect.objectContaining({
        kind: 'source',
        name: 'erp',
        location: expect.objectContaining({ path: MANIFEST_PATH }),
      }),
    ])
    const checks = report.manifests.flatMap((manifest) => manifest.checks)
    const attested = checks.filter(({ vouched }) => vouched !== undefined)
    expect(attested.map(({ id }) => id).sort()).toEqual([
      'source/firewall-appliance-lets-dms-in',
      'source/windows-firewall-lets-dms-in',
    ])
    for (const { vouched } of attested) expect(vouched?.commit).toMatch(/^[0-9a-f]{40}$/)
    expect(attested.every(({ fingerprint }) => fingerprint?.startsWith('sha256:') === true)).toBe(true)
    expect(run.outputs['waived']).toBe('0')
    expect(report.problems.map(({ message }) => message).join('\n')).toMatch(/login-has-control-server.* has no effect/)
    const surfaces = surfacesOf(run, stage)
    for (const name of ['standard output', 'summary', 'annotations', 'comment', 'file report.md']) {
      expect([name, /out of scope[\s\S]*source `erp`/i.test(surfaces[name] ?? '')]).toEqual([name, true])
    }
    expect((surfaces['comment'] ?? '').indexOf('out of scope')).toBeLessThan(
      (surfaces['comment'] ?? '').indexOf('not trusted'),
    )
  })

  it('says loudly that its only manifest is gone', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const manifest = stage.files[MANIFEST_PATH] ?? ''
    stage.github.state.files = { main: { ...stage.files, 'dms/wave.yml': manifest } }
    const inputs = { ...DISCLOSED.inputs, manifest: 'dms/wave.yml' }
    const run = theatre.keep(await stage.run(ENTRY, { inputs }))
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false' })
    expect(reportOf(run).removed).toEqual([
      expect.objectContaining({ kind: 'manifest', location: { path: 'dms/wave.yml', line: 1, column: 1 } }),
    ])
    for (const text of [run.summary, run.stdout, stage.github.comments.at(-1)?.body ?? '']) {
      expect(text).toContain('This change takes out of scope')
    }
  })
})

describe('a fingerprint of the report', () => {
  it('is the same in the next run, keeps a word that names it, and voids one that names another', async () => {
    const stage = await theatre.stage(salesStory({ fixed: true }))
    const first = theatre.keep(await stage.run(ENTRY, DISCLOSED))
    const id = 'source/windows-firewall-lets-dms-in'
    const find = (run: typeof first) =>
      reportOf(run)
        .manifests.flatMap(({ checks }) => checks)
        .find((check) => check.id === id)
    const print = find(first)?.fingerprint ?? ''
    expect(print).toMatch(/^sha256:/)
    for (const [fingerprint, verdict] of [
      [print, 'attested'],
      ['sha256:0123456789abcdef', 'manual'],
    ] as const) {
      const manifest = (stage.files[MANIFEST_PATH] ?? '').replace(
        `- check: ${id}\n`,
        `- check: ${id}\n    fingerprint: ${fingerprint}\n`,
      )
      stage.github.state.files = { main: { ...stage.files, [MANIFEST_PATH]: manifest } }
      const run = theatre.keep(await stage.run(ENTRY, { files: { [MANIFEST_PATH]: manifest }, ...DISCLOSED }))
      expect([fingerprint, find(run)?.verdict, find(run)?.fingerprint]).toEqual([fingerprint, verdict, print])
      expect(run.summary.includes('1 void')).toBe(verdict === 'manual')
    }
  })
})
