import { folderOf, resolveWorkspacePath, type WorkspacePath } from '../domain/workspace-path.ts'
import { ProblemList } from './problem-list.ts'
import { child, type Entry, type MapTree, mergeTrees, type Tree } from './tree.ts'
import { readYamlTree } from './yaml-tree.ts'

/** The file that a manifest extends, as a path of the workspace; undefined when it names none that may be read. */
export function readExtends(path: string, text: string): string | undefined {
  const tree = readYamlTree(path, text, new ProblemList())
  const value = child(tree, 'extends')
  if (value?.kind !== 'scalar' || typeof value.value !== 'string') return undefined
  const resolved = resolveExtends(path, value.value)
  return resolved.ok ? resolved.path : undefined
}

export function resolveExtends(path: string, text: string): WorkspacePath {
  const resolved = resolveWorkspacePath(folderOf(path), text)
  return resolved.ok && resolved.path === path ? { ok: false, problem: 'must not name the manifest itself' } : resolved
}

const FORMS = [
  ['target', 'targets'],
  ['share', 'shares'],
  ['container', 'containers'],
] as const

/** `target`, `share`, `container` become the entry `default` of their plurals; `shortForms` collects those plurals. */
export function expandShortForms(tree: MapTree, problems: ProblemList, shortForms: Set<string>): MapTree {
  const entries = new Map(tree.entries)
  for (const [short, plural] of FORMS) {
    const entry = entries.get(short)
    const several = entries.get(plural)
    if (entry === undefined || (several !== undefined && several.value.kind !== 'map')) continue
    entries.delete(short)
    const known = several?.value.kind === 'map' ? several.value : undefined
    const first = known?.entries.get('default')
    if (first !== undefined) {
      const { line } = first.keyLocation
      const message = `${short} is the short form of ${plural}.default, which stands at line ${line}: give one of them`
      problems.add(entry.keyLocation, message)
      continue
    }
    shortForms.add(plural)
    entries.set(plural, withDefault(entry, several?.keyLocation ?? entry.keyLocation, known))
  }
  return { ...tree, entries }
}

function withDefault(entry: Entry, keyLocation: Entry['keyLocation'], known: MapTree | undefined): Entry {
  const entries = new Map([...(known?.entries ?? []), ['default', entry] as const])
  return { keyLocation, value: { kind: 'map', location: known?.location ?? entry.value.location, entries } }
}

/** Checks what only an extended file must keep to, and takes out of it what does not pass on. */
export function prepareBase(tree: Tree, problems: ProblemList): MapTree | undefined {
  if (tree.kind !== 'map') {
    if (tree.kind !== 'bad') problems.add(tree.location, 'an extended file must be a map')
    return undefined
  }
  const entries = new Map(tree.entries)
  for (const [key, reason] of [
    ['sources', 'an extended file has no sources: they belong to the manifest that extends it'],
    ['extends', 'an extended file cannot extend another one: there is one level only'],
  ] as const) {
    const entry = entries.get(key)
    if (entry !== undefined) problems.add(entry.keyLocation, reason)
    entries.delete(key)
  }
  const version = entries.get('version')
  if (version === undefined) problems.add(tree.location, 'version is missing: it must be 1')
  else if (version.value.kind !== 'bad' && (version.value.kind !== 'scalar' || version.value.value !== 1)) {
    problems.add(version.value.location, 'version must be 1')
  }
  entries.delete('version')
  return { ...tree, entries }
}

/** Lays `defaults.source` under every source. */
export function applyDefaults(tree: Tree): Tree {
  const defaults = child(child(tree, 'defaults'), 'source')
  const sources = child(tree, 'sources')
  if (tree.kind !== 'map' || defaults?.kind !== 'map' || sources?.kind !== 'list') return tree
  const keyLocation = tree.entries.get('sources')?.keyLocation ?? sources.location
  const items = sources.items.map((source) => mergeTrees(defaults, source))
  return { ...tree, entries: new Map([...tree.entries, ['sources', { keyLocation, value: { ...sources, items } }]]) }
}
