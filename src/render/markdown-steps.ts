import type { Script } from '../domain/observed.ts'
import type { Report, Vouched } from '../domain/report.ts'
import type { Finding, NextSteps, Step } from '../report/next-steps.ts'
import { codeBlock, codeSpan, cut, escapeMarkdown, link, richText } from './escape.ts'
import type { Form, Omissions } from './form.ts'
import { findingWords, fingerprintWords, splitSummary, stepWords, unnamedSubject } from './step-words.ts'
import { lastDay } from '../report/last-day.ts'
import { plural, TEAM_WORDS, VERDICT_WORDS } from './words.ts'

export interface StepContext {
  report: Report
  form: Form
  omitted: Omissions
  why: ReadonlyMap<string, string>
}

/** One thing to do on many subjects may have as many remedies: the rest is in report.json. */
const REMEDIES_PER_STEP = 3

/** "To do, by team": numbered through, required before recommended, each with what to run. */
export function renderSteps(steps: NextSteps, context: StepContext): string[] {
  const { form, omitted } = context
  const blocks: string[] = []
  let number = 0
  for (const { team, steps: own } of steps.teams) {
    const shown = own.slice(0, Math.max(0, form.steps - number))
    omitted.add('things to do', own.length - shown.length)
    if (shown.length === 0) continue
    blocks.push(`**${TEAM_WORDS[team]}**`)
    for (const step of shown) {
      number += 1
      blocks.push(renderStep(step, number, context))
    }
  }
  return blocks.length === 0 ? [] : ['### To do, by team', ...blocks]
}

function renderStep(step: Step, number: number, context: StepContext): string {
  const marker = `${number}. `
  const indent = ' '.repeat(marker.length)
  const mark = step.severity === 'recommended' ? ' *Recommended:*' : ''
  const parts = [`${VERDICT_WORDS[step.verdict].icon}${mark} ${stepText(step, context)}`]
  parts.push(...pointLines(step), ...subjectLines(step, context), ...scriptsOf(step, context))
  return parts.map((part, place) => (place === 0 ? marker + part : part.replace(/^(?=.)/gm, indent))).join('\n')
}

/** Facts to see at a glance; a step with several subjects has them under each. */
function pointLines({ findings }: Step): string[] {
  const [finding] = findings
  return findings.length === 1 && finding !== undefined ? pointsOf(finding) : []
}

function hasPoints({ result }: Finding): boolean {
  return (result.remediation?.points ?? []).length > 0
}

function pointsOf({ result }: Finding): string[] {
  return (result.remediation?.points ?? []).map(
    ({ label, text }) => `- **${escapeMarkdown(cut(label, 50))}:** ${richText(cut(text), 'inside')}`,
  )
}

/** What is the matter in bold, then why it matters, what to do, what waits for it, and where it is written. */
function stepText(step: Step, { report, omitted, why }: StepContext): string {
  const [finding] = step.findings
  const { head, rest } = headOf(step, report)
  const reason = why.get(step.id)
  const remedies = step.remedies.slice(0, REMEDIES_PER_STEP).map((text) => sentence(text))
  omitted.add('remedies', step.remedies.length - remedies.length)
  const source = finding === undefined ? [] : [`(${link(finding.result.source.title, finding.result.source.url)})`]
  return [
    `**${head}**`,
    ...rest,
    ...(reason === undefined ? [] : [sentence(reason)]),
    ...remedies,
    ...fingerprintWords(step).map((words) => sentence(words)),
    ...(step.blocks > 0 ? [`Blocks ${plural(step.blocks, 'check')}.`] : []),
    ...source,
  ].join(' ')
}

function headOf(step: Step, report: Report): { head: string; rest: string[] } {
  const [finding] = step.findings
  if (step.findings.length === 1 && finding !== undefined && finding.result.summary !== '') {
    const { head, rest } = splitSummary(cut(finding.result.summary))
    const where = [...subjectOf(finding), ...whereOf(finding, report)]
    // The points below say the rest, a line each.
    const isSaid = rest === '' || hasPoints(finding)
    return { head: sentence(head), rest: [...where, ...(isSaid ? [] : [sentence(rest)])] }
  }
  return { head: sentence(stepWords(step)), rest: [] }
}

function subjectOf(finding: Finding): string[] {
  const subject = unnamedSubject(finding)
  return subject === undefined ? [] : [`On ${codeSpan(cut(subject, 200))}.`]
}

