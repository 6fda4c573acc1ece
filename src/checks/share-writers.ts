import { seen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { CauseKind } from '../domain/verdict.ts'
import type { Ports } from '../ports/ports.ts'
import { boundName, boundText } from './foreign-text.ts'
import { noShare, splitPath } from './share-place.ts'
import { readSqlServer, SOURCE_SIDE } from './sql-side.ts'
import { CLUSTER_NODES } from './statements/cluster-nodes.ts'
import { SERVER_FACTS } from './statements/server-facts.ts'
import { SERVICES } from './statements/services.ts'
import { sourceSubjects, type ShareSpec, type SourceSpec } from './subjects.ts'

/** Which machine a SQL Server runs on, and as whom. */
export type WriterFact = { source: string } & (
  | { state: 'known'; account: string; machines: string[]; isClustered: boolean }
  /** Its own check says why nobody could log in. */
  | { state: 'no-login'; why: string }
  | { state: 'unseen'; kind: CauseKind; message: string; missing?: string }
)

export type WritersEvidence = {
  path: string
  host: string
  share: string
  folder: string
  writes: boolean
  writers: WriterFact[]
}

/** The SQL Servers that back up to the share. `id` is the asking check's. */
export async function observeWriters(
  ports: Pick<Ports, 'net' | 'arm' | 'sql' | 'share'>,
  { spec: { share, manifest } }: Pick<Subject<ShareSpec>, 'spec'>,
  id: string,
): Promise<Observed<WritersEvidence>> {
  if (share === undefined) return noShare()
  const sources = sourceSubjects(manifest).filter(({ spec }) => spec.source.share === share.name)
  const writers = await Promise.all(sources.map((source) => readWriter(ports, source, id)))
  const { path, host } = share
  return seen({ path, host, ...splitPath(path), writes: ports.share.writes, writers })
}

async function readWriter(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  subject: Subject<SourceSpec>,
  id: string,
): Promise<WriterFact> {
  const source = subject.name
  const server = await readSqlServer(SOURCE_SIDE, ports, subject, id)
  if (!server.ok) return { source, state: 'no-login', why: boundText(server.failure.message) }
  const login = await ports.sql.logIn(server.value, 'master')
  if (!login.ok) return { source, state: 'no-login', why: boundText(login.failure.message) }
  if (login.value.outcome !== 'accepted')
    return { source, state: 'no-login', why: `its login was ${login.value.outcome}` }
  const [facts, services, nodes] = await Promise.all([
    ports.sql.query(server.value, 'master', SERVER_FACTS),
    ports.sql.query(server.value, 'master', SERVICES),
    ports.sql.query(server.value, 'master', CLUSTER_NODES),
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
): WriterFact {
  const rest = missing === undefined ? {} : { missing: boundText(missing) }
  return { source, state: 'unseen', kind, message: boundText(message), ...rest }
}
