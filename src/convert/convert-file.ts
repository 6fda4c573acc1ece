import type { Dropped, FileConversion, OpenQuestion } from '../domain/conversion.ts'
import { isJsonObject, type JsonObject } from '../domain/json.ts'
import type { Generation, Scenario } from '../domain/manifest.ts'
import { ProblemList, pathLabel } from '../manifest/problem-list.ts'
import { entryLocation, plainValue, type Path, type Tree } from '../manifest/tree.ts'
import { readYamlTree } from '../manifest/yaml-tree.ts'
import { editYaml, type EditedYaml } from './edit-yaml.ts'
import { CONTAINER, MIGRATION, RUNTIME_VERSION, SCHEMA, SERVICE, WHY } from './questions.ts'
import { unifiedDiff } from './unified-diff.ts'
import { droppedVouchers, type CheckFacts } from './vouchers.ts'
import type { YamlEdit } from './yaml-edits.ts'

export interface ConvertibleFile {
  path: string
  /** Beside it, under another name. */
  to: string
  text: string
  /** Of the migration; absent in a file that several share and that does not say it. */
  scenario?: Scenario | undefined
  /** The file that this one extends says where the service is. */
  isPlacedByBase: boolean
  /** What `extends` has to name then; absent: it stays. */
  extendsTo?: string | undefined
  checks: readonly CheckFacts[]
}

export type Converted = FileConversion & Pick<EditedYaml, 'by'>

/** Keys that only the classic service knows. */
const CLASSIC_KEYS = ['subnet', 'nsg-ports', 'flows', 'egress'] as const

/**
 * One file of a sound classic manifest for the service of today. Total: the text that comes out is a sound manifest once
 * the required questions are answered. A file that nothing of the classic service stands in comes out as it is.
 */
export function convertFile(file: ConvertibleFile): Converted {
  const tree = readYamlTree(file.path, file.text, new ProblemList())
  const data = tree === undefined ? undefined : plainValue(tree)
  const work: Work = { file, tree, data: isJsonObject(data) ? data : {}, edits: [], dropped: [], asked: [] }
  convertHead(work)
  convertDms(work)
  convertContainers(work)
  convertTools(work)
  convertVouchers(work)
  // A file in which nothing has to change is no place for questions either.
  if (work.edits.every(({ kind }) => kind === 'note')) Object.assign(work, { edits: [], asked: [] })
  const { text, by } = editYaml(file.text, work.edits, data)
  return {
    from: file.path,
    to: file.to,
    text,
    by,
    diff: unifiedDiff({ path: file.path, text: file.text }, { path: file.to, text }),
    dropped: work.dropped.toSorted((a, b) => a.line - b.line),
    questions: questionsIn(file.to, text, work.asked),
  }
}

export interface Asked extends Pick<OpenQuestion, 'key' | 'text' | 'isRequired'> {
  /** The entry whose line is shown; absent: no line. */
  at?: Path
}

interface Work {
  file: ConvertibleFile
  tree: Tree | undefined
  data: JsonObject
  edits: YamlEdit[]
  dropped: Dropped[]
  asked: Asked[]
}

function drop({ file, tree, dropped }: Work, path: Path, why: string): void {
  const line = tree === undefined ? 1 : entryLocation(tree, path).line
  dropped.push({ path: file.path, line, key: pathLabel(path), why })
}

function convertHead({ file, data, edits, asked }: Work): void {
  if (data['generation'] === 'classic') {
    const value: Generation = 'modern'
    edits.push({ kind: 'set', path: ['generation'], value })
    if (file.scenario === 'sql-server-to-azure-sql-managed-instance' && data['migration'] === undefined) {
      asked.push({ ...MIGRATION, at: ['generation'] })
      edits.push({ kind: 'note', path: ['generation'], lines: MIGRATION.lines })
    }
  }
  if (file.extendsTo !== undefined) edits.push({ kind: 'set', path: ['extends'], value: file.extendsTo })
}

