import type { Manifest } from '../../../domain/manifest.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import {
  describeNodes,
  MIGRATIONS_PER_NODE,
  MOST_NODES,
  readRuntimeNodes,
  type NodeFact,
} from '../../integration-runtime.ts'
import { backupPlaceOf } from '../../modern-path.ts'

/** What the service of today has to carry. A migration is one database. */
export type MigrationFacts = {
  generation: 'modern'
  migrations: number
  /** Those of which rows or backups go through the integration runtime. */
  throughRuntime: number
  /** Empty where no runtime is used, or where the count alone decides. */
  nodes: NodeFact[]
}

/** https://learn.microsoft.com/data-migration/sql-server/database/database-migration-service (limitations). */
const MIGRATIONS_PER_SERVICE = 10_000

export function countMigrations(manifest: Manifest): { migrations: number; throughRuntime: number } {
  const through = manifest.sources.filter((source) => backupPlaceOf(manifest, source) !== 'container')
  const count = (sources: Manifest['sources']): number =>
    sources.reduce((sum, { databases }) => sum + databases.length, 0)
  return { migrations: count(manifest.sources), throughRuntime: count(through) }
}

/** Whether the answer rests on the runtime's machines. */
export function asksForNodes(manifest: Manifest): boolean {
  const { migrations, throughRuntime } = countMigrations(manifest)
  return throughRuntime > 0 && migrations <= MIGRATIONS_PER_SERVICE
}

export async function readMigrations(arm: ArmPort, manifest: Manifest): Promise<Observed<MigrationFacts>> {
  const nodes = asksForNodes(manifest) ? await readRuntimeNodes(arm, manifest) : seen<NodeFact[]>([])
  if (!nodes.ok) return nodes
  return seen({ generation: 'modern', ...countMigrations(manifest), nodes: nodes.value })
}

export function judgeMigrations(facts: MigrationFacts): Judgement {
  const { migrations, throughRuntime } = facts
  const whole = `the manifest has ${count(migrations)}; a service takes ${String(MIGRATIONS_PER_SERVICE)} at a time, those of other waves among them`
  const limit = `at most ${String(MIGRATIONS_PER_SERVICE)} migrations at a time in one service`
  if (migrations > MIGRATIONS_PER_SERVICE) {
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `Too much for one migration service: ${whole}`,
      expected: limit,
      actual: count(migrations),
      remediation: { text: 'Split the wave, or use several migration services with a runtime each.', scripts: [] },
    }
  }
  if (throughRuntime === 0) {
    const summary = `T${whole.slice(1)}; none of them goes through an integration runtime`
    return { verdict: 'pass', proof: 'direct', summary, expected: limit, actual: count(migrations) }
  }
  const expected = `${limit}, and ${MIGRATIONS_PER_NODE} on each node of its integration runtime`
  if (facts.nodes.length > 0) return judgeRuntime(facts, expected)
  const none = `How many migrations the integration runtime takes is not known: it has no node, for ${count(throughRuntime)}`
  return undetermined(none, expected)
}

/**
 * Microsoft recommends ten migrations a node; where the node's own limit of jobs is lower, that one counts. A node of which
 * Azure tells no limit may be down: nothing rests on it.
 */
function judgeRuntime({ throughRuntime, nodes }: MigrationFacts, expected: string): Judgement {
  const silent = nodes.filter(({ concurrentJobsLimit }) => concurrentJobsLimit === undefined)
  const told = nodes.filter(({ concurrentJobsLimit }) => concurrentJobsLimit !== undefined)
  const room = told.reduce((sum, node) => sum + roomOf(node), 0)
  const actual = `${count(throughRuntime)} for ${describeNodes(nodes)}, which together are good for ${room} at a time (${describeRoom(told, silent)})${describeBusy(nodes)}`
  if (throughRuntime <= room) {
    return { verdict: 'pass', proof: 'direct', summary: upper(actual), expected, actual }
  }
  if (throughRuntime <= room + silent.length * MIGRATIONS_PER_NODE) return undetermined(upper(actual), expected)
  const most = room + silent.length * MIGRATIONS_PER_NODE
  const grow = nodes.length < MOST_NODES ? `; or add nodes, up to ${MOST_NODES}` : ''
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: upper(actual),
    expected,
    actual,
    remediation: {
      text: `Start the migrations in batches of at most ${most}, and count the time of all batches into the cutover${grow}; or split the wave over several services with a runtime each. Who has planned batches can waive this check.`,
      scripts: [],
    },
  }
}

function undetermined(message: string, expected: string): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: {
      text: 'Bring every node of the runtime up, so that Azure tells how many jobs it takes; then run the gate again.',
      scripts: [],
    },
  }
}

function describeRoom(told: readonly NodeFact[], silent: readonly NodeFact[]): string {
  const low = told.filter((node) => roomOf(node) < MIGRATIONS_PER_NODE)
  const parts = [
    `${MIGRATIONS_PER_NODE} on each`,
    ...low.map((node) => `${node.name} for ${roomOf(node)} by its own limit of jobs`),
    ...silent.map(({ name }) => `of ${name} Azure tells nothing`),
  ]
  return parts.join(', ')
}

function describeBusy(nodes: readonly NodeFact[]): string {
  const busy = nodes.reduce((sum, { concurrentJobsRunning = 0 }) => sum + concurrentJobsRunning, 0)
  return busy === 0 ? '' : `; ${busy} ${busy === 1 ? 'job runs' : 'jobs run'} there now`
}

function roomOf({ concurrentJobsLimit = 0 }: NodeFact): number {
  return Math.max(0, Math.min(MIGRATIONS_PER_NODE, concurrentJobsLimit))
}

function count(migrations: number): string {
  return `${migrations} ${migrations === 1 ? 'migration' : 'migrations'}`
}

function upper(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}
