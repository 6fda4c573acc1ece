import type { Change } from '../../lab/stories/change.ts'

/** One thing wrong in a world where all else holds, and the only results that may fail or be unknown for it. */
export interface Defect {
  defect: string
  change: Change
  roots: readonly string[]
}
