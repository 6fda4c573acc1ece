import { seen, type Observed } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { SqlServerResource } from '../../../ports/arm-port.ts'
import { defineCheck } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { TUTORIAL } from '../../p12-source.ts'
import { readRow } from '../../sql-login.ts'
import { readSqlServer, TARGET_SIDE } from '../../sql-side.ts'
import { OWN_SERVER_ROLES, TARGET_SERVER_ROLES } from '../../statements/target-server-roles.ts'
import type { SqlServer } from '../../../ports/sql-port.ts'
import { targetSubjects, type TargetSpec } from '../../subjects.ts'
import {
  isAdministrator,
  judgeServerRoles,
  rolesOf,
  ROLES,
  type Asked,
  type Evidence,
  type MasterFacts,
} from './judge-server-roles.ts'

const ID = 'target/login-can-migrate-schema'

export default defineCheck<TargetSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-108',
    title: 'The target login has the server roles for the migration of the schema',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted', when: isAsked }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'not-applicable'],
    why: 'Where DMS also migrates the schema, its login on the target needs four roles of the logical server, beside db_owner in the database.',
    source: { ...TUTORIAL, rows: ['DBPERM', 'P12-003', 'P12-008', 'COM-004'] },
    remedy: 'Have the administrator of the logical server add the login to the four roles, in master.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetSubjects,
  observe: (ports, subject) =>
    isAsked(subject.spec) ? observeRoles(ports, subject) : Promise.resolve(seen({ kind: 'not-asked' })),
  judge: (evidence, { name, spec }) => judgeServerRoles(evidence, name, spec),
})

function isAsked({ manifest }: TargetSpec): boolean {
  return manifest.dms.schemaMigration
}

async function observeRoles(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  subject: { name: string; spec: TargetSpec },
): Promise<Observed<Evidence>> {
  const { spec } = subject
  const server = await readSqlServer(TARGET_SIDE, ports, subject, ID)
  if (!server.ok) return server
  const database = await TARGET_SIDE.readFirstDatabase(ports, spec)
  const [own, resource] = await Promise.all([
    readRow(ports.sql, server.value, database, TARGET_SERVER_ROLES),
    ports.arm.sqlServer(spec.target.resourceId),
  ])
  if (!own.ok) return own
  if (own.value.outcome !== 'answered') return seen({ kind: 'no-login', login: own.value })
  const { host, port, account, row } = own.value
  const administrator = resource.ok && resource.value.found ? administratorOf(resource.value.value) : {}
  const place = { kind: 'asked' as const, host, port, database, account, row, administrator }
  const isEnough = rolesOf({ ...place, master: null }).length === ROLES.length || isAdministrator(place, spec)
  // Only a login of the server has roles, and only a SQL login finds itself in master.
  const isContained = row.authentication === 2 || spec.target.login.kind !== 'sql'
  if (isEnough || isContained) return seen({ ...place, master: null })
  return seen({ ...place, master: await readMaster(ports, server.value) })
}

/** Detail of `master`; what is not seen there leaves open what is missing. */
async function readMaster({ sql }: Pick<Ports, 'sql'>, server: SqlServer): Promise<MasterFacts> {
  const login = await sql.logIn(server, 'master')
  if (!login.ok) return { outcome: 'unseen', why: boundText(login.failure.message) }
  if (login.value.outcome === 'refused') return { outcome: 'refused', number: login.value.message.number }
  if (login.value.outcome === 'withheld') return { outcome: 'unseen', why: 'the login was refused elsewhere' }
  const rows = await sql.query(server, 'master', OWN_SERVER_ROLES)
  if (!rows.ok) return { outcome: 'unseen', why: boundText(rows.failure.message) }
  if (rows.value.length === 0) return { outcome: 'unseen', why: 'sys.sql_logins does not show the login itself' }
  return { outcome: 'seen', roles: rows.value.flatMap(({ role }) => (role === null ? [] : [boundName(role)])) }
}

function administratorOf(server: SqlServerResource): Asked['administrator'] {
  const { administratorLogin, entraAdministrator, entraAdministratorId } = server
  return {
    ...(administratorLogin === undefined ? {} : { sql: boundName(administratorLogin) }),
    entra: [entraAdministrator, entraAdministratorId].flatMap((one) => (one === undefined ? [] : [boundName(one)])),
  }
}
