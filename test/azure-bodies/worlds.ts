// Worlds in which every check that reads Azure has something to say: well in three ways, broken, and in between.
import { firewallRule, virtualNetworkRule } from '../../lab/azure/data-resources.ts'
import type { ArmResource } from '../../lab/azure/state.ts'
import { broken } from './broken-world.ts'
import { noPlaceForDms, stoppedDms } from './dms-worlds.ts'
import * as doubtful from './doubtful-worlds.ts'
import { brokenModernWorld, modernWorld, offlineModernWorld } from './modern-worlds.ts'
import { ownGateway, peeredGateway, hubGateway } from './well-worlds.ts'
import { DATA, DMS_SUBNET, manifest, type World } from './world-frame.ts'

export type { World } from './world-frame.ts'

/** The rule for the subnet is not ready, which is neither good nor bad. */
function unreadyRule(): World {
  const well = ownGateway()
  const rule = virtualNetworkRule(DATA, 'sqlsales', 'dms', { subnet: DMS_SUBNET, state: 'InProgress' })
  const resources = well.azure.resources.map((one) => (one.id === rule.id ? rule : one))
  return { ...well, name: 'a rule that is not ready', azure: { ...well.azure, resources } }
}

/** The endpoint of the DMS subnet could not be turned on, so that the rule for the subnet never matches. */
function failedEndpoint(): World {
  const well = ownGateway()
  const text = JSON.stringify(well.azure.resources)
  const failed = text.replace(
    '"provisioningState":"Succeeded","service":"Microsoft.Sql"',
    '"provisioningState":"Failed","service":"Microsoft.Sql"',
  )
  if (failed === text) throw new Error('no endpoint to fail')
  const resources = (JSON.parse(failed) as ArmResource[]).filter(({ name }) => name !== 'office')
  return { ...well, name: 'a failed endpoint', azure: { ...well.azure, resources } }
}

/** Half of what the NAT gateway goes out by is not admitted. */
function halfAdmitted(): World {
  const well = peeredGateway()
  const rule = firewallRule(DATA, 'sqlsales', 'nat', '203.0.113.7')
  const resources = well.azure.resources.map((one) => (one.id === rule.id ? rule : one))
  return { ...well, name: 'a NAT gateway that is admitted by half', azure: { ...well.azure, resources } }
}

/** DMS is to be put into a subnet that its network does not have. */
function misplaced(): World {
  const well = ownGateway()
  return {
    ...well,
    name: 'misplaced',
    manifest: manifest({ dms: { subnetId: `${DMS_SUBNET}-2` } }),
  }
}

export const WORLDS: readonly (() => World)[] = [
  ownGateway,
  peeredGateway,
  hubGateway,
  broken,
  noPlaceForDms,
  stoppedDms,
  doubtful.tunnelDown,
  doubtful.expressRouteBesides,
  doubtful.microsoftPeering,
  doubtful.bgpBesides,
  doubtful.routesKeptOut,
  doubtful.defaultRoute,
  doubtful.droppedRoute,
  unreadyRule,
  failedEndpoint,
  halfAdmitted,
  misplaced,
  modernWorld,
  brokenModernWorld,
  offlineModernWorld,
]
