import type { Login } from '../domain/manifest.ts'
import type { Script } from '../domain/observed.ts'
import { quoteIdentifier, quoteInComment, quoteText } from './quote-identifier.ts'
import { UNNAMED_IDENTITY } from './sql-side.ts'

export interface RefusedLogin {
  number: number
  state: number
  database: string
  kind: Login['kind']
  /** `host,port`. */
  server: string
  /** The account's name on the server; undefined for an identity whose name only Azure knows. */
  user?: string
  area: 'source' | 'target'
  /** A SQL Server with an error log and logins of its own; default: the source is, a target is not. */
  isInstallation?: boolean
}

export interface Refusal {
  meaning: string
  text: string
  scripts: readonly Script[]
}

/**
 * What the server's own refusal of a login means and what to do next. Undefined: the number does not say that the
 * manifest's credentials are at fault (a starting server, a logon trigger, a licence limit), so it decides nothing.
 */
export function explainRefusal(refused: RefusedLogin): Refusal | undefined {
  return REFUSALS[refused.number]?.(refused)
}

const REFUSALS: Readonly<Record<number, (refused: RefusedLogin) => Refusal>> = {
  18456: (refused) => (refused.kind === 'entra' ? identityRefused(refused) : passwordRefused(refused)),
  18452: (refused) => (refused.kind === 'windows' ? windowsRefused(refused) : untrustedDomain(refused)),
  18470: (refused) => ({
    meaning: 'the login is disabled',
    text: 'Have the login enabled by someone with ALTER ANY LOGIN.',
    scripts: [tsql(`ALTER LOGIN ${loginName(refused)} ENABLE;`)],
  }),
  18486: (refused) => ({
    meaning: 'the login is locked out after too many wrong passwords',
    text: 'Find out who uses a wrong password before it is unlocked, or it will be locked again.',
    scripts: [tsql(`ALTER LOGIN ${loginName(refused)} WITH PASSWORD = N'<its password>' UNLOCK;`)],
  }),
  18487: (refused) => ({
    meaning: 'the password of the login has expired',
    text: 'Set a new password and put it into the secret.',
    scripts: [tsql(`ALTER LOGIN ${loginName(refused)} WITH PASSWORD = N'<new password>';`)],
  }),
  18488: (refused) => ({
    meaning: 'the password of the login must be changed before it can be used',
    text: 'Set a new password that need not be changed, and put it into the secret.',
    scripts: [tsql(`ALTER LOGIN ${loginName(refused)} WITH PASSWORD = N'<new password>';`)],
  }),
  4060: (refused) => ({
    meaning: `the login may not open the database ${refused.database}, or the database is not there`,
    text: `Check that ${refused.database} is there and online, and give the login a user in it.`,
    scripts: [tsql(isThere(refused)), tsql(createUser(refused))],
  }),
  911: (refused) => ({
    meaning: `there is no database ${refused.database}`,
    text: 'Correct the name in the manifest, or create the database.',
    scripts: [tsql(isThere(refused))],
  }),
}

function passwordRefused(refused: RefusedLogin): Refusal {
  const log = isInstallation(refused) ? [tsql(readReason(refused))] : []
  return {
    meaning: `user name or password is wrong, or the login may not connect${stateNote(refused.state)}`,
    text: 'The true reason stands in the error log of the server, under the same number with another state (2, 5: no such login; 8: wrong password; 11, 12: no CONNECT SQL; 58: only Windows logins; 132, 133: an Entra identity that the server cannot resolve). Correct the secret or the login; the password is not tried again in this run.',
    scripts: [...log, tsql(whoIs(refused))],
  }
}

/** Contained users of Azure SQL Database have no login in master; on SQL Server an identity needs one. */
function identityRefused(refused: RefusedLogin): Refusal {
  const { database, state } = refused
  const isTarget = !isInstallation(refused)
  return {
    meaning: `the server knows no ${isTarget ? `user for this identity in the database ${database}` : 'login for this identity'}, or cannot validate it${stateNote(state)}`,
    text: isTarget
      ? 'Let the Entra administrator of the server give the identity a user in every database of the migration. A name that is not unique in the tenant needs its object id too (WITH OBJECT_ID).'
      : 'Let a sysadmin give the identity a login (SQL Server 2022 and later, set up for Microsoft Entra), or use a SQL login.',
    scripts: isTarget
      ? [tsql(createUser(refused)), { language: 'bash', code: WHO_IS_ADMINISTRATOR }]
      : [tsql(`CREATE LOGIN ${loginName(refused)} FROM EXTERNAL PROVIDER;`)],
  }
}

