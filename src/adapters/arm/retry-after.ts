/** Message texts that carry the wait, as seen in recorded 429 answers of several resource providers. */
const SECONDS_IN_TEXT = /(?:try again|retry|retried)\s+(?:after|in)\s+'?(\d{1,7})'?\s*seconds/i
const INSTANT_IN_TEXT = /retry after\s+'([^']{10,40})'\s*UTC/i

/** Headers in milliseconds, which Azure's own libraries know too (@azure/core-rest-pipeline, throttlingRetryStrategy). */
const MILLISECOND_HEADERS = ['retry-after-ms', 'x-ms-retry-after-ms']

/**
 * How long the server asks to wait: `Retry-After` (seconds or a date), its forms in milliseconds, or the time in its
 * message, whichever is longest. Undefined when it does not say.
 */
export function parseWaitMs(
  header: (name: string) => string | undefined,
  text: string,
  nowMs: number,
): number | undefined {
  const waits = [
    waitOfHeader(header('retry-after'), nowMs),
    ...MILLISECOND_HEADERS.map((name) => waitOfMilliseconds(header(name))),
    waitOfText(text, nowMs),
  ].filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function waitOfHeader(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? ''
  if (text === '') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  return waitUntil(text, nowMs)
}

function waitOfMilliseconds(value: string | undefined): number | undefined {
  const text = value?.trim() ?? ''
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined
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
