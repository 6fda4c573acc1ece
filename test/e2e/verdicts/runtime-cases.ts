import { sqlServer } from '../../../lab/azure/data-resources.ts'
import { sqlMigrationService } from '../../../lab/azure/migration-service.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { runtimeNode } from '../../../lab/azure/runtime-nodes.ts'
import { putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { DMS_SUBNET, SALES } from '../../../lab/stories/sales.ts'
import type { Json } from '../../../src/domain/json.ts'
import type { Case } from '../expectation.ts'
import { fails, isAttested, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { elsewhere } from './worlds.ts'

const PROVIDER = 'azure/provider-is-registered'
const SERVICE = 'service/dms-is-online'
const ONLINE = 'service/runtime-is-online'
const CURRENT = 'service/runtime-is-current'
const UPDATED = 'service/runtime-is-kept-up-to-date'
const HOST = 'service/runtime-host-is-suitable'
const WAYS = 'service/runtime-reaches-azure'
const REGIONS = 'service/regions-match'
const LIMITS = 'service/activity-fits-limits'

const ID = resourceId(SALES, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-now')
const NODES = 'Microsoft.DataMigration/sqlMigrationServices/listMonitoringData/action'

/** The manifest of the story, for the service of today. */
function modern({ version = '5.58.9344.1', schema = false } = {}): Change {
  return {
    azure: putResources(sqlMigrationService(SALES, 'dms-now')),
    manifest: {
      'generation: classic': 'generation: modern',
      [`subnet: ${DMS_SUBNET}`]: `service: ${ID}\n  schema-migration: ${String(schema)}`,
    },
    editManifest: (text) =>
      text
        .replace(/^tools: .*$/m, `tools: { integration-runtime: { version: "${version}" } }`)
        .replace(/^attestations:[^]*/m, ''),
  }
}

function serviceIs(spec: Parameters<typeof sqlMigrationService>[2], location = 'westeurope'): Change {
  return { azure: putResources(sqlMigrationService({ ...SALES, location }, 'dms-now', spec)) }
}

function nodesAre(...nodes: readonly Json[]): Change {
  return {
    azure: (state) => {
      state.runtimeNodes = nodes
    },
  }
}

export const RUNTIME_CASES: readonly Case[] = [
  {
    world: 'a modern service with a runtime that is online',
    story: elsewhere(modern()),
    expected: [
      passes(PROVIDER, /Microsoft\.DataMigration is Registered/, { proof: 'direct' }),
      passes(SERVICE, /^Migration service dms-now \(westeurope\) is Succeeded$/, { proof: 'direct' }),
      passes(ONLINE, /^The integration runtime of dms-now is Online with 1 node: SHIR01$/, { proof: 'direct' }),
      isAttested(CURRENT, /^Integration runtime 5\.58\.9344\.1 is stated/),
      isManual(UPDATED, /download\.microsoft\.com/),
      isManual(HOST, /has 1 node: SHIR01 \(SHIR01 12288 MB of memory free, processor 3 % busy\)/),
      passes(WAYS, /as Online, so that its connection for orders stands$/, { proof: 'proxy' }),
      passes(REGIONS, /^In one region: migration service dms-now in westeurope, target default in westeurope$/),
      passes(LIMITS, /^2 migrations for 1 node: SHIR01, .* good for 10 at a time/, { proof: 'direct' }),
    ],
  },
  {
    world: 'a modern service whose runtime is registered nowhere',
    story: elsewhere(modern(), serviceIs({ integrationRuntimeState: 'NeedRegistration' })),
    expected: [
      fails(ONLINE, /NeedRegistration with no node: no machine is registered/),
      isBlocked(WAYS, ONLINE),
      isBlocked(LIMITS, ONLINE),
      isManual(HOST, /has no node/),
    ],
  },
  {
    world: 'a modern service whose nodes may not be read',
    story: elsewhere(modern(), {
      azure: (state) => {
        state.forbidden = [...(state.forbidden ?? []), NODES]
      },
    }),
    expected: [
      passes(ONLINE, /is Online \(its nodes could not be read: /),
      isUnknown(HOST, 'forbidden', /./, { missing: `${NODES} on ${ID}` }),
      isUnknown(LIMITS, 'forbidden', /./, { missing: `${NODES} on ${ID}` }),
      passes(WAYS, /stands$/, { proof: 'proxy' }),
    ],
  },
  {
    world: 'a modern service in another region, with an old runtime on the host of the source',
    story: elsewhere(
      modern({ version: '5.36', schema: true }),
      serviceIs({}, 'northeurope'),
      nodesAre({ nodeName: 'LOCALHOST' }, runtimeNode('SHIR02', { running: 2 })),
    ),
    expected: [
      fails(REGIONS, /^Target default in westeurope: not the region of the migration service dms-now \(northeurope\)$/),
      fails(CURRENT, /5\.36 is stated .* refuses schema migration/),
      fails(HOST, /LOCALHOST has the name of the host of source sales \(localhost\)/),
      passes(LIMITS, /good for 10 at a time \(10 on each, of LOCALHOST Azure tells nothing\); 2 jobs run there now$/),
    ],
  },
  {
    world: 'a modern service with too few nodes, and a target that Azure does not find',
    story: elsewhere(modern(), nodesAre(runtimeNode('SHIR01', { limit: 1 })), {
      azure: removeResources(sqlServer(SALES, 'sqlsales').id),
    }),
    expected: [
      fails(LIMITS, /^2 migrations for 1 node: SHIR01, .* good for 1 at a time \(10 on each, SHIR01 for 1 by/),
      isUnknown(REGIONS, 'not-found', /target default/),
    ],
  },
  {
    world: 'a modern service that is not there',
    story: elsewhere(modern(), { azure: removeResources(ID) }),
    expected: [
      isUnknown(SERVICE, 'not-found', /does not find the migration service dms-now/),
      ...[ONLINE, HOST, REGIONS].map((check) => isBlocked(check, SERVICE)),
    ],
  },
  {
    world: 'a modern service that failed',
    story: elsewhere(modern(), serviceIs({ provisioningState: 'Failed' })),
    expected: [fails(SERVICE, /is Failed: it cannot be used/), isBlocked(ONLINE, SERVICE)],
  },
]
