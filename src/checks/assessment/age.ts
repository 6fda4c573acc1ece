const MS_PER_MINUTE = 60_000
const MS_PER_HOUR = 60 * MS_PER_MINUTE
/** From here on an age is told in days. */
const HOURS_IN_DAYS = 48
/** Clocks of two machines, and a time without a zone, may differ by this. */
const CLOCK_SKEW_MS = 14 * MS_PER_HOUR

/** The age of a report and what the manifest allows; null: not known, not asked for. */
export interface ReportAge {
  path: string
  made: string | null
  ageMs: number | null
  maxAgeMs: number | null
}

/** Why a report is not as young as `tools.assessment.max-age` asks for; `unknown` where its age is not known. */
export function stalenessOf({
  path,
  made,
  ageMs,
  maxAgeMs,
}: ReportAge): { verdict: 'fail' | 'unknown'; message: string } | undefined {
  if (maxAgeMs === null) return undefined
  const limit = `the manifest asks for one of at most ${describeAge(maxAgeMs)} (tools.assessment.max-age)`
  if (ageMs === null) {
    return { verdict: 'unknown', message: `${path} does not tell when the assessment was made, and ${limit}` }
  }
  const when = made ?? ''
  if (ageMs < -CLOCK_SKEW_MS) {
    return { verdict: 'unknown', message: `${path} is dated ${when}, which is in the future, and ${limit}` }
  }
  return ageMs > maxAgeMs
    ? { verdict: 'fail', message: `${path} of ${when} is ${describeAge(ageMs)} old, and ${limit}` }
    : undefined
}

export function describeAge(ms: number): string {
  const hours = Math.floor(ms / MS_PER_HOUR)
  if (hours < 1) return `${String(Math.floor(ms / MS_PER_MINUTE))} minutes`
  return hours < HOURS_IN_DAYS ? `${String(hours)} hours` : `${String(Math.floor(hours / 24))} days`
}
