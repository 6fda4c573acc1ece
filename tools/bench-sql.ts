// What the SQL side of the packaged action costs: round trips of one source with many databases, and the time and memory
// of many sources whose every answer comes late.
import { sqlDatabase } from '../lab/azure/data-resources.ts'
import type { runAction } from '../lab/runner.ts'
import { setStage, type Stage } from '../lab/stage.ts'
import { changeStory, putResources } from '../lab/stories/change.ts'
import { ASSESSMENT_PATH, assessmentReport, readyStory } from '../lab/stories/ready.ts'
import { isoDay, SALES, salesTarget } from '../lab/stories/sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from '../lab/stories/story.ts'
import type { SqlState } from '../lab/sql/state.ts'

/** Added to every answer of every server. */
const LATENCY_MS = 20
const MANY_SOURCES = 100
const MANY_DATABASES = 20
/** Databases of one activity of DMS. */
const ACTIVITY_LIMIT = 4
const WAIVER = `waivers:
  - check: service/activity-fits-limits
    subject: Sales to Azure SQL Database
    reason: a bench
    by: "@bench"
    expires: ${isoDay(30)}
`
/** Contract of the project: at most so many after the login of a source, when nothing errs. */
const ROUND_TRIP_LIMIT = 3

export interface Run {
  ms: number
  peakKib: number
}

export interface SqlFigures {
  oneSourceOf20Databases: { logins: number; roundTripsAfterLogin: number; roundTripLimit: number }
  latencyMs: number
  oneSource: { ms: number; peakMib: number }
  sources100: { ms: number; ratioToOneSource: number; peakMib: number; peakRatioToOneSource: number; logins: number }
}

/** `sample` runs the action once and measures it; runs of one source and of many are taken in turn. */
export async function sqlFigures(
  sample: (run: () => ReturnType<typeof runAction>) => Promise<Run>,
  entry: string,
  rounds: number,
  nodeOptions: readonly string[],
): Promise<SqlFigures> {
  const wide = await setStage(estate(1, MANY_DATABASES, 0))
  let trips: SqlFigures['oneSourceOf20Databases']
  try {
    await expectReady(wide, entry)
    const { logins, statements } = serverOf(wide, 0)
    trips = { logins: logins.length, roundTripsAfterLogin: statements.length, roundTripLimit: ROUND_TRIP_LIMIT }
  } finally {
    await wide.close()
  }
  const [one, many] = await Promise.all([
    setStage(estate(1, 1, LATENCY_MS)),
    setStage(estate(MANY_SOURCES, 1, LATENCY_MS)),
  ])
  try {
    await expectReady(one, entry)
    await expectReady(many, entry)
    const logins = Object.entries(many.sql).reduce(
      (sum, [name, server]) => sum + (name === 'target' ? 0 : server.logins.length),
      0,
    )
    const runs: Record<'one' | 'many', Run[]> = { one: [], many: [] }
    for (let round = 0; round < rounds; round += 1) {
      runs.one.push(await sample(() => one.run(entry, { nodeOptions })))
      runs.many.push(await sample(() => many.run(entry, { nodeOptions })))
    }
    const [few, lots] = [medianOf(runs.one), medianOf(runs.many)]
    return {
      oneSourceOf20Databases: trips,
      latencyMs: LATENCY_MS,
      oneSource: { ms: round1(few.ms), peakMib: round1(few.peakKib / 1024) },
      sources100: {
        ms: round1(lots.ms),
        ratioToOneSource: round1(lots.ms / few.ms),
        peakMib: round1(lots.peakKib / 1024),
        peakRatioToOneSource: round1(lots.peakKib / few.peakKib),
        logins,
      },
    }
  } finally {
    await Promise.all([one.close(), many.close()])
  }
}

