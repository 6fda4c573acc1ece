import { describe, expect, it } from '@jest/globals'
import { CATALOGUE } from './catalogue.generated.ts'
import { lifespanCell, lifespanOf, lifespanSentence, type Lifespan } from './lifespan.ts'

type Generations = ('classic' | 'modern')[]

function meta(generations: Generations, lifespan?: Lifespan) {
  const source = { title: 't', url: 'u', verified: '2026-11-22', rows: [], ...(lifespan && { lifespan }) }
  return { generations, source }
}

describe('the life span of a prerequisite', () => {
  it.each<[Generations, Lifespan | undefined, Lifespan, string, RegExp]>([
    [
      ['classic'],
      undefined,
      { until: '2026-03-15' },
      'until 2026-03-15',
      /^It held until 2026-03-15, when the classic service was retired; it is asked under `generation: classic` alone\.$/,
    ],
    [
      ['modern'],
      undefined,
      {},
      'today',
      /^It holds today, with the service of today \(`generation: modern`\) alone\.$/,
    ],
    [
      ['classic', 'modern'],
      undefined,
      {},
      'today',
      /^It holds today, with the service of today as with the classic one/,
    ],
    [
      ['modern'],
      { since: '2023-06-01' },
      { since: '2023-06-01' },
      'since 2023-06-01, today',
      /^It holds today since 2023-06-01, /,
    ],
    [
      ['classic'],
      { since: '2018-10-09', until: '2025-07-16' },
      { since: '2018-10-09', until: '2025-07-16' },
      'since 2018-10-09, until 2025-07-16',
      /^It held since 2018-10-09 until 2025-07-16; it is asked/,
    ],
  ])('of %j with %j', (generations, given, span, cell, sentence) => {
    const dated = meta(generations, given)
    expect([lifespanOf(dated), lifespanCell(dated)]).toEqual([span, cell])
    expect(lifespanSentence(dated)).toMatch(sentence)
  })

  it('is known for every check, and has ended exactly where the classic service alone asked', () => {
    for (const { meta } of CATALOGUE) {
      const { until } = lifespanOf(meta)
      expect([meta.id, until !== undefined]).toEqual([meta.id, !meta.generations.includes('modern')])
      expect(`${until ?? ''}${meta.source.verified}`).toMatch(/^(?:\d{4}-\d\d-\d\d){1,2}$/)
    }
  })
})
