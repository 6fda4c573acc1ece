import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import type { Remediation } from '../../../domain/report.ts'
import { observeDatabase, type DatabaseEvidence, type DatabaseFacts } from '../../database-facts.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { blockedByControlServer } from '../../missing-control-server.ts'
import { quoteIdentifier, quoteText } from '../../quote-identifier.ts'
import { describeNotSeen } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import { nameInTsql } from '../../sql-side.ts'
import type { DatabaseStateRow } from '../../statements/database-states.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

type Answered = Extract<DatabaseEvidence, { outcome: 'answered' }>

const ID = 'source/database-is-readable'

export default defineCheck<SourceDatabaseSpec, DatabaseEvidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-018',
    title: 'The database of the source is online and can be opened',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS reads the database itself: one that is offline, being restored, suspect or closed to the login fails when the migration starts.',
    source: {
      title: 'Database states',
      url: 'https://learn.microsoft.com/sql/relational-databases/databases/database-states',
      verified: '2026-11-23',
      rows: [],
    },
    remedy: 'Bring the database online, correct its name in the manifest, or give the login a user in it.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, subject) => observeDatabase(ports, subject, ID),
  judge: (evidence, { spec }) =>
    evidence.outcome === 'answered'
      ? judgeDatabase(evidence, spec)
      : judgeNoLogin(evidence, spec.source.name, spec.manifest.name),
})

function judgeDatabase(evidence: Answered, { database: { name }, source, manifest }: SourceDatabaseSpec): Judgement {
  const { host, port, state, facts, account, server } = evidence
  const at = `${host}:${String(port)}`
  const expected = `the database ${name} on ${at} is ONLINE, and the login may open it`
  const grantee = nameInTsql(source.login)
  if (state === null) return judgeMissing(evidence, { name, grantee, expected })
  const fail = (actual: string, remediation: Remediation): Judgement => ({
    verdict: 'fail',
    proof: 'direct',
    summary: `The database ${name} on ${at} ${actual}`,
    expected,
    actual,
    remediation,
  })
  const unsure = (kind: 'forbidden' | 'insufficient', message: string, remediation: Remediation): Judgement => ({
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind, message },
    remediation,
  })
  if (state.state !== 'ONLINE') return fail(`is ${state.state}`, remedyOf(state.state, name))
  if (state.hasAccess === 1) {
    const actual = `ONLINE, ${describeFacts(state, facts)}`
    return {
      verdict: 'pass',
      proof: 'direct',
      summary: `The database ${name} on ${at} is ONLINE and ${account} may open it (${describeFacts(state, facts)})${remarksOf(state)}${describeNotSeen(facts.notSeen)}`,
      expected,
      actual,
    }
  }
  if (state.hasAccess === null)
    return unsure(
      'insufficient',
      `${at} answered NULL to HAS_DBACCESS for the database ${name}: it does not say whether ${account} may open it`,
      lookUp('Try it with that login.', `SELECT HAS_DBACCESS(${quoteText(name)}) AS has_access;`),
    )
  const closed = CLOSED_MODES[state.userAccess]
  if (closed !== undefined) return fail(closed, multiUser(name))
  const isOther = source.dmsLogin !== undefined && source.dmsLogin.toLowerCase() !== account.toLowerCase()
  const why = `is ONLINE, and ${account} may not open it: it has no user there, or this is a secondary replica of an availability group that takes no readers`
  if (isOther) {
    const message = `The database ${name} on ${at} ${why}. That says nothing of ${source.dmsLogin ?? ''}, the login of DMS`
    return unsure('forbidden', message, createUser(name, grantee))
  }
  const blockedBy = server.controlServer === 0 ? blockedByControlServer({ source, manifest }, account) : undefined
  if (blockedBy !== undefined) {
    const summary = `The database ${name} on ${at} is ONLINE, and ${account} has no user in it: with CONTROL SERVER it needs none`
    return { verdict: 'blocked', summary, blockedBy }
  }
  return fail(why, createUser(name, grantee))
}

/** Modes in which a database that is online is closed to others. */
const CLOSED_MODES: Readonly<Record<string, string>> = {
  SINGLE_USER: 'is in single-user mode, and its one session is taken',
  RESTRICTED_USER: 'is in RESTRICTED_USER mode, which lets in only its db_owner, dbcreator and sysadmin',
}

