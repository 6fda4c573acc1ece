import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts'
import type { AzureState } from './state.ts'

/** A machine of the integration runtime, with all that Azure may tell of it. */
export function runtimeNode(
  nodeName: string,
  spec: { availableMemoryInMB?: number; cpuUtilization?: number; limit?: number; running?: number; most?: number } = {},
): JsonObject {
  return {
    nodeName,
    availableMemoryInMB: spec.availableMemoryInMB ?? 12_288,
    cpuUtilization: spec.cpuUtilization ?? 3,
    concurrentJobsLimit: spec.limit ?? 20,
    concurrentJobsRunning: spec.running ?? 0,
    maxConcurrentJobs: spec.most ?? 40,
    sentBytes: 0.25,
    receivedBytes: 0.125,
  }
}

/** Answer of `listMonitoringData`. */
export function monitoringData({ runtimeNodes }: AzureState, service: Json): Json {
  const properties = isJsonObject(service) && isJsonObject(service['properties']) ? service['properties'] : {}
  const isOnline = properties['integrationRuntimeState'] === 'Online'
  return { name: 'default-ir', nodes: [...(runtimeNodes ?? (isOnline ? [runtimeNode('SHIR01')] : []))] }
}