/** With several manifests, in which of them. */
function whereOf({ manifests }: Finding, report: Report): string[] {
  if (new Set(manifests).size === report.manifests.length) return []
  return [
    `In ${manifests
      .slice(0, 3)
      .map((name) => escapeMarkdown(cut(name, 100)))
      .join(', ')}.`,
  ]
}

/** Escaped, and ended like a sentence. */
function sentence(text: string): string {
  const escaped = richText(cut(text))
  return /[.!?…]$/.test(escaped) ? escaped : `${escaped}.`
}

function subjectLines(step: Step, { report, form, omitted }: StepContext): string[] {
  if (step.findings.length < 2) return []
  const shown = step.findings.slice(0, form.subjects)
  const more = step.findings.length - shown.length
  if (form.subjects < 10) omitted.add('subjects of things to do', more)
  const lines = shown.map((finding) => {
    const where = report.manifests.length < 2 ? '' : ` (${escapeMarkdown(cut(finding.manifests.join(', '), 100))})`
    const line = `- ${codeSpan(cut(finding.result.subject.name, 200))}${where}${richText(findingWords(step, finding), 'inside')}`
    return [line, ...pointsOf(finding).map((point) => `  ${point}`)].join('\n')
  })
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])]
}

const SHORT_SCRIPT_LINES = 3
const SCRIPTS_PER_STEP = { full: 10, short: 3, none: 0 }

function scriptsOf({ scripts }: Step, { form, omitted }: StepContext): string[] {
  const shown = scripts.slice(0, SCRIPTS_PER_STEP[form.scripts])
  omitted.add('scripts', scripts.length - shown.length)
  return shown.map((script) =>
    codeBlock(script.language, form.scripts === 'full' ? script.code : shortened(script, omitted)),
  )
}

function shortened({ code }: Script, omitted: Omissions): string {
  const lines = code.split(/\r\n?|\n/)
  const left = lines.length - SHORT_SCRIPT_LINES
  if (left < 2) return code
  omitted.add('lines of scripts', left)
  return [...lines.slice(0, SHORT_SCRIPT_LINES), `… ${left} more lines`].join('\n')
}

/** What the readiness rests on: people's words and decisions, and required checks seen only from elsewhere. */
export function renderConditions(steps: NextSteps, { report, form, omitted }: StepContext): string[] {
  const proxied = report.manifests
    .flatMap(({ checks }) => checks)
    .filter(({ verdict, severity, proof }) => verdict === 'pass' && severity === 'required' && proof === 'proxy').length
  const vouched = vouchedLines(steps.conditions, ({ vouched }) => vouched, form, omitted)
  const lines = [
    ...vouched,
    ...(proxied > 0
      ? [
          `- 🔭 ${plural(proxied, 'required check passes', 'required checks pass')} by proxy: seen from another place than the one that counts`,
        ]
      : []),
  ]
  const proposed = vouchedLines(steps.proposed, ({ proposed }) => proposed, form, omitted)
  return [
    ...(lines.length === 0 ? [] : ['### What this rests on', lines.join('\n')]),
    ...(proposed.length === 0 ? [] : ['### Proposed, does not count yet', proposed.join('\n')]),
  ]
}

function vouchedLines(
  findings: readonly Finding[],
  pick: (result: Finding['result']) => Vouched | undefined,
  form: Form,
  omitted: Omissions,
): string[] {
  const shown = findings.slice(0, form.items)
  omitted.add('attestations and waivers', findings.length - shown.length)
  return shown.map(({ result }) => {
    const on = `**${richText(cut(result.title, 200))}** on ${codeSpan(cut(result.subject.name, 200))}`
    const vouched = pick(result)
    const icon = VERDICT_WORDS[vouched?.kind === 'waiver' ? 'waived' : 'attested'].icon
    const words = vouched === undefined ? result.summary : vouchedWords(vouched)
    return `- ${icon} ${on}${words === '' ? '' : `: ${richText(words, 'inside')}`}`
  })
}

export function vouchedWords({ kind, by, expires, reason }: Vouched): string {
  const verb = kind === 'waiver' ? 'waived' : 'attested'
  return `${verb}${by === '' ? '' : ` by ${cut(by, 100)}`} until ${lastDay(expires)}${reason === '' ? '' : `: ${cut(reason, 300)}`}`
}
