import type { Location } from '../domain/manifest.ts'
import { type ProblemList, pathLabel } from './problem-list.ts'
import type { ManifestFile } from './schema.ts'
import type { SchemaFault } from './schema-faults.ts'
import { entryLocation, isBad, type Path, plainValue, type Tree, treeAt, valueLocation } from './tree.ts'

type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly (DeepPartial<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
    : T

export type DraftFile = DeepPartial<ManifestFile>
export type DraftSource = DeepPartial<NonNullable<ManifestFile['sources']>[number]>
export type DraftTarget = DeepPartial<NonNullable<ManifestFile['targets']>[string]>
export type DraftLogin = DraftTarget['login']
export type DraftTls = DraftTarget['tls']

/** A manifest whose sound parts can be read, whatever is wrong with the others, and the places of all of them. */
export class Draft {
  /** What the schema accepts; everything else is left out, so any part may be missing. */
  readonly file: DraftFile
  readonly #tree: Tree
  readonly #problems: ProblemList
  readonly #shortForms: ReadonlySet<string>

  /** `tree`: marked bad wherever the schema found a fault. `shortForms`: plurals written as `target`, `share`, ... */
  constructor(tree: Tree, problems: ProblemList, shortForms: ReadonlySet<string>) {
    // Bad places are left out of the plain value and the schema accepted all others, which is what the type says.
    this.file = plainValue(tree) ?? {}
    this.#tree = tree
    this.#problems = problems
    this.#shortForms = shortForms
  }

  /** Where the key stands, or the item of a list. */
  location(path: Path): Location {
    return entryLocation(this.#tree, path)
  }

  /** Where the value stands. */
  valueLocation(path: Path): Location {
    return valueLocation(this.#tree, path)
  }

  /** A problem stands here, or around here, already. */
  isBad(path: Path): boolean {
    return isBad(this.#tree, path)
  }

  hasKey(path: Path): boolean {
    return treeAt(this.#tree, path) !== undefined
  }

  /** Names of the entries of a map, those with problems too. */
  names(key: string): string[] {
    if (this.#tree.kind !== 'map') return []
    const value = this.#tree.entries.get(key)?.value
    return value?.kind === 'map' ? [...value.entries.keys()] : []
  }

  refuseValue(path: Path, phrase: string | (() => string)): void {
    this.#refuse(this.valueLocation(path), path, phrase)
  }

  refuseKey(path: Path, phrase: string | (() => string)): void {
    this.#refuse(this.location(path), path, phrase)
  }

  /** Something that should stand below `path` does not. */
  refuseMissing(path: Path, key: string, phrase: string): void {
    this.#refuse(this.location(path), [...path, key], `is missing: it ${phrase}`)
  }

  #refuse(location: Location, path: Path, phrase: string | (() => string)): void {
    const place = this.#placeOf(location, path)
    this.#problems.add(location, () => {
      return `${labelPath(place, this.#shortForms)} ${typeof phrase === 'string' ? phrase : phrase()}`
    })
  }

  /** What a source has from `defaults.source` is reported there, once for all sources. */
  #placeOf(location: Location, path: Path): Path {
    const [top, , ...rest] = path
    const inDefaults = ['defaults', 'source', ...rest]
    if (top !== 'sources' || rest.length === 0) return path
    const other = valueLocation(this.#tree, inDefaults)
    const isDefault = other.path === location.path && other.line === location.line && other.column === location.column
    return isDefault ? inDefaults : path
  }
}

const SHORT_FORMS: Partial<Record<string, string>> = { targets: 'target', shares: 'share', containers: 'container' }

/** The name of a place as the file writes it: `target.login` although it is kept as `targets.default.login`. */
export function labelPath(path: Path, shortForms: ReadonlySet<string>): string {
  const [plural, name, ...rest] = path
  const short = typeof plural === 'string' && shortForms.has(plural) ? SHORT_FORMS[plural] : undefined
  if (short !== undefined && name === 'default') return pathLabel([short, ...rest])
  return path.length === 0 ? 'the manifest' : pathLabel(path)
}

/** Reports what the schema refuses. */
export function reportSchemaFaults(
  faults: readonly SchemaFault[],
  tree: Tree,
  problems: ProblemList,
  shortForms: ReadonlySet<string>,
): void {
  for (const { kind, path, phrase, isAboutMap } of faults) {
    const place = kind === 'missing' ? path.slice(0, -1) : path
    const location = kind === 'value' ? valueLocation(tree, place) : entryLocation(tree, place)
    problems.add(location, () => `${labelPath(isAboutMap === true ? path.slice(0, -1) : path, shortForms)} ${phrase}`)
  }
}
