import { defineCheck, type Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { judgeWithheld, readRow, type RowEvidence } from '../../sql-login.ts'
import { readSqlServer, SOURCE_SIDE } from '../../sql-side.ts'
import { SOURCE_RIGHTS, type SourceRightsRow } from '../../statements/source-rights.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

type Evidence = RowEvidence<SourceRightsRow>

const ID = 'source/login-has-control-server'

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-006',
    title: 'The source login has CONTROL SERVER',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS reads schemas, settings and data of the source with this login, and asks for the permission CONTROL SERVER before it starts.',
    source: {
      title: 'Prerequisites for Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D6'],
    },
    remedy:
      'Have a sysadmin grant CONTROL SERVER to the login, and revoke it after the migration: it is nearly as much as sysadmin.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: async (ports, subject) => {
    const server = await readSqlServer(SOURCE_SIDE, ports, subject, ID)
    return server.ok ? readRow(ports.sql, server.value, 'master', SOURCE_RIGHTS) : server
  },
  judge: (evidence, { name, spec }) => {
    switch (evidence.outcome) {
      case 'answered':
        return judgeRights(evidence, evidence.row)
      case 'withheld':
        return judgeWithheld(evidence, spec.manifest.name)
      case 'refused': {
        const { account, host, port, number } = evidence
        const summary = `Not tried: ${host}:${String(port)} refused ${account} with error ${String(number)}`
        return { verdict: 'blocked', summary, blockedBy: [{ id: 'source/login-is-accepted', subject: name }] }
      }
    }
  },
})

function judgeRights(
  { host, port, account }: { host: string; port: number; account: string },
  row: SourceRightsRow,
): Judgement {
  const login = row.login ?? account
  const at = `${host}:${String(port)}`
  const expected = `${login} has CONTROL SERVER on ${at}`
  const roles = `sysadmin: ${word(row.sysadmin)}, VIEW SERVER STATE: ${word(row.viewServerState)}`
  switch (row.controlServer) {
    case 1: {
      const actual = `CONTROL SERVER: yes, ${roles}`
      return {
        verdict: 'pass',
        proof: 'direct',
        summary: `${login} has CONTROL SERVER on ${at} (${roles})`,
        expected,
        actual,
      }
    }
    case 0: {
      const actual = `CONTROL SERVER: no, ${roles}`
      const summary = `${login} lacks CONTROL SERVER on ${at} (${roles})`
      return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: remediationOf(login) }
    }
    case null: {
      const message = `${at} answered NULL to HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER') for ${login} (version ${row.productVersion}, engine edition ${String(row.engineEdition)}): it does not say yes or no`
      const remediation = {
        text: "Have a sysadmin look up the login's permissions.",
        scripts: [{ language: 'tsql', code: PERMISSIONS }],
      } as const
      return {
        verdict: 'unknown',
        proof: 'direct',
        summary: message,
        expected,
        cause: { kind: 'insufficient', message },
        remediation,
      }
    }
  }
}

const PERMISSIONS = `SELECT pr.name, pe.permission_name, pe.state_desc
FROM sys.server_permissions AS pe JOIN sys.server_principals AS pr ON pr.principal_id = pe.grantee_principal_id
WHERE pe.permission_name = 'CONTROL SERVER';`

function remediationOf(login: string): Extract<Judgement, { verdict: 'fail' }>['remediation'] {
  // A Windows account that comes in through a group has no login of its own to grant anything to.
  const group = login.includes('\\')
    ? [`-- if it has no login of its own: CREATE LOGIN ${quoteIdentifier(login)} FROM WINDOWS;`]
    : []
  const code = ['-- in master, as a sysadmin', ...group, `GRANT CONTROL SERVER TO ${quoteIdentifier(login)};`].join(
    '\n',
  )
  return {
    text: `A sysadmin grants it; nothing less is enough for DMS. After the migration: REVOKE CONTROL SERVER FROM ${quoteIdentifier(login)}.`,
    scripts: [{ language: 'tsql', code }],
  }
}

function word(flag: SourceRightsRow['sysadmin']): string {
  return flag === null ? 'not told' : flag === 1 ? 'yes' : 'no'
}
