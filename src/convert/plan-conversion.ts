import { isJsonObject, type JsonObject } from '../domain/json.ts'
import { SCENARIOS, type Scenario } from '../domain/manifest.ts'
import { ProblemList } from '../manifest/problem-list.ts'
import { plainValue } from '../manifest/tree.ts'
import { readYamlTree } from '../manifest/yaml-tree.ts'
import { convertFile, type Converted } from './convert-file.ts'
import type { CheckFacts } from './vouchers.ts'

export interface ManifestFiles {
  path: string
  text: string
  /** The file that it extends. */
  extended?: { path: string; text: string } | undefined
}

/** `classic` and `modern` as the manifest says it, whatever else is wrong with it; undefined: it says neither. */
export function generationOf({ path, text, extended }: ManifestFiles): 'classic' | 'modern' | undefined {
  const own = dataOf(path, text)['generation']
  const said = own === undefined && extended !== undefined ? dataOf(extended.path, extended.text)['generation'] : own
  return said === 'classic' || said === 'modern' ? said : undefined
}

/** `.github/dms-preflight.yml` becomes `.github/dms-preflight.modern.yml`. */
export function modernPath(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  const dot = path.indexOf('.', slash) < 0 ? -1 : path.lastIndexOf('.')
  return dot <= slash ? `${path}.modern` : `${path.slice(0, dot)}.modern${path.slice(dot)}`
}

/** The files of sound classic manifests for the service of today, each once; those that need no change are left out. */
export function planConversion(manifests: readonly ManifestFiles[], checks: readonly CheckFacts[]): Converted[] {
  const shared = new Map<string, Converted>()
  for (const { extended } of manifests) {
    if (extended === undefined || shared.has(extended.path)) continue
    const { path, text } = extended
    const scenario = scenarioOf(dataOf(path, text))
    shared.set(path, convertFile({ path, text, to: modernPath(path), scenario, isPlacedByBase: false, checks }))
  }
  const own = manifests.map(({ path, text, extended }) => {
    const data = dataOf(path, text)
    const base = extended === undefined ? {} : dataOf(extended.path, extended.text)
    const below = extended === undefined ? undefined : shared.get(extended.path)
    return convertFile({
      path,
      text,
      to: modernPath(path),
      scenario: scenarioOf(data) ?? scenarioOf(base),
      isPlacedByBase: isPlaced(base),
      extendsTo: below === undefined || isUnchanged(below) ? undefined : renamed(data['extends']),
      checks,
    })
  })
  return [...shared.values(), ...own].filter((file) => !isUnchanged(file))
}

function isUnchanged({ diff }: Converted): boolean {
  return diff === ''
}

/** The last name alone changes, so that the path stays relative to the folder that it was. */
function renamed(path: unknown): string | undefined {
  return typeof path === 'string' ? modernPath(path) : undefined
}

function isPlaced({ dms }: JsonObject): boolean {
  return isJsonObject(dms) && (dms['service'] !== undefined || dms['subnet'] !== undefined)
}

function scenarioOf({ scenario }: JsonObject): Scenario | undefined {
  return SCENARIOS.find((one) => one === scenario)
}

function dataOf(path: string, text: string): JsonObject {
  const tree = readYamlTree(path, text, new ProblemList())
  const data = tree === undefined ? undefined : plainValue(tree)
  return isJsonObject(data) ? data : {}
}
