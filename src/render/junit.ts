import type { CheckResult, ManifestReport, Report, ReportProblem } from '../domain/report.ts'
import { removedProblems } from '../report/removed.ts'
import { rootCauses, type RootCauses } from '../report/root-causes.ts'
import { cut, escapeXml, oneLine, plainText } from './escape.ts'
import { detailLines, factOf } from './verdict-notes.ts'
import { STATUS_WORDS, VERDICT_WORDS } from './words.ts'

const NAME_LIMIT_CHARS = 300
const MESSAGE_LIMIT_CHARS = 1_000
const DETAILS_LIMIT_CHARS = 4_000

/** One test case, its counterpart in the report already put into JUnit's few words. */
interface Case {
  name: string
  classname: string
  location?: { path: string; line: number }
  seconds: number
  outcome: 'passed' | 'failure' | 'error' | 'skipped'
  type: string
  message: string
  details: string
}

interface Suite {
  name: string
  package: string
  properties: readonly (readonly [string, string])[]
  cases: readonly Case[]
}

/**
 * The report as JUnit XML: a suite for each manifest and area, a case for each check on each subject. JUnit knows no
 * "recommended" and no "undetermined", so readers show red exactly what makes the report not ready or undetermined:
 * `failure` for a required check that fails, `error` for one that could not be determined or that a person must vouch for.
 * All else that did not pass is `skipped`, with the reason.
 */
