import type { ArmPort } from '../../ports/arm-port.ts'
import type { RuntimeNode, SqlMigrationService } from '../../ports/runtime-resources.ts'
import { decodeBody, list, optionalInteger, optionalText, propertiesOf, text, type Fields } from './decode.ts'
import type { Ways } from './further-reads.ts'
import { readResourceId, resourcePath } from './resource-id.ts'

/** The first stable version of this resource type. */
const SQL_MIGRATION_VERSION = '2025-06-30'
const TYPE = 'Microsoft.DataMigration/sqlMigrationServices'

/** What the checks of the current service read: its state, and the nodes of its runtime. Never a key of it. */
export function createRuntimeReads({ get, at }: Ways): Pick<ArmPort, 'sqlMigrationService' | 'runtimeNodes'> {
  return {
    sqlMigrationService: (id) => get(TYPE, id, SQL_MIGRATION_VERSION, decodeSqlMigrationService),
    runtimeNodes: async (id) => {
      const resource = readResourceId(id, TYPE)
      if (!resource.ok) return resource
      const path = `${resourcePath(resource.value)}/listMonitoringData`
      return at(path, async (rest) =>
        decodeBody(path, await rest.post(path, SQL_MIGRATION_VERSION), decodeRuntimeNodes),
      )
    },
  }
}

/** https://learn.microsoft.com/rest/api/datamigration/sql-migration-services/get (api-version 2025-06-30) */
export function decodeSqlMigrationService(body: Fields): SqlMigrationService {
  const properties = propertiesOf(body)
  const provisioningState = optionalText(properties, 'provisioningState')
  const integrationRuntimeState = optionalText(properties, 'integrationRuntimeState')
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    location: text(body, 'location'),
    ...(provisioningState === undefined ? {} : { provisioningState }),
    ...(integrationRuntimeState === undefined ? {} : { integrationRuntimeState }),
  }
}

/** https://learn.microsoft.com/rest/api/datamigration/sql-migration-services/list-monitoring-data (2025-06-30) */
export function decodeRuntimeNodes(body: Fields): readonly RuntimeNode[] {
  return list(body, 'nodes', decodeRuntimeNode)
}

const FIGURES = [
  'availableMemoryInMB',
  'cpuUtilization',
  'concurrentJobsLimit',
  'concurrentJobsRunning',
  'maxConcurrentJobs',
] as const satisfies readonly Exclude<keyof RuntimeNode, 'name'>[]

/** Of a node that does not answer Azure tells the name alone (recorded). */
function decodeRuntimeNode(item: Fields): RuntimeNode {
  const node: RuntimeNode = { name: text(item, 'nodeName') }
  for (const name of FIGURES) {
    const figure = optionalInteger(item, name)
    if (figure !== undefined) node[name] = figure
  }
  return node
}
