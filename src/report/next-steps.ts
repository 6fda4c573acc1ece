import type { Script } from '../domain/observed.ts'
import type { CheckResult, ManifestReport, Report } from '../domain/report.ts'
import { TEAMS, type CauseKind, type Severity, type Team, type Verdict } from '../domain/verdict.ts'
import { rootCauses, type RootCauses } from './root-causes.ts'

/** One subject on which a step's finding was made. */
export interface Finding {
  /** Names of the manifests in which it was made. */
  manifests: string[]
  result: CheckResult
}

/** One thing to do: the same finding, on one or several subjects. */
export interface Step {
  id: string
  title: string
  verdict: Verdict
  cause?: CauseKind
  /** `required` also when a recommended check keeps required ones from running. */
  severity: Severity
  findings: readonly Finding[]
  /** How many checks cannot run because of it. */
  blocks: number
  remedies: readonly string[]
  scripts: readonly Script[]
}

export interface NextSteps {
  /** Teams with what they have to do, those with required steps first; `run` is for whoever looks after this workflow. */
  teams: readonly { team: Team | 'run'; steps: readonly Step[] }[]
  required: number
  recommended: number
  /** What the readiness rests on: a person's word or decision, the first to expire first. */
  conditions: readonly Finding[]
  /** What would count in a trusted run. */
  proposed: readonly Finding[]
}

/** Causes that are one and the same for the whole run, whichever check met them first. */
const RUN_CAUSES: readonly CauseKind[] = ['untrusted-host', 'cancelled', 'bug']

const ROOT_VERDICTS: readonly Verdict[] = ['fail', 'unknown', 'manual']

/**
 * What to do next, root causes first. A blocked check is no step of its own: it is counted under the check that blocks
 * it, unless that one is no step itself (waived), so that nothing is lost.
 */
export function nextSteps(report: Pick<Report, 'manifests'>): NextSteps {
  const groups = new Map<string, Draft>()
  for (const [place, causes] of rootCauses(report.manifests, ROOT_VERDICTS).entries()) {
    const manifest = report.manifests[place]
    if (manifest !== undefined) addSteps(groups, manifest, causes)
  }
  const drafts = [...groups.values()]
  const teams = [...(['run', ...TEAMS] as const)]
    .map((team) => ({
      team,
      steps: drafts
        .filter((draft) => draft.team === team)
        .map(finish)
        .sort(byUrgency),
    }))
    .filter(({ steps }) => steps.length > 0)
  const all = teams.flatMap(({ steps }) => steps)
  const required = all.filter(({ severity }) => severity === 'required').length
  const findings = report.manifests.flatMap(({ name, checks }) =>
    checks.map((result) => ({ manifests: [name], result })),
  )
  return {
    teams: teams.toSorted((a, b) => Number(isRecommended(a)) - Number(isRecommended(b))),
    required,
    recommended: all.length - required,
    conditions: findings.filter(({ result }) => isCondition(result)).sort(byExpiry),
    proposed: findings.filter(({ result }) => result.proposed !== undefined),
  }
}

interface Draft {
  team: Team | 'run'
  severity: Severity
  findings: Finding[]
  known: Map<string, Finding>
  blocks: number
}

function addSteps(
  groups: Map<string, Draft>,
  { name, checks }: ManifestReport,
  { blockedOf, orphans }: RootCauses,
): void {
  for (const result of checks) {
    if (!ROOT_VERDICTS.includes(result.verdict) && !orphans.has(result)) continue
    const blocked = blockedOf.get(result) ?? []
    const severity = blocked.some((other) => other.severity === 'required') ? 'required' : result.severity
    const key = keyOf(result, severity)
    const draft: Draft = groups.get(key) ?? {
      team: teamOf(result),
      severity,
      findings: [],
      known: new Map(),
      blocks: 0,
    }
    groups.set(key, draft)
    draft.blocks += blocked.length
    if (severity === 'required') draft.severity = severity
    const place = placeOf(result)
    const known = draft.known.get(place)
    if (known !== undefined) {
      known.manifests.push(name)
      continue
    }
    const finding = { manifests: [name], result }
    draft.findings.push(finding)
    // Without words nothing tells two subjects of the same name apart.
    if (result.summary !== '') draft.known.set(place, finding)
  }
}

/** A server that several manifests name is probed once, and is one thing to do. */
function placeOf({ id, subject, summary }: CheckResult): string {
  return [id, subject.kind, subject.name, summary].join('\u0000')
}

function keyOf(result: CheckResult, severity: Severity): string {
  const cause = result.cause?.kind
  if (cause !== undefined && RUN_CAUSES.includes(cause)) return cause
  return [result.id, result.verdict, cause ?? '', severity].join(' ')
}

function teamOf({ cause, team }: CheckResult): Team | 'run' {
  return cause !== undefined && RUN_CAUSES.includes(cause.kind) ? 'run' : team
}

function finish({ severity, findings, blocks }: Draft): Step {
  const [first] = findings
  if (first === undefined) throw new Error('A step without a finding')
  const { id, title, verdict, cause } = first.result
  // Where the points of a finding say what to change, its text would say it again.
  const remedies = findings.flatMap(({ result: { remediation } }) =>
    remediation === undefined || (remediation.points ?? []).length > 0 ? [] : [remediation.text],
  )
  const scripts = findings.flatMap(({ result }) => result.remediation?.scripts ?? [])
  return {
    id,
    title,
    verdict,
    ...(cause === undefined ? {} : { cause: cause.kind }),
    severity,
    findings,
    blocks,
    remedies: [...new Set(remedies.filter((text) => text !== ''))],
    scripts: [...new Map(scripts.map((script) => [`${script.language}\n${script.code}`, script])).values()],
  }
}

function byUrgency(a: Step, b: Step): number {
  return (
    Number(a.severity === 'recommended') - Number(b.severity === 'recommended') ||
    b.blocks - a.blocks ||
    ROOT_VERDICTS.indexOf(a.verdict) - ROOT_VERDICTS.indexOf(b.verdict)
  )
}

function isRecommended({ steps }: { steps: readonly Step[] }): boolean {
  return steps.every(({ severity }) => severity === 'recommended')
}

function isCondition({ verdict }: CheckResult): boolean {
  return verdict === 'attested' || verdict === 'waived'
}

function byExpiry(a: Finding, b: Finding): number {
  return expiryOf(a) - expiryOf(b)
}

/** What never expires comes last; a plain number keeps the order total. */
function expiryOf({ result }: Finding): number {
  const time = Date.parse(result.expiresAt ?? '')
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time
}
