// 5,000 checks whose names and messages want to be more than text.
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { REMOVED_KINDS, type CheckResult, type Removed, type Report } from '../../src/domain/report.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { check, manifest } from '../golden/fixtures.ts'
import { summarise } from '../golden/reports.ts'

export const CHECKS = 5_000
const MANIFESTS = 4

const HOSTILE = [
  'a | b || c |',
  '\n\n# heading\n- item\n',
  '`code` ``` ~~~',
  '<!-- hidden -->',
  '--><script>alert(1)</script>',
  '@org/team',
  ']]><x/>',
  '</details></summary></td></tr></table>',
  '\u202egnp.exe\u202c',
  'zero\u200bwidth\u200d\ufeff\u2060',
  '::error::forged',
  '\n::set-output name=ready::true\n##[error]forged',
  'lone \ud800 and \udfff',
  'nul \u0000 bell \u0007 escape \u001b[31m',
  '[here](https://evil.example) ![](https://evil.example/x.png) www.evil.example',
  '&lt;b&gt; &amp;amp; %0A::error::x %3Cb%3E',
  '\u2028::warning::forged\u2029\u0085',
  '{0} {{1}} ${{ github.token }} $(id)',
  '\\| \\` \\\\',
  '\nready=true\nEOF\n',
  '```\n</details>\n|---|---|\n',
  '<details><summary><b>',
] as const

const LONG = 'x'.repeat(120) + ' ' + '|@org/team`]]>'.repeat(720)
const VERDICTS: readonly Verdict[] = [
  'fail',
  'unknown',
  'blocked',
  'manual',
  'waived',
  'attested',
  'pass',
  'not-applicable',
]

export function hostile(place: number): string {
  const text = HOSTILE[place % HOSTILE.length] ?? ''
  return place % 100 === 7 ? `${text} ${LONG}` : `${text} ${String(place)}`
}

function hostileCheck(place: number): CheckResult {
  const { meta } = CATALOGUE[place % CATALOGUE.length] ?? CATALOGUE[0] ?? {}
  if (meta === undefined) throw new Error('An empty catalogue')
  // Two in five do not pass, as on a bad day; each kind of text meets each verdict.
  const verdict =
    place % 5 < 2 ? (VERDICTS[Math.floor(place / 5) % 6] ?? 'fail') : (VERDICTS[6 + (place % 2)] ?? 'pass')
  const text = hostile(place)
  return check({
    id: meta.id,
    ref: meta.ref,
    title: meta.title,
    team: meta.team,
    severity: place % 7 === 0 ? 'recommended' : 'required',
    subject: { kind: 'database', name: `${text}/${String(place)}` },
    verdict,
    summary: `Seen: ${text}`,
    expected: text,
    actual: text,
    evidence: { [text]: text, place },
    location: { path: 'waves/a b#%`|<x>.yml', line: place + 1, column: 5 },
    ...(verdict === 'unknown' ? { cause: { kind: 'timeout', message: text } } : {}),
    ...(verdict === 'blocked' ? { blockedBy: [{ id: meta.id, subject: text }] } : {}),
    ...(verdict === 'fail'
      ? { remediation: { text, scripts: [{ language: 'bash', code: text }], points: [{ label: 'Rule', text }] } }
      : {}),
    ...(verdict === 'fail' || verdict === 'manual'
      ? {
          fingerprint: 'sha256:0123456789abcdef',
          proposed: { kind: 'waiver', by: text, expires: '2026-12-20T00:00:00.000Z', reason: text },
        }
      : {}),
    ...(verdict === 'waived' || verdict === 'attested'
      ? {
          vouched: {
            kind: verdict === 'waived' ? 'waiver' : 'attestation',
            by: text,
            expires: '2026-12-20T00:00:00.000Z',
            reason: text,
          },
        }
      : {}),
  })
}

/** Of 300 sources with all that belongs to them. */
export const REMOVED = 1_500

function hostileRemoved(place: number): Removed {
  const kind = REMOVED_KINDS[place % REMOVED_KINDS.length] ?? 'source'
  const text = hostile(place)
  return {
    kind,
    name: text,
    manifest: `${hostile(place % MANIFESTS)} wave`,
    location: { path: 'waves/a b#%`|<x>.yml', line: place + 1, column: 1 },
    check: CATALOGUE[place % CATALOGUE.length]?.meta.id ?? 'a/b',
    from: text,
    to: text,
  }
}

export function hostileReport(count = CHECKS): Report {
  const checks = Array.from({ length: count }, (_, place) => hostileCheck(place))
  const report = summarise({
    title: hostile(5),
    notices: [hostile(0), hostile(9)],
    problems: HOSTILE.map((text, place) => ({
      severity: place % 2 === 0 ? 'error' : 'warning',
      message: `${text} ${LONG}`,
      location: { path: 'waves/a b#%`|<x>.yml', line: place + 1, column: 3 },
    })),
  })
  const manifests = Array.from({ length: MANIFESTS }, (_, place) => ({
    path: `waves/a b#%\`|<x>.yml`,
    name: `${hostile(place)} wave`,
    scenario: manifest().scenario,
    generation: 'classic',
    migration: 'offline',
    status: 'not-ready' as const,
    checks: checks.filter((__, at) => at % MANIFESTS === place),
  }))
  const counts = { ...report.counts }
  for (const { verdict } of checks) counts[verdict] += 1
  return {
    ...report,
    removed: Array.from({ length: REMOVED }, (_, place) => hostileRemoved(place)),
    status: 'not-ready',
    ready: false,
    statusIfMerged: 'not-ready',
    readyUntil: null,
    counts,
    manifests,
  }
}

/** The same with every other open result new, fixed or of another verdict: as much to say of changes as can be. */
export function laterReport(): Report {
  const report = hostileReport()
  const startedAt = new Date(Date.parse(report.run.startedAt) + 60_000).toISOString()
  const turned: Readonly<Partial<Record<Verdict, Verdict>>> = { fail: 'manual', manual: 'pass', pass: 'fail' }
  const manifests = report.manifests.map((one) => ({
    ...one,
    checks: one.checks.map((result) => ({ ...result, verdict: turned[result.verdict] ?? result.verdict })),
  }))
  return { ...report, run: { ...report.run, startedAt }, manifests }
}

/** The secret of the run, as somebody's rule may be called. */
export const PLANTED = 'C0rrect!horse|battery'

/** A ready run before, of 300 of its checks, for what regresses to be compared with. */
export function readyBefore(): Report {
  const report = hostileReport(300)
  const flow = (place: number) => ({
    answer: 'allowed',
    direction: 'outbound',
    peer: hostile(place),
    protocols: ['tcp'],
    ports: ['443'],
  })
  const manifests = report.manifests.map((one) => ({
    ...one,
    checks: one.checks.map((result, place) => ({
      ...check({ id: result.id, title: result.title, subject: result.subject, location: result.location }),
      evidence: {
        roles: [hostile(place), hostile(place + 1)],
        flows: [flow(place)],
        decidingRules: [hostile(place), `Allow ${PLANTED}`],
      },
    })),
  }))
  return { ...report, removed: [], problems: [], status: 'ready', ready: true, statusIfMerged: 'ready', manifests }
}
