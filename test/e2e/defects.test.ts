import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { changeStory } from '../../lab/stories/change.ts'
import { readyStory } from '../../lab/stories/ready.ts'
import { DEFECTS } from './defects.ts'
import { expectSound, nameOf, rootCauses, startAll } from './rig.ts'

const TIMEOUT_MS = 60_000
const FIXED_SEED = 20_261_122
const DRAWN = 8

const seed = Number(process.env['DMS_PREFLIGHT_SEED'] ?? FIXED_SEED)
const isWhole = process.env['DMS_PREFLIGHT_DEFECTS'] === 'all'

const [drawn = []] = isWhole
  ? [DEFECTS]
  : fc.sample(fc.shuffledSubarray([...DEFECTS], { minLength: DRAWN, maxLength: DRAWN }), { seed, numRuns: 1 })

// DMS_PREFLIGHT_SEED draws others, DMS_PREFLIGHT_DEFECTS=all plants every one of them.
describe(`one defect in a ready world (${isWhole ? 'all of them' : `seed ${String(seed)}`})`, () => {
  const plays = startAll(
    drawn.map(({ defect, change }) => ({ world: defect, story: changeStory(readyStory(), change) })),
  )

  it.each(drawn.map(({ defect, roots }) => [defect, roots] as const))(
    '%s: the report names it and nothing else',
    async (defect, roots) => {
      const played = await plays(defect)
      expectSound(played)
      expect(rootCauses(played.results).map(nameOf)).toEqual(roots)
      expect(played.report.status).not.toBe('ready')
    },
    TIMEOUT_MS,
  )
})
