import type { Manifest, Problem } from '../domain/manifest.ts'
import { buildManifest } from './build-manifest.ts'
import { Draft, reportSchemaFaults } from './draft.ts'
import { applyDefaults, expandShortForms, prepareBase, resolveExtends } from './layers.ts'
import { ProblemList } from './problem-list.ts'
import { findSchemaFaults } from './schema-faults.ts'
import { child, type MapTree, markBad, mergeTrees, type Tree } from './tree.ts'
import { readYamlTree } from './yaml-tree.ts'

export { readExtends } from './layers.ts'

export interface ManifestText {
  /** Relative to the workspace, with forward slashes. */
  path: string
  text: string
  /** The file that `readExtends` named; absent when the manifest extends none, or when it could not be read. */
  extended?: { path: string; text: string } | undefined
  /** Milliseconds since the epoch: an attestation or waiver without `on` ends at most a year from here. */
  now: number
  /** Ids of the checks that attestations and waivers may name. */
  checkIds: readonly string[]
}

export type ParsedManifest = { ok: true; manifest: Manifest } | { ok: false; problems: Problem[] }

/** Reads one manifest. Never throws, whatever the texts, and reports all problems at once with their places. */
export function parseManifest(input: ManifestText): ParsedManifest {
  const problems = new ProblemList()
  const manifest = readManifest(input, problems)
  if (problems.isEmpty && manifest !== undefined) return { ok: true, manifest }
  const paths = [input.path, ...(input.extended === undefined ? [] : [input.extended.path])]
  const listed = problems.sorted(paths)
  const location = { path: input.path, line: 1, column: 1 }
  return { ok: false, problems: listed.length > 0 ? listed : [{ location, message: 'the manifest is not complete' }] }
}

function readManifest(input: ManifestText, problems: ProblemList): Manifest | undefined {
  const own = readYamlTree(input.path, input.text, problems)
  const base = input.extended && readYamlTree(input.extended.path, input.extended.text, problems)
  if (own === undefined) return undefined
  const shortForms = new Set<string>()
  const layers = layer(own, base, input, { problems, shortForms })
  const faults = findSchemaFaults(layers.tree).filter(({ kind, path }) => {
    return layers.isWhole || kind !== 'missing' || path.length > 1
  })
  reportSchemaFaults(faults, layers.tree, problems, shortForms)
  if (!layers.isWhole) return undefined
  const bad = faults.flatMap(({ path, meant }) => (meant === undefined ? [path] : [path, meant]))
  const tree = applyDefaults(markBad(layers.tree, bad))
  if (tree.kind !== 'map') return undefined
  return buildManifest(new Draft(tree, problems, shortForms), input.path, input.extended?.path, input)
}

interface Notes {
  problems: ProblemList
  shortForms: Set<string>
}

/** The manifest on top of the file that it extends. `isWhole`: that file is there when one is named. */
function layer(own: Tree, base: Tree | undefined, input: ManifestText, notes: Notes): { tree: Tree; isWhole: boolean } {
  if (own.kind !== 'map') return { tree: own, isWhole: true }
  const top = expandShortForms(own, notes.problems, notes.shortForms)
  const isWhole = isExtendsSound(top, input, notes.problems)
  if (input.extended === undefined || !isWhole || !top.entries.has('extends')) return { tree: top, isWhole }
  const below = base === undefined ? undefined : prepareBase(base, notes.problems)
  if (below === undefined) return { tree: top, isWhole: false }
  return { tree: mergeTrees(expandShortForms(below, notes.problems, notes.shortForms), top), isWhole: true }
}

function isExtendsSound(tree: MapTree, { path, extended }: ManifestText, problems: ProblemList): boolean {
  const value = child(tree, 'extends')
  if (value === undefined) return true
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return false
  const resolved = resolveExtends(path, value.value)
  if (!resolved.ok) problems.add(value.location, `extends ${resolved.problem}`)
  else if (extended === undefined) problems.add(value.location, 'extends names a file that could not be read')
  else return true
  return false
}
