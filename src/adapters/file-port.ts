import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mapSeen, seen, unseen, type Observed } from '../domain/observed.ts'
import type { FilePort, ProgramAnswer } from '../ports/file-port.ts'
import { errorCode } from './net/socket-errors.ts'
import { parseProgramVersion } from './program-version.ts'
import { readWorkspaceFile } from './workspace.ts'

const FILE_LIMIT_BYTES = 32 * 1024 * 1024

export interface FilePortOptions {
  /** Absolute path; nothing outside is read, not through links either. */
  workspace: string
  /** `%ProgramFiles%`; absent where the runner is no Windows. */
  programFiles?: string
}

/** The documented path of the tool: learn.microsoft.com/sql/dma/dma-commandline */
const ASSISTANT = ['Microsoft Data Migration Assistant', 'DmaCmd.exe']
const PROGRAM_LIMIT_BYTES = 64 * 1024 * 1024

export function createFilePort({ workspace, programFiles }: FilePortOptions): FilePort {
  return {
    async readText(path) {
      const read = await readWorkspaceFile(workspace, path, FILE_LIMIT_BYTES)
      return mapSeen(read, (file) =>
        file.found ? { found: true, text: decodeText(file.bytes), bytes: file.bytes.length } : { found: false },
      )
    },
    dataMigrationAssistant: () =>
      programFiles === undefined
        ? Promise.resolve(seen({ found: false }))
        : readProgram(join(programFiles, ...ASSISTANT)),
  }
}

async function readProgram(path: string): Promise<Observed<ProgramAnswer>> {
  try {
    const { size } = await stat(path)
    if (size > PROGRAM_LIMIT_BYTES) return seen({ found: true })
    const version = parseProgramVersion(await readFile(path))
    return seen({ found: true, ...(version === undefined ? {} : { version }) })
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return seen({ found: false })
    return unseen('forbidden', `${path} could not be read (${code}).`)
  }
}

/** UTF-8, or UTF-16 with a byte order mark, as Windows tools write it. */
function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
