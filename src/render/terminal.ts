import type { CheckResult, Report } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import { nextSteps, type Finding, type NextSteps, type Step } from '../report/next-steps.ts'
import { cut, neutraliseCommands, oneLine, visible } from './escape.ts'
import { statusParts } from './headline.ts'
import { vouchedWords } from './markdown-steps.ts'
import { removedLines } from './removed.ts'
import { findingWords, fingerprintWords, stepWords, unnamedSubject } from './step-words.ts'
import { plural, STATUS_WORDS, TEAM_WORDS } from './words.ts'

/** Wide enough for the longest word, so that columns stand under each other. */
const VERDICT_COLUMN_CHARS = 14
const SUBJECTS_SHOWN = 10

/** The report as plain text for the log. No line of it can act as a workflow command. */
export function renderText(report: Report): string {
  const steps = nextSteps(report)
  const lines = [
    `${oneLine(cut(report.title, 200))}: ${STATUS_WORDS[report.status].words.toUpperCase()}`,
    statusParts(report, steps).join(' · '),
    ...removedLines(report),
    ...report.notices.map((notice) => `Note: ${oneLine(cut(notice))}`),
    ...problemLines(report),
    ...steps.teams.flatMap(({ team, steps: own }) => ['', `To do: ${TEAM_WORDS[team]}`, ...own.flatMap(stepLines)]),
    ...conditionLines(steps),
    ...report.manifests.flatMap(({ name, path, status, checks }) => [
      '',
      `${oneLine(cut(name, 200))} (${oneLine(cut(path, 200))}): ${STATUS_WORDS[status].words}`,
      ...checks.map(checkLine),
    ]),
  ]
  return neutraliseCommands(`${lines.map((line) => line.trimEnd()).join('\n')}\n`)
}

function problemLines({ problems }: Report): string[] {
  return problems.map(({ severity, location, message }) => {
    const place = location === undefined ? '' : `${oneLine(location.path)}:${location.line}:${location.column} `
    return `${severity === 'error' ? 'Error' : 'Warning'}: ${place}${oneLine(cut(message, 1_000))}`
  })
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
    ...step.remedies.map((text) => `    ${oneLine(cut(text))}`),
    ...fingerprintWords(step).map((words) => `    ${oneLine(words)}`),
    ...step.scripts.flatMap(({ code }) => code.split(/\r\n?|\n/).map((line) => `      | ${visible(line)}`)),
  ]
}

function pointLines({ result }: Finding): string[] {
  return (result.remediation?.points ?? []).map(
    ({ label, text }) => `    ${oneLine(cut(label, 50))}: ${oneLine(cut(text))}`,
  )
}

function conditionLines({ conditions, proposed }: NextSteps): string[] {
  const counted = conditions.map(({ result }) =>
    vouchedLine(result, result.vouched === undefined ? result.actual : vouchedWords(result.vouched)),
  )
  const others = proposed.map(({ result }) =>
    vouchedLine(result, result.proposed === undefined ? '' : vouchedWords(result.proposed)),
  )
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
