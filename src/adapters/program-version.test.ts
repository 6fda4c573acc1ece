import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFilePort } from './file-port.ts'
import { parseProgramVersion } from './program-version.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

/** The parts of a program that the parser looks at, with other bytes around them. */
function program([a, b, c, d]: readonly [number, number, number, number], { padding = 2, stub = 70_000 } = {}): Buffer {
  const fixed = Buffer.alloc(52)
  fixed.writeUInt32LE(0xfeef04bd, 0)
  fixed.writeUInt32LE(0x10000, 4)
  fixed.writeUInt32LE(((a << 16) | b) >>> 0, 8)
  fixed.writeUInt32LE(((c << 16) | d) >>> 0, 12)
  const header = Buffer.from([0, 3, 52, 0, 0, 0])
  const key = Buffer.from('VS_VERSION_INFO\0', 'utf16le')
  return Buffer.concat([Buffer.from('MZ'), Buffer.alloc(stub, 0x90), header, key, Buffer.alloc(padding), fixed])
}

describe('parseProgramVersion', () => {
  it('reads the file version, aligned or not', () => {
    expect(parseProgramVersion(program([5, 8, 5935, 1]))).toBe('5.8.5935.1')
    expect(parseProgramVersion(program([65_535, 65_535, 65_535, 65_535], { padding: 0 }))).toBe(
      '65535.65535.65535.65535',
    )
  })

  it('looks on behind a resource that is none', () => {
    const decoy = Buffer.from('VS_VERSION_INFO\0 and no more', 'utf16le')
    expect(parseProgramVersion(Buffer.concat([Buffer.from('MZ'), decoy, program([3, 3, 0, 0])]))).toBe('3.3.0.0')
  })

  it('never throws and never hangs, whatever the bytes are', () => {
    const good = program([5, 8, 5935, 1], { stub: 200 })
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }),
        (cut, changes) => {
          const bytes = Buffer.from(good)
          for (const [at, value] of changes) bytes[at] = value
          const version = parseProgramVersion(bytes.subarray(0, cut))
          expect(version === undefined || /^\d+\.\d+\.\d+\.\d+$/.test(version)).toBe(true)
        },
      ),
    )
    const keys = Buffer.concat([
      Buffer.from('MZ'),
      ...Array.from({ length: 100_000 }, () => Buffer.from('VS_VERSION_INFO\0', 'utf16le')),
    ])
    expect(parseProgramVersion(keys)).toBeUndefined()
    expect(parseProgramVersion(Buffer.from('ELF'))).toBeUndefined()
  })
})

describe('dataMigrationAssistant', () => {
  it('is found at its own place alone', async () => {
    const programFiles = await mkdtemp(join(tmpdir(), 'dms-preflight-programs-'))
    folders.push(programFiles)
    const files = createFilePort({ workspace: programFiles, programFiles })
    expect(await files.dataMigrationAssistant()).toEqual({ ok: true, value: { found: false } })
    const folder = join(programFiles, 'Microsoft Data Migration Assistant')
    await mkdir(folder)
    await writeFile(join(folder, 'DmaCmd.exe'), program([5, 8, 5935, 1]))
    expect(await files.dataMigrationAssistant()).toEqual({ ok: true, value: { found: true, version: '5.8.5935.1' } })
    await writeFile(join(folder, 'DmaCmd.exe'), 'no program')
    expect(await files.dataMigrationAssistant()).toEqual({ ok: true, value: { found: true } })
    const elsewhere = createFilePort({ workspace: programFiles })
    expect(await elsewhere.dataMigrationAssistant()).toEqual({ ok: true, value: { found: false } })
  })
})
