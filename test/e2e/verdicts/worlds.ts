import { changeStory, type Change } from '../../../lab/stories/change.ts'
import { readyStory } from '../../../lab/stories/ready.ts'
import { salesStory } from '../../../lab/stories/sales.ts'
import type { Story } from '../../../lab/stories/story.ts'

/** From a runner in the DMS subnet, where everything holds but what is changed. */
export function ready(...changes: readonly Change[]): Story {
  return changeStory(readyStory(), ...changes)
}

/** From a runner elsewhere: network paths are seen by proxy. */
export function elsewhere(...changes: readonly Change[]): Story {
  return changeStory(salesStory({ fixed: true }), ...changes)
}

/** For worlds in which something never answers: long enough for all else on a busy machine. */
export const IMPATIENT: Change = { inputs: { timeout: '2s' } }

/** A name that no resolver may know (RFC 6761, 6.4). */
export const UNKNOWN_SOURCE: Change = { manifest: { 'server: localhost,': 'server: sql01.invalid,' } }
export const UNKNOWN_TARGET: Change = { manifest: { 'endpoint: localhost,': 'endpoint: sqlsales.invalid,' } }

/** Only Azure tells the name of the target then. */
export const NO_ENDPOINT: Change = { editManifest: (text) => text.replace(/^ *endpoint: .*\n/m, '') }

export const SOURCE_PASSWORD_WRONG: Change = { secrets: { SALES_PASSWORD: 'n0t-the-pass' } }
export const TARGET_PASSWORD_WRONG: Change = { secrets: { TARGET_PASSWORD: 'n0t-the-pass' } }
