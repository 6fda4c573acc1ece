import type { Container } from '../domain/manifest.ts'
import { unseen, type Observed } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'
import type { FileServer, FileShare } from '../ports/share-port.ts'
import type { SqlServer } from '../ports/sql-port.ts'
import { gateArm } from './gate-arm.ts'
import { gateNet } from './gate-net.ts'
import type { Permit } from './permit.ts'
import { isPortOf, pickGrant, refuseUnknown, refuseUse, usesAtHost, type HostBook } from './pick-grant.ts'
import { gateRuntime } from './gate-runtime.ts'
import { indexUses, useOfContainer, type BlobUse, type ShareUse, type SqlUse } from './uses.ts'

/** Ports of one manifest, as the checks on one subject see them; `owners` of `Use`, such as `source:sales`. */
export type PortsFor = (owners: readonly string[]) => Ports

/**
 * Lets through to the ports only what the permit grants; everything else is a ProbeFailure, `untrusted-host`, and nothing
 * of it leaves the runner. It judges by what a port is asked for, so that no check can forget to ask.
 */
export function gatePorts(ports: Ports, permit: Permit): PortsFor {
  const book: HostBook = {
    uses: indexUses(permit.uses),
    named: new Map(),
    browsed: new Set(),
    told: new Map(),
  }
  const arm = gateArm(ports.arm, permit, book)
  const sql = gateSql(ports.sql, permit, book)
  const share = gateShare(ports.share, permit, book)
  const blob = gateBlob(ports.blob, permit)
  const runtime = gateRuntime(ports.runtime, permit, book)
  return (owners) => ({ ...ports, net: gateNet(ports.net, permit, book, owners), sql, share, blob, arm, runtime })
}

function gateSql(sql: Ports['sql'], permit: Permit, book: HostBook): Ports['sql'] {
  const ask = <T>(server: SqlServer, question: () => Promise<Observed<T>>): Promise<Observed<T>> => {
    const uses = usesAtHost(book, server.host).filter(
      (use): use is SqlUse => use.kind === 'sql' && isUseOf(use, server, book),
    )
    const { host, address } = server
    const picked = pickGrant(permit, uses, `${host},${server.port}`, { host, address })
    return picked.ok ? question() : Promise.resolve(picked)
  }
  return {
    preLogin: (server) => ask(server, () => sql.preLogin(server)),
    probeTls: (server) => ask(server, () => sql.probeTls(server)),
    logIn: (server, database, waiting) => ask(server, () => sql.logIn(server, database, waiting)),
    query: (server, database, statement) => ask(server, () => sql.query(server, database, statement)),
    ...(sql.backUp === undefined ? {} : { backUp: gateBackUp(ask, sql.backUp.bind(sql)) }),
  }
}

function gateBackUp(
  ask: <T>(server: SqlServer, question: () => Promise<Observed<T>>) => Promise<Observed<T>>,
  backUp: NonNullable<Ports['sql']['backUp']>,
): NonNullable<Ports['sql']['backUp']> {
  return (server, file) => ask(server, () => backUp(server, file))
}

function isUseOf(use: SqlUse, server: SqlServer, book: HostBook): boolean {
  return (
    isPortOf(use, server.address, server.port, book) &&
    JSON.stringify(use.login) === JSON.stringify(server.login) &&
    JSON.stringify(use.tls) === JSON.stringify(server.tls)
  )
}

function gateShare(share: Ports['share'], permit: Permit, book: HostBook): Ports['share'] {
  const ask = <T>(server: FileServer | FileShare, question: () => Promise<Observed<T>>): Promise<Observed<T>> => {
    const uses = usesAtHost(book, server.host).filter(
      (use): use is ShareUse => use.kind === 'share' && isShareOf(use, server),
    )
    const { host, address } = server
    const picked = pickGrant(permit, uses, `the file server ${host}`, { host, address })
    return picked.ok ? question() : Promise.resolve(picked)
  }
  return {
    writes: share.writes,
    negotiate: (server) => ask(server, () => share.negotiate(server)),
    logIn: (at) => ask(at, () => share.logIn(at)),
    openShare: (at) => ask(at, () => share.openShare(at)),
    openFolder: (at) => ask(at, () => share.openFolder(at)),
    probeWrite: (at) => ask(at, () => share.probeWrite(at)),
    readSecurity: (at) => ask(at, () => share.readSecurity(at)),
    lendFile: (at, writer, write) => ask(at, () => share.lendFile(at, writer, write)),
  }
}

function isShareOf(use: ShareUse, server: FileServer | FileShare): boolean {
  if (use.port !== server.port) return false
  if (!('share' in server)) return true
  const [, name = '', ...folders] = use.path.replace(/^\\\\/, '').replace(/\\$/, '').split('\\')
  const isFolder = name === server.share && folders.join('\\') === server.folder
  return isFolder && JSON.stringify(use.login) === JSON.stringify(server.login)
}

/** The client resolves the name by itself, so prefixes count only where the URL holds an address. */
function gateBlob(blob: Ports['blob'], permit: Permit): Ports['blob'] {
  const ask = async <T>(container: Container, question: () => Promise<Observed<T>>): Promise<Observed<T>> => {
    const asked = useOfContainer(container)
    const use = permit.uses.find(
      (one): one is BlobUse => one.kind === 'blob' && one.url === asked.url && one.secret === asked.secret,
    )
    if (use === undefined) return refuseUnknown(`The container ${container.name}`)
    let grant = permit.grantOf(use)
    if (grant.granted && use.host === undefined) {
      // Only the SAS tells where: nothing leaves the runner for this answer.
      const access = await blob.access(container)
      if (!access.ok) return access
      grant = permit.grantOf(use, new URL(access.value.url).hostname)
    }
    if (!grant.granted) return refuseUse(grant)
    if (grant.ranges === undefined) return question()
    return unseen(
      'untrusted-host',
      `${use.host ?? 'The host of the container'} is a name, and a prefix of \`allowed-hosts\` counts for a container only where its url holds an address.`,
      { missing: `${use.host ?? 'its host'} by its name in the input \`allowed-hosts\`` },
    )
  }
  return {
    writes: blob.writes,
    access: (container) => ask(container, () => blob.access(container)),
    list: (container) => ask(container, () => blob.list(container)),
    listFolder: (container, folder) => ask(container, () => blob.listFolder(container, folder)),
    probeWrite: (container) => ask(container, () => blob.probeWrite(container)),
  }
}
