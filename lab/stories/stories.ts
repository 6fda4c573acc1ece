import { networkStory } from './network.ts'
import { readyStory } from './ready.ts'
import { salesStory } from './sales.ts'
import { sqlStory } from './sql.ts'
import type { Story } from './story.ts'
import { undeterminedStory } from './undetermined.ts'

/** By the name that `npm run demo -- --story NAME` takes. */
export const STORIES: Readonly<Record<string, (options: { fixed: boolean }) => Story>> = {
  sales: salesStory,
  ready: readyStory,
  undetermined: undeterminedStory,
  sql: sqlStory,
  network: networkStory,
}
