import type { Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { Judgement } from './define.ts'
import { quoteIdentifier, quoteInComment, quoteText } from './quote-identifier.ts'
import { hasRight, type ServerRight, type Standing } from './server-rights.ts'
import type { ForeignFacts, RightFacts, SourceRightsEvidence } from './source-login-rights.ts'
import { judgeNoLogin } from './sql-login.ts'
import type { Flag } from './statements/decode.ts'
import type { SourceRightsRow } from './statements/source-rights.ts'
import type { SourceSpec } from './subjects.ts'

type Answered = Extract<SourceRightsEvidence, { outcome: 'answered' }>
type Foreign = Extract<SourceRightsEvidence, { outcome: 'foreign' }>

/** Whether the login that DMS will use has the right on the source. */
export function judgeSourceRight(
  evidence: SourceRightsEvidence,
  right: ServerRight,
  { name, spec }: Subject<SourceSpec>,
): Judgement {
  switch (evidence.outcome) {
    case 'answered':
      return judgeOwn(evidence, right)
    case 'foreign':
      return judgeForeign(evidence, right)
    case 'withheld':
    case 'refused':
      return judgeNoLogin(evidence, name, spec.manifest.name)
  }
}

function judgeOwn({ host, port, account, row, facts }: Answered, right: ServerRight): Judgement {
  const login = row.login ?? account
  const at = `${host}:${String(port)}`
  const { has, lacks, question } = wordsOf(right)
  const expected = `${login} ${has} on ${at}`
  const shown = `CONTROL SERVER: ${word(row.controlServer)}, sysadmin: ${word(row.sysadmin)}, VIEW SERVER STATE: ${word(row.viewServerState)}${why(facts)}`
  const answer = right === 'sysadmin' ? row.sysadmin : row.controlServer
  switch (answer) {
    case 1:
      return {
        verdict: 'pass',
        proof: 'direct',
        summary: `${login} ${has} on ${at} (${shown})`,
        expected,
        actual: shown,
      }
    case 0: {
      const summary = `${login} ${lacks} on ${at} (${shown})`
      const remediation = remediationOf(right, login, row.productVersion, facts.deniedTo)
      return { verdict: 'fail', proof: 'direct', summary, expected, actual: shown, remediation }
    }
    case null: {
      const message = `${at} answered NULL to ${question} for ${login} (version ${row.productVersion}, engine edition ${String(row.engineEdition)}): it does not say yes or no`
      return {
        verdict: 'unknown',
        proof: 'direct',
        summary: message,
        expected,
        cause: { kind: 'insufficient', message },
        remediation: lookUp(login),
      }
    }
  }
}

function judgeForeign({ host, port, ownLogin, productVersion, foreign }: Foreign, right: ServerRight): Judgement {
  const { login, standing, groups, isComplete } = foreign
  const at = `${host}:${String(port)}`
  const { has, lacks } = wordsOf(right)
  const expected = `${login}, the login of DMS, ${has} on ${at}`
  const unsure = (kind: 'insufficient' | 'forbidden', message: string, more = lookUp(login)): Judgement => ({
    verdict: 'unknown',
    proof: 'proxy',
    summary: message,
    expected,
    cause: { kind, message },
    remediation: more,
  })
  const fail = (actual: string, remediation: Remediation): Judgement => ({
    verdict: 'fail',
    proof: 'proxy',
    summary: `${login}, the login of DMS, ${lacks} on ${at}: ${actual}`,
    expected,
    actual,
    remediation,
  })
  const read = `read from the catalog views of ${at} by ${ownLogin}`
  if (standing?.isDisabled === true) return fail(`the login is disabled (${read})`, enable(standing.name))
  const isBarred = standing !== undefined && !standing.isSysadmin && standing.connectDeniedTo.length > 0
  const deniers = groups.filter(({ denies }) => denies)
  if (standing !== undefined && hasRight(standing, right) && !isBarred) {
    const actual = `${describeStanding(standing)}, ${read}`
    if (standing.isSysadmin) return passes(actual)
    if (!isComplete)
      return unsure(
        'forbidden',
        `${login} was granted the right on ${at} (${actual}), and whether it is denied somewhere was not visible`,
        viewDefinition(ownLogin),
      )
    if (mayComeByGroup(standing, login) && deniers.length > 0) {
      return unsure(
        'insufficient',
        `${login} was granted the right on ${at} (${actual}), and is denied it if it is in one of the Windows groups ${list(deniers)}, which no query tells`,
      )
    }
    return passes(actual)
  }
  if (!isComplete) {
    const saw = standing === undefined ? `no login ${login}` : `the login ${login} (${describeStanding(standing)})`
    return unsure(
      'forbidden',
      `${ownLogin} sees ${saw} on ${at}, and sees not everything: it lacks VIEW ANY DEFINITION`,
      viewDefinition(ownLogin),
    )
  }
  if (isBarred)
    return fail(
      `CONNECT SQL is denied to ${standing.connectDeniedTo.join(', ')} (${read})`,
      allowConnect(standing.connectDeniedTo),
    )
  const denied = standing?.deniedTo ?? []
  const givers = groups.filter(({ grants, isSysadmin }) => (right === 'sysadmin' ? isSysadmin : grants))
  if (mayComeByGroup(standing, login) && givers.length > 0) {
    const isLost = denied.length > 0 && givers.every(({ isSysadmin }) => !isSysadmin)
    if (!isLost) {
      return unsure(
        'insufficient',
        `${login} ${lacks} on ${at} by itself, and has it if it is in one of the Windows groups ${list(givers)}, which no query tells`,
      )
    }
  }
  const actual = standing === undefined ? `there is no such login (${read})` : `${describeStanding(standing)} (${read})`
  return fail(actual, remediationOf(right, standing?.name ?? login, productVersion, denied, standing === undefined))

  function passes(actual: string): Judgement {
    return {
      verdict: 'pass',
      proof: 'proxy',
      summary: `${login}, the login of DMS, ${has} on ${at} (${actual})`,
      expected,
      actual,
    }
  }
}

/** A Windows or Entra account brings the rights of its groups along; a SQL login is in none. */
function mayComeByGroup(standing: Standing | undefined, login: string): boolean {
  return standing === undefined ? /[\\@]/.test(login) : /^[UE]$/.test(standing.type)
}

function describeStanding({ roles, grantedTo, deniedTo }: Standing): string {
  return [
    `roles: ${roles.length === 0 ? 'none' : roles.join(', ')}`,
    ...(grantedTo.length === 0 ? [] : [`CONTROL SERVER granted to ${grantedTo.join(', ')}`]),
    ...(deniedTo.length === 0 ? [] : [`denied to ${deniedTo.join(', ')}`]),
  ].join('; ')
}

function list(groups: ForeignFacts['groups']): string {
  return groups.map(({ name }) => name).join(', ')
}

/** The facts behind an answer of the server, as far as they could be seen. */
function why({ roles, grantedTo, deniedTo }: RightFacts): string {
  const others = roles.filter((role) => role !== 'public')
  return [
    ...(others.length === 0 ? [] : [`roles: ${others.join(', ')}`]),
    ...(grantedTo.length === 0 ? [] : [`CONTROL SERVER granted to ${grantedTo.join(', ')}`]),
    ...(deniedTo.length === 0 ? [] : [`CONTROL SERVER denied to ${deniedTo.join(', ')}, which beats every grant`]),
  ]
    .map((fact) => `; ${fact}`)
    .join('')
}

function wordsOf(right: ServerRight): { has: string; lacks: string; question: string } {
  return right === 'sysadmin'
    ? { has: 'is sysadmin', lacks: 'is not sysadmin', question: "IS_SRVROLEMEMBER('sysadmin')" }
    : {
        has: 'has CONTROL SERVER',
        lacks: 'lacks CONTROL SERVER',
        question: "HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER')",
      }
}

const ALTER_SERVER_ROLE_SINCE = 11

function remediationOf(
  right: ServerRight,
  login: string,
  productVersion: SourceRightsRow['productVersion'],
  deniedTo: readonly string[],
  isMissing = false,
): Remediation {
  const name = quoteIdentifier(login)
  const isWindows = login.includes('\\')
  const create = isWindows
    ? [`-- if it has no login of its own: CREATE LOGIN ${quoteInComment(login)} FROM WINDOWS;`]
    : isMissing
      ? [`-- it has no login yet: CREATE LOGIN ${quoteInComment(login)} WITH PASSWORD = N'<its password>';`]
      : []
  const revoke =
    right === 'sysadmin'
      ? []
      : deniedTo.map((one) => `REVOKE CONTROL SERVER FROM ${quoteIdentifier(one)}; -- takes the denial back`)
  const major = Number(productVersion.split('.')[0])
  const member =
    major < ALTER_SERVER_ROLE_SINCE
      ? `EXEC sp_addsrvrolemember ${quoteText(login)}, N'sysadmin';`
      : `ALTER SERVER ROLE [sysadmin] ADD MEMBER ${name};`
  const grant = right === 'sysadmin' ? member : `GRANT CONTROL SERVER TO ${name};`
  const code = ['-- in master, as a sysadmin', ...create, ...revoke, grant].join('\n')
  const text =
    right === 'sysadmin'
      ? 'A sysadmin adds it to the role; nothing less is enough for DMS. Take it out again after the migration.'
      : `A sysadmin grants it; nothing less is enough for DMS. After the migration: REVOKE CONTROL SERVER FROM ${name}.`
  return { text, scripts: [{ language: 'tsql', code }] }
}

function lookUp(login: string): Remediation {
  return {
    text: "Have a sysadmin look up the login's permissions.",
    scripts: [
      {
        language: 'tsql',
        code: `EXECUTE AS LOGIN = ${quoteText(login)};
SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER') AS control_server, IS_SRVROLEMEMBER('sysadmin') AS sysadmin;
REVERT;`,
      },
    ],
  }
}

function viewDefinition(ownLogin: string): Remediation {
  return {
    text: "Let this run's own login see the definitions, or have a sysadmin look up the rights of the login of DMS.",
    scripts: [{ language: 'tsql', code: `-- in master\nGRANT VIEW ANY DEFINITION TO ${quoteIdentifier(ownLogin)};` }],
  }
}

function enable(login: string): Remediation {
  return {
    text: 'Have the login enabled by someone with ALTER ANY LOGIN.',
    scripts: [{ language: 'tsql', code: `ALTER LOGIN ${quoteIdentifier(login)} ENABLE;` }],
  }
}

function allowConnect(deniedTo: readonly string[]): Remediation {
  return {
    text: 'Take the denial of CONNECT SQL back.',
    scripts: deniedTo.map((one) => ({
      language: 'tsql' as const,
      code: `-- in master\nREVOKE CONNECT SQL FROM ${quoteIdentifier(one)};\nGRANT CONNECT SQL TO ${quoteIdentifier(one)};`,
    })),
  }
}

function word(flag: Flag): string {
  return flag === null ? 'not told' : flag === 1 ? 'yes' : 'no'
}
