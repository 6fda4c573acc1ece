import type { OpenQuestion, WrittenFiles } from '../domain/conversion.ts'
import type { Problem } from '../domain/manifest.ts'
import type { ProbeFailure } from '../domain/observed.ts'
import type { Secret } from '../domain/secret.ts'
import { readFacts, type ReadFacts } from '../init/read-facts.ts'
import { parseManifest } from '../manifest/parse-manifest.ts'
import { renderManifest } from '../render/manifest-text.ts'
import { createDeadline } from './deadline.ts'
import { publishWritten } from './publish-written.ts'
import type { ModeSettings } from './run-mode.ts'
import type { World } from './world.ts'

/** Contract, section 4. */
const MANIFEST_LIMIT_BYTES = 1024 * 1024

/** `mode: init`: a manifest from what Azure tells of the ids in `from`. Only Azure is asked, only with the run's identity. */
export async function runInit(world: World, settings: ModeSettings): Promise<number> {
  return publishWritten(world, settings, await writeManifest(world, settings))
}

async function writeManifest(world: World, settings: ModeSettings): Promise<WrittenFiles> {
  const { workspace } = settings.context
  const path = settings.inputs.manifests[0] ?? ''
  const found = await world.readText(workspace, path, MANIFEST_LIMIT_BYTES)
  if (!found.ok) return refused([{ message: found.failure.message }])
  // Before anything is asked of Azure.
  if (found.value !== undefined) return refused([inTheWay(path)])
  const { facts, failures, notes } = await askAzure(world, settings)
  if (failures.length > 0) return refused(failures.map(asProblem), scriptsOf(failures))
  const now = world.now()
  const text = renderManifest(facts, new Date(now).toISOString().slice(0, 10))
  const made = await world.createFile(workspace, path, text)
  if (!made.ok) return refused([{ message: made.failure.message }])
  if (!made.value.created) return refused([inTheWay(path)])
  return {
    mode: 'init',
    problems: [],
    files: [{ path, state: 'written' }],
    modern: [],
    notes: [...notes, ...retired(facts.generation)],
    questions: openIn(path, text, now),
    dropped: [],
    texts: [{ title: path, language: 'yaml', text }],
  }
}

async function askAzure(world: World, { inputs, context, known }: ModeSettings): Promise<ReadFacts> {
  const deadline = createDeadline(inputs.deadlineMs, world.cancelled)
  try {
    const { signal } = deadline
    const given = { ...inputs, allowWrites: false }
    const learnSecret = (secret: Secret): void => known.learn([secret])
    const connection = await world.connect({ inputs: given, context, secrets: new Map(), learnSecret, signal })
    try {
      return await readFacts(connection.ports.arm, inputs.from)
    } finally {
      await connection.close()
    }
  } finally {
    deadline.clear()
  }
}

/** What the gate itself would say of the file as it stands: that is what is left to answer. */
function openIn(path: string, text: string, now: number): OpenQuestion[] {
  const parsed = parseManifest({ path, text, now, checkIds: [] })
  if (parsed.ok) return []
  return parsed.problems.map(({ location, message }) => {
    const space = message.indexOf(' ')
    const [key, words] = space < 0 ? [path, message] : [message.slice(0, space), message.slice(space + 1)]
    return { path, ...(location === undefined ? {} : { line: location.line }), key, text: words, isRequired: true }
  })
}

function retired(generation: string): string[] {
  if (generation !== 'classic') return []
  return [
    'The manifest is `generation: classic`, because of what `from` names. That service was retired on 2026-03-15: name a Microsoft.DataMigration/sqlMigrationServices instead, or run `mode: convert` on the manifest.',
  ]
}

function asProblem({ message, missing }: ProbeFailure): Problem {
  return { message: missing === undefined ? message : `${message} Missing: ${missing}.` }
}

function scriptsOf(failures: readonly ProbeFailure[]): WrittenFiles['texts'] {
  const scripts = failures.flatMap((failure) => failure.scripts ?? [])
  const unique = new Map(scripts.map((script) => [script.code, script]))
  return [...unique.values()].map(({ language, code }) => ({ title: 'To mend it', language, text: code }))
}

function inTheWay(path: string): Problem {
  const message = `\`${path}\` is there already, and \`mode: init\` never overwrites: name another file in the input \`manifest\`, or delete this one. If it is for the classic service, \`mode: convert\` writes it anew for that of today.`
  return { location: { path, line: 1, column: 1 }, message }
}

function refused(problems: readonly Problem[], texts: WrittenFiles['texts'] = []): WrittenFiles {
  return { mode: 'init', problems, files: [], modern: [], notes: [], questions: [], dropped: [], texts }
}
