import { gzipSync } from 'node:zlib'
import type { CheckResult, Report, ReportProblem } from '../domain/report.ts'
import type { Severity } from '../domain/verdict.ts'
import { VERDICTS } from '../domain/verdict.ts'
import { removedProblems } from '../report/removed.ts'
import { rootCauses } from '../report/root-causes.ts'
import { cut, oneLine, plainText } from './escape.ts'
import { physicalPlace, resultOf, type Sarif } from './sarif-result.ts'

/** https://docs.github.com/code-security/reference/code-scanning/sarif-files: more than these and GitHub refuses the file. */
const RESULTS_LIMIT = 25_000
/** GitHub takes 10 MB after gzip. */
export const SARIF_BUDGET_BYTES = 9_500_000
const RULE_NAME_LIMIT_CHARS = 255
const RULE_TEXT_LIMIT_CHARS = 1_024
const MANIFEST_RULE = 'manifest/is-sound'
const SCOPE_RULE = 'manifest/keeps-its-scope'

/** What the catalogue says of one check. */
export interface SarifRule {
  id: string
  ref: string
  title: string
  team: string
  /** A function of the subject counts as required: `level` of each result says what it is there. */
  severity: Severity
  why: string
  remedy: string
  url: string
}

/** How much a form shows; what does not fit in the last one is left out from the end, which is the least urgent. */
const FORMS = [
  { messageChars: 2_000, results: RESULTS_LIMIT },
  { messageChars: 500, results: RESULTS_LIMIT },
  { messageChars: 200, results: 10_000 },
  { messageChars: 200, results: 5_000 },
  { messageChars: 100, results: 1_000 },
] as const

/**
 * The report as SARIF 2.1.0. Only what asks somebody to act, or rests on somebody's word, is a result: code scanning
 * makes an alert of every result and reads neither `kind` nor `suppressions`. What was left out is counted in the run's
 * properties; report.json has everything.
 */
export function renderSarif(report: Report, rules: readonly SarifRule[], budgetBytes = SARIF_BUDGET_BYTES): string {
  const findings = findingsOf(report)
  const { located, others } = problemsOf(report)
  let text = ''
  for (const form of FORMS) {
    const problems = located.slice(0, form.results).map((problem) => problemResult(problem, form.messageChars))
    const shown = findings.slice(0, Math.max(0, form.results - problems.length))
    const results = [
      ...problems,
      ...shown.map(({ result, path, blocks }) => resultOf(result, path, blocks, form.messageChars)),
    ]
    const leftOut = findings.length + located.length - results.length
    text = `${JSON.stringify(logOf(report, rules, { results, leftOut, others }), undefined, 1)}\n`
    if (fits(text, budgetBytes)) return text
  }
  return text
}

/** Hardly any report is large enough to be worth compressing to find out. */
function fits(text: string, budgetBytes: number): boolean {
  const bytes = new TextEncoder().encode(text)
  return bytes.length <= budgetBytes || gzipSync(bytes).length <= budgetBytes
}

interface PlacedProblem extends ReportProblem {
  ruleId: string
}

/** What a change takes out of scope comes first. Only what stands somewhere can be a result. */
function problemsOf({ removed, problems }: Report): { located: PlacedProblem[]; others: PlacedProblem[] } {
  const all = [
    ...removedProblems(removed).map((problem) => ({ ...problem, ruleId: SCOPE_RULE })),
    ...problems.map((problem) => ({ ...problem, ruleId: MANIFEST_RULE })),
  ]
  return {
    located: all.filter(({ location }) => location !== undefined),
    others: all.filter(({ location }) => location === undefined),
  }
}

interface Finding {
  result: CheckResult
  path: string
  /** How many checks wait for it. */
  blocks: number
}

/** The most urgent first: what GitHub or a shorter form cuts off is the end. */
function findingsOf({ manifests }: Report): Finding[] {
  const causes = rootCauses(manifests, ['fail', 'unknown', 'manual'])
  return manifests
    .flatMap(({ path, checks }, place) =>
      checks
        .filter((result) => isFinding(result) || causes[place]?.orphans.has(result) === true)
        .map((result) => ({ result, path, blocks: causes[place]?.blockedOf.get(result)?.length ?? 0 })),
    )
    .toSorted((a, b) => urgencyOf(a.result) - urgencyOf(b.result) || b.blocks - a.blocks)
}

