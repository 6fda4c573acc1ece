import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { FilePort } from '../ports/file-port.ts'
import { createFilePort } from './file-port.ts'

let base: string
let files: FilePort
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'file-port-'))
  mkdirSync(join(base, 'workspace', 'certs'), { recursive: true })
  writeFileSync(join(base, 'outside.txt'), 'outside')
  files = createFilePort({ workspace: join(base, 'workspace') })
})
afterEach(() => {
  rmSync(base, { recursive: true, force: true })
})

function inside(path: string): string {
  return join(base, 'workspace', path)
}

describe('readText', () => {
  it('reads a file, also through a link that stays inside', async () => {
    writeFileSync(inside('certs/root.pem'), 'root é')
    symlinkSync(inside('certs'), inside('link'))
    const answer = { ok: true, value: { found: true, text: 'root é', bytes: 7 } }
    expect(await files.readText('certs/root.pem')).toEqual(answer)
    expect(await files.readText('./certs/../certs/root.pem')).toEqual(answer)
    expect(await files.readText('link/root.pem')).toEqual(answer)
  })

  it.each([
    ['UTF-8', Buffer.from('\uFEFF{"a":1}')],
    ['UTF-16', Buffer.from('\uFEFF{"a":1}', 'utf16le')],
  ])('drops the byte order mark of %s', async (_name, bytes) => {
    writeFileSync(inside('dma.json'), bytes)
    expect(await files.readText('dma.json')).toMatchObject({ ok: true, value: { text: '{"a":1}' } })
  })

  it.each(['missing.txt', 'certs/missing.txt', 'missing/a.txt', 'certs/../missing'])(
    'finds nothing at %s',
    async (path) => {
      expect(await files.readText(path)).toEqual({ ok: true, value: { found: false } })
    },
  )

  it.each(['../outside.txt', 'certs/../../outside.txt', '/etc/passwd', '\\\\host\\share\\a', 'C:\\a', 'a\0b', '..'])(
    'refuses %j, which leads out',
    async (path) => {
      expect(await files.readText(path)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    },
  )

  it('refuses links out of the workspace', async () => {
    symlinkSync(join(base, 'outside.txt'), inside('file-link'))
    symlinkSync(base, inside('folder-link'))
    for (const path of ['file-link', 'folder-link/outside.txt']) {
      expect(await files.readText(path)).toMatchObject({
        ok: false,
        failure: { kind: 'forbidden', message: expect.stringContaining('link out') },
      })
    }
  })

  it('reads no device and no folder', async () => {
    symlinkSync('/dev/zero', inside('zero'))
    expect(await files.readText('zero')).toMatchObject({ ok: false })
    expect(await files.readText('certs')).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('not a regular file') },
    })
  })

  it('reads at most 32 MiB', async () => {
    writeFileSync(inside('large'), '')
    truncateSync(inside('large'), 32 * 1024 * 1024 + 1)
    expect(await files.readText('large')).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', message: expect.stringContaining('33554433') },
    })
  })
})
