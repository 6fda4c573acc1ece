// The packaged action against the lab, as a runner would start it. `--fixed`: the same migration made ready.
// `--story NAME`: another story. Exits 0 when the action did what the story says.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ActionRun } from '../lab/runner.ts'
import { findSamba } from '../lab/smb/samba.ts'
import { setStage } from '../lab/stage.ts'
import { STORIES, type StoryOptions } from '../lab/stories/stories.ts'
import type { Story } from '../lab/stories/story.ts'
import { renderHtml } from './render-html.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const OUT = path.join(ROOT, 'demo-output')

const { values } = parseArgs({
  options: { fixed: { type: 'boolean', default: false }, story: { type: 'string', default: 'sales' } },
})
const makeStory = STORIES[values.story]
if (makeStory === undefined) {
  console.error(`No story is named ${values.story}. There are: ${Object.keys(STORIES).join(', ')}`)
  process.exit(2)
}
process.exitCode = await play(castStory(makeStory, values.fixed))

/** Without a file server on this machine the story goes on without the share, and says so. */
function castStory(make: (options: StoryOptions) => Story, fixed: boolean): Story {
  const story = make({ fixed })
  if (story.fileServer === undefined || findSamba()) return story
  console.log('The share of this story is left out: it takes smbd of Samba, and root or sudo without a password.\n')
  return make({ fixed, hasFileServer: false })
}

async function play(story: Story): Promise<number> {
  const entry = path.join(ROOT, 'dist', 'index.js')
  if (!existsSync(entry)) {
    console.error('dist/index.js is not there: run `npm run build` first.')
    return 2
  }
  console.log(`${story.title}\nStarting the lab: ${labOf(story)} on this machine ...\n`)
  const stage = await setStage(story)
  try {
    const run = await stage.run(entry)
    const comment = stage.github.comments.at(-1)?.body ?? ''
    console.log(withoutCommands(run.stdout))
    if (run.stderr !== '') console.error(run.stderr)
    await writeOutputs(story, run, comment)
    const surprises = surprisesOf(story, run, comment)
    printEnd(story, run)
    for (const surprise of surprises) console.error(`NOT AS THE STORY SAYS: ${surprise}`)
    await run.dispose()
    return surprises.length === 0 ? 0 : 1
  } finally {
    await stage.close()
  }
}

function labOf({ servers, storage, fileServer }: Story): string {
  return [
    'Azure, GitHub',
    `${String(Object.keys(servers).length)} SQL Servers`,
    ...(storage === undefined ? [] : ['blob storage (Azurite)']),
    ...(fileServer === undefined ? [] : ['a file server (Samba)']),
  ].join(', ')
}

/** What the runner itself would take out of the log: masks, annotations and group marks. */
function withoutCommands(log: string): string {
  return log
    .split('\n')
    .filter(
      (line) =>
        !/^::(add-mask|debug|endgroup|error|warning|notice|stop-commands)\b/.test(line) &&
        !/^::[0-9a-f-]{16,}::$/.test(line),
    )
    .map((line) => line.replace(/^::group::/, '▼ '))
    .join('\n')
    .trimEnd()
}

async function writeOutputs(story: Story, run: ActionRun, comment: string): Promise<void> {
  mkdirSync(OUT, { recursive: true })
  writeFileSync(path.join(OUT, 'summary.md'), run.summary)
  writeFileSync(path.join(OUT, 'summary.html'), await renderHtml(run.summary, story.title))
  writeFileSync(path.join(OUT, 'comment.html'), await renderHtml(comment, `${story.title} (comment)`))
  const report = path.join(run.workspace, run.outputs['report'] ?? 'dms-preflight-report/report.json')
  if (existsSync(report)) writeFileSync(path.join(OUT, 'report.json'), readFileSync(report))
}

function surprisesOf(story: Story, run: ActionRun, comment: string): string[] {
  const { status, exitCode } = story.expected
  const seen = run.outputs['status'] ?? 'none'
  return [
    ...(seen === status ? [] : [`status ${seen} instead of ${status}`]),
    ...(run.code === exitCode ? [] : [`exit code ${String(run.code)} instead of ${String(exitCode)}`]),
    ...(run.summary === '' ? ['no job summary'] : []),
    ...(comment === '' ? ['no comment on the pull request'] : []),
  ]
}

function printEnd(story: Story, run: ActionRun): void {
  console.log(
    [
      '',
      `The action ended with exit code ${String(run.code)} after ${(run.ms / 1000).toFixed(1)} s: status=${run.outputs['status'] ?? ''}, ready=${run.outputs['ready'] ?? ''}`,
      '',
      'What to look at:',
      ...story.look.map((sentence) => `  - ${sentence}`),
      '  - demo-output/summary.html: the job summary as GitHub shows it; comment.html: the comment on the pull request',
      '  - demo-output/report.json: every verdict with its evidence',
    ].join('\n'),
  )
}
