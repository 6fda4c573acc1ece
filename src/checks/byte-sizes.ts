const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `3.1 MiB` */
export function describeBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${String(Math.round((bytes / 1024 ** power) * 10) / 10)} ${UNITS[power] ?? 'bytes'}`
}
