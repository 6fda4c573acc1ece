import { unseen } from '../domain/observed.ts'
import type { RuntimePort, RuntimeQuestion } from '../ports/runtime-port.ts'
import type { Permit } from './permit.ts'
import { AZURE_PORTS, refuseUse, usesAtHost, type HostBook } from './pick-grant.ts'
import { DEFAULT_PORT, type ShareUse, type SqlUse } from './uses.ts'

/**
 * A test by the runtime sends a password to Azure first, and then on to the very place of a use of the manifest: in an
 * untrusted run never, and a secret that `allowed-hosts` binds to hosts only where both of them are among these.
 */
export function gateRuntime(runtime: RuntimePort, permit: Permit, book: HostBook): RuntimePort {
  const { validate } = runtime
  if (validate === undefined || !permit.trusted) return { host: () => runtime.host() }
  const isOwnService = ({ serviceId }: RuntimeQuestion): boolean =>
    permit.uses.some((use) => use.kind === 'azure' && use.resourceId === serviceId)
  return {
    host: () => runtime.host(),
    async validate(question, waiting) {
      const azure = await runtime.host()
      if (!azure.ok) return azure
      const { host, use } = placeOf(question, permit, book)
      if (use === undefined || !isOwnService(question))
        return unseen('untrusted-host', 'The manifest declares no such connection, so the runtime was not asked.')
      for (const [to, grant] of [
        [azure.value, permit.grantOf({ ...use, host: azure.value })],
        [host, permit.grantOf(use, host)],
      ] as const) {
        if (!grant.granted) return refuseUse(grant)
        if (grant.ranges === undefined) continue
        const why = `${to} is a name that others look up, and a prefix of \`allowed-hosts\` does not say that it may have this secret.`
        return unseen('untrusted-host', why, { missing: `a line with ${to} in the input \`allowed-hosts\`` })
      }
      return validate(question, waiting)
    },
  }
}

/** Where the runtime is to send the password, and the use of the manifest that says so. */
function placeOf(
  { test }: RuntimeQuestion,
  { uses }: Permit,
  book: HostBook,
): { host: string; use: SqlUse | ShareUse | undefined } {
  const login = JSON.stringify(test.of === 'share' ? test.login : test.connection.login)
  if (test.of === 'share') {
    const use = uses.find(
      (one): one is ShareUse => one.kind === 'share' && one.path === test.path && JSON.stringify(one.login) === login,
    )
    return { host: use?.host ?? '', use }
  }
  const { dataSource, tls } = test.connection
  const { host, port, instance } = readDataSource(dataSource)
  const isPort = (of: SqlUse['port']): boolean => {
    if (of === 'azure') return instance === undefined && AZURE_PORTS.includes(port ?? DEFAULT_PORT)
    if (typeof of === 'number') return of === (port ?? (instance === undefined ? DEFAULT_PORT : undefined))
    return port === undefined && of.instance.toLowerCase() === instance?.toLowerCase()
  }
  const use = usesAtHost(book, host).find(
    (one): one is SqlUse =>
      one.kind === 'sql' &&
      isPort(one.port) &&
      JSON.stringify(one.login) === login &&
      JSON.stringify(one.tls) === JSON.stringify(tls),
  )
  return { host, use }
}

function readDataSource(text: string): { host: string; port?: number; instance?: string } {
  const [server = '', port] = text.replace(/^tcp:/i, '').split(',')
  const [host = '', instance] = server.split('\\')
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(instance === undefined ? {} : { instance }),
  }
}
