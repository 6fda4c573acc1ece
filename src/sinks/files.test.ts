import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPORT_FILES } from '../domain/report-files.ts'
import { publishFiles, removeReportFiles } from './files.ts'
import { publishSummary, SUMMARY_LIMIT_BYTES } from './summary.ts'

let home = ''
let workspace = ''
let runnerTemp = ''
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'dms-preflight-files-')))
  workspace = join(home, 'work')
  runnerTemp = join(home, 'temp')
  for (const folder of [workspace, runnerTemp, join(home, 'outside')]) await mkdir(folder)
})
afterEach(() => rm(home, { recursive: true }))

const redact = (text: string): string => text.replaceAll('hunter2', '***')
const publish = (directory: string, files = { 'report.json': '{"a":"hunter2"}', 'report.md': '# a' }) =>
  publishFiles({ directory, workspace, runnerTemp }, files, redact)

describe('the report directory', () => {
  it('gets the files, redacted, and loses our own of an earlier run and nothing else', async () => {
    await mkdir(join(workspace, 'out/deep'), { recursive: true })
    for (const name of ['report.md', 'junit.xml', 'keep.txt']) await writeFile(join(workspace, 'out/deep', name), 'old')
    expect(await publish('out/deep')).toEqual({ path: 'out/deep' })
    expect(await readdir(join(workspace, 'out/deep'))).toEqual(['keep.txt', 'report.json', 'report.md'])
    expect(await readFile(join(workspace, 'out/deep/report.json'), 'utf8')).toBe('{\n  "a": "***"\n}\n')
    expect(await readFile(join(workspace, 'out/deep/report.md'), 'utf8')).toBe('# a')
  })

  it('may lie in RUNNER_TEMP, and be absolute in the workspace', async () => {
    expect(await publish(join(runnerTemp, 'r'))).toEqual({ path: join(runnerTemp, 'r') })
    expect(await publish(join(workspace, 'r'))).toEqual({ path: 'r' })
  })

  it('replaces a link at one of our names instead of writing through it', async () => {
    await mkdir(join(workspace, 'out'))
    await writeFile(join(home, 'outside/victim'), 'old')
    await symlink(join(home, 'outside/victim'), join(workspace, 'out/report.json'))
    expect(await publish('out')).toEqual({ path: 'out' })
    expect(await readFile(join(home, 'outside/victim'), 'utf8')).toBe('old')
  })

  it('replaces a folder at one of our names, and whatever is in it', async () => {
    await mkdir(join(workspace, 'out/report.json/deep'), { recursive: true })
    await writeFile(join(workspace, 'out/report.json/deep/x'), '')
    expect(await publish('out')).toEqual({ path: 'out' })
    expect(await readFile(join(workspace, 'out/report.json'), 'utf8')).toContain('***')
  })

  it('writes SARIF as data, and XML as text', async () => {
    const files = { 'report.json': '{}', 'report.sarif': '{"a":"hunter2"}', 'junit.xml': '<a b="hunter2"/>' }
    await publishFiles({ directory: 'out', workspace, runnerTemp }, files, redact)
    expect(JSON.parse(await readFile(join(workspace, 'out/report.sarif'), 'utf8'))).toEqual({ a: '***' })
    expect(await readFile(join(workspace, 'out/junit.xml'), 'utf8')).toBe('<a b="***"/>')
  })

  it('keeps report.json when another file cannot be written', async () => {
    const files = { 'report.json': '{}', 'report.sarif': 'no JSON', 'junit.xml': '<a/>' }
    const { path, problem } = await publishFiles({ directory: 'out', workspace, runnerTemp }, files, redact)
    expect([path, problem?.severity]).toEqual(['out', 'warning'])
    expect(await readdir(join(workspace, 'out'))).toEqual(['junit.xml', 'report.json'])
  })

  it.each([
    ['..', 'leave the workspace'],
    ['a/../../outside', 'leave the workspace'],
    ['link', 'outside the workspace'],
    ['inner', 'it is a link'],
    ['inner/deeper', 'it is a link'],
    ['link/deeper', 'outside the workspace'],
    ['dangling/deeper', 'link to nowhere'],
    ['\\\\host\\share', 'UNC'],
    ['//host/share', 'UNC'],
    ['/dev/shm', 'outside the workspace'],
    ['file', 'EEXIST'],
    ['file/below', 'ENOTDIR'],
    ['nul', 'device'],
    ['a\nb', 'control characters'],
    ['', 'path'],
  ])('is refused outside or where none can be: %j', async (directory, words) => {
    await symlink(join(home, 'outside'), join(workspace, 'link'))
    await symlink(join(home, 'outside/none'), join(workspace, 'dangling'))
    await writeFile(join(workspace, 'file'), '')
    await mkdir(join(workspace, 'folder/deeper'), { recursive: true })
    await symlink('folder', join(workspace, 'inner'))
    const { path, problem } = await publish(directory)
    expect(path).toBeUndefined()
    expect(problem).toEqual({ severity: 'warning', message: expect.stringContaining(words) })
    expect(await readdir(join(home, 'outside'))).toEqual([])
  })
})

