import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { startGitHub } from '../../lab/github.ts'
import { runAction, type ActionStart } from '../../lab/runner.ts'
import { PULL_REQUEST } from '../../lab/stage.ts'
import { workflowManifest } from '../../lab/workflow-lab.ts'
import { compareFolders } from '../../tools/check-dist.ts'
import { OUTPUT_NAMES } from './action.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const DIST = path.join(ROOT, 'dist')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dms-preflight-build-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function makeFolder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const made = path.join(folder, name)
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(made, file)), { recursive: true })
    await writeFile(path.join(made, file), text)
  }
  return made
}

describe('the comparison of dist/ with a fresh build', () => {
  const files = { 'index.js': 'a', '160.index.js': 'b', 'deep/x.js': 'c' }

  it.each([
    ['nothing', {}, []],
    ['one changed byte', { 'deep/x.js': 'd' }, ['changed: deep/x.js']],
    ['another line end', { 'index.js': 'a\n' }, ['changed: index.js']],
    ['a file less', { 'deep/x.js': undefined }, ['missing: deep/x.js']],
    ['a file more', { 'more.js': '' }, ['not made by the build: more.js']],
    [
      'all of them',
      { 'index.js': 'A', '160.index.js': undefined, '161.index.js': 'b' },
      ['missing: 160.index.js', 'not made by the build: 161.index.js', 'changed: index.js'],
    ],
  ])('finds %s', async (name, change, differences) => {
    const changed = Object.entries({ ...files, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    const fresh = await makeFolder(`${name}/fresh`, files)
    const committed = await makeFolder(`${name}/committed`, Object.fromEntries(changed))
    expect(compareFolders(committed, fresh)).toEqual(differences)
  })
})

describe('the bundle', () => {
  it('holds no path of the machine that built it', async () => {
    const paths = [ROOT, `${homedir()}/`, process.env['GITHUB_WORKSPACE']].filter((text = '') => text.length > 5)
    const names = await readdir(DIST)
    expect(names).toEqual(expect.arrayContaining(['index.js', 'package.json', 'THIRD-PARTY-NOTICES.txt']))
    for (const name of names) {
      const text = await readFile(path.join(DIST, name), 'utf8')
      const found = paths.filter((text_) => text.includes(text_ ?? ''))
      expect([name, found, /file:\/\/\/(?!\$|['"`])[A-Za-z]/.exec(text)?.[0]]).toEqual([name, [], undefined])
    }
  })

  it('is what action.yml starts, and nothing else of the repository is needed', async () => {
    const { runs } = parse(await readFile(path.join(ROOT, 'action.yml'), 'utf8')) as { runs: { main: string } }
    expect(path.join(ROOT, runs.main)).toBe(path.join(DIST, 'index.js'))
    const alone = path.join(folder, 'alone')
    for (const name of await readdir(DIST)) {
      await makeFolder('alone', { [name]: await readFile(path.join(DIST, name), 'utf8') })
    }
    const run = await runAction({
      entry: path.join(alone, 'index.js'),
      files: { '.github/dms-preflight.yml': 'version: 2' },
    })
    expect([run.code, run.stderr, Object.keys(run.outputs).sort()]).toEqual([1, '', OUTPUT_NAMES])
    await run.dispose()
  })

  it('opens its other chunks only when it needs them', async () => {
    const index = pathToFileURL(path.join(DIST, 'index.js')).href
    expect(await filesLoaded({ files: { '.github/dms-preflight.yml': 'version: 2' } })).toEqual([index])
    const github = await startGitHub({ files: { main: {} } })
    const sound = { '.github/dms-preflight.yml': workflowManifest('passing') }
    const loaded = await filesLoaded({
      files: sound,
      eventName: 'pull_request',
      event: PULL_REQUEST,
      apiUrl: github.url,
      inputs: { 'github-token': 'ghs_x', comment: 'never' },
    })
    await github.close()
    expect(loaded[0]).toBe(index)
    expect(loaded.length).toBeGreaterThan(1)
  })
})

/** Every file that the bundle's start loads as a module. */
async function filesLoaded(start: Omit<ActionStart, 'entry' | 'nodeOptions'>): Promise<string[]> {
  const log = path.join(folder, 'loaded')
  await writeFile(log, '')
  const hook = `import { appendFileSync } from 'node:fs'; import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context) } })`
  const run = await runAction({
    ...start,
    entry: path.join(DIST, 'index.js'),
    nodeOptions: [`--import=data:text/javascript,${encodeURIComponent(hook)}`],
  })
  expect([run.code, run.outputs['status']]).toEqual([1, 'undetermined'])
  await run.dispose()
  return (await readFile(log, 'utf8')).split('\n').filter((url) => url.startsWith('file:'))
}
