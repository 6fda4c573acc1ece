import type { Problem } from './manifest.ts'
import type { Script } from './observed.ts'

/** Something that only a person can answer, at its place in a file that was written. */
export interface OpenQuestion {
  path: string
  /** Where the answer belongs, or the comment that asks for it; absent: anywhere in the file. */
  line?: number
  /** `dms.service` */
  key: string
  text: string
  /** The file is no sound manifest before it is answered. */
  isRequired: boolean
}

/** What stands in the file that is read and not in the one that is written. */
export interface Dropped {
  path: string
  line: number
  key: string
  /** A phrase that follows the key. */
  why: string
}

/** One file as the modern service takes it, to stand beside the one from which it was made. */
export interface FileConversion {
  from: string
  to: string
  text: string
  /** Unified, from the one file to the other. */
  diff: string
  dropped: readonly Dropped[]
  questions: readonly OpenQuestion[]
}

/** What `mode: convert` or `mode: init` did, as it is shown. */
export interface WrittenFiles {
  mode: 'convert' | 'init'
  problems: readonly Problem[]
  /** `there`: it stood there already, just as it would have been written. */
  files: readonly { path: string; from?: string; state: 'written' | 'there' }[]
  /** Manifests for the service of today already: there is nothing to convert. */
  modern: readonly string[]
  /** Sentences. */
  notes: readonly string[]
  questions: readonly OpenQuestion[]
  dropped: readonly Dropped[]
  /** By its title; only shown where everything may be. */
  texts: readonly { title: string; language: 'diff' | Script['language']; text: string }[]
}
