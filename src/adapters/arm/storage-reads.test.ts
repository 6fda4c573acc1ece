import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { azureState } from '../../../lab/azure/state.ts'
import { blobContainer, managedInstance, storageAccount } from '../../../lab/azure/storage-resources.ts'

const PLACE = { resourceGroup: 'rg-mig' }
const SUBNET = resourceId(PLACE, 'Microsoft.Network/virtualNetworks/subnets', 'vnet', 'snet-mi')
const ACCOUNT = resourceId(PLACE, 'Microsoft.Storage/storageAccounts', 'stmig')
const state = azureState([
  ...storageAccount(PLACE, 'stmig', {
    allowSharedKeyAccess: false,
    defaultAction: 'Deny',
    subnets: [SUBNET],
    addresses: ['203.0.113.0/24'],
    privateEndpoints: [{ name: 'pe', status: 'Approved', id: '/pe' }],
  }),
  blobContainer(PLACE, 'stmig', 'backups'),
  managedInstance(PLACE, 'mi-erp', { subnet: SUBNET }),
])

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
afterEach(() => {
  delete state.forbidden
})

describe('what the storage checks read', () => {
  it('of the account', async () => {
    expect(await lab.arm().storageAccount(ACCOUNT)).toMatchObject({
      ok: true,
      value: {
        found: true,
        value: {
          name: 'stmig',
          location: 'westeurope',
          skuName: 'Standard_LRS',
          blobEndpoint: 'https://stmig.blob.core.windows.net/',
          allowSharedKeyAccess: false,
          defaultAction: 'Deny',
          virtualNetworkRules: [{ subnetId: SUBNET, state: 'Succeeded' }],
          addressRules: ['203.0.113.0/24'],
          privateEndpointConnections: [{ name: 'pe', status: 'Approved', endpointId: '/pe' }],
        },
      },
    })
  })

  it('of the container, by GET alone', async () => {
    const before = lab.server.requests.length
    expect(await lab.arm().blobContainer(`${ACCOUNT}/`, 'backups')).toMatchObject({
      value: { found: true, value: { name: 'backups', deleted: false } },
    })
    const asked = lab.server.requests.slice(before).filter(({ path }) => path.includes('Microsoft.Storage'))
    expect(asked.map(({ method, path }) => [method, path])).toEqual([
      ['GET', `${ACCOUNT}/blobServices/default/containers/backups`],
    ])
  })

  it('of the managed instance, once a run', async () => {
    const id = resourceId(PLACE, 'Microsoft.Sql/managedInstances', 'mi-erp')
    const arm = lab.arm()
    const before = lab.server.requests.length
    const [first, second] = await Promise.all([arm.managedInstance(id), arm.managedInstance(id.toUpperCase())])
    expect(second).toBe(first)
    expect(first).toMatchObject({
      value: { found: true, value: { name: 'mi-erp', state: 'Ready', subnetId: SUBNET, location: 'westeurope' } },
    })
    expect(lab.server.requests.slice(before).filter(({ path }) => /managedInstances/i.test(path))).toHaveLength(1)
  })

  it('is not there', async () => {
    const arm = lab.arm()
    expect(await arm.blobContainer(ACCOUNT, 'other')).toMatchObject({ value: { found: false, missing: 'resource' } })
    expect(await arm.storageAccount(`${ACCOUNT}x`)).toMatchObject({ value: { found: false, missing: 'resource' } })
    expect(await arm.blobContainer(`${ACCOUNT}x`, 'backups')).toMatchObject({ value: { found: false } })
  })

  it('names the missing action', async () => {
    state.forbidden = [ACCOUNT]
    expect(await lab.arm().storageAccount(ACCOUNT)).toMatchObject({
      failure: { kind: 'forbidden', missing: expect.stringContaining('Microsoft.Storage/storageAccounts/read') },
    })
  })
})
