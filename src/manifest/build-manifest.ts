import type { DeclaredFlow, Dms, Manifest } from '../domain/manifest.ts'
import { parseDurationMs } from '../domain/duration.ts'
import { SERVICE_IDS, SUBNET_ID } from './azure-id.ts'
import { readId, readScope, refuseRepeats, type Scope } from './build-names.ts'
import { readSources, readTargets } from './build-servers.ts'
import { refuseOtherGeneration } from './build-generation.ts'
import { readContainers, readShares, readTools } from './build-storage.ts'
import { readAttestations, readWaivers, type VoucherRules } from './build-vouchers.ts'
import type { Draft } from './draft.ts'
import { parseInstantMs } from './instant.ts'
import { parsePortRange } from './schema-flows.ts'

/** Checks what goes beyond single values; gives the manifest, or undefined where a part of it is missing. */
export function buildManifest(
  draft: Draft,
  path: string,
  base: string | undefined,
  rules: VoucherRules,
): Manifest | undefined {
  const scope = readScope(draft)
  refuseOtherGeneration(draft)
  const dms = readDms(draft, scope)
  const targets = readTargets(draft, scope)
  refuseNoTarget(draft)
  const sources = readSources(draft, { targets: draft.names('targets'), shares: draft.names('shares') })
  const shares = readShares(draft)
  const containers = readContainers(draft, scope)
  const tools = readTools(draft)
  const attestations = readAttestations(draft, rules)
  const waivers = readWaivers(draft, rules)
  const { name, scenario, generation } = draft.file
  if (name === undefined || scenario === undefined || generation === undefined) return undefined
  const certificates = [...sources, ...targets].flatMap(({ tls }) => tls.ca ?? [])
  const files = [path, base ?? [], ...certificates, tools.assessment?.report ?? []].flat()
  return {
    path,
    files: [...new Set(files)],
    name,
    scenario,
    generation,
    migration: draft.file.migration ?? 'offline',
    ...readCutover(draft),
    dms,
    sources,
    targets,
    shares,
    containers,
    tools,
    attestations,
    waivers,
    location: draft.location([]),
  }
}

function refuseNoTarget(draft: Draft): void {
  if (draft.isBad(['target']) || draft.isBad(['targets']) || draft.names('targets').length > 0) return
  draft.refuseMissing([], 'target', 'must give the `resource` and the `login` of the server to which the databases go')
}

function readDms(draft: Draft, scope: Scope): Dms {
  const { dms, generation = 'classic' } = draft.file
  const subnetId = readId(draft, ['dms', 'subnet'], dms?.subnet, SUBNET_ID, scope)
  const serviceId = readId(draft, ['dms', 'service'], dms?.service, SERVICE_IDS[generation], scope)
  const needed = generation === 'modern' ? (['service'] as const) : (['subnet', 'service'] as const)
  const isReported = needed.some((key) => draft.isBad(['dms', key]))
  if (needed.every((key) => dms?.[key] === undefined) && !isReported) {
    draft.refuseKey(['dms'], generation === 'modern' ? NO_SERVICE : 'must give the `subnet` of DMS, or its `service`')
  }
  return {
    ...(subnetId === undefined ? {} : { subnetId }),
    ...(serviceId === undefined ? {} : { serviceId }),
    egress: (dms?.egress ?? []).filter((address) => address !== undefined),
    nsgPorts: dms?.['nsg-ports'] ?? 'seed',
    flows: readFlows(draft),
    runtimeHosts: (dms?.['runtime-hosts'] ?? []).filter((host) => host !== undefined),
    schemaMigration: dms?.['schema-migration'] ?? false,
    location: draft.location(['dms']),
  }
}

const NO_SERVICE = 'must give the `service`, the id of a Microsoft.DataMigration/sqlMigrationServices'

function readFlows(draft: Draft): DeclaredFlow[] {
  const flows = draft.file.dms?.flows ?? []
  refuseRepeats(
    draft,
    flows.map((flow, index) => ({ path: ['dms', 'flows', index, 'name'], name: flow?.name })),
  )
  return flows.flatMap((flow, index) => {
    const { name, direction, protocol, peer } = flow ?? {}
    const ports = (flow?.ports ?? []).flatMap((port) => {
      const range = parsePortRange(String(port))
      return range === undefined ? [] : [range]
    })
    if (name === undefined || direction === undefined || protocol === undefined || peer === undefined) return []
    return { name, direction, protocol, ports, peer, location: draft.location(['dms', 'flows', index]) }
  })
}

function readCutover(draft: Draft): Pick<Manifest, 'cutover'> {
  const { start, duration } = draft.file.cutover ?? {}
  const startMs = parseInstantMs(start ?? '', 'start')
  const durationMs = parseDurationMs(String(duration ?? ''))
  if (!startMs.ok || durationMs === undefined) return {}
  return { cutover: { start: new Date(startMs.value).toISOString(), durationMs } }
}
