import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  manifestWith,
  notThere,
  SERVER_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SERVER = { id: SERVER_ID, name: 'sqlsales', location: 'westeurope', privateEndpointConnections: [] }
const subject = definition.subjects(MANIFEST)[0] as ReturnType<typeof definition.subjects>[number]

function arm(database: Partial<{ status: string; sku: string; maxSizeBytes: number }> = {}, state?: string): ArmPort {
  return armWith({
    sqlServer: () => there({ ...SERVER, ...(state === undefined ? {} : { state }) }),
    sqlDatabase: (id) => there({ id, name: 'Sales', ...database }),
  })
}

async function run(port: ArmPort): Promise<Judgement> {
  return definition.judge(evidenceIn(await definition.observe({ arm: port }, subject)), subject)
}

describe('target/sql-database-exists', () => {
  it('is asked of every database on the target', async () => {
    expect(definition.subjects(MANIFEST).map(({ name }) => name)).toEqual(['default/Sales', 'default/OrdersNew'])
    const asked: string[] = []
    await run({ ...arm(), sqlDatabase: (id) => (asked.push(id), Promise.resolve(there({ id, name: 'Sales' }))) })
    expect(asked).toEqual([`${SERVER_ID}/databases/Sales`])
  })

  it.each<[string, ArmPort, Judgement['verdict'], string]>([
    [
      'online',
      arm({ status: 'Online', sku: 'GP_Gen5_2', maxSizeBytes: 1 }, 'Ready'),
      'pass',
      'Database Sales on sqlsales is Online (GP_Gen5_2)',
    ],
    ['online in another letter case', arm({ status: 'online' }, 'READY'), 'pass', 'is online'],
    [
      'online on a server without a state',
      arm({ status: 'Online' }),
      'unknown',
      'Online, but for its server sqlsales Azure gave no state',
    ],
    ['online on a server in another state', arm({ status: 'Online' }, 'Moving'), 'unknown', 'the state is Moving'],
    [
      'no database',
      armWith({ sqlServer: () => there(SERVER), sqlDatabase: () => notThere() }),
      'fail',
      'Database Sales on sqlsales is not there: the server has no such database',
    ],
    ['no server', armWith({ sqlServer: () => notThere() }), 'fail', 'there is no server sqlsales'],
    [
      'no resource group',
      armWith({ sqlServer: () => notThere('resource-group') }),
      'fail',
      'its resource group is not there',
    ],
    ['offline', arm({ status: 'Offline' }), 'fail', 'is Offline, not Online'],
    ['inaccessible', arm({ status: 'Inaccessible' }), 'fail', 'is Inaccessible'],
    ['disabled', arm({ status: 'Disabled' }), 'fail', 'is Disabled'],
    ['the server disabled', arm({ status: 'Online' }, 'Disabled'), 'fail', 'the server sqlsales is Disabled'],
    ['paused', arm({ status: 'Paused' }), 'unknown', 'is Paused: that status may pass'],
    ['creating', arm({ status: 'Creating' }), 'unknown', 'is Creating'],
    ['a status that nobody knows', arm({ status: 'Thinking' }), 'unknown', 'is Thinking'],
    ['no status', arm(), 'unknown', 'Azure gave no status for Database Sales on sqlsales'],
  ])('%s', async (_, port, verdict, summary) => {
    const judgement = await run(port)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
  })

  it('shows how to create what is missing', async () => {
    const database = await run(armWith({ sqlServer: () => there(SERVER), sqlDatabase: () => notThere() }))
    const server = await run(armWith({ sqlServer: () => notThere() }))
    const codes = (judgement: Judgement): string[] =>
      judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code) : []
    expect(codes(database)).toEqual([
      "az sql db create \\\n  --subscription 00000000-0000-0000-0000-000000000001 \\\n  --resource-group rg \\\n  --server sqlsales \\\n  --name Sales \\\n  --service-objective '<SERVICE-OBJECTIVE>'",
    ])
    expect(codes(server)).toHaveLength(2)
  })

  it.each([
    ['the server', armWith({ sqlServer: forbidden })],
    ['the database', armWith({ sqlServer: () => there(SERVER), sqlDatabase: forbidden })],
  ])('hands on that it could not look at %s', async (_, port) => {
    expect(await definition.observe({ arm: port }, subject)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
  })

  it('asks nothing of targets without databases', () => {
    expect(definition.subjects(manifestWith({ sources: [] }))).toEqual([])
  })
})
