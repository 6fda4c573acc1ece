import { isGuid } from '../../domain/resource-id.ts'
import { unseen, type Observed } from '../../domain/observed.ts'
import type { ArmAnswer, ArmPort } from '../../ports/arm-port.ts'
import { boundText } from '../bounded-text.ts'
import { decodeBody, decodeItems, decodePages, type Fields } from './decode.ts'
import { decodeDmsService } from './decode-dms.ts'
import { decodeSecurityAdminRule, decodeServiceTags } from './decode-rules.ts'
import { decodeDmsSku, decodePermissionSet, decodeProvider } from './decode-subscription.ts'
import { decodeExpressRouteCircuit } from './decode-network.ts'
import {
  decodeAddressHolder,
  decodeHubConnection,
  decodeHubGateway,
  decodeHubGatewayConnection,
  decodeNatGateway,
  decodePrivateEndpoint,
  decodePublicIpAddress,
  decodePublicIpPrefix,
  decodeRouteTable,
  decodeVirtualHub,
  decodeVpnSite,
} from './decode-ways.ts'
import { readResourceId, resourcePath } from './resource-id.ts'
import type { ArmReader } from './rest-reader.ts'

export const NETWORK_VERSION = '2023-09-01'
export const DATA_MIGRATION_VERSION = '2018-07-15-preview'
const PROVIDERS_VERSION = '2021-04-01'
const PERMISSIONS_VERSION = '2022-04-01'

/** The ways to read that the port gives; each answer is kept for the run. */
export interface Ways {
  /** One object of a resource group. */
  get: <T>(type: string, id: string, version: string, decode: (body: Fields) => T) => Promise<Observed<ArmAnswer<T>>>
  /** What stands at a path below the endpoint. `part`: which part of a list, where it is asked for in several ways. */
  at: <T>(
    path: string,
    read: (rest: ArmReader) => Promise<Observed<T>>,
    part?: string,
  ) => Promise<Observed<ArmAnswer<T>>>
}

type FurtherReads = Pick<
  ArmPort,
  | 'serviceTags'
  | 'securityAdminRules'
  | 'routeTable'
  | 'natGateway'
  | 'publicIpAddress'
  | 'publicIpPrefix'
  | 'privateEndpoint'
  | 'virtualHubs'
  | 'hubConnections'
  | 'hubGateway'
  | 'hubGatewayConnection'
  | 'expressRouteCircuit'
  | 'addressHolder'
  | 'vpnSite'
  | 'provider'
  | 'permissions'
  | 'dmsServices'
  | 'dmsSkus'
>

const EXPRESS_ROUTE_CONNECTION = /\/expressRouteConnections\/[^/]+\/?$/i
const HOLDER_TYPES = ['azureFirewalls', 'loadBalancers', 'networkInterfaces']
const EXPRESS_ROUTE_GATEWAY = /\/expressRouteGateways\/[^/]+\/?$/i

