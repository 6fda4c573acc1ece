import type { SubjectKind } from '../domain/subject.ts'

/** The stations of a migration, in the order in which its data passes them. */
export const MAP_KINDS = ['source', 'share', 'network', 'runtime', 'service', 'container', 'target'] as const
export type MapKind = (typeof MAP_KINDS)[number]

/** What one check is about: a station itself, or the way between two. */
export type MapPlace =
  | { on: 'node'; kind: MapKind }
  /** `always`: said also when all is well. */
  | { on: 'leg'; leg: LegName; words: string; always?: true }

/** The station that a leg belongs to, and where the leg goes from and to. */
export const LEGS = {
  'source-network': { owner: 'source', from: 'source', to: 'network' },
  'source-share': { owner: 'share', from: 'source', to: 'share' },
  'share-network': { owner: 'share', from: 'share', to: 'network' },
  /** The way of backups that others upload: nothing of the service connects to the source. */
  'source-container': { owner: 'source', from: 'source', to: 'container' },
  'network-service': { owner: 'network', from: 'network', to: 'service' },
  'runtime-service': { owner: 'runtime', from: 'runtime', to: 'service' },
  'service-container': { owner: 'container', from: 'service', to: 'container' },
  'container-target': { owner: 'container', from: 'container', to: 'target' },
  'service-target': { owner: 'target', from: 'service', to: 'target' },
} as const satisfies Record<string, { owner: MapKind; from: MapKind; to: MapKind }>
export type LegName = keyof typeof LEGS

const leg = (name: LegName, words: string): MapPlace => ({ on: 'leg', leg: name, words })
const mainLeg = (name: LegName, words: string): MapPlace => ({ on: 'leg', leg: name, words, always: true })

/** Checks of a way between two stations, by id. Every other check is about the station of its area. */
export const LEG_CHECKS: Readonly<Record<string, MapPlace>> = {
  'source/engine-port-is-reachable': mainLeg('source-network', 'TCP'),
  'source/name-resolves': leg('source-network', 'name'),
  'source/runtime-can-connect': leg('source-network', 'runtime'),
  'source/sql-browser-is-reachable': leg('source-network', 'SQL Browser'),
  'source/firewall-appliance-lets-dms-in': leg('source-network', 'firewall appliance'),
  'source/windows-firewall-lets-dms-in': leg('source-network', 'Windows Firewall'),
  'network/dms-vnet-has-site-to-site-connectivity': leg('source-network', 'VPN or ExpressRoute'),
  'network/nsg-allows-source-ports': leg('source-network', 'NSG'),
  'share/smb-port-is-reachable': mainLeg('share-network', 'SMB'),
  'share/runtime-can-connect': leg('share-network', 'runtime'),
  'network/nsg-allows-dms-ports': mainLeg('network-service', 'NSG port'),
  'network/nsg-allows-declared-flows': mainLeg('network-service', 'flow'),
  'network/service-endpoints-are-set': leg('network-service', 'service endpoints'),
  'network/no-admin-rule-blocks-dms': leg('network-service', 'security admin rules'),
  'service/runtime-reaches-azure': mainLeg('runtime-service', 'Azure'),
  'storage/sas-has-all-permissions': mainLeg('service-container', 'SAS'),
  'storage/is-reachable-from-target': mainLeg('container-target', 'network'),
  'target/engine-port-is-reachable': mainLeg('service-target', 'TCP'),
  'target/runtime-can-connect': leg('service-target', 'runtime'),
  'target/name-resolves': leg('service-target', 'name'),
  'target/server-firewall-admits-dms': mainLeg('service-target', 'firewall'),
  'network/target-is-connected': mainLeg('service-target', 'peering'),
}

/** The station of each area; what is new stands with the service until it gets a place of its own. */
export const AREA_KINDS: Readonly<Record<string, MapKind>> = {
  source: 'source',
  share: 'share',
  network: 'network',
  storage: 'container',
  target: 'target',
  service: 'service',
  azure: 'service',
  tools: 'service',
  migration: 'service',
}

export function placeOf(id: string): MapPlace {
  if (id.startsWith('service/runtime-') && LEG_CHECKS[id] === undefined) return { on: 'node', kind: 'runtime' }
  return LEG_CHECKS[id] ?? { on: 'node', kind: AREA_KINDS[id.split('/')[0] ?? ''] ?? 'service' }
}

/** The kind of subject that names a station of a kind; those without one are there once for a manifest. */
export const NAMED_BY: Readonly<Partial<Record<MapKind, SubjectKind>>> = {
  source: 'sql-server',
  share: 'share',
  container: 'container',
  target: 'target',
}