function isFinding({ verdict }: CheckResult): boolean {
  return verdict !== 'pass' && verdict !== 'not-applicable' && verdict !== 'blocked'
}

function urgencyOf({ verdict, severity }: CheckResult): number {
  const vouched = verdict === 'waived' || verdict === 'attested'
  return (vouched ? 10 : 0) + (severity === 'recommended' ? 5 : 0) + (verdict === 'fail' ? 0 : 1)
}

interface Shown {
  results: readonly Sarif[]
  leftOut: number
  /** Problems without a place. */
  others: readonly ReportProblem[]
}

function logOf(report: Report, rules: readonly SarifRule[], { results, leftOut, others }: Shown): Sarif {
  const { run, tool, title, status, problems } = report
  const ended = new Date(Date.parse(run.startedAt) + run.durationMs)
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            ...(/^\d+\.\d+\.\d+$/.test(tool.version) ? { semanticVersion: tool.version } : {}),
            informationUri: 'https://github.com/dms-preflight/dms-preflight',
            rules: [manifestRule(), scopeRule(), ...rules.map(ruleOf)],
          },
        },
        automationDetails: { id: `dms-preflight/${slug(title)}/` },
        invocations: [
          {
            executionSuccessful: problems.every(({ severity }) => severity !== 'error'),
            startTimeUtc: run.startedAt,
            ...(Number.isNaN(ended.getTime()) ? {} : { endTimeUtc: ended.toISOString() }),
            toolExecutionNotifications: others.slice(0, 100).map(notification),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results,
        properties: {
          status,
          ready: report.ready,
          counts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, report.counts[verdict]])),
          leftOut,
          ...(report.disclosure === undefined ? {} : { disclosure: report.disclosure }),
        },
      },
    ],
  }
}

/** The category by which code scanning tells analyses of one commit apart; what follows the last slash is the run. */
function slug(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return words.slice(0, 80) || 'report'
}

function ruleOf({ id, ref, title, team, severity, why, remedy, url }: SarifRule): Sarif {
  const full = `${why} ${remedy}`.trim()
  return {
    id,
    name: cut(title, RULE_NAME_LIMIT_CHARS),
    shortDescription: { text: cut(title, RULE_TEXT_LIMIT_CHARS) },
    fullDescription: { text: cut(why || title, RULE_TEXT_LIMIT_CHARS) },
    help: { text: `${full}\n${url}`, markdown: `${full}\n\n[What Microsoft says](${url})` },
    helpUri: url,
    // What a result without `level` takes: one that could not be determined. A failing one says its own.
    defaultConfiguration: { level: severity === 'required' ? 'warning' : 'note' },
    properties: {
      tags: [...new Set(['migration', id.split('/')[0] ?? '', team, severity])],
      ref,
      precision: 'very-high',
    },
  }
}

function manifestRule(): Sarif {
  const text = 'The manifest can be read and means something'
  return {
    id: MANIFEST_RULE,
    name: text,
    shortDescription: { text },
    fullDescription: {
      text: 'A manifest with an error is not checked at all, so nothing can be said of its migration.',
    },
    help: { text: 'Correct the line. docs/manifest.md lists every key.' },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['migration', 'manifest'], precision: 'very-high' },
  }
}

function scopeRule(): Sarif {
  const text = 'A change keeps what the manifest proves'
  return {
    id: SCOPE_RULE,
    name: text,
    shortDescription: { text },
    fullDescription: {
      text: 'What a change takes out of scope is not proved any more, although it may still be migrated.',
    },
    help: { text: 'Make sure that it is meant. The line is that of the manifest on the trusted ref.' },
    defaultConfiguration: { level: 'warning' },
    properties: { tags: ['migration', 'manifest'], precision: 'very-high' },
  }
}

function problemResult({ severity, message, location, ruleId }: PlacedProblem, limit: number): Sarif {
  const place = location ?? { path: '.', line: 1, column: 1 }
  return {
    ruleId,
    kind: 'fail',
    level: severity,
    message: { text: plainText(oneLine(cut(message, limit))) },
    ...physicalPlace(place, [ruleId, place.path, message]),
  }
}

function notification({ severity, message }: ReportProblem): Sarif {
  return { level: severity, message: { text: plainText(oneLine(cut(message, 1_000))) } }
}
