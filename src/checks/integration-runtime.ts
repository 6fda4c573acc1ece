import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen, type Observed, type Script } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { ArmAnswer, ArmPort } from '../ports/arm-port.ts'
import type { RuntimeNode, SqlMigrationService } from '../ports/runtime-resources.ts'
import { azScript, groupOptions } from './azure-cli.ts'
import type { Judgement, Spec } from './define.ts'
import { boundName, boundText } from './foreign-text.ts'
import { usesRuntime } from './modern-path.ts'

/** A machine of the runtime, as evidence keeps it. */
export type NodeFact = {
  name: string
  availableMemoryInMB?: number
  cpuUtilization?: number
  concurrentJobsLimit?: number
  concurrentJobsRunning?: number
  maxConcurrentJobs?: number
}

/** Page of Microsoft that most checks of the runtime rest on. */
export const RUNTIME_SOURCE = {
  title: 'Self-hosted integration runtime for database migrations',
  url: 'https://learn.microsoft.com/data-migration/sql-server/self-hosted-integration-runtime',
  verified: '2026-11-26',
} as const

/** Microsoft scales a runtime out to so many machines, and recommends so many migrations at a time on each. */
export const MOST_NODES = 4
export const MIGRATIONS_PER_NODE = 10

/** The condition under which a check of the runtime waits for another one. */
export const whereRuntimeIsUsed = ({ manifest }: Pick<Spec, 'manifest'>): boolean => usesRuntime(manifest)

/** The migration service that the manifest names. */
export async function readMigrationService(
  arm: ArmPort,
  { dms }: Manifest,
): Promise<Observed<ArmAnswer<SqlMigrationService>>> {
  return dms.serviceId === undefined ? noService() : arm.sqlMigrationService(dms.serviceId)
}

/** The machines of its runtime. A service that is not there is no answer about them. */
export async function readRuntimeNodes(arm: ArmPort, { dms }: Manifest): Promise<Observed<NodeFact[]>> {
  if (dms.serviceId === undefined) return noService()
  const nodes = await arm.runtimeNodes(dms.serviceId)
  if (!nodes.ok) return nodes
  return nodes.value.found
    ? seen(nodes.value.value.map(nodeFact))
    : unseen('not-found', `The nodes of the integration runtime: ${boundText(nodes.value.message)}`)
}

function noService(): Observed<never> {
  return unseen('missing-input', 'The manifest does not name the migration service', {
    missing: 'dms.service of the manifest, the id of a sqlMigrationServices resource',
  })
}

function nodeFact(node: RuntimeNode): NodeFact {
  return { ...node, name: boundName(node.name) }
}

/** Said where the service needs no runtime. */
export function noRuntimeUsed(): Judgement {
  return {
    verdict: 'not-applicable',
    summary:
      'The backups are already in the container, from where the target restores them: no integration runtime takes part',
  }
}

/** `2 nodes: SHIR01, SHIR02` */
export function describeNodes(nodes: readonly NodeFact[]): string {
  if (nodes.length === 0) return 'no node'
  return `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${nodes.map(({ name }) => name).join(', ')}`
}

export function serviceNameOf({ dms }: Manifest): string {
  return boundText(parseResourceId(dms.serviceId ?? '')?.name ?? dms.serviceId ?? '', 60)
}

/** `az datamigration sql-service <verb>` on the service of the manifest. */
export function serviceScript(verb: 'show' | 'list-integration-runtime-metric', { dms }: Manifest): Script {
  return azScript(`az datamigration sql-service ${verb}`, {
    ...groupOptions(dms.serviceId ?? ''),
    '--name': parseResourceId(dms.serviceId ?? '')?.name ?? '<SERVICE>',
  })
}
