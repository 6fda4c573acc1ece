import type { Location } from '../domain/manifest.ts'
import type { CheckResult, ManifestReport, Report } from '../domain/report.ts'
import { rootCauses, type RootCauses } from '../report/root-causes.ts'
import { cut, oneLine } from './escape.ts'
import { removedAnnotations } from './removed.ts'
import { VERDICT_WORDS } from './words.ts'

export interface Annotation {
  level: 'error' | 'warning' | 'notice'
  title: string
  message: string
  file?: string
  line?: number
  column?: number
}

/** GitHub shows ten of each level for one step; the last place says how many more there are. */
const SHOWN_PER_LEVEL = 10

/** What is not ready, on the manifest's lines: problems first, then root causes, then what waits for them. */
export function renderAnnotations(report: Report): Annotation[] {
  const problems = report.problems.map(({ severity, location, message }): Annotation => {
    return annotation(severity, severity === 'error' ? 'Problem' : 'Please check', message, location)
  })
  const causes = rootCauses(report.manifests, ['fail', 'unknown', 'manual'])
  const all = [
    ...removedAnnotations(report),
    ...problems,
    ...report.manifests.flatMap((manifest, place) => annotationsOf(manifest, causes[place])),
  ]
  const known = new Set<string>()
  const unique = all.filter((one) => {
    const key = JSON.stringify(one)
    return !known.has(key) && known.add(key)
  })
  return [...limited(unique, 'error'), ...limited(unique, 'warning')]
}

const OPEN = new Set<CheckResult['verdict']>(['fail', 'unknown', 'manual', 'blocked'])

function annotationsOf({ checks }: ManifestReport, causes: RootCauses | undefined): Annotation[] {
  const weight = (result: CheckResult): number =>
    result.verdict === 'blocked' ? -1 : (causes?.blockedOf.get(result)?.length ?? 0)
  return checks
    .filter(({ verdict }) => OPEN.has(verdict))
    .toSorted((a, b) => weight(b) - weight(a))
    .map((result) => {
      const level = result.severity === 'required' ? 'error' : 'warning'
      const title = `${result.title}: ${VERDICT_WORDS[result.verdict].words} (${result.subject.name})`
      return annotation(level, title, messageOf(result), result.location)
    })
}

function messageOf({ id, summary, cause, remediation, verdict }: CheckResult): string {
  const fact = summary || (cause?.message ?? VERDICT_WORDS[verdict].words)
  const parts = [fact, remediation?.text ?? '', `[${id}]`]
  return parts.filter((part) => part !== '').join(' — ')
}

function annotation(
  level: Annotation['level'],
  title: string,
  message: string,
  location: Location | undefined,
): Annotation {
  return {
    level,
    title: oneLine(cut(title, 200)),
    message: oneLine(cut(message, 1_500)),
    ...(location === undefined ? {} : { file: location.path, line: location.line, column: location.column }),
  }
}

function limited(all: readonly Annotation[], level: Annotation['level']): Annotation[] {
  const own = all.filter((one) => one.level === level)
  if (own.length <= SHOWN_PER_LEVEL) return own
  const shown = own.slice(0, SHOWN_PER_LEVEL - 1)
  const more = own.length - shown.length
  return [
    ...shown,
    { level, title: `${more} more`, message: `${more} more of this level are in the report of this run` },
  ]
}
