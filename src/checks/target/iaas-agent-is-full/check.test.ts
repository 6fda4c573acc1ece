import { describe, expect, it } from '@jest/globals'
import { evidenceIn, forbidden, notThere } from '../../../../test/arm-fixtures.ts'
import { MACHINE, machineArm, machineSubject } from '../../../../test/machine-fixtures.ts'
import { expectEveryVerdict } from '../../../../test/sql-fixtures.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import check from './check.ts'

const subject = machineSubject(check)
const observe = (arm: ArmPort) => check.definition.observe({ arm }, subject as never)
const judge = async (arm: ArmPort) => check.judge(evidenceIn(await observe(arm)), subject)
const failed = { extensions: [{ ...MACHINE.extensions[0], statuses: ['ProvisioningState/failed/1009'] }] }

const TABLE: readonly [string, ArmPort, string, RegExp][] = [
  [
    'full',
    machineArm(),
    'pass',
    /is in the mode Full, and the machine reports the extension SqlIaasExtension \(succeeded\)/,
  ],
  ['in other letters', machineArm({ sqlManagement: 'full' }), 'pass', /mode full/],
  ['the binaries alone', machineArm({}, { extensions: [] }), 'pass', /is in the mode Full$/],
  [
    'machine not read',
    { ...machineArm(), virtualMachine: () => Promise.resolve(forbidden()) },
    'pass',
    /is in the mode Full$/,
  ],
  ['lightweight', machineArm({ sqlManagement: 'LightWeight' }), 'fail', /in the mode LightWeight/],
  ['no agent', machineArm({ sqlManagement: 'NoAgent' }), 'fail', /in the mode NoAgent/],
  ['the extension failed', machineArm({}, failed), 'fail', /the extension itself has failed/],
  ['mode not told', machineArm({ sqlManagement: undefined }), 'unknown', /a mode that Azure does not tell/],
  [
    'not registered',
    { ...machineArm(), sqlVirtualMachine: () => Promise.resolve(notThere()) },
    'blocked',
    /is not registered/,
  ],
]

describe('target/iaas-agent-is-full', () => {
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

  it('updates the registration, or makes it anew with the licence that it has', async () => {
    const { remediation } = (await judge(TABLE[4]![1])) as unknown as { remediation: { scripts: { code: string }[] } }
    const codes = remediation.scripts.map(({ code }) => code.replaceAll(/ \\\n\s*/g, ' '))
    const at = '--subscription 00000000-0000-0000-0000-000000000001 --resource-group rg --name vm-sql'
    expect(codes).toEqual([
      `az sql vm update ${at} --license-type PAYG`,
      `az sql vm delete ${at} --yes`,
      `az sql vm create ${at} --license-type PAYG`,
    ])
  })

  it('could not look where Azure refuses', async () => {
    expect(await observe({ ...machineArm(), sqlVirtualMachine: () => Promise.resolve(forbidden()) })).toMatchObject({
      failure: { kind: 'forbidden' },
    })
  })
})
