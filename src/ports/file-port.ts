import type { Observed } from '../domain/observed.ts'

export type FileAnswer = { found: true; text: string; bytes: number } | { found: false }

/** `version` absent: the program is there and tells none. */
export type ProgramAnswer = { found: true; version?: string } | { found: false }

export interface FilePort {
  /** A text file of the workspace; the path is relative to it and never leaves it. Limit 32 MiB: larger is `unsupported`. */
  readText(path: string): Promise<Observed<FileAnswer>>
  /** The file version of Data Migration Assistant on a Windows runner, at the place where its installer puts it. */
  dataMigrationAssistant(): Promise<Observed<ProgramAnswer>>
}
