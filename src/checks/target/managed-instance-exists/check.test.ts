import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { instanceManifest } from '../../../../test/storage-fixtures.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { targetSubjects } from '../../subjects.ts'
import check from './check.ts'

const [subject] = targetSubjects(instanceManifest())
if (subject === undefined) throw new Error('the fixture has no target')

const SIZE = {
  vCores: 8,
  storageSizeInGB: 1024,
  skuName: 'GP_Gen5',
  subnetId: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-mi',
}
const is = (state: string | undefined, provisioningState: string | undefined = 'Succeeded') => ({
  there: true,
  ...(state === undefined ? {} : { state }),
  ...(provisioningState === '' ? {} : { provisioningState }),
  ...SIZE,
})

const TABLE = [
  [is('Ready'), 'pass', /mi-erp is Ready, provisioning Succeeded \(GP_Gen5, 8 vCores, 1024 GB, in subnet snet-mi\)/],
  [is('ready', 'SUCCEEDED'), 'pass', /is ready/],
  [is('Stopped'), 'fail', /is Stopped/],
  [is('Stopping'), 'fail', /is Stopping/],
  [is('Deleting', 'Deleting'), 'fail', /is Deleting/],
  [is('Creating', 'Failed'), 'fail', /provisioning Failed/],
  [is('Ready', 'Deleting'), 'fail', /provisioning Deleting/],
  [is('Starting'), 'unknown', /is Starting.*may pass/],
  [is('Creating', 'Creating'), 'unknown', /is Creating/],
  [is('Ready', 'Updating'), 'unknown', /provisioning Updating/],
  [is('Ready', 'Failed'), 'unknown', /is Ready, provisioning Failed/],
  [is(undefined), 'unknown', /a state that Azure does not tell/],
  [is('Ready', ''), 'unknown', /provisioning not told/],
  [{ there: false, missing: 'resource', message: '404' }, 'fail', /no managed instance of that name/],
  [{ there: false, missing: 'resource-group', message: '404' }, 'fail', /its resource group is not there/],
] as const

describe('target/managed-instance-exists', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it.each([
    [is('Stopped'), /^az sql mi start .*--mi mi-erp$/s],
    [is('Deleting'), /^az sql mi show .*--name mi-erp/s],
    [{ there: false, missing: 'resource', message: '' }, /^az sql mi create .*--name mi-erp.*--subnet '<SUBNET-ID>'/s],
  ])('says what to do (%#)', (evidence, code) => {
    expect(fixtures.judgeStored(check, evidence, subject)).toMatchObject({
      remediation: { scripts: [{ language: 'bash', code: expect.stringMatching(code) }] },
    })
  })

  it('keeps of the answer what it judges by', async () => {
    const resource = {
      id: '/mi',
      name: 'mi-erp',
      location: 'westeurope',
      state: 'Ready',
      provisioningState: 'Succeeded',
    }
    const ports = {
      arm: { managedInstance: () => Promise.resolve(seen({ found: true, value: { ...resource, ...SIZE } })) },
    }
    expect(await fixtures.observeValue(check, ports as unknown as Ports, subject)).toEqual(is('Ready'))
  })

  it('takes a refusal for no answer', async () => {
    const ports = { arm: { managedInstance: () => Promise.resolve(unseen('forbidden', '403')) } }
    expect(await check.observe(ports as unknown as Ports, subject)).toMatchObject({ failure: { kind: 'forbidden' } })
  })
})
