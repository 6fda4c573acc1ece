import type { Status, Team, Verdict } from '../domain/verdict.ts'

export const STATUS_WORDS: Record<Status, { icon: string; words: string }> = {
  ready: { icon: '✅', words: 'ready' },
  'ready-with-conditions': { icon: '🟡', words: 'ready with conditions' },
  undetermined: { icon: '❓', words: 'undetermined' },
  'not-ready': { icon: '⛔', words: 'not ready' },
}

export const VERDICT_WORDS: Record<Verdict, { icon: string; words: string }> = {
  pass: { icon: '✅', words: 'pass' },
  fail: { icon: '❌', words: 'fail' },
  unknown: { icon: '❓', words: 'unknown' },
  blocked: { icon: '⏸️', words: 'blocked' },
  manual: { icon: '✋', words: 'to be vouched for' },
  attested: { icon: '🖊️', words: 'attested' },
  waived: { icon: '🏳️', words: 'waived' },
  'not-applicable': { icon: '➖', words: 'not applicable' },
}

export const TEAM_WORDS: Record<Team | 'run', string> = {
  run: 'This run',
  dba: 'DBA',
  windows: 'Windows',
  network: 'Network',
  azure: 'Azure',
  storage: 'Storage',
}

export function plural(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** `Sat 5 Dec 20:00 UTC`, with the year when it is another one than now. Not a time: the text itself. */
export function instant(iso: string, now: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const year = date.getUTCFullYear() === new Date(now).getUTCFullYear() ? '' : ` ${date.getUTCFullYear()}`
  const day = `${DAYS[date.getUTCDay()] ?? ''} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}${year}`
  return `${day} ${date.toISOString().slice(11, 16)} UTC`
}

/** `in 13 days`, `in 5 hours`, `2 days ago`; days are days of the calendar, UTC. */
export function distance(iso: string, now: string): string {
  const span = Date.parse(iso) - Date.parse(now)
  if (Number.isNaN(span)) return ''
  const hours = Math.floor(Math.abs(span) / HOUR_MS)
  const days = Math.abs(Math.floor(Date.parse(iso) / DAY_MS) - Math.floor(Date.parse(now) / DAY_MS))
  const words = hours < 24 ? (hours === 0 ? 'less than an hour' : plural(hours, 'hour')) : plural(days, 'day')
  return span < 0 ? `${words} ago` : `in ${words}`
}

export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