const WHO_IS_ADMINISTRATOR =
  "az sql server ad-admin list --resource-group '<RESOURCE-GROUP>' --server '<SERVER>' --output table"

function untrustedDomain(refused: RefusedLogin): Refusal {
  return {
    meaning: 'the server takes only Windows logins, and this is a SQL login',
    text: 'Let the server take both kinds of logins (mixed mode; a restart is needed), or use a Windows login.',
    scripts: [
      tsql(`SELECT SERVERPROPERTY('IsIntegratedSecurityOnly'); -- 1: only Windows logins`),
      tsql(whoIs(refused)),
    ],
  }
}

/** NTLM as the driver speaks it: an LMv2 answer, no channel binding. The server says 18452 to all that goes wrong with it. */
function windowsRefused({ user = '<account>', area, server }: RefusedLogin): Refusal {
  const shown = /^[\w.\\@$-]+$/.test(user) ? user : '<account>'
  const host = /^[\w.,:\\-]+$/.test(server) ? server : '<server>'
  return {
    meaning:
      'name, password or domain are wrong or not trusted there, or the server does not take NTLM as a runner speaks it (Kerberos only, Extended Protection required, LMv2 refused); the answer does not tell which',
    text: `Try the same account from a Windows machine of the domain: if it is let in there, the server only refuses this kind of NTLM, so let this run use a SQL login${area === 'source' ? ' and name the Windows account as `dms-login`' : ''}. If it is refused there too, correct the account or its trust; the error log of the server has the reason beside 17806 or 18452. It is not tried again in this run.`,
    scripts: [
      {
        language: 'powershell',
        code: `runas /netonly /user:${shown} "sqlcmd -S ${host} -E -Q \\"SELECT auth_scheme FROM sys.dm_exec_connections WHERE session_id = @@SPID\\""`,
      },
    ],
  }
}

/** SQL Server tells clients state 1 whatever the reason was; other states come from older versions and Azure. */
function stateNote(state: number): string {
  switch (state) {
    case 2:
    case 5:
      return ': state 2 or 5, there is no such login'
    case 7:
      return ': state 7, the login is disabled and the password wrong'
    case 8:
    case 9:
      return ': state 8 or 9, the password is wrong'
    case 11:
    case 12:
      return ': state 11 or 12, the login is right and lacks CONNECT SQL'
    case 18:
      return ': state 18, the password must be changed'
    case 38:
    case 46:
      return ': state 38 or 46, the database asked for cannot be opened'
    case 58:
      return ': state 58, the server takes only Windows logins'
    case 102:
    case 103:
    case 122:
    case 132:
    case 133:
      return `: state ${state}, the server cannot validate the Entra identity or knows no user for it`
    default:
      return ''
  }
}

function loginName({ user }: RefusedLogin): string {
  return quoteIdentifier(user ?? UNNAMED_IDENTITY)
}

/** The server writes the reason beside the name, which clients are not told. */
function readReason({ user = UNNAMED_IDENTITY }: RefusedLogin): string {
  return `EXEC sys.sp_readerrorlog 0, 1, N'Login failed for user', ${quoteText(user)};`
}

function isInstallation({ isInstallation, area }: RefusedLogin): boolean {
  return isInstallation ?? area === 'source'
}

function whoIs(refused: RefusedLogin): string {
  const name = quoteText(refused.user ?? UNNAMED_IDENTITY)
  return isInstallation(refused)
    ? `SELECT name, type_desc, is_disabled, default_database_name FROM sys.server_principals WHERE name = ${name};`
    : `-- in master\nSELECT name, is_disabled FROM sys.sql_logins WHERE name = ${name};`
}

function isThere({ database }: RefusedLogin): string {
  return `SELECT name, state_desc FROM sys.databases WHERE name = ${quoteText(database)};`
}

function createUser(refused: RefusedLogin): string {
  const from = refused.kind === 'entra' ? 'FROM EXTERNAL PROVIDER' : `FOR LOGIN ${loginName(refused)}`
  return `-- in ${quoteInComment(refused.database)}\nCREATE USER ${loginName(refused)} ${from};`
}

function tsql(code: string): Script {
  return { language: 'tsql', code }
}
