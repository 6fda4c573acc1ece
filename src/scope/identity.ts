import type { Spec } from '../checks/define.ts'
import { canonicalJson } from '../domain/canonical-json.ts'
import type { Container, DatabaseMapping, DeclaredFlow, Manifest, Share, Source, Target } from '../domain/manifest.ts'
import type { Subject } from '../domain/subject.ts'

/** What things are, whatever a manifest calls them: a source that is renamed is still the same server. */
export const identityOf = {
  source: ({ server }: Source): string => `source ${server.text.toLowerCase()}`,
  target: ({ resourceId, endpoint }: Target): string =>
    `target ${resourceId.toLowerCase()} ${endpoint?.text.toLowerCase() ?? ''}`,
  share: ({ path, port }: Share): string => `share ${path.toLowerCase()} ${String(port)}`,
  container: ({ url, sas, resourceId }: Container): string =>
    `container ${url?.toLowerCase() ?? sas?.secret ?? ''} ${resourceId?.toLowerCase() ?? ''}`,
  flow: ({ direction, protocol, ports, peer }: DeclaredFlow): string =>
    `flow ${canonicalJson({ direction, protocol, ports, peer }, { sortLists: true })}`,
  database: (source: Source, { name, as, target, folder }: DatabaseMapping, { targets }: Manifest): string => {
    const to = targets.find((one) => one.name === target)
    return `database ${identityOf.source(source)} ${name} ${to === undefined ? target : identityOf.target(to)} ${as}${folder === undefined ? '' : ` in ${folder}`}`
  },
}

interface AnySpec extends Spec {
  source?: Source
  target?: Target
  share?: Share
  container?: Container
  flow?: DeclaredFlow
  port?: number
  database?: DatabaseMapping | string
}

/** What a check is made on; `manifest` stands for the manifest itself, whatever its path and name. */
export function identityOfSubject({ kind, spec }: Subject<Spec>, manifest: string): string {
  const { source, target, share, container, flow, port, database, ...rest } = spec as AnySpec
  if (flow !== undefined) return identityOf.flow(flow)
  if (port !== undefined) return `nsg-port ${rest.manifest.dms.subnetId?.toLowerCase() ?? ''} ${String(port)}`
  if (typeof database === 'string') {
    return `target database ${target === undefined ? '' : identityOf.target(target)} ${database.toLowerCase()}`
  }
  if (database !== undefined && source !== undefined) return identityOf.database(source, database, rest.manifest)
  if (source !== undefined) return identityOf.source(source)
  if (target !== undefined) return identityOf.target(target)
  if (share !== undefined) return identityOf.share(share)
  if (container !== undefined) return identityOf.container(container)
  return `${kind} of ${manifest}`
}
