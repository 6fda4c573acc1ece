import { describe, expect, it } from '@jest/globals'
import { evidenceIn, forbidden, notThere } from '../../../../test/arm-fixtures.ts'
import { machineArm, machineSubject } from '../../../../test/machine-fixtures.ts'
import { expectEveryVerdict } from '../../../../test/sql-fixtures.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import check from './check.ts'

const subject = machineSubject(check)
const observe = (arm: ArmPort) => check.definition.observe({ arm }, subject as never)
const judge = async (arm: ArmPort) => check.judge(evidenceIn(await observe(arm)), subject)
const power = (...statuses: string[]): ArmPort => machineArm({}, { statuses })

const TABLE: readonly [string, ArmPort, string, RegExp][] = [
  ['running', machineArm(), 'pass', /^The virtual machine vm-sql is running$/],
  ['in other letters', power('powerstate/Running'), 'pass', /Running/],
  ['deallocated', power('PowerState/deallocated'), 'fail', /is deallocated/],
  ['stopping', power('ProvisioningState/updating', 'PowerState/stopping'), 'fail', /is stopping/],
  ['starting', power('PowerState/starting'), 'unknown', /starting: that does not prove/],
  ['no instance view', machineArm({}, { statuses: undefined }), 'unknown', /does not tell/],
  ['no power state', power('ProvisioningState/succeeded'), 'unknown', /does not tell/],
  [
    'no machine',
    { ...machineArm(), virtualMachine: () => Promise.resolve(notThere()) },
    'blocked',
    /there is no machine/,
  ],
]

describe('target/virtual-machine-is-running', () => {
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

  it('starts the machine, and could not look where Azure refuses', async () => {
    expect(await judge(TABLE[2]![1])).toMatchObject({
      remediation: { scripts: [{ code: expect.stringMatching(/^az vm start .*--name vm-sql$/s) }] },
    })
    expect(await judge(TABLE[7]![1])).toMatchObject({
      blockedBy: [{ id: 'target/virtual-machine-exists', subject: 'default' }],
    })
    expect(await observe({ ...machineArm(), virtualMachine: () => Promise.resolve(forbidden()) })).toMatchObject({
      failure: { kind: 'forbidden' },
    })
  })
})
