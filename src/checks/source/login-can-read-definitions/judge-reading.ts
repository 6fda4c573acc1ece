import type { Remediation } from '../../../domain/report.ts'
import type { Judgement } from '../../define.ts'
import { quoteIdentifier, quoteInComment, quoteText } from '../../quote-identifier.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import type { SourceDatabaseRightsRow } from '../../statements/source-database-rights.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'
import type { Evidence, ForeignReading } from './read-rights.ts'

type Own = Extract<Evidence, { outcome: 'answered' }>
type Foreign = Extract<Evidence, { outcome: 'foreign' }>

/** What DMS asks for: a role in the database, and VIEW ANY DEFINITION on the server. */
const roleFor = ({ manifest }: SourceDatabaseSpec): 'db_owner' | 'db_datareader' =>
  manifest.dms.schemaMigration ? 'db_owner' : 'db_datareader'

export function judgeReading(evidence: Evidence, spec: SourceDatabaseSpec): Judgement {
  switch (evidence.outcome) {
    case 'answered':
      return judgeOwn(evidence, spec)
    case 'foreign':
      return judgeForeign(evidence, spec)
    case 'withheld':
    case 'refused':
      return judgeNoLogin(evidence, spec.source.name, spec.manifest.name)
  }
}

/** Undefined: the server does not say. */
function hasRole(row: SourceDatabaseRightsRow, role: 'db_owner' | 'db_datareader'): boolean | undefined {
  if (row.sysadmin === 1 || row.controlServer === 1 || row.dbOwner === 1) return true
  if (role === 'db_owner') return row.dbOwner === null ? undefined : false
  // What counts is what is left after all denials; SELECT on the database is what the role gives.
  if (row.selects !== null) return row.selects === 1
  return row.dataReader === null || row.denyDataReader === null
    ? undefined
    : row.dataReader === 1 && row.denyDataReader === 0
}

function judgeOwn({ host, port, database, account, row }: Own, spec: SourceDatabaseSpec): Judgement {
  const login = row.login ?? account
  const role = roleFor(spec)
  const at = `${database} on ${host}:${String(port)}`
  const expected = `${login} is in ${role} of ${at} and has VIEW ANY DEFINITION`
  const inRole = hasRole(row, role)
  const definitions = row.viewAnyDefinition
  const actual = `db_datareader: ${word(row.dataReader)}, db_owner: ${word(row.dbOwner)}, SELECT on the database: ${word(row.selects)}, VIEW ANY DEFINITION: ${word(definitions)}`
  const more = moreThanNeeded(row.sysadmin === 1, row.controlServer === 1)
  if (inRole === true && definitions === 1) {
    const summary = `${login} can read the definitions and the data of ${at} (${actual})${more}`
    return { verdict: 'pass', proof: 'direct', summary, expected, actual }
  }
  const isDenied = role === 'db_datareader' && row.dataReader === 1 && row.selects === 0
  const lacks = [...(inRole === false ? [role] : []), ...(definitions === 0 ? ['VIEW ANY DEFINITION'] : [])]
  if (lacks.length > 0) {
    const denied = isDenied ? '; it is in db_datareader, and SELECT is denied to it, or it is in db_denydatareader' : ''
    const summary = `${login} lacks ${lacks.join(' and ')} for ${at} (${actual})${denied}`
    const user = row.user === null || row.user.toLowerCase() === 'guest' ? null : row.user
    const remediation = remedyOf(login, user, database, lacks)
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation }
  }
  const message = `${at} answered NULL for ${login}: it does not say yes or no (${actual})`
  return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
}

