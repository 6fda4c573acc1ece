import { unseen } from '../domain/observed.ts'
import type { RuntimePort, RuntimeQuestion } from '../ports/runtime-port.ts'
import type { Permit } from './permit.ts'
import { refuseUse } from './pick-grant.ts'
import type { ShareUse, SqlUse } from './uses.ts'

/**
 * A test by the runtime sends a password to Azure first: in an untrusted run never, and a secret that `allowed-hosts` binds
 * to hosts only where Azure Resource Manager is one of them.
 */
export function gateRuntime(runtime: RuntimePort, permit: Permit): RuntimePort {
  const { validate } = runtime
  if (validate === undefined || !permit.trusted) return { host: () => runtime.host() }
  return {
    host: () => runtime.host(),
    async validate(question, waiting) {
      const host = await runtime.host()
      if (!host.ok) return host
      const use = permit.uses.find((one): one is SqlUse | ShareUse => isUseOf(one, question))
      if (use === undefined)
        return unseen('untrusted-host', 'The manifest declares no such connection, so the runtime was not asked.')
      const grant = permit.grantOf({ ...use, host: host.value })
      if (!grant.granted) return refuseUse(grant)
      if (grant.ranges === undefined) return validate(question, waiting)
      const why = `${host.value} is a name, and a prefix of \`allowed-hosts\` does not say that it may have this secret.`
      return unseen('untrusted-host', why, { missing: `a line with ${host.value} in the input \`allowed-hosts\`` })
    },
  }
}

function isUseOf(use: Permit['uses'][number], { test }: RuntimeQuestion): boolean {
  if (test.of === 'share') {
    return use.kind === 'share' && use.path === test.path && JSON.stringify(use.login) === JSON.stringify(test.login)
  }
  return use.kind === 'sql' && JSON.stringify(use.login) === JSON.stringify(test.connection.login)
}
