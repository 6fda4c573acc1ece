import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { CATALOGUE } from '../src/checks/catalogue.generated.ts'
import { nextRef } from './new-check.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const COPIED = [
  'src',
  'lab',
  'test',
  'tools',
  'docs',
  'action.yml',
  'README.md',
  'package.json',
  'tsconfig.json',
  'jest.config.mjs',
]
const JEST = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
const FOLDER = 'src/checks/source/clock-is-right'

let copy = ''
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'dms-preflight-new-check-'))
  for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'dir')
})
afterAll(() => {
  rmSync(copy, { recursive: true })
})

function node(...args: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' })
  return { status, text: `${stdout}${stderr}` }
}

describe('new-check', () => {
  it('makes a check that compiles, passes its test and is in the catalogue, by two new files', () => {
    const ref = nextRef(path.join(copy, 'src/checks'))
    expect(ref).toMatch(/^DMSP-\d{3}$/)
    expect(CATALOGUE.map(({ meta }) => meta.ref).filter((other) => other >= ref)).toEqual([])
    expect(node('tools/new-check.ts', 'source/clock-is-right')).toMatchObject({ status: 0 })
    expect(readFileSync(path.join(copy, FOLDER, 'check.ts'), 'utf8')).toContain(`ref: '${ref}'`)
    expect(readFileSync(path.join(copy, 'docs/checks/source/clock-is-right.md'), 'utf8')).toContain(ref)
    expect(node('tools/gen.ts', '--check')).toMatchObject({ status: 0 })
    expect(node('node_modules/@typescript/native/bin/tsc', '-p', '.')).toEqual({ status: 0, text: '' })
    const tested = node(...JEST, `${FOLDER}/check.test.ts`)
    expect([tested.status, tested.text]).toEqual([0, expect.stringContaining('1 passed, 1 total')])
    expect(nextRef(path.join(copy, 'src/checks'))).not.toBe(ref)
  }, 60_000)

  it('makes no second one, and none whose name says nothing', () => {
    expect(node('tools/new-check.ts', 'source/name-resolves')).toMatchObject({ status: 1 })
    for (const id of ['source', 'source/fact', 'elsewhere/some-fact', 'source/Some-Fact', '../some-fact', '']) {
      expect([id, node('tools/new-check.ts', id)]).toEqual([id, { status: 2, text: expect.stringContaining('usage:') }])
    }
    expect(existsSync(path.join(copy, 'src/checks/elsewhere'))).toBe(false)
  })

  it('is noticed by `gen --check` when a generated file was edited by hand', () => {
    const page = path.join(copy, 'docs/checks/source/name-resolves.md')
    cpSync(path.join(copy, 'docs/checks/source/tls-is-acceptable.md'), page)
    cpSync(page, path.join(copy, 'docs/checks/source/gone.md'))
    const { status, text } = node('tools/gen.ts', '--check')
    expect(status).toBe(1)
    expect(text).toContain('not up to date: docs/checks/source/name-resolves.md')
    expect(text).toContain('not up to date: docs/checks/source/gone.md')
  })
})
