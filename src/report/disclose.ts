import type {
  BlockedBy,
  CheckResult,
  ManifestReport,
  Removed,
  Report,
  ReportProblem,
  Vouched,
} from '../domain/report.ts'
import type { SubjectKind } from '../domain/subject.ts'
import type { CauseKind } from '../domain/verdict.ts'
import { defaultTitle } from './summarise.ts'

/** How much of a report its readers may see (input `disclose`). */
export const DISCLOSURES = ['full', 'names', 'counts'] as const
export type Disclosure = (typeof DISCLOSURES)[number]

/**
 * The report as its readers may see it, on every surface and file. `names`: ids, verdicts and manifest names, with the
 * general remedy of each check (by id); no evidence, host, login or rule. `counts`: no check at all.
 */
export function disclose(report: Report, level: Disclosure, remedies: ReadonlyMap<string, string>): Report {
  if (level === 'full') return report
  const cover = createCover(report, level)
  const shared = {
    ...report,
    disclosure: level,
    run: {
      ...report.run,
      vantage: { ...report.run.vantage, name: report.run.vantage.name === 'auto' ? 'auto' : 'runner' },
    },
    notices: report.notices.map(cover.text),
    problems: report.problems.map((problem) => coverProblem(problem, cover)),
    removed: level === 'names' ? report.removed.map(coverRemoved) : countKinds(report.removed),
  }
  if (level === 'names') {
    return {
      ...shared,
      manifests: report.manifests.map((manifest, place) => coverManifest(manifest, place, cover, remedies)),
    }
  }
  const names = report.manifests.map(({ name }) => name)
  return { ...shared, title: report.title === defaultTitle(names) ? defaultTitle([]) : report.title, manifests: [] }
}

const NO_PLACE = -1

interface Cover {
  /** What stands for a subject: its kind and a number, `sql-server 1`. */
  subject: (manifest: number, kind: SubjectKind, name: string) => string
  /** What stands for a subject of which only the name is known. */
  named: (manifest: number, name: string) => string
  /** The place of the manifest with this name, `NO_PLACE` where several have it. */
  placeOf: (name: string) => number | undefined
  text: (text: string) => string
}

/** Numbers every subject of a kind in the order of the report, within its manifest. */
function createCover(report: Report, level: Disclosure): Cover {
  const covers = new Map<string, string>()
  const byName = new Map<string, string>()
  report.manifests.forEach((manifest, place) => {
    const counts = new Map<SubjectKind, number>()
    for (const { subject } of manifest.checks) {
      const key = `${place} ${subject.kind} ${subject.name}`
      if (covers.has(key)) continue
      const count = (counts.get(subject.kind) ?? 0) + 1
      counts.set(subject.kind, count)
      const covered = subject.kind === 'manifest' ? subject.name : `${subject.kind} ${count}`
      covers.set(key, covered)
      byName.set(`${place} ${subject.name}`, byName.get(`${place} ${subject.name}`) ?? covered)
    }
  })
  const places = new Map<string, number>()
  // Of several with one name nobody can tell which is meant.
  for (const [place, { name }] of report.manifests.entries()) places.set(name, places.has(name) ? NO_PLACE : place)
  const names = new Set(report.manifests.flatMap(({ checks }) => checks.map(({ subject }) => subject.name)))
  for (const { name } of report.manifests) names.delete(name)
  return {
    subject: (manifest, kind, name) => covers.get(`${manifest} ${kind} ${name}`) ?? kind,
    placeOf: (name) => places.get(name),
    named: (manifest, name) => byName.get(`${manifest} ${name}`) ?? 'a subject',
    text: (text) =>
      coverText(text, (quoted) => {
        // The names of manifests stand everywhere else as well, unless only counts are shown.
        if (level === 'names' && places.has(quoted)) return false
        return names.has(quoted) || !isOurs(quoted) || (level === 'counts' && quoted.includes('/'))
      }),
  }
}

