import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Converted } from '../convert/convert-file.ts'
import { generationOf, planConversion, type ManifestFiles } from '../convert/plan-conversion.ts'
import type { CheckFacts } from '../convert/vouchers.ts'
import type { WrittenFiles } from '../domain/conversion.ts'
import type { Problem } from '../domain/manifest.ts'
import { parseManifest, readExtends } from '../manifest/parse-manifest.ts'
import { publishWritten } from './publish-written.ts'
import type { ModeSettings } from './run-mode.ts'
import type { World } from './world.ts'

/** Contract, section 4. */
const MANIFEST_LIMIT_BYTES = 1024 * 1024

/** `mode: convert`: the classic manifests of the input, for the service of today, beside them. All of them or none. */
export async function runConvert(world: World, settings: ModeSettings): Promise<number> {
  return publishWritten(world, settings, await convertManifests(world, settings))
}

/** What the conversion has to know of the checks. */
export function checkFacts(): CheckFacts[] {
  return CATALOGUE.map(({ meta: { id, scenarios, generations, vantage } }) => ({
    id,
    scenarios,
    generations,
    isAboutPlace: vantage === 'network-path' || /(^|[/-])dms(-|$)/.test(id),
  }))
}

async function convertManifests(world: World, { inputs, context }: ModeSettings): Promise<WrittenFiles> {
  const { workspace } = context
  const expanded = await world.expandManifestPaths(workspace, inputs.manifests)
  const read = await Promise.all(expanded.paths.map((path) => readFiles(world, workspace, path)))
  const all = read.flatMap(({ files }) => files ?? [])
  const problems = [...expanded.problems, ...read.flatMap((one) => one.problems)]
  // A pattern may match what its manifests share as well: that is converted with them.
  const bases = new Set(all.flatMap(({ extended }) => extended?.path ?? []))
  const manifests = all.filter((files) => !bases.has(files.path) || generationOf(files) !== undefined)
  const modern = manifests.filter((files) => generationOf(files) === 'modern')
  const others = manifests.filter((files) => !modern.includes(files))
  problems.push(...others.flatMap((files) => problemsOf(files, world.now())))
  const converted = problems.length > 0 ? [] : planConversion(others, checkFacts())
  const states = await Promise.all(converted.map((file) => stateOf(world, workspace, file)))
  problems.push(...states.flatMap((state) => (typeof state === 'string' ? [] : [state])))
  if (problems.length === 0) problems.push(...(await writeAll(world, workspace, converted, states)))
  const done = problems.length > 0 ? [] : converted
  return {
    mode: 'convert',
    problems,
    files: done.map(({ from, to }, place) => ({
      path: to,
      from,
      state: states[place] === 'there' ? 'there' : 'written',
    })),
    modern: modern.map(({ path }) => path),
    notes:
      problems.length > 0
        ? []
        : modern.map(({ path }) => `\`${path}\` says \`generation: modern\`: there is nothing to convert in it.`),
    questions: done.flatMap(({ questions }) => questions),
    dropped: done.flatMap(({ dropped }) => dropped),
    texts: done.map(({ to, diff }) => ({ title: `Differences of ${to}`, language: 'diff', text: diff })),
  }
}

async function readFiles(
  world: World,
  workspace: string,
  path: string,
): Promise<{ files?: ManifestFiles; problems: Problem[] }> {
  const own = await world.readText(workspace, path, MANIFEST_LIMIT_BYTES)
  if (!own.ok) return { problems: [{ location: atTop(path), message: own.failure.message }] }
  const text = own.value
  if (text === undefined) return { problems: [{ location: atTop(path), message: `${path} is not there any more` }] }
  const base = readExtends(path, text)
  const below = base === undefined ? undefined : await world.readText(workspace, base, MANIFEST_LIMIT_BYTES)
  if (base === undefined || below === undefined) return { files: { path, text }, problems: [] }
  if (!below.ok) return { problems: [{ location: atTop(base), message: below.failure.message }] }
  // That the file is not there is the manifest's problem, which its reader puts into words.
  const extended = below.value === undefined ? {} : { extended: { path: base, text: below.value } }
  return { files: { path, text, ...extended }, problems: [] }
}

/** Only a sound manifest can be converted: of anything else nobody knows what it means. */
function problemsOf({ path, text, extended }: ManifestFiles, now: number): Problem[] {
  const checkIds = CATALOGUE.map(({ meta }) => meta.id)
  const parsed = parseManifest({ path, text, extended, now, checkIds })
  const files = [{ path, text }, ...(extended === undefined ? [] : [extended])]
  // The reader puts this character in the place of bytes that mean nothing: they would be lost in what is written.
  const broken = files.filter((file) => file.text.includes('\ufffd'))
  return [
    ...(parsed.ok ? [] : parsed.problems),
    ...broken.map((file) => ({ location: atTop(file.path), message: 'the file is not UTF-8 throughout' })),
  ]
}

/** Whether the file is to be written, stands there already as it would be written, or is in the way. */
async function stateOf(world: World, workspace: string, { to, text }: Converted): Promise<'new' | 'there' | Problem> {
  const found = await world.readText(workspace, to, 2 * MANIFEST_LIMIT_BYTES)
  if (!found.ok) return { message: found.failure.message }
  if (found.value === undefined) return 'new'
  return found.value === text ? 'there' : inTheWay(to)
}

function inTheWay(path: string): Problem {
  const message = `\`${path}\` is there already with another content, and \`mode: convert\` never overwrites: go on with that file, or delete or rename it and run again.`
  return { location: atTop(path), message }
}

async function writeAll(
  world: World,
  workspace: string,
  converted: readonly Converted[],
  states: readonly unknown[],
): Promise<Problem[]> {
  const written: string[] = []
  const stop = (problem: Problem): Problem[] =>
    written.length === 0 ? [problem] : [problem, { message: `Written before that: ${written.join(', ')}` }]
  for (const [place, { to, text }] of converted.entries()) {
    if (states[place] === 'there') continue
    if (world.cancelled.aborted) return stop({ message: String(world.cancelled.reason) })
    const made = await world.createFile(workspace, to, text)
    if (!made.ok) return stop({ message: made.failure.message })
    if (!made.value.created) return stop(inTheWay(to))
    written.push(`\`${to}\``)
  }
  return []
}

function atTop(path: string): { path: string; line: number; column: number } {
  return { path, line: 1, column: 1 }
}
