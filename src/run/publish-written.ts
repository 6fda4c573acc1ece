import type { WrittenFiles } from '../domain/conversion.ts'
import { coverNames } from '../report/disclose.ts'
import { renderWritten, renderWrittenText } from '../render/written-files.ts'
import { publishAnnotations, type Annotation } from '../sinks/annotations.ts'
import { createLog } from '../sinks/log.ts'
import { publishSummary } from '../sinks/summary.ts'
import { disclosureOf } from './disclosure-of.ts'
import type { ModeSettings } from './run-mode.ts'
import { publishTimeoutMs } from './publish.ts'
import type { World } from './world.ts'

/**
 * Shows what `mode: convert` or `mode: init` wrote, and gives the exit code. The outputs have said from the start that
 * nothing is known: neither mode proves anything. Where strangers read, the texts of the files are left out.
 */
export async function publishWritten(
  world: World,
  { inputs, context, known, warnings }: ModeSettings,
  written: WrittenFiles,
): Promise<number> {
  const github = world.github(inputs, context, publishTimeoutMs(world.cancelled), world.cancelled)
  const isFull = (await disclosureOf({ context, inputs, github })) === 'full'
  const shown = isFull ? written : covered(written)
  const log = createLog(known.redactText)
  for (const { title, text } of renderWrittenText(shown)) {
    if (title === undefined) log.write(text)
    else log.group(title, text)
  }
  const annotations: Annotation[] = [
    ...warnings.map((message) => ({
      level: 'warning' as const,
      title: 'Problem',
      message: isFull ? message : coverNames(message),
    })),
    ...shown.problems.map(({ location, message }) => ({
      level: 'error' as const,
      title: 'Problem',
      message,
      ...(location === undefined ? {} : { location }),
    })),
  ]
  publishAnnotations(annotations, known.redactText)
  await publishSummary(context.stepSummaryPath, renderWritten(shown), known.redactText)
  return written.problems.length > 0 ? 1 : 0
}

/** Keys, files and lines stay; what may name a host, a login or a resource does not. */
function covered(written: WrittenFiles): WrittenFiles {
  return {
    ...written,
    problems: written.problems.map((problem) => ({ ...problem, message: coverNames(problem.message) })),
    notes: written.notes.map(coverNames),
    questions: written.questions.map((one) => ({ ...one, key: coverNames(one.key), text: coverNames(one.text) })),
    dropped: written.dropped.map((one) => ({ ...one, key: coverNames(one.key) })),
    texts: [],
  }
}
