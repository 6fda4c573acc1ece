import type { Login } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { quoteIdentifier, quoteInComment } from '../../quote-identifier.ts'
import { judgeNoLogin, readRow, type RowEvidence } from '../../sql-login.ts'
import { nameInTsql, readSqlServer, TARGET_SIDE } from '../../sql-side.ts'
import { LOGIN_TOKEN } from '../../statements/server-principals.ts'
import { SOURCE_RIGHTS, type SourceRightsRow } from '../../statements/source-rights.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'

type Answered = Extract<RowEvidence<SourceRightsRow>, { outcome: 'answered' }> & {
  /** Server roles in the login's token; null: not seen, and why stands beside it. */
  roles: string[] | null
  notSeen?: string
}
type Evidence = Exclude<RowEvidence<SourceRightsRow>, { outcome: 'answered' }> | Answered

const ROLES_LIMIT = 20
const ID = 'target/login-is-sysadmin'

export default defineCheck<TargetSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-051',
    title: 'The login on the managed instance is a sysadmin',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS restores the databases on the instance with this login, and asks for membership in the role sysadmin before it starts.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-26',
      rows: ['M5'],
    },
    remedy: 'Have a sysadmin of the instance add the login to the role sysadmin, and take it out again afterwards.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetSubjects,
  observe: async (ports, subject) => {
    const server = await readSqlServer(TARGET_SIDE, ports, subject, ID)
    if (!server.ok) return server
    // Both are asked before the first is awaited, so that they travel together.
    const [own, token] = await Promise.all([
      readRow(ports.sql, server.value, 'master', SOURCE_RIGHTS),
      ports.sql.query(server.value, 'master', LOGIN_TOKEN),
    ])
    if (!own.ok) return own
    if (own.value.outcome !== 'answered') return seen<Evidence>(own.value)
    if (!token.ok) return seen<Evidence>({ ...own.value, roles: null, notSeen: boundText(token.failure.message) })
    const roles = token.value.filter(({ type }) => type === 'SERVER ROLE').map(({ name }) => boundName(name))
    return seen<Evidence>({ ...own.value, roles: roles.slice(0, ROLES_LIMIT) })
  },
  judge: (evidence, { name, spec }) =>
    evidence.outcome === 'answered'
      ? judgeRole(evidence, spec.target.login)
      : judgeNoLogin(evidence, name, spec.manifest.name, 'target'),
})

function judgeRole({ host, port, account, row, roles }: Answered, own: Login): Judgement {
  const login = row.login ?? account
  const at = `${host}:${String(port)}`
  const others = roles?.filter((role) => role !== 'public') ?? []
  const expected = `${login} is sysadmin on ${at}`
  const shown = `roles: ${roles === null ? 'not seen' : others.length === 0 ? 'none' : others.join(', ')}`
  if (row.sysadmin === 1) {
    const actual = `sysadmin: yes; ${shown}`
    return { verdict: 'pass', proof: 'direct', summary: `${login} is sysadmin on ${at} (${shown})`, expected, actual }
  }
  const contradicts = row.sysadmin === 0 && others.some((role) => role.toLowerCase() === 'sysadmin')
  if (row.sysadmin === null || contradicts) {
    const told = row.sysadmin === null ? 'NULL' : '0, although its token holds that role,'
    const message = `${at} answered ${told} to IS_SRVROLEMEMBER('sysadmin') for ${login} (engine edition ${String(row.engineEdition)}): it does not say yes or no`
    const remediation = { text: 'Have a sysadmin of the instance look up who is in the role.', scripts: [LOOK_UP] }
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'insufficient', message },
      remediation,
    }
  }
  const summary = `${login} is not sysadmin on ${at} (${shown})`
  const remediation = addToRole(own, row.login)
  return { verdict: 'fail', proof: 'direct', summary, expected, actual: `sysadmin: no; ${shown}`, remediation }
}

const LOOK_UP = {
  language: 'tsql',
  code: "SELECT p.name, p.type_desc FROM sys.server_role_members AS m JOIN sys.server_principals AS p ON p.principal_id = m.member_principal_id WHERE m.role_principal_id = SUSER_ID(N'sysadmin');",
} as const

/** An identity of Entra may come in through a group: then it has no login of its own yet. */
function addToRole(own: Login, known: string | null): Remediation {
  const name = own.kind === 'entra' ? (known ?? nameInTsql(own)) : nameInTsql(own)
  const create =
    own.kind === 'sql'
      ? []
      : [`-- if it has no login of its own: CREATE LOGIN ${quoteInComment(name)} FROM EXTERNAL PROVIDER;`]
  const grant = `ALTER SERVER ROLE [sysadmin] ADD MEMBER ${quoteIdentifier(name)};`
  return {
    text: 'A sysadmin of the instance adds it to the role (the Microsoft Entra administrator is one as well); nothing less is enough for DMS. Take it out again after the migration.',
    scripts: [{ language: 'tsql', code: ['-- in master of the instance, as a sysadmin', ...create, grant].join('\n') }],
  }
}
