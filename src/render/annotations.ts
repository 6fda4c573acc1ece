import type { Location } from '../domain/manifest.ts'
import type { CheckResult, ManifestReport, Report } from '../domain/report.ts'
import { rootCauses, type RootCauses } from '../report/root-causes.ts'
import { cut, oneLine } from './escape.ts'
import { removedAnnotations } from './removed.ts'
import { factOf } from './verdict-notes.ts'
import { VERDICT_WORDS } from './words.ts'

export interface Annotation {
  level: 'error' | 'warning' | 'notice'
  title: string
  message: string
  file?: string
  line?: number
  column?: number
}

/**
 * GitHub shows ten of each level for one step; the last place says how many more there are. Two warnings are left for what
 * cannot be published afterwards.
 */
const SHOWN_PER_LEVEL = { error: 10, warning: 8, notice: 10 }

/**
 * What is not ready, on the manifest's lines: problems first, then root causes, then what waits for them. What rests on
 * somebody's word is a notice, so that whoever reviews the line sees it.
 */
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
  return (['error', 'warning', 'notice'] as const).flatMap((level) => limited(unique, level))
}

const SHOWN = new Set<CheckResult['verdict']>(['fail', 'unknown', 'manual', 'blocked', 'attested', 'waived'])

function annotationsOf({ checks }: ManifestReport, causes: RootCauses | undefined): Annotation[] {
  const weight = (result: CheckResult): number =>
    result.verdict === 'blocked' ? -1 : (causes?.blockedOf.get(result)?.length ?? 0)
  return checks
    .filter(({ verdict }) => SHOWN.has(verdict))
    .toSorted((a, b) => weight(b) - weight(a))
    .map((result) => {
      const isVouched = result.verdict === 'attested' || result.verdict === 'waived'
      const level = isVouched ? 'notice' : result.severity === 'required' ? 'error' : 'warning'
      const title = `${result.title}: ${VERDICT_WORDS[result.verdict].words} (${result.subject.name})`
      return annotation(level, title, messageOf(result), result.location)
    })
}

function messageOf(result: CheckResult): string {
  const parts = [factOf(result), result.remediation?.text ?? '', `[${result.id}]`]
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
  if (own.length <= SHOWN_PER_LEVEL[level]) return own
  const shown = own.slice(0, SHOWN_PER_LEVEL[level] - 1)
  const more = own.length - shown.length
  return [
    ...shown,
    { level, title: `${more} more`, message: `${more} more of this level are in the report of this run` },
  ]
}
