import type { Observed } from '../domain/observed.ts'

export type FileAnswer = { found: true; text: string; bytes: number } | { found: false }

export interface FilePort {
  /** A text file of the workspace; the path is relative to it and never leaves it. Limit 32 MiB: larger is `unsupported`. */
  readText(path: string): Promise<Observed<FileAnswer>>
}
