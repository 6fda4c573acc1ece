import { seen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { CauseKind } from '../domain/verdict.ts'
import type { Ports } from '../ports/ports.ts'
import type { SqlServer } from '../ports/sql-port.ts'
import { readAccounts, readFolderSecurity, type AccountFact, type SecurityFact } from './folder-security.ts'
import { boundName, boundText } from './foreign-text.ts'
import { identityOf } from './service-identity.ts'
import { prepareBackups, type BackupFact, type BackupPlan } from './share-backups.ts'
import { noShare, splitPath } from './share-place.ts'
import { readSqlServer, SOURCE_SIDE } from './sql-side.ts'
import { CLUSTER_NODES } from './statements/cluster-nodes.ts'
import { SERVER_FACTS } from './statements/server-facts.ts'
import { SERVICES } from './statements/services.ts'
import { sourceSubjects, type ShareSpec, type SourceSpec } from './subjects.ts'

/** Which machine a SQL Server runs on, and as whom; `backup` is null where none was to be made. */
export type WriterFact = { source: string; backup: BackupFact | null; accounts: AccountFact[] } & (
  | { state: 'known'; account: string; machines: string[]; isClustered: boolean }
  /** Its own check says why nobody could log in. */
  | { state: 'no-login'; why: string }
  | { state: 'unseen'; kind: CauseKind; message: string; missing?: string }
)

const SHARE_LOGIN = 'share/login-is-accepted'
const SOURCE_LOGIN = 'source/login-is-accepted'

export type WritersEvidence = {
  path: string
  host: string
  share: string
  folder: string
  writes: boolean
  /** The run may write, but not remove what SQL Server would leave there. */
  isUnremovable?: true
  writers: WriterFact[]
  security: SecurityFact
}

/**
 * The SQL Servers that back up to the share. It may come before the checks of the logins: who is refused is told of them
 * all the same, since they say why.
 */
export async function observeWriters(
  ports: Pick<Ports, 'net' | 'arm' | 'sql' | 'share'>,
  subject: Pick<Subject<ShareSpec>, 'name' | 'spec'>,
): Promise<Observed<WritersEvidence>> {
  const { share, manifest } = subject.spec
  if (share === undefined) return noShare()
  const sources = sourceSubjects(manifest).filter(({ spec }) => spec.source.share === share.name)
  const terms = {
    preparing: prepareBackups(ports, subject, SHARE_LOGIN),
    security: readFolderSecurity(ports, subject, SHARE_LOGIN),
  }
  const writers = await Promise.all(sources.map((source) => readWriter(ports, source, terms)))
  const [security, plan] = await Promise.all([terms.security, terms.preparing])
  const { path, host } = share
  return seen({
    path,
    host,
    ...splitPath(path),
    writes: ports.share.writes && ports.sql.backUp !== undefined,
    ...(plan === 'unremovable' ? { isUnremovable: true as const } : {}),
    writers,
    security,
  })
}

interface WriterTerms {
  preparing: Promise<BackupPlan>
  security: Promise<SecurityFact>
}

async function readWriter(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  subject: Subject<SourceSpec>,
  { preparing, security }: WriterTerms,
): Promise<WriterFact> {
  const source = subject.name
  const nobody = (why: string): WriterFact => ({ source, state: 'no-login', why, backup: null, accounts: [] })
  const server = await readSqlServer(SOURCE_SIDE, ports, subject, SOURCE_LOGIN)
  if (!server.ok) return nobody(boundText(server.failure.message))
  const login = await ports.sql.logIn(server.value, 'master')
  if (!login.ok) return nobody(boundText(login.failure.message))
  if (login.value.outcome !== 'accepted') return nobody(`its login was ${login.value.outcome}`)
  const writer = await identify(ports, source, server.value)
  // Who has no name on a network is let in by nobody: there is nothing to try.
  const isNobody = writer.state === 'known' && identityOf(writer.account, writer.machines).kind === 'anonymous'
  const [backup, accounts] = await Promise.all([
    isNobody ? null : preparing.then((backUp) => (typeof backUp === 'function' ? backUp(server.value) : null)),
    // Without a list of permissions to look them up in, nobody has to be asked for SIDs.
    security.then((told) =>
      told.state === 'told' && writer.state === 'known' ? readAccounts(ports.sql, server.value) : [],
    ),
  ])
  return { ...writer, backup, accounts }
}

type Identified = { source: string } & (
  | { state: 'known'; account: string; machines: string[]; isClustered: boolean }
  | { state: 'unseen'; kind: CauseKind; message: string; missing?: string }
)

async function identify({ sql }: Pick<Ports, 'sql'>, source: string, server: SqlServer): Promise<Identified> {
  const [facts, services, nodes] = await Promise.all([
    sql.query(server, 'master', SERVER_FACTS),
    sql.query(server, 'master', SERVICES),
    sql.query(server, 'master', CLUSTER_NODES),
  ])
  if (!facts.ok) return unseenWriter(source, facts.failure)
  if (!services.ok) return unseenWriter(source, services.failure)
  const [row] = facts.value
  const engine = services.value.find(({ service }) => /^SQL Server \(/i.test(service))
  if (row === undefined || engine === undefined || engine.account.trim() === '') {
    const message = `${source} does not tell the account of its service (sys.dm_server_services has no SQL Server)`
    return { source, state: 'unseen', kind: 'insufficient', message }
  }
  const isClustered = row.isClustered === 1
  if (isClustered && !nodes.ok) return unseenWriter(source, nodes.failure)
  const names = isClustered ? (nodes.ok ? nodes.value.map(({ node }) => node) : []) : [row.machineName ?? '']
  const machines = names.filter((name) => name !== '').map((name) => boundName(name))
  if (machines.length === 0) {
    const message = `${source} does not tell the name of its machine`
    return { source, state: 'unseen', kind: 'insufficient', message }
  }
  return { source, state: 'known', account: boundName(engine.account), machines, isClustered }
}

function unseenWriter(
  source: string,
  { kind, message, missing }: { kind: CauseKind; message: string; missing?: string },
): Identified {
  const rest = missing === undefined ? {} : { missing: boundText(missing) }
  return { source, state: 'unseen', kind, message: boundText(message), ...rest }
}
