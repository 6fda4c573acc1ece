/** Message texts that carry the wait, as seen in recorded 429 answers of several resource providers. */
const SECONDS_IN_TEXT = /(?:try again|retry|retried)\s+(?:after|in)\s+'?(\d{1,7})'?\s*seconds/i
const INSTANT_IN_TEXT = /retry after\s+'([^']{10,40})'\s*UTC/i

/**
 * How long the server asks to wait: `Retry-After` (seconds or a date), or the time in its message, whichever is longer.
 * Undefined when it does not say.
 */
export function parseWaitMs(retryAfter: string | undefined, text: string, nowMs: number): number | undefined {
  const waits = [waitOfHeader(retryAfter, nowMs), waitOfText(text, nowMs)].filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function waitOfHeader(retryAfter: string | undefined, nowMs: number): number | undefined {
  const header = retryAfter?.trim()
  if (header === undefined || header === '') return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  return waitUntil(header, nowMs)
}

function waitOfText(text: string, nowMs: number): number | undefined {
  const seconds = SECONDS_IN_TEXT.exec(text)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1000
  const instant = INSTANT_IN_TEXT.exec(text)?.[1]
  return instant === undefined ? undefined : waitUntil(/Z$/i.test(instant) ? instant : `${instant}Z`, nowMs)
}

function waitUntil(date: string, nowMs: number): number | undefined {
  const instant = Date.parse(date)
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - nowMs)
}
