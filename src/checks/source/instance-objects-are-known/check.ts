import { SCENARIOS, type Manifest } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { isOfPeople } from '../../logins-of-people.ts'
import { blockedByControlServer } from '../../missing-control-server.ts'
import { describeNotSeen, detail, observeSource, type NotSeen, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import { AGENT_JOBS, INSTANCE_OBJECTS } from '../../statements/instance-objects.ts'
import { SERVER_PRINCIPALS } from '../../statements/server-principals.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

/** Things of one kind: how many, and the first names. */
type Kind = { kind: string; count: number; names: string[] }

type Evidence = SourceFacts<{ kinds: Kind[]; notSeen: NotSeen[] }>

const ID = 'source/instance-objects-are-known'
const NAMES_LIMIT = 20

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-135',
    title: 'What the databases need of the instance is known and scripted',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'manual', 'unknown', 'blocked'],
    why: 'DMS moves databases, and nothing of the instance around them: logins, jobs, linked servers, triggers, credentials and messages stay behind, and are missed on the day after the cutover.',
    source: {
      title: 'Manage metadata when making a database available on another server',
      url: 'https://learn.microsoft.com/sql/relational-databases/databases/manage-metadata-when-making-a-database-available-on-another-server',
      verified: '2026-11-26',
      rows: ['COM-002', 'P25-008', 'P26-008'],
    },
    remedy:
      'Script what the databases need of the instance, apply the script to the target before the cutover, and attest it with the place of the script.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: (ports, subject) =>
    observeSource(ports, subject, ID, async (ask) => {
      const [objects, jobs, logins] = await Promise.all([
        ask(INSTANCE_OBJECTS),
        ask(AGENT_JOBS),
        ask(SERVER_PRINCIPALS),
      ])
      return () => {
        if (!objects.ok) return objects
        const own = detail('Agent jobs', jobs)
        const people = detail('logins', logins)
        const all: { kind: string; name: string | null; count: number }[] = [
          ...(people.rows ?? []).filter(isOfPeople).map(({ name }) => ({ kind: 'login', name, count: 1 })),
          ...(own.rows ?? []).map(({ name }) => ({ kind: 'Agent job', name, count: 1 })),
          ...objects.value,
        ]
        return seen({ kinds: kindsOf(all), notSeen: [...people.notSeen, ...own.notSeen] })
      }
    }),
  judge: (evidence, { name, spec }) => judgeObjects(evidence, name, spec),
})

function kindsOf(all: readonly { kind: string; name: string | null; count: number }[]): Kind[] {
  return [...new Set(all.map(({ kind }) => kind))]
    .map((kind) => {
      const own = all.filter((one) => one.kind === kind)
      return {
        kind: boundName(kind),
        count: own.reduce((sum, { count }) => sum + count, 0),
        names: own.flatMap(({ name }) => (name === null ? [] : [boundName(name)])).slice(0, NAMES_LIMIT),
      }
    })
    .filter(({ count }) => count > 0)
}

function judgeObjects(evidence: Evidence, name: string, spec: SourceSpec): Judgement {
  if (evidence.outcome !== 'answered') return judgeNoLogin(evidence, name, spec.manifest.name)
  const { host, port, account, kinds, notSeen, server } = evidence
  const at = `${host}:${String(port)}`
  const others = kinds.filter((one) => !isOwnLogin(one, account))
  const found = others.map(describeKind).join(', ')
  const expected = `whatever the databases of ${at} need of the instance is scripted for the target`
  if (others.length > 0) {
    const summary = `${at} has what no migration of databases takes along: ${found}${describeNotSeen(notSeen)}`
    return { verdict: 'manual', summary, expected, remediation: remediationOf(spec.manifest) }
  }
  if (server.controlServer !== 1 || notSeen.length > 0) {
    const message = `${account} sees nothing on ${at} that a migration of databases would leave behind, and may not see all of it${server.controlServer === 1 ? '' : ': it lacks CONTROL SERVER'}${describeNotSeen(notSeen)}`
    if (server.controlServer !== 1) return judgeHidden(message, { account, spec, expected })
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'forbidden', message },
      remediation: remediationOf(spec.manifest),
    }
  }
  const actual = `${at} has no logins of people but ${account}, no jobs, linked servers, server triggers, credentials, backup devices, endpoints and messages of its own`
  return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
}

/** To Azure SQL Database the service asks for no such right: granting it for this one look is a person's to decide. */
function judgeHidden(
  message: string,
  { account, spec, expected }: { account: string; spec: SourceSpec; expected: string },
): Judgement {
  const blockedBy = blockedByControlServer(spec, account)
  if (blockedBy !== undefined) return { verdict: 'blocked', summary: message, blockedBy }
  const summary = `${message}. The migration does not need that right; whoever has it has to list these things`
  return { verdict: 'manual', summary, expected, remediation: remediationOf(spec.manifest) }
}

/** The login of this run is made for the migration. */
function isOwnLogin({ kind, count, names }: Kind, account: string): boolean {
  return kind === 'login' && count === 1 && names[0]?.toLowerCase() === account.toLowerCase()
}

function describeKind({ kind, count, names }: Kind): string {
  const shown = names.length === 0 ? '' : ` (${names.join(', ')}${count > names.length ? ', …' : ''})`
  return `${String(count)} ${kind}${count === 1 ? '' : 's'}${shown}`
}

function remediationOf({ scenario }: Manifest): Extract<Judgement, { verdict: 'manual' }>['remediation'] {
  const text =
    scenario === 'sql-server-to-azure-sql-database'
      ? 'Azure SQL Database has none of these but logins: decide for each what takes its place there (elastic jobs, external data sources, contained users), or that nobody needs it. Attest it with the place where that is written down.'
      : 'Script what the databases need (SSMS: Generate Scripts for each kind; the passwords of linked servers and credentials have to be given anew), apply the script to the target before the cutover, and attest it with the place of the script.'
  return { text, scripts: [{ language: 'tsql', code: LIST_OBJECTS }] }
}

const LIST_OBJECTS = [
  '-- logins with their SIDs and password hashes, as CREATE LOGIN takes them',
  "SELECT name, type_desc, sid, LOGINPROPERTY(name, 'PasswordHash') AS password_hash FROM sys.server_principals WHERE type IN ('S', 'U', 'G');",
  'SELECT name, enabled FROM msdb.dbo.sysjobs;',
  'SELECT name, product, provider, data_source FROM sys.servers WHERE is_linked = 1;',
  'SELECT name FROM sys.server_triggers;',
  'SELECT name, credential_identity FROM sys.credentials;',
].join('\n')
