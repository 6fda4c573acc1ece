import type { JsonObject } from '../domain/json.ts'
import type { Login } from '../domain/manifest.ts'
import { mapSeen, seen, unseen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { LoginAnswer, SqlPort, SqlServer, Statement } from '../ports/sql-port.ts'
import type { Judgement, Spec } from './define.ts'
import { boundName, boundText } from './foreign-text.ts'
import { explainRefusal, type RefusedLogin } from './login-refusals.ts'
import { describeLogin, readSqlServer, type SqlSide } from './sql-side.ts'

/** Where a login was tried, and as whom. */
export type LoginPlace = { host: string; port: number; database: string; account: string }

export type RefusedFacts = LoginPlace & {
  outcome: 'refused'
  number: number
  state: number
  severity: number
  message: string
}

export type WithheldFacts = LoginPlace & {
  outcome: 'withheld'
  refusedAt: { id: string; subject: string; manifest?: string }
}

export type AcceptedFacts = LoginPlace & { outcome: 'accepted'; encrypted: boolean; loginName: string }

export type LoginEvidence = AcceptedFacts | RefusedFacts | WithheldFacts

/** What a statement gave, or why there was no login to run it with. */
export type RowEvidence<Row extends JsonObject> =
  (LoginPlace & { outcome: 'answered'; row: Row }) | RefusedFacts | WithheldFacts

export interface SqlLoginCheck<S extends Spec> {
  observe(ports: Pick<Ports, 'net' | 'arm' | 'sql'>, subject: Subject<S>): Promise<Observed<LoginEvidence>>
  judge(evidence: LoginEvidence, subject: Subject<S>): Judgement
}

/** `login-is-accepted` of either side. `id` is the asking check's. */
export function sqlLogin<S extends Spec>(side: SqlSide<S>, id: string): SqlLoginCheck<S> {
  return {
    observe: async (ports, subject) => {
      const server = await readSqlServer(side, ports, subject, id)
      if (!server.ok) return server
      const database = await side.readFirstDatabase(ports, subject.spec)
      const answer = await ports.sql.logIn(server.value, database)
      return mapSeen(answer, (login) => loginFacts(server.value, database, login))
    },
    judge: (evidence, { spec }) => judgeLogin(side, evidence, spec),
  }
}

/** Logs in to one database and runs one statement that gives one row. */
export async function readRow<Row extends JsonObject>(
  sql: SqlPort,
  server: SqlServer,
  database: string,
  statement: Statement<Row>,
): Promise<Observed<RowEvidence<Row>>> {
  const login = await sql.logIn(server, database)
  if (!login.ok) return login
  const facts = loginFacts(server, database, login.value)
  if (facts.outcome !== 'accepted') return seen(facts)
  const rows = await sql.query(server, database, statement)
  if (!rows.ok) return rows
  const [row] = rows.value
  const { host, port, account } = facts
  if (row === undefined || rows.value.length > 1) {
    const count = String(rows.value.length)
    return unseen('protocol', `${host}:${String(port)} answered ${statement.name} with ${count} rows instead of one`)
  }
  return seen({ host, port, database, account, outcome: 'answered', row })
}

function loginFacts({ host, port, login }: SqlServer, database: string, answer: LoginAnswer): LoginEvidence {
  const place = { host, port, database, account: describeLogin(login) }
  switch (answer.outcome) {
    case 'accepted':
      return { ...place, outcome: 'accepted', encrypted: answer.encrypted, loginName: boundName(answer.loginName) }
    case 'withheld': {
      const { id, subject, manifest } = answer.refusedAt
      const refusedAt = { id, subject, ...(manifest === undefined ? {} : { manifest }) }
      return { ...place, outcome: 'withheld', refusedAt }
    }
    case 'refused': {
      const { number, state, severity, message } = answer.message
      return { ...place, outcome: 'refused', number, state, severity, message: boundText(message) }
    }
  }
}

function judgeLogin<S extends Spec>(side: SqlSide<S>, evidence: LoginEvidence, spec: S): Judgement {
  const { host, port, database, account } = evidence
  const expected = `${host}:${String(port)} accepts ${account} in the database ${database}`
  switch (evidence.outcome) {
    case 'accepted': {
      const actual = `accepted as ${evidence.loginName}, ${evidence.encrypted ? 'encrypted' : 'not encrypted'}`
      const summary = `${host}:${String(port)} accepts ${account} in the database ${database} (${actual})`
      return { verdict: 'pass', proof: 'direct', summary, expected, actual }
    }
    case 'withheld':
      return judgeWithheld(evidence, spec.manifest.name)
    case 'refused':
      return judgeRefused(evidence, expected, {
        area: side.area,
        login: side.login(spec),
        isInstallation: side.isInstallation(spec),
      })
  }
}

/** Not tried, because the same account was refused elsewhere: in the same manifest, or in another one that is named. */
export function judgeWithheld({ host, port, account, refusedAt }: WithheldFacts, own: string): Judgement {
  const { id, subject, manifest } = refusedAt
  const other = manifest === undefined || manifest === own ? undefined : manifest
  const where = other === undefined ? subject : `${subject}, in the manifest ${other}`
  const blocker = { id, subject, ...(other === undefined ? {} : { manifest: other }) }
  const summary = `Not tried: ${account} was refused by ${id} (${where}), and a refused password is not tried again, so that ${host}:${String(port)} does not lock the account`
  return { verdict: 'blocked', summary, blockedBy: [blocker] }
}

/** What asks about a server and got no login: the check of the login says why. */
export function judgeNoLogin(
  evidence: RefusedFacts | WithheldFacts,
  server: string,
  manifest: string,
  area: 'source' | 'target' = 'source',
): Judgement {
  if (evidence.outcome === 'withheld') return judgeWithheld(evidence, manifest)
  const { account, host, port, number } = evidence
  const summary = `Not tried: ${host}:${String(port)} refused ${account} with error ${String(number)}`
  return { verdict: 'blocked', summary, blockedBy: [{ id: `${area}/login-is-accepted`, subject: server }] }
}

/** The server's own words: `fail` when they mean the manifest's credentials, else `unknown`. */
export function judgeRefused(
  evidence: RefusedFacts,
  expected: string,
  {
    area,
    login,
    isInstallation = area === 'source',
  }: Pick<RefusedLogin, 'area'> & { login: Login; isInstallation?: boolean },
): Judgement {
  const { host, port, database, account, number, state, severity, message } = evidence
  const words = `error ${String(number)}, state ${String(state)}, severity ${String(severity)}: ${message}`
  const fact = `${host}:${String(port)} refused ${account} in the database ${database} with ${words}`
  const user = login.kind === 'entra' ? {} : { user: login.user }
  const refusal = explainRefusal({
    number,
    state,
    database,
    area,
    isInstallation,
    kind: login.kind,
    server: `${host},${String(port)}`,
    ...user,
  })
  if (refusal === undefined) {
    const summary = `${fact}; this number does not say that the credentials are wrong`
    return { verdict: 'unknown', proof: 'direct', summary, expected, cause: { kind: 'auth', message: fact } }
  }
  const { meaning, text, scripts } = refusal
  const summary = `${fact} (${meaning})`
  return { verdict: 'fail', proof: 'direct', summary, expected, actual: words, remediation: { text, scripts } }
}