function judgeForeign({ host, port, database, ownLogin, foreign }: Foreign, spec: SourceDatabaseSpec): Judgement {
  const { login, standing, groups, isComplete } = foreign
  const role = roleFor(spec)
  const at = `${database} on ${host}:${String(port)}`
  const read = `read from the catalog views by ${ownLogin}`
  const expected = `${login}, the login of DMS, is in ${role} of ${at} and has VIEW ANY DEFINITION`
  const fail = (actual: string, remediation: Remediation): Judgement => ({
    verdict: 'fail',
    proof: 'proxy',
    summary: `${login}, the login of DMS, cannot read ${at}: ${actual} (${read})`,
    expected,
    actual,
    remediation,
  })
  const unsure = (kind: 'forbidden' | 'insufficient', message: string, remediation: Remediation): Judgement => ({
    verdict: 'unknown',
    proof: 'proxy',
    summary: message,
    expected,
    cause: { kind, message },
    remediation,
  })
  if (standing?.isDisabled === true) return fail('the login is disabled', enable(login))
  if (standing?.mayNotConnect === true) return fail('CONNECT SQL is denied to it', connect(login))
  const lacks = lacksOf(standing, role)
  if (lacks.length === 0 && (isComplete || standing?.isSysadmin === true)) {
    const more = moreThanNeeded(standing?.isSysadmin === true, standing?.controlsServer === true)
    const actual = `${describe(standing)}, ${read}`
    const summary = `${login}, the login of DMS, can read the definitions and the data of ${at} (${actual})${more}`
    return { verdict: 'pass', proof: 'proxy', summary, expected, actual }
  }
  if (!isComplete) {
    const message = `${ownLogin} does not see all rights of ${login} for ${at}: it lacks VIEW ANY DEFINITION`
    return unsure('forbidden', message, viewDefinition(ownLogin))
  }
  if (/[\\@]/.test(login) && groups > 0) {
    const message = `${login} lacks ${lacks.join(' and ')} for ${at} by itself, and may have it through one of ${String(groups)} Windows groups with a login, which no query tells`
    return unsure('insufficient', message, remedyOf(login, null, database, lacks))
  }
  const what = standing === null ? 'there is no such login' : `it lacks ${lacks.join(' and ')}`
  return fail(what, remedyOf(login, null, database, lacks))
}

function lacksOf(standing: ForeignReading['standing'], role: 'db_owner' | 'db_datareader'): string[] {
  if (standing === null) return [role, 'VIEW ANY DEFINITION']
  if (standing.isSysadmin) return []
  const { roles, controlsServer, viewAnyDefinition, definitionDeniedTo } = standing
  const owns = controlsServer || roles.includes('db_owner')
  const reads = owns || (roles.includes('db_datareader') && !roles.includes('db_denydatareader'))
  return [
    ...((role === 'db_owner' ? owns : reads) ? [] : [role]),
    ...(viewAnyDefinition && definitionDeniedTo.length === 0 ? [] : ['VIEW ANY DEFINITION']),
  ]
}

function describe(standing: ForeignReading['standing']): string {
  if (standing === null) return 'no such login'
  if (standing.isSysadmin) return 'sysadmin'
  const roles = standing.roles.length === 0 ? 'no role of the database' : standing.roles.join(', ')
  return `${roles}, VIEW ANY DEFINITION: ${standing.viewAnyDefinition ? 'yes' : 'no'}`
}

function moreThanNeeded(isSysadmin: boolean, controlsServer: boolean): string {
  if (!isSysadmin && !controlsServer) return ''
  return `. It has ${isSysadmin ? 'the role sysadmin' : 'CONTROL SERVER'}, which is more than DMS needs: recommended is a login of its own with no more than the above`
}

function word(flag: 0 | 1 | null): string {
  return flag === null ? 'not told' : flag === 1 ? 'yes' : 'no'
}

/** sp_addrolemember: ALTER ROLE ... ADD MEMBER came with 2012. */
function remedyOf(login: string, user: string | null, database: string, lacks: readonly string[]): Remediation {
  const name = quoteIdentifier(login)
  const role = lacks.find((one) => one.startsWith('db_'))
  const grant = lacks.includes('VIEW ANY DEFINITION')
    ? ['-- in master, as a sysadmin', `GRANT VIEW ANY DEFINITION TO ${name};`]
    : []
  const create =
    user === null
      ? [`-- if it has no user there: CREATE USER ${quoteInComment(login)} FOR LOGIN ${quoteInComment(login)};`]
      : []
  const member =
    role === undefined
      ? []
      : [
          `USE ${quoteIdentifier(database)};`,
          ...create,
          `EXEC sp_addrolemember N'${role}', ${quoteText(user ?? login)};`,
        ]
  return {
    text: 'A sysadmin grants it; a denial has to be taken back as well. Take both away again after the migration.',
    scripts: [{ language: 'tsql', code: [...grant, ...member].join('\n') }],
  }
}

function enable(login: string): Remediation {
  return {
    text: 'Have the login enabled by someone with ALTER ANY LOGIN.',
    scripts: [{ language: 'tsql', code: `ALTER LOGIN ${quoteIdentifier(login)} ENABLE;` }],
  }
}

function connect(login: string): Remediation {
  return {
    text: 'Take the denial of CONNECT SQL back, from the login or from the role that has it.',
    scripts: [{ language: 'tsql', code: `-- in master\nGRANT CONNECT SQL TO ${quoteIdentifier(login)};` }],
  }
}

function viewDefinition(ownLogin: string): Remediation {
  return {
    text: "Let this run's own login see the definitions, or have a sysadmin look up the rights of the login of DMS.",
    scripts: [{ language: 'tsql', code: `-- in master\nGRANT VIEW ANY DEFINITION TO ${quoteIdentifier(ownLogin)};` }],
  }
}
