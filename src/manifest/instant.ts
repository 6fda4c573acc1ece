import { type Parsed, parsed, refused } from './parsed.ts'

const SHAPE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?$/
const MS_PER_MINUTE = 60_000
export const MS_PER_DAY = 86_400_000

export const INSTANT_FORM = 'must be a date (2026-12-01) or an instant with its zone (2026-12-01T20:00:00Z)'

/** Milliseconds since the epoch of an ISO 8601 date or instant; a date means its start or its end in UTC. */
export function parseInstantMs(text: string, dateMeans: 'start' | 'end'): Parsed<number> {
  const match = SHAPE.exec(text)
  if (match === null) return refused(INSTANT_FORM)
  const [, year, month, day, hour, minute, second, fraction, zulu, sign, zoneHour, zoneMinute] = match
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (new Date(midnight).toISOString().slice(0, 10) !== `${year ?? ''}-${month ?? ''}-${day ?? ''}`) {
    return refused('must be a day that the calendar has')
  }
  if (hour === undefined) return parsed(dateMeans === 'start' ? midnight : midnight + MS_PER_DAY)
  if (zulu === undefined && sign === undefined)
    return refused('must name its zone: add Z for UTC, or an offset like +01:00')
  const time = [
    Number(hour),
    Number(minute),
    Number(second ?? 0),
    Number(zoneHour ?? 0),
    Number(zoneMinute ?? 0),
  ] as const
  if (time[0] > 23 || time[1] > 59 || time[2] > 59 || time[3] > 14 || time[4] > 59) {
    return refused('must be a time that the clock has')
  }
  const ms = Math.floor(Number(`0.${fraction ?? '0'}`) * 1000)
  const zoneMs = (sign === '-' ? -1 : 1) * (time[3] * 60 + time[4]) * MS_PER_MINUTE
  return parsed(midnight + (time[0] * 60 + time[1]) * MS_PER_MINUTE + time[2] * 1000 + ms - zoneMs)
}
