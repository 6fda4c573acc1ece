import type { DatabaseMapping, Source, Target } from '../domain/manifest.ts'
import { problemOfTarget, TARGET_ID } from './azure-id.ts'
import { readLogin, readTls } from './build-logins.ts'
import { MOST_NAMES, readId, readNames, readReference, refuseRepeats, type Scope } from './build-names.ts'
import type { Draft, DraftSource } from './draft.ts'
import { parseServerName } from './server-name.ts'
import type { Path } from './tree.ts'

const VIRTUAL_MACHINE = 'sql-server-to-sql-server-on-azure-vm'

export function readTargets(draft: Draft, scope: Scope): Target[] {
  return readNames(draft, 'targets').flatMap((name) => {
    const path = ['targets', name]
    const target = draft.file.targets?.[name]
    if (target === undefined) return []
    const resourceId = readId(draft, [...path, 'resource'], target.resource, TARGET_ID, scope)
    const login = readLogin(draft, path, target.login, { where: '', isAzure: draft.file.scenario !== VIRTUAL_MACHINE })
    const { scenario } = draft.file
    const mismatch = resourceId && scenario && problemOfTarget(resourceId, scenario)
    if (mismatch !== undefined && mismatch !== '') draft.refuseValue([...path, 'resource'], mismatch)
    if (resourceId === undefined || login === undefined) return []
    const endpoint = target.endpoint === undefined ? undefined : parseServerName(target.endpoint, { instance: false })
    return {
      name,
      resourceId,
      ...(endpoint?.ok === true ? { endpoint: endpoint.value } : {}),
      login,
      tls: readTls(draft, path, target.tls, login),
      location: draft.location(path),
    }
  })
}

/** Names of `targets` and `shares`, to which sources refer. */
export interface Declared {
  targets: readonly string[]
  shares: readonly string[]
}

export function readSources(draft: Draft, declared: Declared): Source[] {
  const sources = draft.file.sources ?? []
  refuseRepeats(
    draft,
    sources.map((source, index) => ({ path: ['sources', index, 'name'], name: source?.name })),
  )
  return sources.flatMap((source, index) => {
    const read = source === undefined ? undefined : readSource(draft, ['sources', index], source, declared)
    return read ?? []
  })
}

function readSource(draft: Draft, path: Path, source: DraftSource, declared: Declared): Source | undefined {
  const login = readLogin(draft, path, source.login, { where: ' (here or in defaults.source)', isAzure: false })
  const server = parseServerName(source.server ?? '', { instance: true })
  const target = readReference(draft, [...path, 'target'], source.target, declared.targets)
  const share = readReference(draft, [...path, 'share'], source.share, declared.shares)
  const databases = readDatabases(draft, path, source, target, declared.targets)
  if (source.name === undefined || login === undefined || !server.ok) return undefined
  const location = draft.location(path)
  return {
    name: source.name,
    server: server.value,
    login,
    ...(source['dms-login'] === undefined ? {} : { dmsLogin: source['dms-login'] }),
    tls: readTls(draft, path, source.tls, login),
    databases,
    ...(share === undefined ? {} : { share }),
    location,
  }
}

function readDatabases(
  draft: Draft,
  path: Path,
  source: DraftSource,
  sourceTarget: string | undefined,
  targets: readonly string[],
): DatabaseMapping[] {
  const databases = (source.databases ?? []).map((database, index) => {
    const place = [...path, 'databases', index]
    return typeof database === 'string' ? { place, name: database } : { place, ...database }
  })
  refuseRepeats(
    draft,
    databases.map(({ place, name }) => ({ path: draft.hasKey([...place, 'name']) ? [...place, 'name'] : place, name })),
  )
  for (const database of databases) refuseTargetName(draft, database)
  const isOpen = sourceTarget === undefined && source.target === undefined && !draft.isBad([...path, 'target'])
  if (isOpen && targets.length > 1 && databases.some(({ target }) => target === undefined)) {
    const names = targets.slice(0, MOST_NAMES).join(', ')
    draft.refuseMissing(path, 'target', `must say which of the targets its databases go to: ${names}`)
  }
  return databases.flatMap(({ place, name, as, target, folder }) => {
    const own = target === undefined ? sourceTarget : readReference(draft, [...place, 'target'], target, targets)
    if (folder !== undefined && draft.file.generation === 'classic') {
      draft.refuseKey([...place, 'folder'], 'belongs to `generation: modern`')
    }
    if (name === undefined || own === undefined) return []
    return {
      name,
      as: as ?? name,
      target: own,
      ...(folder === undefined ? {} : { folder }),
      location: draft.location(place),
    }
  })
}

const TARGET_NAME_FORM =
  'is no name that a database of Azure SQL can have: at most 128 characters, none of < > * % & : \\ / ? and no control character, and no dot or space at the end'
const LONGEST_DATABASE_NAME = 128

/** Azure's naming rules for Microsoft.Sql/servers/databases; a source may have names that break them. */
function refuseTargetName(
  draft: Draft,
  { place, name, as }: { place: Path; name?: string | undefined; as?: string | undefined },
): void {
  const target = as ?? name
  if (target === undefined || isTargetName(target)) return
  const advice = as === undefined ? '; give it another one there with `as`' : ''
  const key = as === undefined ? 'name' : 'as'
  draft.refuseValue(draft.hasKey([...place, key]) ? [...place, key] : place, `${TARGET_NAME_FORM}${advice}`)
}

function isTargetName(name: string): boolean {
  const isLength = name.length >= 1 && name.length <= LONGEST_DATABASE_NAME
  return isLength && !/[<>*%&:\\/?\p{Cc}\p{Cs}]|[. ]$/u.test(name)
}
