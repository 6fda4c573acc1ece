const MS_PER_UNIT = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of `30`, `30s`, `15m`, `6h` or `30d`; undefined for anything else, for nothing and for more than 10 years. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text)
  if (match === null) return undefined
  const unit = match[2] as keyof typeof MS_PER_UNIT
  const ms = Number(match[1]) * MS_PER_UNIT[unit]
  return ms > 0 && ms <= 3650 * MS_PER_UNIT.d ? ms : undefined
}
