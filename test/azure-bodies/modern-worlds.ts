// The service of today: a world in which all holds, and one in which hardly anything does.
import { sqlServer } from '../../lab/azure/data-resources.ts'
import { sqlMigrationService } from '../../lab/azure/migration-service.ts'
import { resourceId } from '../../lab/azure/place.ts'
import { runtimeNode } from '../../lab/azure/runtime-nodes.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import { azure, DATA, LOCATION, manifest, SURROUNDINGS, type World } from './world-frame.ts'

const SERVICE_NOW = resourceId(DATA, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-now')

function modernManifest(): Manifest {
  return {
    ...manifest({ sources: [{}] }),
    generation: 'modern',
    dms: {
      serviceId: SERVICE_NOW,
      egress: [],
      nsgPorts: 'current',
      flows: [],
      runtimeHosts: [],
      schemaMigration: false,
      location: LOCATION,
    },
  }
}

export function modernWorld(): World {
  return {
    name: 'modern',
    azure: azure([sqlMigrationService(DATA, 'dms-now'), sqlServer(DATA, 'sqlsales')], {
      runtimeNodes: [runtimeNode('SHIR01'), runtimeNode('SHIR02', { limit: 12, running: 3 })],
    }),
    manifest: modernManifest(),
    surroundings: SURROUNDINGS,
  }
}

export function brokenModernWorld(): World {
  const elsewhere = { ...DATA, location: 'northeurope' }
  return {
    name: 'modern, broken',
    azure: azure([sqlMigrationService(elsewhere, 'dms-now'), sqlServer(DATA, 'sqlsales')], {
      runtimeNodes: ['SHIR01', 'SQL01', 'SHIR03', 'SHIR04', 'SHIR05'].map((name) => runtimeNode(name, { limit: 0 })),
    }),
    manifest: modernManifest(),
    surroundings: SURROUNDINGS,
  }
}

export function offlineModernWorld(): World {
  return {
    ...modernWorld(),
    name: 'modern, offline',
    azure: azure([
      sqlMigrationService(DATA, 'dms-now', { integrationRuntimeState: 'Offline' }),
      sqlServer(DATA, 'sqlsales'),
    ]),
  }
}
