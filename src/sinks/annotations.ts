import { error, notice, warning, type AnnotationProperties } from '@actions/core'
import type { Location } from '../domain/manifest.ts'
import { cut } from '../render/escape.ts'
import { createLog, plainLines } from './log.ts'
import { redacted, type Redact } from './redacted.ts'

/** https://docs.github.com/actions/reference/limits: GitHub shows so many of each level of one step, and drops the rest. */
const ANNOTATIONS_PER_LEVEL = 10
const MESSAGE_LIMIT_CHARS = 4000

const LEVELS = { error, warning, notice }

export interface Annotation {
  level: keyof typeof LEVELS
  message: string
  title?: string
  location?: Location
}

/** Marks of the run's page and of the changed files. What is more than GitHub shows is counted, and stands in the log. */
export function publishAnnotations(
  annotations: readonly Annotation[],
  redact: Redact,
  perLevel = ANNOTATIONS_PER_LEVEL,
): void {
  const log = createLog(redact)
  for (const level of ['error', 'warning', 'notice'] as const) {
    const all = annotations.filter((annotation) => annotation.level === level)
    const fits = all.length <= perLevel ? all.length : perLevel - 1
    for (const annotation of all.slice(0, fits)) issue(annotation, redact)
    const rest = all.slice(fits)
    if (rest.length === 0) continue
    issue({ level, message: `${rest.length} more of this kind: see the summary and the log of this step.` }, redact)
    log.group(`${rest.length} more (${level})`, rest.map(lineOf).join('\n'))
  }
}

function issue({ level, message, title, location }: Annotation, redact: Redact): void {
  const clean = redacted(redact, (text) => text)
  const properties: AnnotationProperties = {
    ...(title === undefined ? {} : { title: clean(plainLines(title, redact)) }),
    ...(location === undefined
      ? {}
      : { file: clean(plainLines(location.path, redact)), startLine: location.line, startColumn: location.column }),
  }
  const publish = redacted(redact, (text) => {
    LEVELS[level](text, properties)
  })
  publish(cut(plainLines(message, redact), MESSAGE_LIMIT_CHARS))
}

function lineOf({ message, location }: Annotation): string {
  return location === undefined ? message : `${location.path}:${location.line}:${location.column}: ${message}`
}
