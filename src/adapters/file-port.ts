import { constants } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { FileAnswer, FilePort } from '../ports/file-port.ts'
import { boundText } from './bounded-text.ts'
import { errorCode } from './net/socket-errors.ts'

const FILE_LIMIT_BYTES = 32 * 1024 * 1024

export interface FilePortOptions {
  /** Absolute path; nothing outside is read, not through links either. */
  workspace: string
}

export function createFilePort({ workspace }: FilePortOptions): FilePort {
  return {
    async readText(path) {
      const shown = boundText(path)
      try {
        return await readInside(await realpath(workspace), path, shown)
      } catch (error) {
        const code = errorCode(error)
        if (code === 'ENOENT' || code === 'ENOTDIR') return seen({ found: false })
        const kind = code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'unsupported'
        return unseen(kind, `${shown} cannot be read on this runner (${code}).`)
      }
    },
  }
}

async function readInside(root: string, path: string, shown: string): Promise<Observed<FileAnswer>> {
  const outside = unseen('forbidden', `${shown} lies outside the workspace and is not read.`)
  if (isAbsolute(path) || path.includes('\0') || /^[a-z]:|^[\\/]{2}/i.test(path)) return outside
  if (!isInside(root, resolve(root, path))) return outside
  const real = await realpath(join(root, path))
  if (!isInside(root, real)) return unseen('forbidden', `${shown} is a link out of the workspace and is not read.`)
  // Opening a pipe or a device can wait for ever, so it is looked at before; O_NONBLOCK covers what changes in between.
  if (!(await stat(real)).isFile()) return unseen('unsupported', `${shown} is not a regular file.`)
  // Windows has neither flag: undefined counts as 0 there.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return unseen('unsupported', `${shown} is not a regular file.`)
    if (facts.size > FILE_LIMIT_BYTES) {
      return unseen('unsupported', `${shown} has ${facts.size} bytes; at most ${FILE_LIMIT_BYTES} are read.`)
    }
    const bytes = await file.readFile()
    return seen({ found: true, text: decodeText(bytes), bytes: bytes.length })
  } finally {
    await file.close()
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** UTF-8, or UTF-16 with a byte order mark, as Windows tools write it. */
function decodeText(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
