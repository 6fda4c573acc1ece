import type { BlobContainerResource, StorageAccount } from '../../ports/storage-resources.ts'
import {
  fieldsOf,
  flag,
  list,
  optionalFields,
  optionalList,
  optionalReference,
  optionalText,
  propertiesOf,
  text,
  wrongShape,
  type Fields,
} from './decode.ts'
import { member } from './error-body.ts'

/** https://learn.microsoft.com/rest/api/storagerp/storage-accounts/get-properties */
export function decodeStorageAccount(body: Fields): StorageAccount {
  const properties = propertiesOf(body)
  const sku = optionalFields(body, 'sku')
  const endpoints = optionalFields(properties, 'primaryEndpoints')
  const sharedKey = optionalFlag(properties, 'allowSharedKeyAccess')
  const given = {
    kind: optionalText(body, 'kind'),
    skuName: sku === undefined ? undefined : optionalText(sku, 'name'),
    provisioningState: optionalText(properties, 'provisioningState'),
    publicNetworkAccess: optionalText(properties, 'publicNetworkAccess'),
    blobEndpoint: endpoints === undefined ? undefined : optionalText(endpoints, 'blob'),
  }
  const firewall = decodeFirewall(fieldsOf(member(properties, 'networkAcls'), 'networkAcls'))
  const endpointList = optionalList(properties, 'privateEndpointConnections', decodeConnection)
  // Where networks are shut out everything rests on the private endpoints: a list that is not there is no empty list.
  const isOpen = isWord(given.publicNetworkAccess ?? 'Enabled', 'Enabled') && isWord(firewall.defaultAction, 'Allow')
  if (endpointList === undefined && !isOpen) {
    return wrongShape('networks are shut out and privateEndpointConnections is missing')
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined)
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    location: text(body, 'location'),
    ...Object.fromEntries(known),
    ...(sharedKey === undefined ? {} : { allowSharedKeyAccess: sharedKey }),
    ...firewall,
    privateEndpointConnections: endpointList ?? [],
  }
}

/** A rule that does not allow is no rule of this list: the service knows `Allow` alone. */
function decodeFirewall(acls: Fields): Pick<StorageAccount, 'defaultAction' | 'virtualNetworkRules' | 'addressRules'> {
  const defaultAction = text(acls, 'defaultAction')
  // The rules decide only where not everything is allowed; there, no list is not an empty list.
  const read = isWord(defaultAction, 'Allow') ? optionalList : list
  const networks = read(acls, 'virtualNetworkRules', (item) => {
    const state = optionalText(item, 'state')
    const rule = { subnetId: text(item, 'id'), ...(state === undefined ? {} : { state }) }
    return allows(item) ? [rule] : []
  })
  const addresses = read(acls, 'ipRules', (item) => (allows(item) ? [text(item, 'value')] : []))
  return { defaultAction, virtualNetworkRules: (networks ?? []).flat(), addressRules: (addresses ?? []).flat() }
}

function allows(rule: Fields): boolean {
  return isWord(optionalText(rule, 'action') ?? 'Allow', 'Allow')
}

function isWord(text: string, word: string): boolean {
  return text.toLowerCase() === word.toLowerCase()
}

function decodeConnection(item: Fields): StorageAccount['privateEndpointConnections'][number] {
  const name = optionalText(item, 'name') ?? text(item, 'id').split('/').at(-1) ?? ''
  const state = optionalFields(propertiesOf(item), 'privateLinkServiceConnectionState')
  const status = state === undefined ? undefined : optionalText(state, 'status')
  const endpointId = optionalReference(propertiesOf(item), 'privateEndpoint')
  return {
    name,
    ...(status === undefined ? {} : { status }),
    ...(endpointId === undefined ? {} : { endpointId }),
  }
}

/** Azure leaves it out, or writes null, where nobody has set it: that is another answer than false. */
function optionalFlag(from: Fields, name: string): boolean | undefined {
  const value = member(from, name)
  if (value === undefined || value === null) return undefined
  return typeof value === 'boolean' ? value : wrongShape(`${name} is neither true nor false`)
}

/** https://learn.microsoft.com/rest/api/storagerp/blob-containers/get */
export function decodeBlobContainer(body: Fields): BlobContainerResource {
  const properties = propertiesOf(body)
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    deleted: flag(properties, 'deleted'),
    hasImmutabilityPolicy: flag(properties, 'hasImmutabilityPolicy'),
    hasLegalHold: flag(properties, 'hasLegalHold'),
  }
}