describe('an earlier report', () => {
  const remove = (directory: string) => removeReportFiles({ directory, workspace, runnerTemp }, redact)

  it('is deleted before anything else, and nothing of others', async () => {
    await mkdir(join(workspace, 'out'))
    for (const name of [...REPORT_FILES, 'keep.txt']) await writeFile(join(workspace, 'out', name), 'old')
    expect(await remove('out')).toBeUndefined()
    expect(await readdir(join(workspace, 'out'))).toEqual(['keep.txt'])
  })

  it('that is not there is none, and no folder is made for it', async () => {
    expect(await remove('out')).toBeUndefined()
    expect(await readdir(workspace)).toEqual([])
  })

  it('behind a link is left alone, and said not to be this one', async () => {
    await mkdir(join(workspace, 'folder'))
    await writeFile(join(workspace, 'folder/report.json'), '{"status":"ready"}')
    await symlink('folder', join(workspace, 'out'))
    expect(await remove('out')).toEqual({
      severity: 'warning',
      message: expect.stringMatching(/could not be cleared: it is a link.*NOT the report of this run/),
    })
    expect(await readdir(join(workspace, 'folder'))).toEqual(['report.json'])
  })
})

describe('the summary', () => {
  it('is appended, redacted', async () => {
    const path = join(home, 'summary')
    await writeFile(path, 'before\n')
    expect(await publishSummary(path, '# hunter2', redact)).toBeUndefined()
    expect(await readFile(path, 'utf8')).toBe('before\n# ***\n')
  })

  it('is a warning where it cannot be written, and nothing without a runner', async () => {
    expect(await publishSummary(home, '# a', redact)).toMatchObject({ severity: 'warning' })
    expect(await publishSummary(undefined, '# a', redact)).toBeUndefined()
  })

  it('fits, with its fences and folds closed', async () => {
    const path = join(home, 'summary')
    await publishSummary(
      path,
      `<details>\n\n\`\`\`sql\n${'ä'.repeat(99)}\n`.repeat(1) + `${'ä'.repeat(99)}\n`.repeat(6000),
      redact,
    )
    const text = await readFile(path, 'utf8')
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(text).toMatch(/ä\n```\n<\/details>\n\n_The rest does not fit/)
    expect(text).not.toContain('\ufffd')
  })

  it('that is full keeps what it has, however much is still to be said', async () => {
    const path = join(home, 'summary')
    await publishSummary(path, `${'x'.repeat(99)}\n`.repeat(10_480), redact)
    for (const more of ['🧾 The receipt', `${'y'.repeat(99)}\n`.repeat(10), 'z'.repeat(2_000)]) {
      await publishSummary(path, more, redact)
      expect((await stat(path)).size).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    }
    expect(await readFile(path, 'utf8')).toContain('🧾 The receipt')
  })
})
