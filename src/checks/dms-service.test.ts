import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  forbidden,
  GROUP,
  manifestWith,
  notThere,
  SUBNET_ID,
  there,
  UNPLACED,
} from '../../test/arm-fixtures.ts'
import { MANIFEST } from '../../test/fixtures.ts'
import { isPlaced, readDmsService, subscriptionOfDms } from './dms-service.ts'

const SERVICE_ID = `${GROUP.replace('000001', '000002')}/providers/Microsoft.DataMigration/services/dms`
const named = manifestWith({ dms: { ...MANIFEST.dms, serviceId: SERVICE_ID } })
const nowhere = manifestWith({ dms: UNPLACED })
const bare = { id: SERVICE_ID, name: 'dms', location: 'westeurope' }
const service = { ...bare, virtualSubnetId: SUBNET_ID.toUpperCase() }

describe('the DMS service of a manifest', () => {
  it('has the subscription of the service, else of the subnet', () => {
    expect(subscriptionOfDms(named)).toEqual({ ok: true, value: '00000000-0000-0000-0000-000000000002' })
    expect(subscriptionOfDms(MANIFEST)).toEqual({ ok: true, value: '00000000-0000-0000-0000-000000000001' })
    expect(subscriptionOfDms(nowhere)).toMatchObject({ ok: false, failure: { kind: 'missing-input' } })
  })

  it('is the one that is named', async () => {
    const arm = armWith({ dmsService: (id) => (id === SERVICE_ID ? there(service) : notThere()) })
    expect(await readDmsService(arm, named)).toEqual({ ok: true, value: service })
    expect(await readDmsService(armWith({ dmsService: () => notThere() }), named)).toEqual({ ok: true })
  })

  it('is the one that stands in the subnet', async () => {
    const other = { ...service, name: 'other', virtualSubnetId: `${SUBNET_ID}2` }
    const arm = armWith({ dmsServices: () => there([other, { ...bare, name: 'bare' }, service]) })
    expect(await readDmsService(arm, MANIFEST)).toEqual({ ok: true, value: service })
    expect(await readDmsService(armWith({ dmsServices: () => there([other]) }), MANIFEST)).toEqual({ ok: true })
  })

  it.each([
    ['the service', armWith({ dmsService: forbidden }), named, 'forbidden'],
    ['the services', armWith({ dmsServices: forbidden }), MANIFEST, 'forbidden'],
    ['an answer about the services', armWith({ dmsServices: () => notThere() }), MANIFEST, 'not-found'],
    ['the subscription', armWith({}), nowhere, 'missing-input'],
  ])('is not known without %s', async (_what, arm, manifest, kind) => {
    expect(await readDmsService(arm, manifest)).toMatchObject({ ok: false, failure: { kind } })
  })

  it.each([
    ['Succeeded', true],
    ['stopped', true],
    ['FailedToStart', true],
    ['Accepted', false],
    ['Deploying', false],
    ['Failed', false],
    ['Deleting', false],
  ])('%s: was it created? %s', (provisioningState, expected) => {
    expect(isPlaced({ provisioningState })).toBe(expected)
  })

  it('without a state is not taken for created', () => {
    expect(isPlaced({})).toBe(false)
  })
})
