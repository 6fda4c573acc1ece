import type { CheckMeta, Spec } from './define.ts'

/**
 * The classic service, for which the 2018 list was written: Microsoft's announcement of 2023-09-14
 * (azure-docs, includes/deprecation-announcement-dms-classic-sql.md).
 */
export const CLASSIC_LAST_CREATED = '2023-08-01'
export const CLASSIC_RETIRED = '2026-03-15'

/** From when and until when a prerequisite holds, as dates; an end that is absent is open. */
export interface Lifespan {
  since?: string
  until?: string
}

type Dated = Pick<CheckMeta<Spec>, 'generations' | 'source'>

/** What the check itself says; else what only the classic service asked for ended with it, and all else holds today. */
export function lifespanOf({ generations, source }: Dated): Lifespan {
  return source.lifespan ?? (generations.includes('modern') ? {} : { until: CLASSIC_RETIRED })
}

/** One sentence for the page of the check. */
export function lifespanSentence(meta: Dated): string {
  const { since, until } = lifespanOf(meta)
  const begin = since === undefined ? '' : ` since ${since}`
  if (until === undefined) return `It holds today${begin}, ${generationWords(meta)}.`
  const ended = until === CLASSIC_RETIRED ? ', when the classic service was retired' : ''
  return `It held${begin} until ${until}${ended}; it is asked under \`generation: classic\` alone.`
}

/** For the table of all checks. */
export function lifespanCell(meta: Dated): string {
  const { since, until } = lifespanOf(meta)
  const end = until === undefined ? 'today' : `until ${until}`
  return since === undefined ? end : `since ${since}, ${end}`
}

function generationWords({ generations }: Dated): string {
  return generations.includes('classic')
    ? 'with the service of today as with the classic one that it replaced'
    : 'with the service of today (`generation: modern`) alone'
}
