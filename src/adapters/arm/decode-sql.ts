import { isIPv4, isIPv6 } from 'node:net'
import { isSameResource } from '../../domain/resource-id.ts'
import type {
  InstanceIdentity,
  ManagedInstanceResource,
  SqlDatabaseResource,
  SqlFirewallRule,
  SqlServerResource,
  SqlVirtualNetworkRule,
} from '../../ports/arm-port.ts'
import {
  optionalFields,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalReference,
  optionalText,
  propertiesOf,
  text,
  wrongShape,
  type Fields,
} from './decode.ts'

/** https://learn.microsoft.com/rest/api/sql/servers/get */
export function decodeSqlServer(body: Fields): SqlServerResource {
  const properties = propertiesOf(body)
  const state = optionalText(properties, 'state')
  const host = optionalText(properties, 'fullyQualifiedDomainName')
  const access = optionalText(properties, 'publicNetworkAccess')
  const endpoints = optionalList(properties, 'privateEndpointConnections', decodePrivateEndpoint)
  const administratorLogin = optionalText(properties, 'administratorLogin')
  const administrators = optionalFields(properties, 'administrators') ?? {}
  const entraAdministrator = optionalText(administrators, 'login')
  const entraAdministratorId = optionalText(administrators, 'sid')
  // Without public access everything rests on the private endpoints: a list that is not there is no empty list.
  if (endpoints === undefined && access !== undefined && access.toLowerCase() !== 'enabled') {
    return wrongShape(`publicNetworkAccess is ${access} and privateEndpointConnections is missing`)
  }
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    location: text(body, 'location'),
    ...(state === undefined ? {} : { state }),
    ...(host === undefined ? {} : { fullyQualifiedDomainName: host }),
    ...(access === undefined ? {} : { publicNetworkAccess: access }),
    ...(administratorLogin === undefined ? {} : { administratorLogin }),
    ...(entraAdministrator === undefined ? {} : { entraAdministrator }),
    ...(entraAdministratorId === undefined ? {} : { entraAdministratorId }),
    privateEndpointConnections: endpoints ?? [],
  }
}

function decodePrivateEndpoint(item: Fields): SqlServerResource['privateEndpointConnections'][number] {
  const name = optionalText(item, 'name') ?? text(item, 'id').split('/').at(-1) ?? ''
  const connection = optionalFields(propertiesOf(item), 'privateLinkServiceConnectionState')
  const status = connection === undefined ? undefined : optionalText(connection, 'status')
  const endpointId = optionalReference(propertiesOf(item), 'privateEndpoint')
  return {
    name,
    ...(status === undefined ? {} : { status }),
    ...(endpointId === undefined ? {} : { endpointId }),
  }
}

/** https://learn.microsoft.com/rest/api/sql/databases/get */
export function decodeSqlDatabase(body: Fields): SqlDatabaseResource {
  const properties = propertiesOf(body)
  const sku = optionalFields(body, 'sku')
  const status = optionalText(properties, 'status')
  const skuName = sku === undefined ? undefined : optionalText(sku, 'name')
  const maxSizeBytes = optionalInteger(properties, 'maxSizeBytes')
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    ...(status === undefined ? {} : { status }),
    ...(skuName === undefined ? {} : { sku: skuName }),
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
  }
}

/** https://learn.microsoft.com/rest/api/sql/managed-instances/get */
export function decodeManagedInstance(body: Fields): ManagedInstanceResource {
  const properties = propertiesOf(body)
  const names = ['state', 'provisioningState', 'fullyQualifiedDomainName', 'subnetId'] as const
  const known = names.flatMap((name) => {
    const value = optionalText(properties, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const sku = optionalFields(body, 'sku')
  const skuName = sku === undefined ? undefined : optionalText(sku, 'name')
  const vCores = optionalInteger(properties, 'vCores')
  const storageSizeInGB = optionalInteger(properties, 'storageSizeInGB')
  const publicDataEndpointEnabled = optionalFlag(properties, 'publicDataEndpointEnabled')
  const identity = decodeInstanceIdentity(body, optionalText(properties, 'primaryUserAssignedIdentityId'))
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    location: text(body, 'location'),
    ...Object.fromEntries(known),
    ...(skuName === undefined ? {} : { skuName }),
    ...(vCores === undefined ? {} : { vCores }),
    ...(storageSizeInGB === undefined ? {} : { storageSizeInGB }),
    ...(publicDataEndpointEnabled === undefined ? {} : { publicDataEndpointEnabled }),
    ...(identity === undefined ? {} : { identity }),
  }
}

function decodeInstanceIdentity(body: Fields, primaryId: string | undefined): InstanceIdentity | undefined {
  const identity = optionalFields(body, 'identity')
  const systemPrincipalId = identity === undefined ? undefined : optionalText(identity, 'principalId')
  const assigned = identity === undefined ? undefined : optionalFields(identity, 'userAssignedIdentities')
  // Azure writes the same id in other letters as a key.
  const key = Object.keys(assigned ?? {}).find((one) => primaryId !== undefined && isSameResource(one, primaryId))
  const primary = assigned === undefined || key === undefined ? undefined : optionalFields(assigned, key)
  const primaryPrincipalId = primary === undefined ? undefined : optionalText(primary, 'principalId')
  if (systemPrincipalId === undefined && primaryId === undefined) return undefined
  return {
    ...(systemPrincipalId === undefined ? {} : { systemPrincipalId }),
    ...(primaryId === undefined ? {} : { primaryId }),
    ...(primaryPrincipalId === undefined ? {} : { primaryPrincipalId }),
  }
}

/** https://learn.microsoft.com/rest/api/sql/firewall-rules/list-by-server */
export function decodeFirewallRule(item: Fields): SqlFirewallRule {
  const properties = propertiesOf(item)
  return {
    name: text(item, 'name'),
    startIpAddress: ipv4(properties, 'startIpAddress'),
    endIpAddress: ipv4(properties, 'endIpAddress'),
  }
}

/** https://learn.microsoft.com/rest/api/sql/i-pv6-firewall-rules/list-by-server */
export function decodeIpv6FirewallRule(item: Fields): SqlFirewallRule {
  const properties = propertiesOf(item)
  return {
    name: text(item, 'name'),
    startIpAddress: ipv6(properties, 'startIPv6Address'),
    endIpAddress: ipv6(properties, 'endIPv6Address'),
  }
}

function ipv6(from: Fields, name: string): string {
  const address = text(from, name).trim()
  return isIPv6(address) ? address : wrongShape(`${name} is no IPv6 address`)
}

function ipv4(from: Fields, name: string): string {
  const address = text(from, name).trim()
  return isIPv4(address) ? address : wrongShape(`${name} is no IPv4 address`)
}

/** https://learn.microsoft.com/rest/api/sql/virtual-network-rules/list-by-server */
export function decodeVirtualNetworkRule(item: Fields): SqlVirtualNetworkRule {
  const properties = propertiesOf(item)
  const state = optionalText(properties, 'state')
  return {
    name: text(item, 'name'),
    subnetId: text(properties, 'virtualNetworkSubnetId'),
    ...(state === undefined ? {} : { state }),
    ignoreMissingEndpoint: optionalFlag(properties, 'ignoreMissingVnetServiceEndpoint') ?? false,
  }
}
