import type { CheckResult, Report } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import { nextSteps, type Finding, type NextSteps, type Step } from '../report/next-steps.ts'
import { readinessMap } from '../report/readiness-map.ts'
import { cut, neutraliseCommands, oneLine, visible } from './escape.ts'
import { statusParts } from './headline.ts'
import { mapLines } from './map-words.ts'
import { vouchedWords } from './markdown-steps.ts'
import { removedLines } from './removed.ts'
import { findingWords, fingerprintWords, stepWords, unnamedSubject } from './step-words.ts'
import { plural, STATUS_WORDS, TEAM_WORDS } from './words.ts'

/** Wide enough for the longest word, so that columns stand under each other. */
const VERDICT_COLUMN_CHARS = 14
const SUBJECTS_SHOWN = 10

/** What stands in the log: the first part open, the others folded under their titles. */
export interface LogPart {
  title?: string
  text: string
}

/** A log that nobody can scroll through helps nobody; report.json has everything. */
const STEPS_SHOWN = 200
const PROBLEMS_SHOWN = 200
const SCRIPT_LINES_SHOWN = 40
/** More checks than this, and those that pass are counted by id. */
const CHECKS_ONE_BY_ONE = 1_000
const OPEN_CHECKS_SHOWN = 2_000

/**
 * The report as plain text for the log: what there is to do, root causes first, then a folded part for each manifest with
 * every check. No line of it can act as a workflow command.
 */
export function renderLog(report: Report): LogPart[] {
  const steps = nextSteps(report)
  const head = [
    `${oneLine(cut(report.title, 200))}: ${STATUS_WORDS[report.status].words.toUpperCase()}`,
    statusParts(report, steps).join(' · '),
    ...removedLines(report),
    ...routeLines(report),
    ...report.notices.map((notice) => `Note: ${oneLine(cut(notice))}`),
    ...problemLines(report),
    ...todoLines(steps),
    ...conditionLines(steps),
  ]
  const isLong = report.manifests.reduce((sum, { checks }) => sum + checks.length, 0) > CHECKS_ONE_BY_ONE
  return [
    { text: finished(head) },
    ...report.manifests.map(({ name, path, status, checks }) => ({
      title: `${oneLine(cut(name, 200))} (${oneLine(cut(path, 200))}): ${STATUS_WORDS[status].words}`,
      text: finished(isLong ? shortCheckLines(checks) : checks.map(checkLine)),
    })),
  ]
}

function finished(lines: readonly string[]): string {
  return neutraliseCommands(lines.map((line) => line.trimEnd()).join('\n'))
}

function todoLines({ teams }: NextSteps): string[] {
  let left = STEPS_SHOWN
  const lines = teams.flatMap(({ team, steps }) => {
    const shown = steps.slice(0, left)
    left -= shown.length
    return shown.length === 0 ? [] : ['', `To do: ${TEAM_WORDS[team]}`, ...shown.flatMap(stepLines)]
  })
  const more = teams.reduce((sum, { steps }) => sum + steps.length, 0) - (STEPS_SHOWN - left)
  return [
    ...lines,
    ...(more === 0 ? [] : ['', `and ${plural(more, 'more thing', 'more things')} to do: see report.json`]),
  ]
}

