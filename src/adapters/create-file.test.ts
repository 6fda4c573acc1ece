import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWorkspaceFile } from './create-file.ts'

let home = ''
let workspace = ''
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'dms-preflight-create-')))
  workspace = join(home, 'work')
  await mkdir(join(workspace, '.git'), { recursive: true })
  await mkdir(join(home, 'outside'))
})
afterEach(() => rm(home, { recursive: true }))

const create = (path: string, text = 'new') => createWorkspaceFile(workspace, path, text)

describe('a new file of the workspace', () => {
  it.each(['a.yml', '.github/a.yml', 'x/y/../z/a.yml'])('%s', async (path) => {
    expect(await create(path, 'ä\n')).toEqual({ ok: true, value: { created: true } })
    expect(await readFile(join(workspace, path), 'utf8')).toBe('ä\n')
    expect(await create(path)).toEqual({ ok: true, value: { created: false } })
    expect(await readFile(join(workspace, path), 'utf8')).toBe('ä\n')
  })

  it('is made by one of two that try at the same moment', async () => {
    const both = await Promise.all([create('a.yml', 'one'), create('a.yml', 'two')])
    expect(both.map((made) => made.ok && made.value.created).sort()).toEqual([false, true])
  })

  it('is not made behind a link out of the workspace, nor in the place of a link', async () => {
    await symlink(join(home, 'outside'), join(workspace, 'away'))
    await symlink(join(home, 'outside/b.yml'), join(workspace, 'b.yml'))
    await symlink(join(home, 'nowhere'), join(workspace, 'broken'))
    const behind = /link out of the workspace/
    expect(await create('away/a.yml')).toMatchObject({ ok: false, failure: { message: expect.stringMatching(behind) } })
    expect(await create('away/deep/a.yml')).toMatchObject({ ok: false })
    expect(await create('broken/a.yml')).toMatchObject({
      ok: false,
      failure: { message: expect.stringMatching(/behind a link to nowhere/) },
    })
    expect(await create('b.yml')).toEqual({ ok: true, value: { created: false } })
    expect(await readdir(join(home, 'outside'))).toEqual([])
  })

  it.each([
    ['../a.yml', /must not leave the workspace/],
    ['/etc/a.yml', /must be relative/],
    ['.git/hooks/pre-push', /lies in the folder of git/],
    ['file/a.yml', /cannot be written on this runner \((ENOTDIR|EEXIST)\)/],
  ])('is not %s', async (path, message) => {
    await writeFile(join(workspace, 'file'), '')
    const made = await create(path)
    expect(made).toMatchObject({ ok: false, failure: { kind: 'forbidden', message: expect.stringMatching(message) } })
  })

  it('needs a workspace', async () => {
    expect(await createWorkspaceFile(join(home, 'none'), 'a.yml', '')).toMatchObject({ ok: false })
  })
})
