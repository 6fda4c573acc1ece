import type { Location } from '../domain/manifest.ts'

/** YAML as a tree of plain values, each with the place where it stands. */
export type Tree = MapTree | ListTree | ScalarTree | BadTree

export interface MapTree {
  kind: 'map'
  location: Location
  entries: ReadonlyMap<string, Entry>
}
export interface Entry {
  keyLocation: Location
  value: Tree
}
export interface ListTree {
  kind: 'list'
  location: Location
  items: readonly Tree[]
}
export interface ScalarTree {
  kind: 'scalar'
  location: Location
  value: string | number | boolean | null
}
/** Stands where a problem has been reported already, so that nothing else is said about that place. */
export interface BadTree {
  kind: 'bad'
  location: Location
}

export type Path = readonly (string | number)[]

export function child(tree: Tree | undefined, step: string | number): Tree | undefined {
  if (tree?.kind === 'map' && typeof step === 'string') return tree.entries.get(step)?.value
  if (tree?.kind === 'list' && typeof step === 'number') return tree.items[step]
  return undefined
}

export function treeAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>(child, tree)
}

/** Where the value of a path stands; what is missing stands where the nearest thing around it does. */
export function valueLocation(tree: Tree, path: Path): Location {
  const value = treeAt(tree, path)
  return value === undefined ? entryLocation(tree, path.slice(0, -1)) : value.location
}

/** Where the key of a path stands; for what has no key (an item of a list, the whole file), where the value does. */
export function entryLocation(tree: Tree, path: Path): Location {
  const last = path.at(-1)
  if (last === undefined) return tree.location
  const around = treeAt(tree, path.slice(0, -1))
  if (around?.kind === 'map' && typeof last === 'string') {
    const entry = around.entries.get(last)
    if (entry !== undefined) return entry.keyLocation
  }
  return child(around, last)?.location ?? entryLocation(tree, path.slice(0, -1))
}

export function isBad(tree: Tree, path: Path): boolean {
  return path.some((_, length) => treeAt(tree, path.slice(0, length + 1))?.kind === 'bad')
}

/** The value as JSON would hold it; bad entries are left out, bad items are undefined. */
export function plainValue(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value
    case 'list':
      return tree.items.map(plainValue)
    case 'map':
      return Object.fromEntries(
        [...tree.entries]
          .filter(([, { value }]) => value.kind !== 'bad')
          .map(([key, { value }]) => [key, plainValue(value)]),
      )
    case 'bad':
      return undefined
  }
}

/** The same tree with a bad place at each of the paths, also where nothing stands yet. */
export function markBad(tree: Tree, paths: readonly Path[]): Tree {
  if (paths.some((path) => path.length === 0)) return { kind: 'bad', location: tree.location }
  if (paths.length === 0 || tree.kind === 'scalar' || tree.kind === 'bad') return tree
  const below = new Map<string | number, Path[]>()
  for (const [step, ...rest] of paths) {
    if (step === undefined) continue
    const known = below.get(step)
    if (known === undefined) below.set(step, [rest])
    else known.push(rest)
  }
  if (tree.kind === 'list') {
    return { ...tree, items: tree.items.map((item, index) => markBad(item, below.get(index) ?? [])) }
  }
  const entries = new Map(tree.entries)
  for (const [key, rests] of below) {
    const { keyLocation, value } = entries.get(String(key)) ?? missingEntry(tree.location)
    entries.set(String(key), { keyLocation, value: markBad(value, rests) })
  }
  return { ...tree, entries }
}

function missingEntry(location: Location): Entry {
  return { keyLocation: location, value: { kind: 'bad', location } }
}

const ACCOUNTS = ['user', 'windows', 'entra']

/**
 * `over` on top of `base`: maps merge by name at every depth, everything else is replaced whole. A login that names
 * another kind of account replaces the whole login: an account never gets the password of another one.
 */
export function mergeTrees(base: Tree, over: Tree, key?: string): Tree {
  if (base.kind !== 'map' || over.kind !== 'map') return over
  if (key === 'login' && ACCOUNTS.some((account) => over.entries.has(account) && !base.entries.has(account)))
    return over
  const entries = new Map(base.entries)
  for (const [name, entry] of over.entries) {
    const below = base.entries.get(name)
    entries.set(name, below === undefined ? entry : { ...entry, value: mergeTrees(below.value, entry.value, name) })
  }
  return { ...over, entries }
}
