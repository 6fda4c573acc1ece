import type { Finding, Step } from '../report/next-steps.ts'
import type { SubjectKind } from '../domain/subject.ts'
import type { CauseKind, Verdict } from '../domain/verdict.ts'

/** A step's first words when it stands for several findings, or when nothing may be said of the one. */
export function stepWords({ cause, findings, title, verdict }: Step): string {
  const shared = cause === undefined ? undefined : RUN_CAUSE_WORDS[cause]
  const count = findings.length
  if (shared !== undefined) return count === 1 ? `1 check: ${shared}` : `${count} checks: ${shared}`
  const [first] = findings
  const where = count === 1 && first !== undefined ? `on \`${first.result.subject.name}\`` : `on ${count} subjects`
  return `${title}: ${STEP_VERDICTS[verdict] ?? verdict} ${where}`
}

const NAMED_IN_MANIFEST: readonly SubjectKind[] = ['sql-server', 'target', 'database', 'share', 'container']
/** The name of an entry in the short form of a manifest. */
const ONLY_ONE = 'default'

const RUN_CAUSE_WORDS: Partial<Record<CauseKind, string>> = {
  'untrusted-host': 'not tried, because this run is not trusted to use credentials there',
  cancelled: 'not finished when the run ended',
  bug: 'an error of dms-preflight itself; please report it',
}

const STEP_VERDICTS: Partial<Record<Verdict, string>> = {
  fail: 'fails',
  unknown: 'could not be determined',
  manual: 'nobody has vouched for it',
  blocked: 'not tried',
}

/** The subject of a step's only finding, where it has its name from the manifest and the words do not tell which it is. */
export function unnamedSubject({ result: { subject, summary } }: Finding): string | undefined {
  const { kind, name } = subject
  if (!NAMED_IN_MANIFEST.includes(kind) || name === ONLY_ONE) return undefined
  return summary.toLowerCase().includes(name.toLowerCase()) ? undefined : name
}

/** What follows a subject's name in the list of a step's subjects. */
export function findingWords(step: Step, { result }: Finding): string {
  const isShared = step.cause !== undefined && RUN_CAUSE_WORDS[step.cause] !== undefined
  if (isShared) return `: ${result.title}`
  if (result.summary === '') return ''
  // Where points follow, they say the rest.
  return `: ${(result.remediation?.points ?? []).length > 0 ? splitSummary(result.summary).head : result.summary}`
}

const FINGERPRINTS_SHOWN = 10

/** What an attestation may name, so that it ends with the evidence for which it is given. */
export function fingerprintWords({ verdict, findings }: Step): string[] {
  const marked = findings.filter(({ result }) => result.fingerprint !== undefined)
  const [first] = marked
  if (verdict !== 'manual' || first === undefined) return []
  if (findings.length === 1) return [`Fingerprint of the evidence: \`${first.result.fingerprint ?? ''}\``]
  const shown = marked.slice(0, FINGERPRINTS_SHOWN)
  const more = marked.length === shown.length ? '' : ` and ${marked.length - shown.length} more`
  const words = shown.map(({ result }) => `\`${result.fingerprint ?? ''}\` (${result.subject.name})`)
  return [`Fingerprints of the evidence: ${words.join(', ')}${more}`]
}

/** A summary's first clause, to stand out, and the rest of it as a sentence. */
export function splitSummary(summary: string): { head: string; rest: string } {
  const match = /^(.{20,}?)(?:; |\. (?=[A-Z`(]))(.+)$/s.exec(summary)
  const [, head, rest] = match ?? []
  // Not inside a name in backticks.
  if (head === undefined || rest === undefined || (head.match(/`/g) ?? []).length % 2 === 1)
    return { head: summary, rest: '' }
  return { head, rest: rest.charAt(0).toUpperCase() + rest.slice(1) }
}
