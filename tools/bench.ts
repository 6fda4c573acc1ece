// Figures of the packaged action as one JSON object. Times are medians and ratios to `node -e 0` of the same run, taken
// in turn, so that a slow or busy machine changes both sides alike.
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnSync } from 'node:child_process'
import { runAction } from '../lab/runner.ts'
import { setStage } from '../lab/stage.ts'
import { salesStory } from '../lab/stories/sales.ts'
import { sqlFigures } from './bench-sql.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const ENTRY = path.join(ROOT, 'dist', 'index.js')
const ROUNDS = 9
/** Of a hundred servers: each takes seconds. */
const SQL_ROUNDS = 3
/** Prints the process's own peak at its end; loaded before the action. */
const PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('PEAK_KIB='+process.resourceUsage().maxRSS+'\\n'))`

interface Sample {
  ms: number
  peakKib: number
}

const stage = await setStage(salesStory({ fixed: true }))
try {
  const samples: Record<'node' | 'badManifest' | 'fullRun', Sample[]> = { node: [], badManifest: [], fullRun: [] }
  for (let round = -1; round < ROUNDS; round += 1) {
    const bare = runBareNode()
    const bad = await sampleOf(() =>
      runAction({
        entry: ENTRY,
        files: { '.github/dms-preflight.yml': 'version: 2\n' },
        nodeOptions: [`--import=${PEAK}`],
      }),
    )
    const full = await sampleOf(() => stage.run(ENTRY, { nodeOptions: [`--import=${PEAK}`] }))
    if (round < 0) continue
    samples.node.push(bare)
    samples.badManifest.push(bad)
    samples.fullRun.push(full)
  }
  const node = median(samples.node.map(({ ms }) => ms))
  const figures = (list: readonly Sample[]): Record<string, number> => ({
    ms: round1(median(list.map(({ ms }) => ms))),
    ratioToBareNode: round1(median(list.map(({ ms }) => ms)) / node),
    peakMib: round1(median(list.map(({ peakKib }) => peakKib)) / 1024),
  })
  console.log(
    JSON.stringify(
      {
        node: process.version,
        rounds: ROUNDS,
        bareNodeMs: round1(node),
        badManifest: figures(samples.badManifest),
        fullRun: figures(samples.fullRun),
        sql: await sqlFigures(sampleOf, ENTRY, SQL_ROUNDS, [`--import=${PEAK}`]),
        nsg: nsgFigures(),
        dist: distFigures(),
      },
      null,
      2,
    ),
  )
} finally {
  await stage.close()
}

/** In a process of its own, so that its first times are those of a new process. */
function nsgFigures(): unknown {
  const done = spawnSync(process.execPath, [path.join(ROOT, 'tools', 'bench-nsg.ts')], { encoding: 'utf8' })
  if (done.status !== 0)
    throw new Error(`The bench of security groups ended with ${String(done.status)}: ${done.stderr}`)
  return JSON.parse(done.stdout)
}

function runBareNode(): Sample {
  const before = performance.now()
  spawnSync(process.execPath, ['-e', '0'])
  return { ms: performance.now() - before, peakKib: 0 }
}

async function sampleOf(run: () => ReturnType<typeof runAction>): Promise<Sample> {
  const done = await run()
  await done.dispose()
  return { ms: done.ms, peakKib: Number(/PEAK_KIB=(\d+)/.exec(done.stderr)?.[1] ?? 0) }
}

function distFigures(): Record<string, number> {
  const sizes = readdirSync(path.join(ROOT, 'dist')).map((file) => ({
    file,
    bytes: statSync(path.join(ROOT, 'dist', file)).size,
  }))
  const code = sizes.filter(({ file }) => file.endsWith('.js'))
  return {
    files: sizes.length,
    codeBytes: code.reduce((sum, { bytes }) => sum + bytes, 0),
    entryBytes: sizes.find(({ file }) => file === 'index.js')?.bytes ?? 0,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
