import { PLAN_PATHS, type PlanPath } from '../domain/plan-rows.ts'
import type { Manifest, Scenario } from '../domain/manifest.ts'
import { isOnPath, type CheckedManifest } from './judge-rows.ts'

type Kind = Pick<Manifest, 'scenario' | 'generation' | 'migration'>

const TARGETS: Readonly<Record<Scenario, string>> = {
  'sql-server-to-azure-sql-database': 'Azure SQL Database',
  'sql-server-to-azure-sql-managed-instance': 'Azure SQL Managed Instance',
  'sql-server-to-sql-server-on-azure-vm': 'SQL Server on Azure VM',
}

/** Why no manifest of the run is of the plan's path, as a phrase that follows the name of the file; undefined when one is. */
export function pathMismatch(path: PlanPath, manifests: readonly { manifest: Kind }[]): string | undefined {
  const checked = manifests.map(({ manifest }): CheckedManifest => ({ manifest, checks: [] }))
  if (checked.some((one) => isOnPath(one, path))) return undefined
  const theirs = [...new Set(manifests.map(({ manifest }) => kindWords(manifest)))].join('; ')
  return `is for the path ${path.id} (${pathWords(path)}), but this run's manifest is for ${theirs}`
}

function pathWords({ scenario, migration }: Pick<PlanPath, 'scenario' | 'migration'>): string {
  return `${TARGETS[scenario]}, modern, ${migration}`
}

function kindWords(manifest: Kind): string {
  if (manifest.generation === 'classic')
    return `${TARGETS[manifest.scenario]}, classic, which no path of the plan is for`
  const path = PLAN_PATHS.find((one) => one.scenario === manifest.scenario && one.migration === manifest.migration)
  return path === undefined ? pathWords(manifest) : `${path.id} (${pathWords(path)})`
}
