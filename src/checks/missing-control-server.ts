import type { Manifest } from '../domain/manifest.ts'
import type { BlockedBy } from '../domain/report.ts'
import type { SourceSpec } from './subjects.ts'

const CONTROL_SERVER = 'source/login-has-control-server'

/** The service of today reads a database with less, the classic one restores with more (sysadmin). */
export function asksForControlServer({ scenario, generation }: Pick<Manifest, 'scenario' | 'generation'>): boolean {
  return (scenario === 'sql-server-to-azure-sql-database') === (generation === 'classic')
}

/**
 * What our login may not see because it lacks CONTROL SERVER, which holds every lesser permission: the check of that right
 * tells it once. Undefined where no check asks for it, it is waived, or DMS has a login of its own.
 */
export function blockedByControlServer(
  { source, manifest }: Pick<SourceSpec, 'source' | 'manifest'>,
  account: string,
): readonly BlockedBy[] | undefined {
  const { waivers } = manifest
  const isOther = source.dmsLogin !== undefined && source.dmsLogin.toLowerCase() !== account.toLowerCase()
  if (!asksForControlServer(manifest) || isOther || waivers.some(({ check }) => check === CONTROL_SERVER))
    return undefined
  return [{ id: CONTROL_SERVER, subject: source.name }]
}