/** What the network and subscription checks read beside the objects of the plain list. */
export function createFurtherReads({ get, at }: Ways): FurtherReads {
  const network = <T>(type: string, id: string, decode: (body: Fields) => T): Promise<Observed<ArmAnswer<T>>> =>
    get(`Microsoft.Network/${type}`, id, NETWORK_VERSION, decode)
  const list = <T>(
    path: string,
    version: string,
    decode: (item: Fields) => T,
  ): Promise<Observed<ArmAnswer<readonly T[]>>> =>
    at(path, async (rest) => decodeItems(path, await rest.list(path, version), decode))
  /** A part of a resource, by a path that only a sound id leads to. */
  const below = async <T>(
    type: string,
    id: string,
    read: (path: string) => Promise<Observed<ArmAnswer<T>>>,
  ): Promise<Observed<ArmAnswer<T>>> => {
    const resource = readResourceId(id, type)
    return resource.ok ? read(resourcePath(resource.value)) : resource
  }
  const inSubscription = async <T>(
    subscription: string,
    read: (path: string) => Promise<Observed<ArmAnswer<T>>>,
  ): Promise<Observed<ArmAnswer<T>>> =>
    isGuid(subscription)
      ? read(`/subscriptions/${subscription}`)
      : unseen('missing-input', `"${boundText(subscription)}" is not the id of a subscription.`, {
          missing: 'the id of a subscription, a GUID',
        })

  return {
    serviceTags: (subscription, location) =>
      inSubscription(subscription, (base) => {
        const path = `${base}/providers/Microsoft.Network/locations/${encodeURIComponent(location)}/serviceTags`
        return at(path, async (rest) => decodePages(path, await rest.pages(path, NETWORK_VERSION), decodeServiceTags))
      }),
    securityAdminRules: (id) =>
      below('Microsoft.Network/virtualNetworks', id, (base) => {
        const path = `${base}/listNetworkManagerEffectiveSecurityAdminRules`
        return at(path, async (rest) =>
          decodeItems(path, await rest.postForList(path, NETWORK_VERSION), decodeSecurityAdminRule),
        )
      }),
    routeTable: (id) => network('routeTables', id, decodeRouteTable),
    natGateway: (id) => network('natGateways', id, decodeNatGateway),
    publicIpAddress: (id) => network('publicIPAddresses', id, decodePublicIpAddress),
    publicIpPrefix: (id) => network('publicIPPrefixes', id, decodePublicIpPrefix),
    privateEndpoint: (id) => network('privateEndpoints', id, decodePrivateEndpoint),
    virtualHubs: (subscription) =>
      inSubscription(subscription, (base) =>
        list(`${base}/providers/Microsoft.Network/virtualHubs`, NETWORK_VERSION, decodeVirtualHub),
      ),
    hubConnections: (id) =>
      below('Microsoft.Network/virtualHubs', id, (base) =>
        list(`${base}/hubVirtualNetworkConnections`, NETWORK_VERSION, decodeHubConnection),
      ),
    hubGateway: (id) =>
      EXPRESS_ROUTE_GATEWAY.test(id)
        ? network('expressRouteGateways', id, (body) => decodeHubGateway(body, 'express-route'))
        : network('vpnGateways', id, (body) => decodeHubGateway(body, 'vpn')),
    hubGatewayConnection: (id) =>
      EXPRESS_ROUTE_CONNECTION.test(id)
        ? network('expressRouteGateways/expressRouteConnections', id, (body) =>
            decodeHubGatewayConnection(body, 'express-route'),
          )
        : network('vpnGateways/vpnConnections', id, (body) => decodeHubGatewayConnection(body, 'vpn')),
    expressRouteCircuit: (id) => network('expressRouteCircuits', id, decodeExpressRouteCircuit),
    addressHolder: (id) => {
      const type = HOLDER_TYPES.find((one) => id.toLowerCase().includes(`/microsoft.network/${one.toLowerCase()}/`))
      return network(type ?? 'networkInterfaces', id, decodeAddressHolder)
    },
    vpnSite: (id) => network('vpnSites', id, decodeVpnSite),
    provider: (subscription, namespace) =>
      inSubscription(subscription, (base) => {
        const path = `${base}/providers/${encodeURIComponent(namespace)}`
        return at(path, async (rest) => decodeBody(path, await rest.get(path, PROVIDERS_VERSION), decodeProvider))
      }),
    permissions: (scope) => {
      const base = scope.replace(/\/$/, '')
      return isScope(base)
        ? list(`${base}/providers/Microsoft.Authorization/permissions`, PERMISSIONS_VERSION, decodePermissionSet)
        : Promise.resolve(
            unseen('missing-input', `"${boundText(scope)}" is no scope of Azure.`, { missing: 'the id of a scope' }),
          )
    },
    dmsServices: (subscription) =>
      inSubscription(subscription, (base) =>
        list(`${base}/providers/Microsoft.DataMigration/services`, DATA_MIGRATION_VERSION, decodeDmsService),
      ),
    dmsSkus: (subscription) =>
      inSubscription(subscription, (base) =>
        list(`${base}/providers/Microsoft.DataMigration/skus`, DATA_MIGRATION_VERSION, decodeDmsSku),
      ),
  }
}

/** A subscription, a resource group, or a resource, made of segments that stay what they are in a URL. */
export function isScope(text: string): boolean {
  const segments = text.split('/').slice(1)
  return (
    /^\/subscriptions\/[0-9a-f-]{36}(?:\/|$)/i.test(text) &&
    segments.every((segment) => /^[\p{L}\p{N}._()-]+$/u.test(segment) && !/^\.{1,2}$/.test(segment))
  )
}
