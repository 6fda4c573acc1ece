import type { Generation, Scenario } from '../domain/manifest.ts'
import { isGuid, parseResourceId } from '../domain/resource-id.ts'
import { type Parsed, parsed, refused } from './parsed.ts'

/** `azure` of the manifest: what completes short ids. */
export interface AzureScope {
  subscription?: string | undefined
  resourceGroup?: string | undefined
}

/** One kind of resource that a key of the manifest may name. */
export interface IdKind {
  /** `Microsoft.Sql/servers`; the first one completes short ids that name no other. */
  types: readonly string[]
  /** The short forms: type segments with `*` for a name, e.g. `servers/*`, `*`, `*`/`*`. */
  shorts: readonly { form: string; pattern: readonly string[]; type?: string }[]
}

export const TARGET_ID: IdKind = {
  types: ['Microsoft.Sql/servers', 'Microsoft.Sql/managedInstances', 'Microsoft.SqlVirtualMachine/sqlVirtualMachines'],
  shorts: [
    { form: 'servers/<name>', pattern: ['servers', '*'] },
    { form: 'managedInstances/<name>', pattern: ['managedInstances', '*'], type: 'Microsoft.Sql/managedInstances' },
    {
      form: 'sqlVirtualMachines/<name>',
      pattern: ['sqlVirtualMachines', '*'],
      type: 'Microsoft.SqlVirtualMachine/sqlVirtualMachines',
    },
  ],
}
export const SUBNET_ID: IdKind = {
  types: ['Microsoft.Network/virtualNetworks/subnets', 'Microsoft.ClassicNetwork/virtualNetworks/subnets'],
  shorts: [{ form: '<vnet>/<subnet>', pattern: ['*', '*'] }],
}
/** The service of each generation; the same name may be short for either. */
export const SERVICE_IDS: Readonly<Record<Generation, IdKind>> = {
  classic: {
    types: ['Microsoft.DataMigration/services'],
    shorts: [
      { form: '<name>', pattern: ['*'] },
      { form: 'services/<name>', pattern: ['services', '*'] },
    ],
  },
  modern: {
    types: ['Microsoft.DataMigration/sqlMigrationServices'],
    shorts: [
      { form: '<name>', pattern: ['*'] },
      { form: 'sqlMigrationServices/<name>', pattern: ['sqlMigrationServices', '*'] },
    ],
  },
}
/** Of either generation, for the place that does not know which. */
export const SERVICE_ID: IdKind = {
  types: [...SERVICE_IDS.classic.types, ...SERVICE_IDS.modern.types],
  shorts: [...SERVICE_IDS.classic.shorts, ...SERVICE_IDS.modern.shorts],
}
export const STORAGE_ID: IdKind = {
  types: ['Microsoft.Storage/storageAccounts'],
  shorts: [{ form: 'storageAccounts/<name>', pattern: ['storageAccounts', '*'] }],
}

/** What a migration of the scenario goes to. */
export const TARGET_TYPES: Readonly<Record<Scenario, string>> = {
  'sql-server-to-azure-sql-database': 'Microsoft.Sql/servers',
  'sql-server-to-azure-sql-managed-instance': 'Microsoft.Sql/managedInstances',
  'sql-server-to-sql-server-on-azure-vm': 'Microsoft.SqlVirtualMachine/sqlVirtualMachines',
}

const LONGEST_ID = 1024

/** Resource names differ by type; this refuses only what no type allows (Azure naming rules). */
export function isResourceName(text: string): boolean {
  return /^[^\s/\\<>%&?#*"';:,]{1,90}$/.test(text) && !text.endsWith('.')
}

/** A full ARM id, as written; or what is wrong with it and could not be completed. Checks form only, not existence. */
export function completeId(text: string, kind: IdKind, scope: AzureScope): Parsed<string> {
  if (text.length > LONGEST_ID) return refused(`must be ${fullForm(kind)}`)
  return text.startsWith('/') ? checkFullId(text, kind) : completeShortId(text, kind, scope)
}

/** What is wrong with a target's id for the scenario; undefined when it is of the type that the scenario goes to. */
export function problemOfTarget(id: string, scenario: Scenario): string | undefined {
  const type = TARGET_TYPES[scenario]
  return isSame(parseResourceId(id)?.type ?? '', type)
    ? undefined
    : `must be the id of a ${type}, to which ${scenario} goes`
}

/** Only the form, for the place that does not know `azure` yet. */
export function problemOfIdForm(text: string, kind: IdKind): string | undefined {
  const anyScope = { subscription: '00000000-0000-0000-0000-000000000000', resourceGroup: 'rg' }
  const result = completeId(text, kind, anyScope)
  return result.ok ? undefined : result.problem
}

function checkFullId(text: string, kind: IdKind): Parsed<string> {
  const [, subscriptions = '', subscription = '', groups = '', group = '', providers = '', namespace = '', ...path] =
    text.split('/')
  const isShaped =
    isSame(subscriptions, 'subscriptions') && isSame(groups, 'resourceGroups') && isSame(providers, 'providers')
  const types = [namespace, ...path.filter((_, index) => index % 2 === 0)].join('/')
  const names = path.filter((_, index) => index % 2 === 1)
  if (!isShaped || path.length % 2 !== 0 || !kind.types.some((type) => isSame(type, types))) {
    return refused(`must be ${fullForm(kind)}`)
  }
  if (!isGuid(subscription)) return refused("must hold the subscription's id, a GUID, after /subscriptions/")
  if (![group, ...names].every(isResourceName)) return refused('must hold a real name in each of its segments')
  return parsed(text)
}

function completeShortId(text: string, kind: IdKind, scope: AzureScope): Parsed<string> {
  const segments = text.split('/')
  const short = kind.shorts.find(
    ({ pattern }) =>
      pattern.length === segments.length &&
      pattern.every((step, index) =>
        step === '*' ? isResourceName(segments[index] ?? '') : isSame(step, segments[index] ?? ''),
      ),
  )
  if (short === undefined) return refused(`must be ${fullForm(kind)}`)
  if (scope.subscription === undefined || scope.resourceGroup === undefined) {
    return refused('is a short id: `azure` must give the subscription and the resource-group that complete it')
  }
  const names = segments.filter((_, index) => short.pattern[index] === '*')
  const [namespace = '', ...types] = (short.type ?? kind.types[0] ?? '').split('/')
  const path = types.map((type, index) => `${type}/${names[index] ?? ''}`).join('/')
  const group = `/subscriptions/${scope.subscription}/resourceGroups/${scope.resourceGroup}`
  return parsed(`${group}/providers/${namespace}/${path}`)
}

function fullForm(kind: IdKind): string {
  const shorts = kind.shorts.map(({ form }) => `\`${form}\``).join(' or ')
  return `a full Azure resource id of ${typesOf(kind)}, or short ${shorts} with \`azure\``
}

function typesOf({ types }: IdKind): string {
  return types.join(' or ')
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
