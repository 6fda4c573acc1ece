import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { blockedByControlServer } from '../../missing-control-server.ts'
import { readRow, judgeNoLogin, type LoginPlace, type RefusedFacts, type WithheldFacts } from '../../sql-login.ts'
import { readSqlServer, SOURCE_SIDE } from '../../sql-side.ts'
import { SERVER_PRINCIPALS, type ServerPrincipalRow } from '../../statements/server-principals.ts'
import { SOURCE_RIGHTS } from '../../statements/source-rights.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

/** Counts and the first names of the logins of each kind. */
type Kind = { count: number; names: string[] }

type Evidence =
  | (LoginPlace & {
      outcome: 'answered'
      ownLogin: string
      /** Whether all logins were visible to our own. */
      isComplete: boolean
      hasControlServer: boolean
      sql: Kind
      windows: Kind
      entra: Kind
      disabled: Kind
    })
  | RefusedFacts
  | WithheldFacts

const ID = 'source/logins-can-be-migrated'
const NAMES_LIMIT = 20

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-020',
    title: 'No login of the source is left behind unnoticed',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'recommended',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS does not move Windows logins, so the applications and people that use them cannot log in after the cutover.',
    source: {
      title: 'Tutorial: Migrate SQL Server to an Azure SQL Managed Instance offline using DMS (classic)',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-to-managed-instance',
      verified: '2026-11-22',
      rows: ['LOGINS', 'COM-002'],
    },
    remedy:
      'Plan what each Windows login becomes on the target: a Microsoft Entra login or user, a SQL login or a contained user. Logins that nobody needs can be disabled or dropped on the source.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: async (ports, subject) => {
    const server = await readSqlServer(SOURCE_SIDE, ports, subject, ID)
    if (!server.ok) return server
    const [own, principals] = await Promise.all([
      readRow(ports.sql, server.value, 'master', SOURCE_RIGHTS),
      ports.sql.query(server.value, 'master', SERVER_PRINCIPALS),
    ])
    if (!own.ok) return own
    if (own.value.outcome !== 'answered') return seen(own.value)
    if (!principals.ok) return principals
    const { host, port, database, account, row } = own.value
    const logins = principals.value.filter(isOfPeople)
    const enabled = logins.filter(({ isDisabled }) => isDisabled !== 1)
    const ofTypes = (...types: string[]): Kind => kindOf(enabled.filter(({ type }) => types.includes(type)))
    return seen({
      host,
      port,
      database,
      account,
      outcome: 'answered',
      ownLogin: boundName(row.login ?? account),
      isComplete: row.viewAnyDefinition === 1,
      hasControlServer: row.controlServer === 1,
      sql: ofTypes('S'),
      windows: ofTypes('U', 'G'),
      entra: ofTypes('E', 'X'),
      disabled: kindOf(logins.filter(({ isDisabled }) => isDisabled === 1)),
    })
  },
  judge: (evidence, { name, spec }) => {
    switch (evidence.outcome) {
      case 'answered':
        return judgeLogins(evidence, spec)
      case 'withheld':
      case 'refused':
        return judgeNoLogin(evidence, name, spec.manifest.name)
    }
  },
})

/** Not the server's own: service accounts, `##...##` of certificates, and built-in groups exist on every server anew. */
function isOfPeople({ name, type }: ServerPrincipalRow): boolean {
  if (!['S', 'U', 'G', 'E', 'X'].includes(type)) return false
  return !/^(?:NT AUTHORITY|NT SERVICE|BUILTIN)\\|^##.*##$|^sa$/i.test(name)
}

function kindOf(logins: readonly ServerPrincipalRow[]): Kind {
  return { count: logins.length, names: logins.slice(0, NAMES_LIMIT).map(({ name }) => boundName(name)) }
}

function judgeLogins(evidence: Extract<Evidence, { outcome: 'answered' }>, spec: SourceSpec): Judgement {
  const { host, port, ownLogin, isComplete, hasControlServer, sql, windows, entra, disabled } = evidence
  const at = `${host}:${String(port)}`
  const expected = `no enabled Windows login on ${at} that the target cannot have`
  const isDatabase = spec.manifest.scenario === 'sql-server-to-azure-sql-database'
  const where = isDatabase
    ? 'Azure SQL Database has no Windows logins, and no server login is moved to it: SQL logins are made anew there, or as contained users'
    : 'DMS moves SQL logins only'
  const counts = `${describe(sql, 'SQL login')}, ${describe(windows, 'Windows login or group')}, ${describe(entra, 'Entra login')}, ${String(disabled.count)} disabled`
  if (windows.count > 0) {
    const summary = `${at} has ${describe(windows, 'Windows login or group')} that will be left behind: ${listNames(windows)}. ${where}`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary,
      expected,
      actual: counts,
      remediation: {
        text: 'Decide for each what it becomes on the target. A login that nobody needs any more can be disabled on the source; whoever accepts the loss can waive this check.',
        scripts: [{ language: 'tsql', code: LIST_WINDOWS }],
      },
    }
  }
  const blockedBy = isComplete || hasControlServer ? undefined : blockedByControlServer(spec, evidence.account)
  if (blockedBy !== undefined) {
    const summary = `${ownLogin} does not see all logins of ${at}: with CONTROL SERVER it does. Of those that it sees none is a Windows login`
    return { verdict: 'blocked', summary, blockedBy }
  }
  if (!isComplete) {
    const message = `${ownLogin} lacks VIEW ANY DEFINITION on ${at}, so it does not see all logins; of those that it sees none is a Windows login`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'forbidden', message },
      remediation: {
        text: "Let this run's login see the definitions, or have a sysadmin list the Windows logins.",
        scripts: [{ language: 'tsql', code: LIST_WINDOWS }],
      },
    }
  }
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `${at} has no enabled Windows login that would be left behind (${counts}). ${where}`,
    expected,
    actual: counts,
  }
}

const LIST_WINDOWS = `SELECT name, type_desc, is_disabled FROM sys.server_principals
WHERE type IN ('U', 'G') AND name NOT LIKE N'NT %' AND name NOT LIKE N'BUILTIN%';`

function describe({ count }: Kind, what: string): string {
  return count === 1 ? `1 ${what}` : `${String(count)} ${what.replace(/\b(login|group)\b/g, '$1s')}`
}

function listNames({ count, names }: Kind): string {
  const more = count > names.length ? ` and ${String(count - names.length)} more` : ''
  return `${names.join(', ')}${more}`
}
