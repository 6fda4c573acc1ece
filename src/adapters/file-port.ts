import { mapSeen } from '../domain/observed.ts'
import type { FilePort } from '../ports/file-port.ts'
import { readWorkspaceFile } from './workspace.ts'

const FILE_LIMIT_BYTES = 32 * 1024 * 1024

export interface FilePortOptions {
  /** Absolute path; nothing outside is read, not through links either. */
  workspace: string
}

export function createFilePort({ workspace }: FilePortOptions): FilePort {
  return {
    async readText(path) {
      const read = await readWorkspaceFile(workspace, path, FILE_LIMIT_BYTES)
      return mapSeen(read, (file) =>
        file.found ? { found: true, text: decodeText(file.bytes), bytes: file.bytes.length } : { found: false },
      )
    },
  }
}

/** UTF-8, or UTF-16 with a byte order mark, as Windows tools write it. */
function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
