import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { sqlVirtualMachine, virtualMachine } from '../../../lab/azure/machine-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { azureState } from '../../../lab/azure/state.ts'
import type { ArmPort } from '../../ports/arm-port.ts'

const PLACE = { resourceGroup: 'rg-vm' }
const storage = { data: 'F:\\data', log: 'G:\\log', tempDb: 'D:\\tempDb' }
const registration = sqlVirtualMachine(PLACE, 'vm-sql', { edition: 'Standard', storage })
const machine = virtualMachine(PLACE, 'vm-sql', { networkInterfaces: ['/nic-1', '/nic-2'], dataDisksGb: [1024] })

let lab: AzureLab
let port: ArmPort
beforeAll(async () => {
  lab = await openAzure(azureState([registration, machine]))
  port = lab.arm()
})
afterAll(() => lab.server.close())

describe('a virtual machine over the wire', () => {
  it('is registered for SQL Server, with its image, its mode and its folders', async () => {
    expect(await port.sqlVirtualMachine(registration.id)).toEqual({
      ok: true,
      value: {
        found: true,
        value: {
          id: registration.id,
          name: 'vm-sql',
          location: 'westeurope',
          provisioningState: 'Succeeded',
          virtualMachineId: machine.id,
          sqlManagement: 'Full',
          leastPrivilegeMode: 'Enabled',
          licenseType: 'PAYG',
          imageOffer: 'SQL2022-WS2022',
          imageSku: 'Standard',
          storage: { dataPath: 'F:\\data', logPath: 'G:\\log', tempDbPath: 'D:\\tempDb' },
        },
      },
    })
  })

  it('comes with its instance view, which is asked for once', async () => {
    const [answer] = await Promise.all([
      port.virtualMachine(machine.id),
      port.virtualMachine(machine.id.toUpperCase().replace('/SUBSCRIPTIONS/', '/subscriptions/')),
    ])
    expect(answer).toMatchObject({
      value: {
        value: {
          statuses: ['ProvisioningState/succeeded', 'PowerState/running'],
          extensions: [
            { type: 'Microsoft.SqlServer.Management.SqlIaaSAgent', statuses: ['ProvisioningState/succeeded'] },
          ],
          networkInterfaceIds: ['/nic-1', '/nic-2'],
          vmSize: 'Standard_E8ds_v5',
          dataDisks: [{ name: 'vm-sql-data-0', sizeGb: 1024 }],
        },
      },
    })
    const asked = lab.server.requests.filter(({ path }) => /virtualmachines/i.test(path) && !/sqlvirtual/i.test(path))
    expect(asked.map(({ query }) => query)).toEqual(['?api-version=2024-07-01&$expand=instanceView'])
  })

  it('may be gone, and takes an id of its own kind', async () => {
    const gone = resourceId(PLACE, 'Microsoft.Compute/virtualMachines', 'vm-gone')
    expect(await port.virtualMachine(gone)).toMatchObject({ value: { found: false, missing: 'resource' } })
    expect(await port.virtualMachine(registration.id)).toMatchObject({ failure: { kind: 'missing-input' } })
    expect(await port.sqlVirtualMachine(machine.id)).toMatchObject({ failure: { kind: 'missing-input' } })
  })
})
