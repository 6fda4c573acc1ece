import type { Observed } from '../domain/observed.ts'

/** Where a prerequisite plan lies: relative to the workspace, with forward slashes. */
export interface PlanPlace {
  workspace: string
  path: string
}

/** The file of a prerequisite plan. Never throws. */
export interface PlanFilePort {
  /** A regular file of the workspace, in UTF-8 and of at most 4 MiB; a byte order mark is kept. */
  read(place: PlanPlace): Promise<Observed<string>>
  /** Puts `text` in the place of `before`, whole or not at all; a file that is another one by now is left alone. */
  replace(place: PlanPlace, before: string, text: string): Promise<Observed<{ written: true }>>
}
