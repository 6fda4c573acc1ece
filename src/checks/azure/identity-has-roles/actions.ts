/** Where an action is done: where DMS is or will be, the virtual network of its subnet, the subnet itself. */
export type Place = 'dms' | 'network' | 'subnet'

export interface RequiredAction {
  /** As Microsoft's custom role has it. */
  action: string
  /** What of it creating and running DMS (classic) asks for: whoever may do all of these needs no wider right. */
  operations: readonly string[]
  place: Place
  /** Of no use once the service is there. */
  isForCreating: boolean
}

const SERVICE = 'Microsoft.DataMigration/services'
const OF_SERVICE = [SERVICE, `${SERVICE}/projects`, `${SERVICE}/projects/tasks`]
const DEPLOYMENTS = 'Microsoft.Resources/deployments'
const NETWORK = 'Microsoft.Network/virtualNetworks'

/**
 * "Azure Database Migration Contributor", the custom role that Microsoft's prerequisites print (azure-docs,
 * articles/dms/pre-reqs.md); operations from the list of those of Microsoft.DataMigration and Microsoft.Resources.
 */
export const REQUIRED: readonly RequiredAction[] = [
  running(
    'Microsoft.DataMigration/*/read',
    OF_SERVICE.map((type) => `${type}/read`),
  ),
  running(
    'Microsoft.DataMigration/*/write',
    OF_SERVICE.map((type) => `${type}/write`),
  ),
  running(
    'Microsoft.DataMigration/*/delete',
    OF_SERVICE.map((type) => `${type}/delete`),
  ),
  running('Microsoft.DataMigration/*/action', [
    ...['start', 'stop', 'checkStatus'].map((name) => `${SERVICE}/${name}/action`),
    `${SERVICE}/projects/tasks/cancel/action`,
  ]),
  creating('dms', 'Microsoft.Resources/subscriptions/resourceGroups/read'),
  creating('dms', `${DEPLOYMENTS}/validate/action`),
  creating('dms', `${DEPLOYMENTS}/*/read`, [`${DEPLOYMENTS}/read`, `${DEPLOYMENTS}/operations/read`]),
  creating('dms', `${DEPLOYMENTS}/*/write`, [`${DEPLOYMENTS}/write`]),
  creating('dms', 'Microsoft.Network/networkInterfaces/ipConfigurations/read'),
  creating('network', `${NETWORK}/read`),
  creating('network', `${NETWORK}/write`),
  creating('subnet', `${NETWORK}/subnets/join/action`),
]

function running(action: string, operations: readonly string[]): RequiredAction {
  return { action, operations, place: 'dms', isForCreating: false }
}

function creating(place: Place, action: string, operations: readonly string[] = [action]): RequiredAction {
  return { action, operations, place, isForCreating: true }
}
