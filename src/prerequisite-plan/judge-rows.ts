import type { Check } from '../checks/define.ts'
import type { Manifest } from '../domain/manifest.ts'
import { rowsOfPath, type PlanPath, type PlanRow } from '../domain/plan-rows.ts'
import type { CheckResult } from '../domain/report.ts'
import { isFor } from '../plan/plan.ts'

/** What a run shows of one manifest, after people have vouched. */
export interface CheckedManifest {
  manifest: Pick<Manifest, 'scenario' | 'generation' | 'migration'>
  checks: readonly Pick<CheckResult, 'id' | 'severity' | 'verdict' | 'proof'>[]
}

/**
 * What the checks of a row say of it together. `open`: they do not decide, or there are none. `partly`: they hold, but
 * from another place, by a person's word, or there is more to the row than a check can see.
 */
export type RowFinding = 'failed' | 'proven' | 'partly' | 'not-applicable' | 'open'

export interface JudgedRow {
  id: string
  finding: RowFinding
  results: CheckedManifest['checks']
}

/** Whether a manifest goes that path of the plan. Only the service of today has them. */
export function isOnPath({ manifest }: CheckedManifest, path: PlanPath): boolean {
  const { generation, scenario, migration } = manifest
  return generation === 'modern' && scenario === path.scenario && migration === path.migration
}

/** Every row that the path has, by the checks that cite it, over all manifests of the path. */
export function judgeRows(
  path: PlanPath,
  manifests: readonly CheckedManifest[],
  catalogue: readonly Check[],
  rows: readonly PlanRow[] = rowsOfPath(path),
): JudgedRow[] {
  const onPath = manifests.filter((one) => isOnPath(one, path))
  return rows.map((row) => {
    const results = onPath.flatMap(({ manifest, checks }) => {
      const cited = catalogue.filter((check) => check.meta.source.rows.includes(row.id) && isFor(check, manifest))
      const ids = new Set(cited.map(({ meta }) => meta.id))
      return checks.filter(({ id }) => ids.has(id))
    })
    return { id: row.id, finding: findingOf(row, results), results }
  })
}

function findingOf(row: PlanRow, results: CheckedManifest['checks']): RowFinding {
  const telling = results.filter(({ id }) => id === row.appliesBy)
  if (telling.length > 0 && telling.every(({ verdict }) => verdict === 'not-applicable')) return 'not-applicable'
  // Nobody has to follow a recommendation, so its check is not a required one either; the row is unmet all the same.
  const counts = ({ severity }: CheckedManifest['checks'][number]): boolean =>
    severity === 'required' || row.type === 'recommended'
  // A waiver accepts that something is missing; it does not make it be there.
  if (results.some((result) => counts(result) && ['fail', 'waived'].includes(result.verdict))) return 'failed'
  const asked = results.filter(({ verdict }) => verdict !== 'not-applicable')
  if (asked.some(({ verdict }) => verdict !== 'pass' && verdict !== 'attested')) return 'open'
  if (asked.length > 0) {
    const isWhole =
      row.rest === undefined && asked.every(({ verdict, proof }) => verdict === 'pass' && proof === 'direct')
    return isWhole ? 'proven' : 'partly'
  }
  const isConditional = row.type === 'conditional' && row.rest === undefined
  return results.length > 0 && isConditional ? 'not-applicable' : 'open'
}
