import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expandManifestPaths } from './manifest-paths.ts'
import { blobShas, readWorkspaceFile } from './workspace.ts'

let home = ''
let workspace = ''
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'dms-preflight-workspace-')))
  workspace = join(home, 'work')
  const files = [
    '.github/dms-preflight.yml',
    'waves/1.yml',
    'waves/2.yml',
    'waves/deep/er/3.yml',
    'waves/notes.md',
    'a+b (c).yml',
    '.git/x.yml',
    'node_modules/y/z.yml',
  ]
  for (const file of files) {
    await mkdir(join(workspace, file, '..'), { recursive: true })
    await writeFile(join(workspace, file), file)
  }
  await mkdir(join(home, 'outside/sub'), { recursive: true })
  await writeFile(join(home, 'outside/secret.yml'), 'secret')
  await symlink(join(home, 'outside/secret.yml'), join(workspace, 'out.yml'))
  await symlink(join(home, 'outside'), join(workspace, 'away'))
  await symlink('waves/1.yml', join(workspace, 'in.yml'))
  await symlink('..', join(workspace, 'waves/loop'))
  execFileSync('mkfifo', [join(workspace, 'pipe')])
})
afterAll(() => rm(home, { recursive: true }))

describe('the input `manifest`', () => {
  const rows: [string, string[]][] = [
    ['.github/dms-preflight.yml', ['.github/dms-preflight.yml']],
    ['./waves/../waves/1.yml', ['waves/1.yml']],
    ['waves/*.yml', ['waves/1.yml', 'waves/2.yml']],
    ['waves/?.yml', ['waves/1.yml', 'waves/2.yml']],
    ['waves/**/*.yml', ['waves/1.yml', 'waves/2.yml', 'waves/deep/er/3.yml']],
    ['**/3.yml', ['waves/deep/er/3.yml']],
    ['**/dms-*.yml', ['.github/dms-preflight.yml']],
    ['waves/**', ['waves/1.yml', 'waves/2.yml', 'waves/deep/er/3.yml', 'waves/notes.md']],
    ['a+b (?).yml', ['a+b (c).yml']],
    ['in.yml', ['in.yml']],
  ]
  it.each(rows)('%s', async (line, paths) => {
    expect(await expandManifestPaths(workspace, [line])).toEqual({ paths, problems: [] })
  })

  it('is sorted, and names each file once', async () => {
    const { paths } = await expandManifestPaths(workspace, [
      'waves/2.yml',
      ' ',
      'waves/*.yml ',
      join(workspace, 'waves/1.yml'),
    ])
    expect(paths).toEqual(['waves/1.yml', 'waves/2.yml'])
  })

  it.each([
    ['gone.yml', 'no file matches `gone.yml`.'],
    ['waves/*.yaml', 'no file matches'],
    ['.github/dms-preflight.yaml', 'Did you mean `.github/dms-preflight.yml`?'],
    ['waves', 'not a regular file'],
    ['out.yml', 'link out of the workspace'],
    ['o*.yml', 'link out of the workspace'],
    ['away/secret.yml', 'link out of the workspace'],
    ['away/*.yml', 'no file matches'],
    ['pipe', 'not a regular file'],
    ['../outside/secret.yml', 'leave the workspace'],
    ['/etc/passwd', 'not absolute'],
    ['/dev/zero', 'not absolute'],
    ['//host/share/a.yml', 'UNC'],
    ['\\\\host\\share\\a.yml', 'UNC'],
    ['waves\\1.yml', 'forward slashes'],
    ['C:/a.yml', 'relative'],
    ['con/a.yml', 'device'],
    ['a\u0000b', 'control characters'],
  ])('has a problem with %j', async (line, words) => {
    const { paths, problems } = await expandManifestPaths(workspace, [line])
    expect(paths).toEqual([])
    expect(problems).toEqual([{ message: expect.stringMatching(/^`manifest`: /) }])
    expect(problems[0]?.message).toContain(words)
  })

  it('tells every problem at once and keeps what is sound', async () => {
    const { paths, problems } = await expandManifestPaths(workspace, ['gone.yml', 'waves/1.yml', '../x'])
    expect(paths).toEqual(['waves/1.yml'])
    expect(problems).toHaveLength(2)
  })

  it('takes a thousand files and no more', async () => {
    const many = join(home, 'many')
    await mkdir(many)
    await Promise.all(
      Array.from({ length: 1001 }, (_, at) => writeFile(join(many, `${String(at).padStart(4, '0')}.yml`), '')),
    )
    const { paths, problems } = await expandManifestPaths(many, ['*.yml'])
    expect(paths).toHaveLength(1000)
    expect(problems).toEqual([{ message: expect.stringContaining('1001 files match') }])
  })
})

describe('a file of the workspace', () => {
  it('is read, is not there, or is refused', async () => {
    const read = await readWorkspaceFile(workspace, 'waves/1.yml', 100)
    expect(read.ok && read.value.found && Buffer.from(read.value.bytes).toString()).toBe('waves/1.yml')
    expect(await readWorkspaceFile(workspace, 'gone', 100)).toEqual({ ok: true, value: { found: false } })
    expect(await readWorkspaceFile(workspace, 'waves/1.yml/below', 100)).toEqual({ ok: true, value: { found: false } })
    expect(await readWorkspaceFile(workspace, 'waves/1.yml', 5)).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported' },
    })
    for (const path of ['out.yml', 'away/secret.yml', 'pipe', '../outside/secret.yml', '/etc/passwd', 'waves']) {
      expect(await readWorkspaceFile(workspace, path, 100)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    }
    expect(await readWorkspaceFile(join(home, 'none'), 'a', 1)).toMatchObject({ ok: false })
  })

  it("has git's blob ids, also when git checked it out with CRLF", () => {
    // printf 'hello\n' | git hash-object --stdin
    expect(blobShas(Buffer.from('hello\n'))).toEqual(['ce013625030ba8dba906f756967f9e9ca394464a'])
    expect(blobShas(Buffer.from('hello\r\n'))).toEqual([expect.any(String), 'ce013625030ba8dba906f756967f9e9ca394464a'])
    expect(blobShas(Buffer.from([0xff, 0x0d, 0x0a]))[1]).toBe(blobShas(Buffer.from([0xff, 0x0a]))[0])
  })
})