/** A figure of a run that did not do its work is no figure. */
async function expectReady(stage: Stage, entry: string): Promise<void> {
  const run = await stage.run(entry)
  await run.dispose()
  const { ready, fail, unknown, blocked } = run.outputs
  if (ready !== 'true' || [fail, unknown, blocked].some((count) => count !== '0')) {
    throw new Error(
      `The estate of the bench is ${run.outputs['status'] ?? 'nothing'}, not ready.\n${run.stdout}\n${run.stderr}`,
    )
  }
}

function serverOf(stage: Stage, index: number): Stage['sql'][string] {
  const server = stage.sql[nameOf(index)]
  if (server === undefined) throw new Error('The estate of the bench has no such source.')
  return server
}

const nameOf = (index: number): string => `s${String(index)}`
const secretOf = (index: number): string => `S${String(index)}_PASSWORD`
const databaseOf = (source: number, index: number): string => `Db_${String(source)}_${String(index)}`

/** The ready migration with so many sources instead of its one, all of them sound. */
function estate(sources: number, databases: number, latencyMs: number): Story {
  const ready = readyStory()
  const all = Array.from({ length: sources }, (_, source) => source)
  const names = (source: number): string[] => Array.from({ length: databases }, (_, index) => databaseOf(source, index))
  const everywhere = all.flatMap(names)
  const { target } = ready.servers
  if (target === undefined) throw new Error('The ready story has no target.')
  return changeStory(
    {
      ...ready,
      servers: {
        ...Object.fromEntries(
          all.map((source) => [nameOf(source), { state: stateOf(source, names(source)), wire: { latencyMs } }]),
        ),
        target: { state: { ...salesTarget(), databases: everywhere.map((name) => ({ name, owners: ['dms'] })) } },
      },
      secrets: { ...ready.secrets, ...Object.fromEntries(all.map((source) => [secretOf(source), passwordOf(source)])) },
      files: (ports) => ({
        [MANIFEST_PATH]: manifestOf(ready.files({ sql: { ...ports.sql, source: 0 } }), ports, all, names),
        [ASSESSMENT_PATH]: assessmentReport({
          databases: all.flatMap((source) => names(source).map((name) => [addressOf(ports, source), name] as const)),
        }),
      }),
    },
    { azure: putResources(...everywhere.map((name) => sqlDatabase(SALES, 'sqlsales', name))) },
  )
}

const passwordOf = (source: number): string => `Bench-${String(source)}-pass!`
const addressOf = ({ sql }: Ports, source: number): string => `localhost,${String(sql[nameOf(source)])}`

function stateOf(source: number, databases: readonly string[]): SqlState {
  const login = { user: 'dms', password: passwordOf(source), controlServer: true, grants: ['VIEW SERVER STATE'] }
  return {
    serverName: nameOf(source),
    version: [16, 0, 4135],
    logins: [login],
    databases: databases.map((name) => ({ name })),
  }
}

/** The manifest of the ready story with its sources replaced. */
function manifestOf(
  files: Record<string, string>,
  ports: Ports,
  sources: readonly number[],
  names: (source: number) => string[],
): string {
  const own = sources.map(
    (source) => `  - name: ${nameOf(source)}
    server: ${addressOf(ports, source)}
    login: { user: dms, password: "\${${secretOf(source)}}" }
    tls: { ca: certs/root.pem }
    databases: [${names(source).join(', ')}]
`,
  )
  const manifest = (files[MANIFEST_PATH] ?? '').replace(/^sources:\n(?: .*\n)+/m, () => `sources:\n${own.join('')}`)
  // More databases than one activity takes: whoever runs a bench has planned that.
  const isLarge = sources.some((source) => names(source).length > ACTIVITY_LIMIT)
  return isLarge ? `${manifest}${WAIVER}` : manifest
}

function medianOf(runs: readonly Run[]): Run {
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  return { ms: middle(runs.map(({ ms }) => ms)), peakKib: middle(runs.map(({ peakKib }) => peakKib)) }
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
