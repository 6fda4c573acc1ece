import { afterAll, describe, expect, it } from '@jest/globals'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { createTheatre, ENTRY, reportOf } from './action.ts'

const theatre = createTheatre()
afterAll(() => theatre.close())

const ESTATE_PATH = '.github/estate.yml'
const LOGIN = '    login: { user: dms, password: "${SALES_PASSWORD}" }\n'
const ESTATE = 'version: 1\ndefaults: { source: { login: { user: dms, password: "${SALES_PASSWORD}" } } }\n'
/** Nothing goes to this target: it is there to name the estate itself as a file of authorities. */
const DISGUISE = `targets: { spare: { resource: /subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Sql/servers/spare, login: { user: dms, password: "\${TARGET_PASSWORD}" }, tls: { ca: ${ESTATE_PATH} } } }\n`

function estateStory() {
  return changeStory(salesStory({ fixed: true }), {
    manifest: { 'version: 1\n': 'version: 1\nextends: estate.yml\n', [LOGIN]: '' },
    files: { [ESTATE_PATH]: ESTATE },
  })
}

describe('an estate that a change alters while the manifest stays', () => {
  it('is the trusted one as long as it equals it', async () => {
    const stage = await theatre.stage(estateStory())
    const run = theatre.keep(await stage.run(ENTRY))
    expect([run.code, reportOf(run).run.trusted]).toEqual([0, true])
    expect(stage.sql['source']?.logins.length).toBeGreaterThan(0)
  })

  it.each<[string, string]>([
    ['plainly', ''],
    ['and calls itself a file of authorities', DISGUISE],
  ])('sends no other secret to a trusted server: %s', async (_, more) => {
    const stage = await theatre.stage(estateStory())
    const evil = ESTATE.replace('SALES_PASSWORD', 'TARGET_PASSWORD') + more
    const run = theatre.keep(await stage.run(ENTRY, { files: { [ESTATE_PATH]: evil } }))
    expect(reportOf(run).problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect([stage.sql['source']?.connections, stage.sql['source']?.logins]).toEqual([0, []])
    expect(stage.sql['target']?.logins.length).toBeGreaterThan(0)
    const checks = reportOf(run).manifests.flatMap((manifest) => manifest.checks)
    const ofSource = checks.filter(({ subject, cause }) => subject.name === 'sales' && cause !== undefined)
    expect(ofSource.map(({ cause }) => cause?.kind)).toContain('untrusted-host')
    expect([run.code, run.outputs['status']]).toEqual([1, 'undetermined'])
  })
})
