import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { git } from '../../../test/git-rig.ts'
import { trackingIn } from './git-index.ts'

const FILES = [
  'README.md',
  'a',
  'a-b',
  'dir/deep/receipt.json',
  'dir/deep/receipt.json.bak',
  'Ünïcode.json',
  `long/${'x'.repeat(200)}/${'y'.repeat(250)}`,
  ...Array.from({ length: 40 }, (_, at) => `many/file-${String(at)}.txt`),
]

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dms-preflight-git-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), file)
  }
}

function repository(...options: string[]): void {
  git(folder, 'init', '-q', ...options)
  write(FILES)
}

const index = (): Buffer => readFileSync(path.join(folder, '.git/index'))

describe.each(['sha1', 'sha256'])('an index with ids of %s', (format) => {
  it.each([2, 3, 4])('of version %d tells what git tracks', (version) => {
    repository(`--object-format=${format}`)
    git(folder, 'add', '.')
    git(folder, 'update-index', '--index-version', String(version))
    // Version 3 is written only where an entry has a flag of that version.
    if (version === 3) git(folder, 'update-index', '--skip-worktree', 'a')
    write(['untracked.json', 'dir/deep/receipt.jsonl'])
    expect(index().readUInt32BE(4)).toBe(version)
    const tracked = git(folder, 'ls-files', '-z')
      .split('\0')
      .filter((name) => name !== '')
    expect(tracked).toHaveLength(FILES.length)
    for (const name of tracked) expect([name, trackingIn(index(), name).state]).toEqual([name, 'tracked'])
    for (const name of ['untracked.json', 'dir/deep/receipt.jsonl', 'dir', 'dir/deep/', 'receipt.json', '']) {
      expect([name, trackingIn(index(), name).state]).toEqual([name, 'untracked'])
    }
  })

  it('without its checksum is read as well (index.skipHash)', () => {
    repository(`--object-format=${format}`)
    git(folder, 'config', 'index.skipHash', 'true')
    git(folder, 'add', '.')
    expect(trackingIn(index(), 'dir/deep/receipt.json')).toEqual({ state: 'tracked' })
    expect(trackingIn(index(), 'other.json')).toEqual({ state: 'untracked' })
  })
})

describe('an index', () => {
  it('knows a file that was removed from the folder, in another letter case and another form of Unicode', () => {
    repository()
    git(folder, 'add', '.')
    rmSync(path.join(folder, 'dir/deep/receipt.json'))
    for (const name of ['dir/deep/receipt.json', 'DIR/deep/Receipt.JSON', 'Ünïcode.json'.normalize('NFD')]) {
      expect(trackingIn(index(), name)).toEqual({ state: 'tracked' })
    }
  })

  it('of a commit with a cache of its trees says the same', () => {
    repository()
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'x')
    git(folder, 'status')
    expect(index().includes('TREE')).toBe(true)
    expect(trackingIn(index(), 'dir/deep/receipt.json')).toEqual({ state: 'tracked' })
    expect(trackingIn(index(), 'other.json')).toEqual({ state: 'untracked' })
  })

  it('that is split in two files is not known', () => {
    repository()
    git(folder, 'add', '.')
    git(folder, 'update-index', '--split-index')
    expect(trackingIn(index(), 'other.json')).toEqual({ state: 'unknown', why: expect.stringContaining('split') })
    expect(trackingIn(index(), '')).toMatchObject({ state: expect.not.stringMatching('untracked') })
  })

  it('that is sparse is not known for what lies in a folder without its files', () => {
    repository()
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'x')
    git(folder, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'many')
    expect(index().includes('sdir')).toBe(true)
    expect(trackingIn(index(), 'dir/deep/receipt.json').state).toBe('unknown')
    expect(trackingIn(index(), 'many/file-1.txt')).toEqual({ state: 'tracked' })
    expect(trackingIn(index(), 'many/other.json')).toEqual({ state: 'untracked' })
  })

  it('cut off anywhere is never untracked', () => {
    repository()
    git(folder, 'add', '.')
    const bytes = index()
    for (let length = 0; length < bytes.length; length += 1) {
      expect([length, trackingIn(bytes.subarray(0, length), 'other.json').state]).toEqual([length, 'unknown'])
    }
  })

  it('of anything else is unknown, and never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => trackingIn(bytes, 'x').state === 'unknown'))
    const header = Buffer.from('DIRC\0\0\0\x02\0\0\0\x05')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (rest) => {
        expect(['unknown', 'tracked']).toContain(trackingIn(Buffer.concat([header, rest]), 'x').state)
      }),
    )
    for (const version of [0, 1, 5]) {
      const other = Buffer.from(header)
      other.writeUInt32BE(version, 4)
      expect(trackingIn(other, 'x')).toEqual({ state: 'unknown', why: expect.stringContaining('version') })
    }
  })
})
