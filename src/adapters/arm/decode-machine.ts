import type {
  MachineExtension,
  SqlVirtualMachineResource,
  VirtualMachineResource,
} from '../../ports/machine-resources.ts'
import {
  optionalFields,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalText,
  propertiesOf,
  text,
  type Fields,
} from './decode.ts'

/** https://learn.microsoft.com/rest/api/sqlvm/sql-virtual-machines/get */
export function decodeSqlVirtualMachine(body: Fields): SqlVirtualMachineResource {
  const properties = propertiesOf(body)
  const storage = optionalFields(properties, 'storageConfigurationSettings')
  return {
    ...placeOf(body),
    ...given('provisioningState', optionalText(properties, 'provisioningState')),
    ...given('virtualMachineId', optionalText(properties, 'virtualMachineResourceId')),
    ...given('sqlManagement', optionalText(properties, 'sqlManagement')),
    ...given('leastPrivilegeMode', optionalText(properties, 'leastPrivilegeMode')),
    ...given('licenseType', optionalText(properties, 'sqlServerLicenseType')),
    ...given('imageOffer', optionalText(properties, 'sqlImageOffer')),
    ...given('imageSku', optionalText(properties, 'sqlImageSku')),
    ...given('storage', storage && storageOf(storage)),
  }
}

function storageOf(settings: Fields): NonNullable<SqlVirtualMachineResource['storage']> {
  const pathIn = (name: string): string | undefined => {
    const part = optionalFields(settings, name)
    return part && optionalText(part, 'defaultFilePath')
  }
  return {
    ...given('dataPath', pathIn('sqlDataSettings')),
    ...given('logPath', pathIn('sqlLogSettings')),
    ...given('tempDbPath', pathIn('sqlTempDbSettings')),
  }
}

/** https://learn.microsoft.com/rest/api/compute/virtual-machines/get with `$expand=instanceView` */
export function decodeVirtualMachine(body: Fields): VirtualMachineResource {
  const properties = propertiesOf(body)
  const view = optionalFields(properties, 'instanceView')
  const hardware = optionalFields(properties, 'hardwareProfile')
  const network = optionalFields(properties, 'networkProfile')
  const storage = optionalFields(properties, 'storageProfile')
  const cards = (network && optionalList(network, 'networkInterfaces', decodeCard)) ?? []
  return {
    ...placeOf(body),
    ...given('provisioningState', optionalText(properties, 'provisioningState')),
    ...given('vmSize', hardware && optionalText(hardware, 'vmSize')),
    ...given('statuses', view && statusesOf(view)),
    extensions: (view && optionalList(view, 'extensions', decodeExtension)) ?? [],
    networkInterfaceIds: [...cards].sort((a, b) => Number(b.primary) - Number(a.primary)).map(({ id }) => id),
    dataDisks: (storage && optionalList(storage, 'dataDisks', decodeDisk)) ?? [],
  }
}

function decodeCard(item: Fields): { id: string; primary: boolean } {
  const properties = optionalFields(item, 'properties')
  return { id: text(item, 'id'), primary: (properties && optionalFlag(properties, 'primary')) ?? false }
}

function decodeExtension(item: Fields): MachineExtension {
  return {
    name: text(item, 'name'),
    ...given('type', optionalText(item, 'type')),
    statuses: statusesOf(item) ?? [],
  }
}

function decodeDisk(item: Fields): VirtualMachineResource['dataDisks'][number] {
  const name = optionalText(item, 'name') ?? ''
  return { name, ...given('sizeGb', optionalInteger(item, 'diskSizeGB')) }
}

function statusesOf(from: Fields): readonly string[] | undefined {
  return optionalList(from, 'statuses', (item) => optionalText(item, 'code') ?? [])?.flat()
}

function placeOf(body: Fields): { id: string; name: string; location: string } {
  return { id: text(body, 'id'), name: text(body, 'name'), location: text(body, 'location') }
}

function given<Name extends string, T>(name: Name, value: T | undefined): { [Key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: T })
}
