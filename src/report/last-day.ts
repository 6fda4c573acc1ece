/** `2026-12-20`, the day on which something ends; an end at midnight is the end of the day before. */
export function lastDay(iso: string): string {
  const time = Date.parse(iso)
  return Number.isNaN(time) ? iso : new Date(time - 1).toISOString().slice(0, 10)
}
