// What the end-to-end tests share: the action under test, and everything that a run of it shows to anybody.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { ActionRun } from '../../lab/runner.ts'
import { setStage, type Stage, type StageOptions } from '../../lab/stage.ts'
import type { Story } from '../../lab/stories/story.ts'
import type { Report } from '../../src/domain/report.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The packaged action; DMS_PREFLIGHT_ENTRY names another script, such as src/main.ts, while dist/ is not built yet. */
export const ENTRY = process.env['DMS_PREFLIGHT_ENTRY'] ?? path.join(ROOT, 'dist', 'index.js')

const ACTION = parse(readFileSync(path.join(ROOT, 'action.yml'), 'utf8')) as { outputs: Record<string, unknown> }
export const OUTPUT_NAMES = Object.keys(ACTION.outputs).sort()

/** A test's own stages and runs, closed and removed by `close`. */
export interface Theatre {
  stage(story: Story, options?: StageOptions): Promise<Stage>
  keep(run: ActionRun): ActionRun
  close(): Promise<void>
}

export function createTheatre(): Theatre {
  const endings: (() => Promise<void>)[] = []
  return {
    async stage(story, options) {
      const stage = await setStage(story, options)
      endings.push(() => stage.close())
      return stage
    },
    keep(run) {
      endings.push(() => run.dispose())
      return run
    },
    async close() {
      for (const end of endings.splice(0)) await end()
    },
  }
}

/** The files of the report directory by name; empty when there is none. */
export function reportFiles(run: ActionRun, directory = 'dms-preflight-report'): Record<string, string> {
  const folder = path.resolve(run.workspace, directory)
  if (!existsSync(folder)) return {}
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))
}

export function reportOf(run: ActionRun): Report {
  return JSON.parse(reportFiles(run)['report.json'] ?? 'null') as Report
}

/** Every text that a run makes public, by surface. The runner itself takes the lines that mask out of the log. */
export function surfacesOf(run: ActionRun, stage: Pick<Stage, 'github'>): Record<string, string> {
  const files = Object.entries(reportFiles(run)).map(([name, text]) => [`file ${name}`, text] as const)
  return {
    'standard output': withoutMasks(run.stdout),
    'standard error': run.stderr,
    summary: run.summary,
    outputs: Object.entries(run.outputs)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    annotations: run.annotations.map(({ title, file, message }) => [title, file, message].join('\n')).join('\n\n'),
    'sent to GitHub': stage.github.requests.map(({ url, body }) => `${url}\n${body}`).join('\n\n'),
    issue: stage.github.issues.map(({ title, body }) => `${title}\n${body}`).join('\n\n'),
    comment: stage.github.comments.map(({ body }) => body).join('\n\n'),
    ...Object.fromEntries(files),
  }
}

function withoutMasks(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n')
}
