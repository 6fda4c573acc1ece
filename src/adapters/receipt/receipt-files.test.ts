import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { git } from '../../../test/git-rig.ts'
import type { ReceiptPlace } from '../../ports/receipt-port.ts'
import { createReceiptFiles } from './receipt-files.ts'

const files = createReceiptFiles()
let home = ''
let workspace = ''
let temp = ''
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'dms-preflight-receipt-')))
  workspace = path.join(home, 'work')
  temp = path.join(home, 'temp')
  for (const folder of [workspace, temp, path.join(home, 'elsewhere')]) mkdirSync(folder)
  git(workspace, 'init', '-q')
  put('tracked.json', '{}')
  git(workspace, 'add', '.')
})
afterEach(() => rmSync(home, { recursive: true }))

const place = (name: string): ReceiptPlace => ({ path: name, workspace, runnerTemp: temp })
function put(name: string, text = 'x'): string {
  const file = path.resolve(workspace, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}
const read = async (name: string, limit = 100): Promise<string> => {
  const bytes = await files.read(place(name), limit)
  return bytes.ok ? Buffer.from(bytes.value).toString() : bytes.failure.message
}

describe('a receipt is read', () => {
  it.each(['receipt.json', 'new/receipt.json', '../temp/a/receipt.json'])('where it may lie: %s', async (name) => {
    const file = put(name, 'hello')
    const asked = name.startsWith('..') ? file : name
    expect(await read(asked)).toBe('hello')
    expect(await read(file)).toBe('hello')
  })

  it('up to its limit and not beyond', async () => {
    put('receipt.json', 'x'.repeat(100))
    expect(await read('receipt.json', 100)).toHaveLength(100)
    expect(await read('receipt.json', 99)).toBe('The receipt `receipt.json` is larger than 99 bytes.')
  })

  it.each<[string, () => string, RegExp]>([
    ['that is missing', () => 'receipt.json', /`receipt\.json` is not there/],
    ['in a missing folder', () => 'a/b/receipt.json', /is not there/],
    ['behind a file', () => 'tracked.json/receipt.json', /is not there|cannot be used/],
    ['that is a folder', () => (mkdirSync(path.join(workspace, 'folder')), 'folder'), /is not a regular file/],
    [
      'that is a link',
      () => (put('real.json'), symlinkSync('real.json', path.join(workspace, 'link.json')), 'link.json'),
      /is a link/,
    ],
    [
      'that is a link to nowhere',
      () => (symlinkSync('none', path.join(workspace, 'link.json')), 'link.json'),
      /is a link/,
    ],
    ['that is a device', () => '/dev/null', /outside the workspace and RUNNER_TEMP/],
    ['elsewhere', () => put('../elsewhere/receipt.json'), /outside the workspace/],
    ['above the workspace', () => '../receipt.json', /must not leave the workspace/],
    [
      'behind a link that leaves',
      () => (symlinkSync('../elsewhere', path.join(workspace, 'out')), put('../elsewhere/r.json'), 'out/r.json'),
      /outside the workspace/,
    ],
    [
      'behind a link to nowhere',
      () => (symlinkSync('nowhere', path.join(workspace, 'out')), 'out/r.json'),
      /link to nowhere/,
    ],
    ['in the folder of git', () => put('.git/receipt.json'), /in the folder of git/],
    ['that is the workspace itself', () => workspace, /outside the workspace/],
    ['that is a UNC path', () => '//host/share/receipt.json', /UNC/],
    ['that git tracks', () => 'tracked.json', /is a file of the repository/],
    ['that git tracks, by its full path', () => path.join(workspace, 'tracked.json'), /is a file of the repository/],
    [
      'that git tracks, behind a link',
      () => (symlinkSync('.', path.join(workspace, 'here')), 'here/tracked.json'),
      /is a file of the repository/,
    ],
  ])('never %s', async (_, prepare, message) => {
    expect(await read(prepare())).toMatch(message)
  })

  it('not where nobody can tell whether git tracks it', async () => {
    put('receipt.json')
    rmSync(path.join(workspace, '.git'), { recursive: true })
    expect(await read('receipt.json')).toMatch(/cannot be told: the workspace is no checkout with a `\.git`/)
    writeFileSync(path.join(workspace, '.git'), 'not a pointer')
    expect(await read('receipt.json')).toMatch(/neither a folder nor points to one/)
    writeFileSync(path.join(workspace, '.git'), 'gitdir: ../elsewhere/none\n')
    expect(await read('receipt.json')).toMatch(/cannot be told: the index of git cannot be read \(ENOENT\)/)
    rmSync(path.join(workspace, '.git'))
    symlinkSync('nowhere', path.join(workspace, '.git'))
    expect(await read('receipt.json')).toMatch(/cannot be told/)
    const file = put('../temp/receipt.json', 'in the temporary folder git has no say')
    expect(await read(file)).toMatch(/no say/)
  })

  it('with the repository of an inner checkout, a linked worktree and the outer one in mind', async () => {
    put('inner/inner.json')
    put('inner/free.json', 'free')
    put('outer/inner.json')
    git(path.join(workspace, 'inner'), 'init', '-q')
    git(path.join(workspace, 'inner'), 'add', 'inner.json')
    expect(await read('inner/inner.json')).toMatch(/is a file of the repository/)
    expect(await read('inner/free.json')).toBe('free')
    expect(await read('outer/inner.json')).toBe('x')
    git(workspace, 'commit', '-q', '-m', 'x')
    git(workspace, 'worktree', 'add', '-q', 'tree')
    expect(await read('tree/tracked.json')).toMatch(/is a file of the repository/)
    put('tree/free.json', 'free')
    expect(await read('tree/free.json')).toBe('free')
  })
})

describe('what an earlier run left', () => {
  it.each(['receipt.json', 'a/receipt.json'])('is deleted: %s', async (name) => {
    const file = put(name, '{"payload":')
    expect(await files.remove(place(name))).toEqual({ ok: true, value: { removed: true } })
    expect(existsSync(file)).toBe(false)
    expect(await files.remove(place(name))).toEqual({ ok: true, value: { removed: false } })
  })

  it('is deleted when it is a link, and what it points to stays', async () => {
    const real = put('real.json')
    symlinkSync('real.json', path.join(workspace, 'link.json'))
    expect(await files.remove(place('link.json'))).toMatchObject({ ok: true })
    expect(existsSync(real)).toBe(true)
    expect(() => lstatSync(path.join(workspace, 'link.json'))).toThrow('ENOENT')
  })

  it.each([
    ['a file of the repository', 'tracked.json', /file of the repository; it was left alone/],
    ['a folder', 'folder', /is a folder/],
    ['elsewhere', '../elsewhere/x.json', /must not leave/],
    ['a manifest that git does not know', 'wave.yml', /`wave.yml` is no receipt; it was left alone/],
    ['a file of git', '.git/index', /in the folder of git/],
  ])('is left alone when it is %s', async (_, name, message) => {
    mkdirSync(path.join(workspace, 'folder'))
    put('wave.yml', 'version: 1\n')
    const removed = await files.remove(place(name))
    expect(removed).toMatchObject({ ok: false, failure: { message: expect.stringMatching(message) } })
    expect(
      ['tracked.json', 'folder', '.git/index', 'wave.yml'].every((kept) => existsSync(path.join(workspace, kept))),
    ).toBe(true)
  })
})

describe('a receipt is written', () => {
  it('as a new file, with the path for later steps', async () => {
    expect(await files.write(place('a/b/receipt.json'), 'text')).toEqual({ ok: true, value: 'a/b/receipt.json' })
    expect(readFileSync(path.join(workspace, 'a/b/receipt.json'), 'utf8')).toBe('text')
    const inTemp = path.join(temp, 'receipt.json')
    expect(await files.write(place(inTemp), 'text')).toEqual({ ok: true, value: inTemp })
  })

  it('never over or through what was put there meanwhile', async () => {
    put('receipt.json', 'theirs')
    symlinkSync('../elsewhere/x.json', path.join(workspace, 'link.json'))
    for (const name of ['receipt.json', 'link.json']) {
      expect(await files.write(place(name), 'ours')).toMatchObject({
        ok: false,
        failure: { message: expect.stringContaining('EEXIST') },
      })
    }
    expect(readFileSync(path.join(workspace, 'receipt.json'), 'utf8')).toBe('theirs')
    expect(existsSync(path.join(home, 'elsewhere/x.json'))).toBe(false)
  })
})

describe('the hash', () => {
  it('of a file of the workspace is that of git, of a written one that of its bytes', async () => {
    put('lf.yml', 'a\nb\n')
    put('crlf.yml', 'a\r\nb\r\n')
    const lf = await files.hashOf(workspace, 'lf.yml')
    expect(await files.hashOf(workspace, 'crlf.yml')).toEqual(lf)
    expect(await files.hashOfWritten(place('lf.yml'))).toEqual(lf)
    expect(await files.hashOfWritten(place('crlf.yml'))).not.toEqual(lf)
    expect(await files.hashOf(workspace, 'none.yml')).toMatchObject({
      ok: false,
      failure: { message: '`none.yml` is not there.' },
    })
  })
})
