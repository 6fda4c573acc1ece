// A managed instance as a target that answers under a name of the manifest, for tests of the checks on it.
import type { Check, Spec } from '../src/checks/define.ts'
import type { JsonObject } from '../src/domain/json.ts'
import type { Manifest } from '../src/domain/manifest.ts'
import type { Subject } from '../src/domain/subject.ts'
import type { ServerFactsRow } from '../src/checks/statements/server-facts.ts'
import { instanceManifest } from './storage-fixtures.ts'

export const INSTANCE_HOST = 'mi-erp.1b4e.database.windows.net'

export function instanceMigration(more: Partial<Manifest> = {}): Manifest {
  const manifest = instanceManifest(more)
  const endpoint = { text: INSTANCE_HOST, host: INSTANCE_HOST }
  return { ...manifest, targets: manifest.targets.map((target) => ({ ...target, endpoint })) }
}

export function firstSubject(check: Check, manifest: Manifest = instanceMigration()): Subject<Spec> {
  const [subject] = check.subjects(manifest)
  if (subject === undefined) throw new Error('the check has no subject')
  return subject
}

export const SERVER: ServerFactsRow = {
  productVersion: '12.0.2000.8',
  productLevel: 'RTM',
  edition: 'SQL Azure',
  engineEdition: 8,
  instanceName: null,
  machineName: null,
  collation: 'SQL_Latin1_General_CP1_CI_AS',
  isClustered: 0,
  isHadrEnabled: 0,
  viewAnyDatabase: 1,
  alterAnyDatabase: 1,
  createDatabase: 1,
  controlServer: 1,
}

export const AT_INSTANCE = { host: INSTANCE_HOST, port: 1433, database: 'master', account: 'dms' }
export const AT_SOURCE = { ...AT_INSTANCE, host: 'sql01.corp.example' }

export function answeredBy(place: typeof AT_INSTANCE, more: JsonObject, server: Partial<ServerFactsRow> = {}) {
  return { ...place, outcome: 'answered', server: { ...SERVER, ...server }, ...more } as const
}

export function refusedBy(place: typeof AT_INSTANCE) {
  return { ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' } as const
}

/** A database that the source sees; `facts` are those that differ from a plain one. */
export function databaseAt(place: typeof AT_INSTANCE, facts: JsonObject) {
  const state = {
    name: 'Sales',
    state: 'ONLINE',
    userAccess: 'MULTI_USER',
    isReadOnly: 0,
    isInStandby: 0,
    isSnapshot: 0,
    recoveryModel: 'FULL',
    collation: null,
    compatibilityLevel: 150,
    isEncrypted: 0,
    isCdcEnabled: 0,
    hasAccess: 1,
  }
  const plain = {
    containment: 'NONE',
    encryption: null,
    files: null,
    nonTransactedAccess: null,
    lastFullBackup: null,
    lastLogBackup: null,
    notSeen: [],
  }
  const source = { productVersion: '16.0.4135.4', engineEdition: 3 }
  return answeredBy(place, { state, near: [], facts: { ...plain, ...facts } }, source)
}
