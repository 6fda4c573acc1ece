import { managedInstanceStory } from './managed-instance.ts'
import { modernDatabaseStory } from './modern-database.ts'
import { modernInstanceOnlineStory, modernInstanceStory } from './modern-instance.ts'
import { modernMachineOnlineStory, modernMachineStory } from './modern-machine.ts'
import { networkStory } from './network.ts'
import { readyStory } from './ready.ts'
import { salesStory } from './sales.ts'
import { sqlStory } from './sql.ts'
import type { Story } from './story.ts'
import { undeterminedStory } from './undetermined.ts'

export interface StoryOptions {
  fixed: boolean
  /** `false`: this machine cannot start a file server, and a story that has one goes without. Default `true`. */
  hasFileServer?: boolean
}

/** By the name that `npm run demo -- --story NAME` takes. */
export const STORIES: Readonly<Record<string, (options: StoryOptions) => Story>> = {
  sales: salesStory,
  ready: readyStory,
  undetermined: undeterminedStory,
  sql: sqlStory,
  network: networkStory,
  'managed-instance': managedInstanceStory,
  'modern-database': modernDatabaseStory,
  'modern-instance': modernInstanceStory,
  'modern-instance-online': modernInstanceOnlineStory,
  'modern-machine': modernMachineStory,
  'modern-machine-online': modernMachineOnlineStory,
}