/** What passes or does not apply as one line for each check, however many subjects it has. */
function shortCheckLines(checks: readonly CheckResult[]): string[] {
  const open = checks.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
  const counts = new Map<string, number>()
  for (const { id, verdict } of checks) {
    if (verdict !== 'pass' && verdict !== 'not-applicable') continue
    const key = `  ${verdict.toUpperCase().padEnd(VERDICT_COLUMN_CHARS)} ${id}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const more = open.length - OPEN_CHECKS_SHOWN
  return [
    ...open.slice(0, OPEN_CHECKS_SHOWN).map(checkLine),
    ...(more > 0 ? [`  and ${more} more that did not pass: see report.json`] : []),
    ...[...counts].map(([key, count]) => `${key} on ${plural(count, 'subject')}`),
  ]
}

/** The readiness map in words. */
function routeLines(report: Report): string[] {
  const map = readinessMap(report)
  return map === undefined ? [] : mapLines(map).map((line) => `Route: ${oneLine(line)}`)
}

function problemLines({ problems }: Report): string[] {
  const more = problems.length - PROBLEMS_SHOWN
  const lines = problems.slice(0, PROBLEMS_SHOWN).map(({ severity, location, message }) => {
    const place = location === undefined ? '' : `${oneLine(cut(location.path))}:${location.line}:${location.column} `
    return `${severity === 'error' ? 'Error' : 'Warning'}: ${place}${oneLine(cut(message, 1_000))}`
  })
  return [...lines, ...(more > 0 ? [`and ${more} more problems: see report.json`] : [])]
}

function stepLines(step: Step): string[] {
  const [finding] = step.findings
  const isSingle = step.findings.length === 1 && finding !== undefined && finding.result.summary !== ''
  const head = isSingle ? finding.result.summary : stepWords(step)
  const subject = isSingle ? unnamedSubject(finding) : undefined
  const marks = [
    ...(subject === undefined ? [] : [`on ${oneLine(cut(subject, 200))}`]),
    ...(step.severity === 'recommended' ? ['recommended'] : []),
    ...(step.blocks > 0 ? [`blocks ${plural(step.blocks, 'check')}`] : []),
  ]
  const shown = step.findings.length < 2 ? [] : step.findings.slice(0, SUBJECTS_SHOWN)
  const more = step.findings.length < 2 ? 0 : step.findings.length - shown.length
  return [
    `  ${tag(step.verdict)} ${oneLine(cut(head))}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`,
    ...(shown.length === 0 ? step.findings.flatMap(pointLines) : []),
    ...shown.flatMap((other) => [
      `    - ${oneLine(cut(other.result.subject.name + findingWords(step, other)))}`,
      ...pointLines(other).map((line) => `  ${line}`),
    ]),
    ...(more > 0 ? [`    - and ${more} more`] : []),
    ...step.remedies.slice(0, SUBJECTS_SHOWN).map((text) => `    ${oneLine(cut(text))}`),
    ...fingerprintWords(step).map((words) => `    ${oneLine(words)}`),
    ...scriptLines(step),
  ]
}

function scriptLines({ scripts }: Step): string[] {
  const lines = scripts.flatMap(({ code }) => code.split(/\r\n?|\n/))
  const more = lines.length - SCRIPT_LINES_SHOWN
  return [
    ...lines.slice(0, SCRIPT_LINES_SHOWN).map((line) => `      | ${visible(cut(line, 2_000))}`),
    ...(more > 0 ? [`      | and ${more} more lines: see report.json`] : []),
  ]
}

function pointLines({ result }: Finding): string[] {
  return (result.remediation?.points ?? []).map(
    ({ label, text }) => `    ${oneLine(cut(label, 50))}: ${oneLine(cut(text))}`,
  )
}

function conditionLines({ conditions, proposed }: NextSteps): string[] {
  const counted = conditions
    .slice(0, STEPS_SHOWN)
    .map(({ result }) =>
      vouchedLine(result, result.vouched === undefined ? result.actual : vouchedWords(result.vouched)),
    )
  const others = proposed
    .slice(0, STEPS_SHOWN)
    .map(({ result }) => vouchedLine(result, result.proposed === undefined ? '' : vouchedWords(result.proposed)))
  return [
    ...(counted.length === 0 ? [] : ['', 'Rests on', ...counted]),
    ...(others.length === 0 ? [] : ['', 'Proposed, does not count yet', ...others]),
  ]
}

function vouchedLine({ id, subject }: CheckResult, words: string): string {
  return `  ${id} on ${oneLine(cut(subject.name, 200))}: ${oneLine(words)}`
}

function checkLine(result: CheckResult): string {
  const { id, subject, verdict, proof, cause } = result
  const how = verdict === 'pass' && proof === 'proxy' ? ' (by proxy)' : cause === undefined ? '' : ` (${cause.kind})`
  const severity = result.severity === 'recommended' ? ' (recommended)' : ''
  return `  ${verdict.toUpperCase().padEnd(VERDICT_COLUMN_CHARS)} ${id} on ${oneLine(cut(subject.name, 200))}${how}${severity}`
}

function tag(verdict: Verdict): string {
  return `[${verdict}]`
}
