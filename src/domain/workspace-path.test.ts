import { describe, expect, it } from '@jest/globals'
import { folderOf, resolveWorkspacePath } from './workspace-path.ts'

describe('resolveWorkspacePath', () => {
  it.each([
    ['', 'certs/root.pem', 'certs/root.pem'],
    ['waves', '../estate.yml', 'estate.yml'],
    ['a/b', './c//d', 'a/b/c/d'],
    ['', 'name with spaces.pem', 'name with spaces.pem'],
  ])('from %j, %j is %j', (folder, text, path) =>
    expect(resolveWorkspacePath(folder, text)).toEqual({ ok: true, path }),
  )

  it.each([
    ['', '', 'must be a path without spaces around it'],
    ['', ' a', 'must be a path without spaces around it'],
    ['', '../a', 'must not leave the workspace'],
    ['waves', '../../a', 'must not leave the workspace'],
    ['', 'a/../..', 'must not leave the workspace'],
    ['', '.', 'must name something inside the workspace'],
    ['', '/etc/passwd', 'must be relative, not absolute'],
    ['', 'C:\\a', 'must be relative, not absolute'],
    ['', 'c:a', 'must be relative, not absolute'],
    ['', '\\a', 'must be relative, not absolute'],
    ['', '\\\\host\\share', 'must be a path inside the workspace, not a UNC path'],
    ['', '//host/share', 'must be a path inside the workspace, not a UNC path'],
    ['', 'a\\b', 'must be written with forward slashes'],
    ['', 'a/NUL', 'must not name a device'],
    ['', 'com1.txt', 'must not name a device'],
    ['', 'a\tb', 'must not hold control characters'],
    ['', 'a\u0000', 'must not hold control characters'],
    ['', 'x'.repeat(1025), 'must be at most 1024 characters long'],
  ])('from %j, %j is refused', (folder, text, problem) =>
    expect(resolveWorkspacePath(folder, text)).toEqual({ ok: false, problem }),
  )
})

describe('folderOf', () => {
  it('is what stands before the last slash', () => {
    expect(folderOf('.github/dms-preflight.yml')).toBe('.github')
    expect(folderOf('dms.yml')).toBe('')
  })
})