/** What looks like a host, an address, a path of a share, an account, or an id in Azure. */
const TELLING =
  /\\\\[^\s`'",;]+|[\w.-]+\\[\w$.-]+|@[\w-]+(?:\/[\w-]+)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?:\/\/[^\s`'"]+|\/subscriptions\/[^\s`'"]+|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w/.-])[a-z\d-]+(?:\.[a-z\d-]+){2,}(?![\w/-])/gi

/** Keys of the manifest are told apart from host names by their first word. */
const KEY_PATH =
  /^(?:version|azure|dms|defaults|sources?|targets?|shares?|containers?|tools|cutover|attestations|waivers|flows)\./i

/** Names that the manifest gives to things, in a key: often those of the servers themselves. */
const OWN_NAME = /\b(targets|shares|containers)(?:\.([\w.-]+)|\["(?:[^"\\]|\\.)*"\])/g

/** Words that stand in quotes without telling anything: ids of checks, verdicts, and keys of manifest and inputs. */
const OUR_WORDS = new Set(
  (
    'access account as attestations attested azure by ca check checks classic comment container containers contents convert cutover data-migration-assistant ' +
    'databases deadline default defaults disclose dms duration egress encrypt endpoint environment evidence expires extends fail ' +
    'fail-on from generation init login manifest max-age max-parallel migration mode modern name not-applicable nsg-ports offline on online pass password path port ' +
    'pull-requests reason report report-directory resource resource-group runner-hosts runtime-hosts sas scenario server server-name service ' +
    'share shares source sources start subject subnet subscription target targets timeout title tls tools trust-server-certificate ' +
    'trusted-ref unknown url user vantage version waived waivers waiver attestation client-id client-secret tenant-id github-token ' +
    'subscription-id auth-type blocked manual read write main true false'
  ).split(' '),
)

function isOurs(quoted: string): boolean {
  if (/^[a-z]+\/[a-z]+(?:-[a-z0-9]+)+$/.test(quoted)) return true
  if (/^[\w./-]+\.ya?ml$/.test(quoted)) return true
  const words = quoted.split(/[.:\s]+|\[\d+\]/).filter((word) => word !== '')
  return words.length > 0 && words.every((word) => OUR_WORDS.has(word.toLowerCase()))
}

/** A sentence of ours about names from outside, without the names. */
export function coverNames(text: string): string {
  return coverText(text, (quoted) => !isOurs(quoted))
}

function coverText(text: string, isCovered: (quoted: string) => boolean): string {
  return text
    .replace(/`([^`]*)`/g, (quoted, name: string) => (isCovered(name) ? '`…`' : quoted))
    .replace(OWN_NAME, coverOwnName)
    .replace(TELLING, (found) => (KEY_PATH.test(found) ? found : '…'))
}

/** The last word of such a key may be one of ours, which says what is wrong there. */
function coverOwnName(key: string, map: string, dotted = ''): string {
  const words = dotted.split('.')
  if (words[0] === 'default') return key
  const last = words.length > 1 ? words.at(-1) : undefined
  return `${map}.…${last !== undefined && OUR_WORDS.has(last) ? `.${last}` : ''}`
}

function coverProblem(problem: ReportProblem, cover: Cover): ReportProblem {
  return { ...problem, message: cover.text(problem.message) }
}

function coverManifest(
  manifest: ManifestReport,
  place: number,
  cover: Cover,
  remedies: ReadonlyMap<string, string>,
): ManifestReport {
  return { ...manifest, checks: manifest.checks.map((result) => coverResult(result, place, cover, remedies)) }
}

function coverResult(
  result: CheckResult,
  place: number,
  cover: Cover,
  remedies: ReadonlyMap<string, string>,
): CheckResult {
  const { cause, blockedBy, remediation, vouched, proposed, ...rest } = withoutFingerprint(result)
  const remedy = remedies.get(result.id)
  const needsRemedy =
    remediation !== undefined ||
    result.verdict === 'fail' ||
    result.verdict === 'unknown' ||
    result.verdict === 'manual'
  return {
    ...rest,
    subject: { kind: result.subject.kind, name: cover.subject(place, result.subject.kind, result.subject.name) },
    summary: '',
    expected: '',
    actual: '',
    evidence: {},
    vantage: 'runner',
    ...(cause === undefined ? {} : { cause: { kind: cause.kind, message: CAUSES[cause.kind] } }),
    ...(blockedBy === undefined ? {} : { blockedBy: blockedBy.map((by) => coverBlocker(by, place, cover)) }),
    ...(needsRemedy && remedy !== undefined ? { remediation: { text: remedy, scripts: [] } } : {}),
    ...(vouched === undefined ? {} : { vouched: coverVouched(vouched) }),
    ...(proposed === undefined ? {} : { proposed: coverVouched(proposed) }),
  }
}

/** Who guesses what the evidence is could check the guess against it. */
function withoutFingerprint(result: CheckResult): CheckResult {
  const copy = { ...result }
  delete copy.fingerprint
  return copy
}

function coverBlocker({ id, subject, manifest }: BlockedBy, place: number, cover: Cover): BlockedBy {
  if (manifest === undefined) return { id, subject: cover.named(place, subject) }
  return { id, subject: cover.named(cover.placeOf(manifest) ?? place, subject), manifest }
}

function coverVouched({ kind, expires }: Vouched): Vouched {
  return { kind, by: '', expires, reason: '' }
}

/** Kind, place and id of the check; neither the name nor what it was. */
function coverRemoved({ kind, manifest, location, check, name }: Removed): Removed {
  return {
    kind,
    ...(manifest === undefined ? {} : { manifest }),
    ...(location === undefined ? {} : { location }),
    ...(check === undefined ? {} : { check }),
    // The names of manifests are shown everywhere else as well.
    ...(kind === 'manifest' && name !== undefined ? { name } : {}),
  }
}

function countKinds(removed: readonly Removed[]): Removed[] {
  const kinds = [...new Set(removed.map(({ kind }) => kind))]
  return kinds.map((kind) => ({ kind, count: removed.filter((one) => one.kind === kind).length }))
}

/** Each kind of cause in words that name nothing. */
const CAUSES: Record<CauseKind, string> = {
  dns: 'A name could not be looked up',
  refused: 'The connection was refused, as seen from this runner',
  timeout: 'There was no answer in time',
  unreachable: 'There is no route to it from this runner',
  reset: 'The connection was closed by the other side',
  tls: 'No TLS connection could be made',
  auth: 'Signing in did not work',
  forbidden: 'A permission to look is missing',
  'not-found': 'What had to be asked was not found',
  throttled: 'The other side asked to be left alone for a while',
  'server-error': 'The other side had an error of its own',
  protocol: 'The answer could not be understood',
  unsupported: 'It asks for something that this program does not speak',
  insufficient: 'There was an answer, but it does not decide',
  'no-credential': 'A secret that the manifest names is not set',
  'missing-input': 'Something that is needed to look is not given',
  'writes-off': 'Only a write would prove it, and writes are off',
  'untrusted-host': 'This run is not trusted to use credentials there',
  cancelled: 'The run ended before this check finished',
  bug: 'An error of dms-preflight itself',
}
