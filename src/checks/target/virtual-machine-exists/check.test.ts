import { describe, expect, it } from '@jest/globals'
import { evidenceIn, forbidden, notThere } from '../../../../test/arm-fixtures.ts'
import { MACHINE_ID, machineArm, machineSubject } from '../../../../test/machine-fixtures.ts'
import { expectEveryVerdict } from '../../../../test/sql-fixtures.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import check from './check.ts'

const subject = machineSubject(check)
const observe = (arm: ArmPort) => check.definition.observe({ arm }, subject as never)
const judge = async (arm: ArmPort) => check.judge(evidenceIn(await observe(arm)), subject)
const well = machineArm()

const TABLE: readonly [string, ArmPort, string, RegExp][] = [
  [
    'there',
    well,
    'pass',
    /vm-sql is there \(SQL2022-WS2022, Enterprise, PAYG, provisioning Succeeded\), on the machine vm-sql in westeurope, Standard_E8ds_v5/,
  ],
  [
    'not registered',
    { ...well, sqlVirtualMachine: () => Promise.resolve(notThere()) },
    'fail',
    /no SQL virtual machine of that name\. A virtual machine alone is not enough/,
  ],
  [
    'no group',
    { ...well, sqlVirtualMachine: () => Promise.resolve(notThere('resource-group')) },
    'fail',
    /its resource group is not there/,
  ],
  [
    'machine deleted',
    { ...well, virtualMachine: () => Promise.resolve(notThere()) },
    'fail',
    /is registered, and the machine .* under it is not there/,
  ],
  ['registration failed', machineArm({ provisioningState: 'Failed' }), 'fail', /provisioning Failed/],
  ['machine failed', machineArm({}, { provisioningState: 'Failed' }), 'fail', /provisioning Failed/],
  ['updating', machineArm({ provisioningState: 'Updating' }), 'unknown', /that does not prove a usable machine/],
  ['state not told', machineArm({ provisioningState: undefined }), 'unknown', /not told/],
  ['machine not named', machineArm({ virtualMachineId: undefined }), 'unknown', /does not name the machine/],
]

describe('target/virtual-machine-exists', () => {
  it.each(TABLE)('%s', async (_world, arm, verdict, summary) => {
    const judgement = await judge(arm)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    expectEveryVerdict(
      check,
      TABLE.map(([, , verdict]) => verdict),
    )
  })

  it('could not look: neither pass nor fail', async () => {
    for (const method of ['sqlVirtualMachine', 'virtualMachine'] as const) {
      expect(await observe({ ...well, [method]: () => Promise.resolve(forbidden()) })).toMatchObject({
        ok: false,
        failure: { kind: 'forbidden' },
      })
    }
  })

  it('tells how to register, and names the machine that is gone', async () => {
    expect(await judge(TABLE[1]![1])).toMatchObject({
      remediation: {
        scripts: [{ code: expect.stringMatching(/^az sql vm create .*--resource-group rg .*--name vm-sql/s) }],
      },
    })
    expect((await judge(TABLE[3]![1])).summary).toContain(MACHINE_ID)
  })
})