function judgeMissing(
  { host, port, near, server, account }: Answered,
  { name, grantee, expected }: { name: string; grantee: string; expected: string },
): Judgement {
  const at = `${host}:${String(port)}`
  const like = near.length === 0 ? '' : `; there are ${near.join(', ')}`
  const seesAll = server.viewAnyDatabase === 1
  // sys.databases hides a database that is OFFLINE from who has neither of the two.
  const seesOffline = server.alterAnyDatabase === 1 || server.createDatabase === 1
  if (seesAll && seesOffline) {
    const actual = `is not on the server${like}`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `The database ${name} ${actual} (${at})`,
      expected,
      actual,
      remediation: lookUp(
        'Correct the name in the manifest, or have the database created, attached or restored.',
        'SELECT name, state_desc FROM sys.databases ORDER BY name;',
      ),
    }
  }
  const hidden = seesAll
    ? 'it is not there, or it is OFFLINE, which SQL Server hides from a login without ALTER ANY DATABASE'
    : 'it does not see all databases: it lacks VIEW ANY DATABASE'
  const message = `${account} does not see a database ${name} on ${at}: ${hidden}${seesAll ? like : ''}`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'forbidden', message },
    remediation: seesAll
      ? lookUp(
          'Have a sysadmin look whether it is there and in which state; CONTROL SERVER would show it to this login too.',
          `SELECT name, state_desc FROM sys.databases WHERE name = ${quoteText(name)};`,
        )
      : lookUp(
          'Let the login see the databases, or give it a user in this one.',
          `-- in master\nGRANT VIEW ANY DATABASE TO ${quoteIdentifier(grantee)};`,
        ),
  }
}

function lookUp(text: string, code: string): Remediation {
  return { text, scripts: [{ language: 'tsql', code }] }
}

function describeFacts(state: DatabaseStateRow, { containment, encryption, files }: DatabaseFacts): string {
  return [
    `recovery model ${state.recoveryModel}`,
    ...(state.collation === null ? [] : [`collation ${state.collation}`]),
    ...(state.compatibilityLevel === null ? [] : [`compatibility level ${String(state.compatibilityLevel)}`]),
    ...(files === null ? [] : [`${String(files.sizeMb)} MB`]),
    ...(state.isEncrypted === 1 || encryption?.state === 3 ? ['encrypted (TDE)'] : []),
    ...(containment === null || containment === 'NONE' ? [] : [`containment ${containment}`]),
    ...(files === null || files.filestream === 0 ? [] : ['has FILESTREAM or memory-optimised containers']),
  ].join(', ')
}

function remarksOf({ userAccess, isReadOnly, isInStandby, isSnapshot }: DatabaseStateRow): string {
  return [
    ...(userAccess === 'MULTI_USER' ? [] : [`it is in ${userAccess} mode`]),
    ...(isInStandby === 1 ? ['it is in standby: each restore of a log backup throws readers out'] : []),
    ...(isReadOnly === 1 && isInStandby !== 1 ? ['it is read-only'] : []),
    ...(isSnapshot === 1 ? ['it is a snapshot of another database'] : []),
  ]
    .map((remark) => `; ${remark}`)
    .join('')
}

const STATES: Readonly<Record<string, { text: string; code: (name: string) => string }>> = {
  OFFLINE: { text: 'Bring it online.', code: (name) => `ALTER DATABASE ${name} SET ONLINE;` },
  RESTORING: {
    text: 'Finish the restore, or (a mirror, a log-shipping or availability-group secondary) name the primary server in the manifest.',
    code: (name) => `RESTORE DATABASE ${name} WITH RECOVERY; -- only if nothing more is to be restored`,
  },
  RECOVERING: { text: 'Wait until the recovery ends, and look at the error log if it does not.', code: errorLog },
  RECOVERY_PENDING: {
    text: 'The recovery could not begin: a file is missing or cannot be opened, or the disk is full. The error log says which.',
    code: (name) => `${errorLog()}\nALTER DATABASE ${name} SET ONLINE; -- after it is mended`,
  },
  SUSPECT: {
    text: 'It is damaged or its files cannot be opened. Restore it from a backup; the error log says what happened.',
    code: errorLog,
  },
  EMERGENCY: {
    text: 'Somebody is repairing it: read-only, and for sysadmins alone. Finish the repair or restore a backup.',
    code: (name) => `DBCC CHECKDB (${name}) WITH NO_INFOMSGS;`,
  },
}

function errorLog(): string {
  return "EXEC sys.sp_readerrorlog 0, 1, N'recovery';"
}

function remedyOf(state: string, name: string): Remediation {
  const known = STATES[state]
  if (known === undefined) return { text: `Find out why it is ${state}, and bring it online.`, scripts: [] }
  return { text: known.text, scripts: [{ language: 'tsql', code: known.code(quoteIdentifier(name)) }] }
}

function multiUser(name: string): Remediation {
  return {
    text: 'Find out who works in it, and set it back to many users.',
    scripts: [
      {
        language: 'tsql',
        code: `SELECT session_id, login_name, host_name FROM sys.dm_exec_sessions WHERE database_id = DB_ID(${quoteText(name)});\nALTER DATABASE ${quoteIdentifier(name)} SET MULTI_USER;`,
      },
    ],
  }
}

function createUser(name: string, login: string): Remediation {
  const grantee = quoteIdentifier(login)
  return {
    text: 'Give the login a user in the database. On an availability group, name its listener or the primary replica instead.',
    scripts: [
      { language: 'tsql', code: `USE ${quoteIdentifier(name)};\nCREATE USER ${grantee} FOR LOGIN ${grantee};` },
    ],
  }
}
