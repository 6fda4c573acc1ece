import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createPlanFile } from './plan-file.ts'

const home = mkdtempSync(path.join(tmpdir(), 'dms-preflight-plan-'))
afterAll(() => rmSync(home, { recursive: true }))
let workspace = ''
beforeEach(() => {
  workspace = mkdtempSync(path.join(home, 'work-'))
  mkdirSync(path.join(workspace, 'migration'))
  writeFileSync(path.join(workspace, 'migration/plan.json'), '{"a":1}')
})

const port = createPlanFile()
const at = (file: string) => ({ workspace, path: file })
const contentOf = (file: string): string => readFileSync(path.join(workspace, file), 'utf8')
const read = async (file: string): Promise<string> => {
  const text = await port.read(at(file))
  return text.ok ? text.value : `${text.failure.kind}: ${text.failure.message}`
}
const replace = async (file: string, before: string, text: string): Promise<string> => {
  const replaced = await port.replace(at(file), before, text)
  return replaced.ok ? 'written' : `${replaced.failure.kind}: ${replaced.failure.message}`
}

describe('the file of a plan', () => {
  it('is read to the letter, with a byte order mark', async () => {
    writeFileSync(path.join(workspace, 'bom.json'), '\uFEFF{"ü":1}\r\n')
    expect(await read('bom.json')).toBe('\uFEFF{"ü":1}\r\n')
  })

  it('is not read when it is not there, too large, no UTF-8, a folder or a link out of the workspace', async () => {
    writeFileSync(path.join(workspace, 'large.json'), Buffer.alloc(4 * 1024 * 1024 + 1, 0x20))
    writeFileSync(path.join(workspace, 'utf16.json'), Buffer.from('\uFEFF{"a":1}', 'utf16le'))
    writeFileSync(path.join(home, 'outside.json'), '{}')
    symlinkSync(path.join(home, 'outside.json'), path.join(workspace, 'out.json'))
    expect(await read('none.json')).toBe('not-found: none.json is not there.')
    expect(await read('large.json')).toBe('unsupported: large.json has 4194305 bytes; at most 4194304 are read.')
    expect(await read('utf16.json')).toBe('unsupported: utf16.json is not UTF-8: save it so.')
    expect(await read('migration')).toBe('forbidden: migration is not a regular file; it is not read.')
    expect(await read('out.json')).toBe('forbidden: out.json is a link out of the workspace; it is not read.')
    expect(await read('../outside.json')).toMatch(/^forbidden: .*must not leave the workspace/)
  })

  it('is replaced whole, with its mode, and nothing is left beside it', async () => {
    chmodSync(path.join(workspace, 'migration/plan.json'), 0o640)
    expect(await replace('migration/plan.json', '{"a":1}', '\uFEFF{"a":2}')).toBe('written')
    expect(contentOf('migration/plan.json')).toBe('\uFEFF{"a":2}')
    expect(statSync(path.join(workspace, 'migration/plan.json')).mode & 0o777).toBe(0o640)
    expect(readdirSync(path.join(workspace, 'migration'))).toEqual(['plan.json'])
  })

  it('stays behind a link inside the workspace', async () => {
    symlinkSync('migration/plan.json', path.join(workspace, 'link.json'))
    expect(await replace('link.json', '{"a":1}', '{"a":2}')).toBe('written')
    expect(contentOf('migration/plan.json')).toBe('{"a":2}')
    expect(lstatSync(path.join(workspace, 'link.json')).isSymbolicLink()).toBe(true)
  })

  it('is left alone when it is another one by now', async () => {
    expect(await replace('migration/plan.json', '{"a":0}', '{}')).toMatch(
      /^insufficient: .*was changed by somebody else/,
    )
    expect(contentOf('migration/plan.json')).toBe('{"a":1}')
    expect(await replace('gone.json', '', '{}')).toBe('forbidden: gone.json is not there any more.')
  })

  it('is never one of git, nor one outside', async () => {
    mkdirSync(path.join(workspace, '.git'))
    writeFileSync(path.join(workspace, '.git/plan.json'), '{"a":1}')
    writeFileSync(path.join(home, 'victim.json'), '{"a":1}')
    symlinkSync(path.join(home, 'victim.json'), path.join(workspace, 'out.json'))
    expect(await replace('.git/plan.json', '{"a":1}', '{}')).toBe(
      'forbidden: .git/plan.json lies in the folder of git.',
    )
    expect(await replace('out.json', '{"a":1}', '{}')).toBe('forbidden: out.json is a link out of the workspace.')
    expect(readFileSync(path.join(home, 'victim.json'), 'utf8')).toBe('{"a":1}')
  })
})