function convertDms(work: Work): void {
  const { file, data, edits, asked } = work
  const dms = data['dms']
  if (!isJsonObject(dms)) return
  const gone = CLASSIC_KEYS.filter((key) => dms[key] !== undefined)
  for (const key of gone) drop(work, ['dms', key], WHY[key])
  const hasService = dms['service'] !== undefined
  const isAsked = hasService || (dms['subnet'] !== undefined && !file.isPlacedByBase)
  // The question stands where the answer to it stood: the service's id, or the subnet in place of one.
  const place = ['dms', hasService ? 'service' : 'subnet']
  if (isAsked) {
    if (hasService) drop(work, place, WHY.service)
    const asksSchema = file.scenario === 'sql-server-to-azure-sql-database'
    const lines = [...SERVICE.lines, ...(asksSchema ? SCHEMA.lines : [])]
    edits.push({ kind: 'note', path: place, lines })
    edits.push({ kind: 'set', path: place, value: null, ...(hasService ? {} : { key: 'service' }) })
    const at = ['dms', 'service']
    asked.push({ ...SERVICE.id, at }, { ...SERVICE.hosts, at }, RUNTIME_VERSION)
    if (gone.includes('egress')) asked.push({ ...SERVICE.egress, at })
    if (asksSchema) asked.push({ ...SCHEMA, at })
  }
  const removed = gone.filter((key) => !(isAsked && !hasService && key === 'subnet'))
  if (removed.length === Object.keys(dms).length) edits.push({ kind: 'remove', path: ['dms'] })
  else edits.push(...removed.map((key): YamlEdit => ({ kind: 'remove', path: ['dms', key] })))
}

/** What only Azure can tell of the backups' account needs its id; the classic list did without. */
function convertContainers({ file, data, edits, asked }: Work): void {
  if (file.scenario === 'sql-server-to-azure-sql-database') return
  const { container, containers } = data
  const places: [Path, unknown][] = [
    [['container'], container],
    ...Object.entries(isJsonObject(containers) ? containers : {}).map(([name, one]): [Path, unknown] => [
      ['containers', name],
      one,
    ]),
  ]
  for (const [at, one] of places) {
    if (!isJsonObject(one) || one['resource'] !== undefined) continue
    edits.push({ kind: 'note', path: at, lines: CONTAINER.lines })
    asked.push({ ...CONTAINER, key: `${pathLabel(at)}.resource`, at })
  }
}

function convertTools(work: Work): void {
  const tools = work.data['tools']
  if (!isJsonObject(tools) || tools['data-migration-assistant'] === undefined) return
  const path = ['tools', 'data-migration-assistant']
  drop(work, path, WHY.assistant)
  work.edits.push({ kind: 'remove', path: Object.keys(tools).length === 1 ? ['tools'] : path })
}

function convertVouchers(work: Work): void {
  const { file, data, edits } = work
  for (const key of ['attestations', 'waivers'] as const) {
    const vouchers = data[key]
    if (!Array.isArray(vouchers)) continue
    const gone = droppedVouchers(vouchers, file.checks, file.scenario)
    for (const { index, check, why } of gone) {
      drop(work, [key, index], `(\`${check}\`) ${why}`)
    }
    if (gone.length > 0 && gone.length === vouchers.length) edits.push({ kind: 'remove', path: [key] })
    else edits.push(...gone.map(({ index }): YamlEdit => ({ kind: 'remove', path: [key, index] })))
  }
}

/** With the lines on which they stand in the text that came out. */
function questionsIn(path: string, text: string, asked: readonly Asked[]): OpenQuestion[] {
  if (asked.length === 0) return []
  const tree = readYamlTree(path, text, new ProblemList())
  return asked.map(({ key, text: words, isRequired, at }) => {
    const line = tree === undefined || at === undefined ? undefined : entryLocation(tree, at).line
    return { path, ...(line === undefined ? {} : { line }), key, text: words, isRequired }
  })
}
