import type { Migration, Scenario } from './manifest.ts'
import { COMMON_ROWS } from './plan-rows-common.ts'
import { DATABASE_ROWS } from './plan-rows-database.ts'
import { INSTANCE_ROWS } from './plan-rows-instance.ts'
import { MACHINE_ROWS } from './plan-rows-machine.ts'

/** One row of Microsoft's prerequisite plan, in our words. */
export interface PlanRow {
  id: string
  type: 'required' | 'conditional' | 'recommended'
  blocking: boolean
  /** The condition of a conditional row: without it the row does not apply. */
  when?: string
  /** The check whose `not-applicable` says that the condition does not hold; the row's others then say nothing of it. */
  appliesBy?: string
  asks: string
  /** What no check can see of it: a person has to show this evidence, beside what the checks prove. */
  rest?: string
  /** Why no check asks for it at all. */
  outOfScope?: string
}

/** A way of migrating that the plan knows, and the kind of manifest that goes it. */
export interface PlanPath {
  id: string
  scenario: Scenario
  migration: Migration
}

/** The paths of the plan that go through the service of today. */
export const PLAN_PATHS: readonly PlanPath[] = [
  { id: 'P12', scenario: 'sql-server-to-azure-sql-database', migration: 'offline' },
  { id: 'P23', scenario: 'sql-server-to-azure-sql-managed-instance', migration: 'offline' },
  { id: 'P24', scenario: 'sql-server-to-azure-sql-managed-instance', migration: 'online' },
  { id: 'P25', scenario: 'sql-server-to-sql-server-on-azure-vm', migration: 'offline' },
  { id: 'P26', scenario: 'sql-server-to-sql-server-on-azure-vm', migration: 'online' },
]

/**
 * Rows of those paths, and those that are common to all (`COM`), of the knowledge base 1.11 of 2026-09-12
 * (https://github.com/microsoft/microsoft-sql, skill generate-migration-prerequisite-plan). A check cites the rows that it
 * proves in its `source.rows`.
 */
export const PLAN_ROWS: readonly PlanRow[] = [...COMMON_ROWS, ...DATABASE_ROWS, ...INSTANCE_ROWS, ...MACHINE_ROWS]

/** What a plan for that path has to carry: the common rows and its own. */
export function rowsOfPath({ id: path }: Pick<PlanPath, 'id'>): readonly PlanRow[] {
  return PLAN_ROWS.filter(({ id }) => id.startsWith('COM-') || id.startsWith(`${path}-`))
}
