import type { Json } from '../../src/domain/json.ts'
import { resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** The registration of a machine with the SQL IaaS Agent extension; it has the name of the machine. */
export function sqlVirtualMachine(
  place: Place,
  name: string,
  spec: {
    machine?: string
    sqlManagement?: 'Full' | 'LightWeight' | 'NoAgent'
    leastPrivilegeMode?: 'Enabled' | 'NotSet'
    licenseType?: 'PAYG' | 'AHUB' | 'DR'
    edition?: 'Developer' | 'Express' | 'Standard' | 'Enterprise' | 'Web'
    provisioningState?: string
    storage?: { data: string; log: string; tempDb: string }
  } = {},
): ArmResource {
  return resource(place, 'Microsoft.SqlVirtualMachine/sqlVirtualMachines', [name], {
    virtualMachineResourceId: spec.machine ?? resourceId(place, 'Microsoft.Compute/virtualMachines', name),
    provisioningState: spec.provisioningState ?? 'Succeeded',
    sqlImageOffer: 'SQL2022-WS2022',
    sqlImageSku: spec.edition ?? 'Enterprise',
    sqlManagement: spec.sqlManagement ?? 'Full',
    leastPrivilegeMode: spec.leastPrivilegeMode ?? 'Enabled',
    sqlServerLicenseType: spec.licenseType ?? 'PAYG',
    enableAutomaticUpgrade: true,
    ...(spec.storage === undefined
      ? {}
      : {
          storageConfigurationSettings: {
            sqlDataSettings: { luns: [0], defaultFilePath: spec.storage.data },
            sqlLogSettings: { luns: [1], defaultFilePath: spec.storage.log },
            sqlTempDbSettings: { defaultFilePath: spec.storage.tempDb },
            diskConfigurationType: 'NEW',
            storageWorkloadType: 'OLTP',
          },
        }),
  })
}

/** As a GET shows it that asks for the instance view. */
export function virtualMachine(
  place: Place,
  name: string,
  spec: {
    networkInterfaces: readonly string[]
    power?: 'running' | 'stopped' | 'deallocated' | 'deallocating' | 'starting'
    /** Of the SQL IaaS Agent extension; `none`: it is not installed. */
    agent?: 'succeeded' | 'failed' | 'none'
    size?: string
    dataDisksGb?: readonly number[]
  },
): ArmResource {
  const { power = 'running', agent = 'succeeded', dataDisksGb = [] } = spec
  const status = (code: string): Json => ({ code, level: 'Info', displayStatus: code })
  const extension: Json = {
    name: 'SqlIaasExtension',
    type: 'Microsoft.SqlServer.Management.SqlIaaSAgent',
    typeHandlerVersion: '2.0.226.0',
    statuses: [status(`ProvisioningState/${agent}`)],
  }
  return resource(place, 'Microsoft.Compute/virtualMachines', [name], {
    vmId: 'dddddddd-0000-4000-8000-000000000004',
    provisioningState: 'Succeeded',
    hardwareProfile: { vmSize: spec.size ?? 'Standard_E8ds_v5' },
    storageProfile: {
      dataDisks: dataDisksGb.map((diskSizeGB, lun) => ({
        lun,
        name: `${name}-data-${String(lun)}`,
        createOption: 'Attach',
        diskSizeGB,
      })),
    },
    networkProfile: {
      networkInterfaces: spec.networkInterfaces.map((id, place_) => ({ id, properties: { primary: place_ === 0 } })),
    },
    instanceView: {
      statuses: [status('ProvisioningState/succeeded'), status(`PowerState/${power}`)],
      extensions: agent === 'none' ? [] : [extension],
    },
  })
}