export function renderJunit(report: Report): string {
  const explained = explainedBy(rootCauses(report.manifests, ['fail', 'unknown', 'manual']))
  const names = report.manifests.map(({ name }) => name)
  const manifests = report.manifests.flatMap((manifest) => {
    const isTwin = names.indexOf(manifest.name) !== names.lastIndexOf(manifest.name)
    return suitesOf(manifest, isTwin ? `${manifest.name} (${manifest.path})` : manifest.name, explained)
  })
  const run = runSuite(report, manifests)
  const suites = [...(run.cases.length > 0 || manifests.length === 0 ? [run] : []), ...manifests]
  const cases = suites.flatMap((suite) => suite.cases)
  const head = attributes({
    name: shown(report.title),
    tests: cases.length,
    failures: count(cases, 'failure'),
    errors: count(cases, 'error'),
    time: seconds(report.run.durationMs),
  })
  const body = suites.map((suite, id) => suiteElement(suite, id, report.run.startedAt)).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${body}</testsuites>\n`
}

/** Blocked checks that wait for something which is red itself. */
function explainedBy(causes: readonly RootCauses[]): ReadonlySet<CheckResult> {
  const roots = causes.flatMap(({ blockedOf }) => [...blockedOf])
  return new Set(roots.flatMap(([root, blocked]) => (root.severity === 'required' ? blocked : [])))
}

function suitesOf(manifest: ManifestReport, name: string, explained: ReadonlySet<CheckResult>): Suite[] {
  const areas = new Map<string, CheckResult[]>()
  for (const result of manifest.checks) {
    const area = areaOf(result.id)
    const own = areas.get(area)
    if (own === undefined) areas.set(area, [result])
    else own.push(result)
  }
  return [...areas].map(([area, checks]) => ({
    name: `${name}: ${area}`,
    package: manifest.path,
    properties: [
      ['manifest', manifest.path],
      ['scenario', manifest.scenario],
      ['generation', manifest.generation],
      ['migration', manifest.migration],
      ['status', manifest.status],
    ],
    cases: checks.map((result) => caseOf(result, explained.has(result))),
  }))
}

function caseOf(result: CheckResult, isExplained: boolean): Case {
  const { id, title, subject, severity, verdict, cause, durationMs, location } = result
  const outcome = outcomeOf(result, isExplained)
  const words =
    outcome === 'skipped' ? `${severity === 'recommended' ? 'recommended, ' : ''}${VERDICT_WORDS[verdict].words}: ` : ''
  return {
    name: `${title} (${subject.name})`,
    classname: id,
    location,
    seconds: durationMs / 1000,
    outcome,
    type: cause === undefined ? verdict : `${verdict}:${cause.kind}`,
    message: `${words}${factOf(result)}`,
    details: outcome === 'passed' ? '' : [plainText(factOf(result)), ...detailLines(result)].join('\n'),
  }
}

function outcomeOf({ verdict, severity }: CheckResult, isExplained: boolean): Case['outcome'] {
  switch (verdict) {
    case 'pass':
      return 'passed'
    case 'fail':
      return severity === 'required' ? 'failure' : 'skipped'
    case 'unknown':
    case 'manual':
      return severity === 'required' ? 'error' : 'skipped'
    case 'blocked':
      // Behind a root that is red itself; a second red line for the same thing would hide it.
      return severity === 'required' && !isExplained ? 'error' : 'skipped'
    case 'attested':
    case 'waived':
    case 'not-applicable':
      return 'skipped'
  }
}

/** What a change takes out of scope, problems of manifests and inputs, and the status itself where no case says it: nothing green may stand for not ready. */
function runSuite(report: Report, manifests: readonly Suite[]): Suite {
  const problems = [...removedProblems(report.removed).map(removedCase), ...report.problems.map(problemCase)]
  const isRed = [...problems, ...manifests.flatMap(({ cases }) => cases)].some(isRedCase)
  const { words } = STATUS_WORDS[report.status]
  const gate: Case = {
    name: 'Readiness',
    classname: 'dms-preflight/readiness',
    seconds: 0,
    outcome: report.ready ? 'passed' : 'error',
    type: report.status,
    message: words,
    details: `${words}. The summary of the run and report.json say more.`,
  }
  const isNeeded = (!report.ready && !isRed) || manifests.length === 0
  return {
    name: 'Run',
    package: 'dms-preflight',
    properties: [
      ['status', report.status],
      ['run', report.run.url],
      ['commit', report.run.sha],
    ],
    cases: [...problems, ...(isNeeded ? [gate] : [])],
  }
}

function isRedCase({ outcome }: Case): boolean {
  return outcome === 'failure' || outcome === 'error'
}

function removedCase(problem: ReportProblem, place: number): Case {
  return { ...problemCase(problem, place), name: `Out of scope ${place + 1}`, classname: 'dms-preflight/out-of-scope' }
}

function problemCase({ severity, message, location }: ReportProblem, place: number): Case {
  return {
    name: `${severity === 'error' ? 'Problem' : 'Warning'} ${place + 1}`,
    classname: `dms-preflight/${severity === 'error' ? 'problem' : 'warning'}`,
    ...(location === undefined ? {} : { location }),
    seconds: 0,
    outcome: severity === 'error' ? 'error' : 'skipped',
    type: severity,
    message,
    details: plainText(
      location === undefined ? message : `${location.path}:${location.line}:${location.column}: ${message}`,
    ),
  }
}

function suiteElement({ name, package: path, properties, cases }: Suite, id: number, startedAt: string): string {
  const head = attributes({
    name: shown(name),
    id,
    package: shown(path) || '.',
    // The common schema takes no zone; the report's times are UTC.
    timestamp: startedAt.slice(0, 19),
    hostname: 'runner',
    tests: cases.length,
    failures: count(cases, 'failure'),
    errors: count(cases, 'error'),
    skipped: count(cases, 'skipped'),
    time: seconds(cases.reduce((sum, one) => sum + one.seconds * 1000, 0)),
  })
  const facts = properties.map(
    ([key, value]) => `<property${attributes({ name: key, value: shown(value, MESSAGE_LIMIT_CHARS) })}/>`,
  )
  const body = cases.map(caseElement).join('')
  return `  <testsuite${head}>\n    <properties>${facts.join('')}</properties>\n${body}    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n`
}

function caseElement({ name, classname, location, seconds: time, outcome, type, message, details }: Case): string {
  const place = location === undefined ? {} : { file: oneLine(location.path), line: location.line }
  const head = attributes({
    name: shown(name),
    classname: oneLine(classname),
    time: seconds(time * 1000),
    ...place,
  })
  if (outcome === 'passed') return `    <testcase${head}/>\n`
  const text = shown(message, MESSAGE_LIMIT_CHARS)
  const facts = attributes(outcome === 'skipped' ? { message: text } : { message: text, type: oneLine(type) })
  return `    <testcase${head}><${outcome}${facts}>${escapeXml(cut(details, DETAILS_LIMIT_CHARS))}</${outcome}></testcase>\n`
}

/** Readers show names and messages as markdown. */
function shown(text: string, limit = NAME_LIMIT_CHARS): string {
  return plainText(oneLine(cut(text, limit)))
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('')
}

function count(cases: readonly Case[], outcome: Case['outcome']): number {
  return cases.filter((one) => one.outcome === outcome).length
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3)
}

const AREA_WORDS: Readonly<Record<string, string>> = {
  network: 'Network',
  source: 'Source',
  target: 'Target',
  share: 'Share',
  storage: 'Storage',
  tools: 'Tools',
  service: 'Service',
  azure: 'Azure',
}

/** The area of a check, from its id. */
function areaOf(id: string): string {
  const area = id.split('/')[0] ?? ''
  return AREA_WORDS[area] ?? area
}
