/** `VS_VERSION_INFO` begins the version resource of a Windows program; its fixed part follows at the next multiple of 4. */
const KEY = Buffer.from('VS_VERSION_INFO\0', 'utf16le')
/** VS_FIXEDFILEINFO: learn.microsoft.com/windows/win32/api/verrsrc/ns-verrsrc-vs_fixedfileinfo */
const SIGNATURE = 0xfeef04bd
const FIXED_BYTES = 16
/** More than one resource of that name is odd; so many are an attack. */
const TRIES = 16

/** The file version of a Windows program, `5.8.5935.1`; undefined when the bytes are no program or have no version. */
export function parseProgramVersion(bytes: Buffer): string | undefined {
  if (bytes.toString('latin1', 0, 2) !== 'MZ') return undefined
  let from = 0
  for (let tries = 0; tries < TRIES; tries += 1) {
    const key = bytes.indexOf(KEY, from)
    if (key === -1) return undefined
    const end = key + KEY.length
    // The key begins 6 bytes after the resource's start, from which the alignment counts.
    for (const fixed of [end, end + 2]) {
      if (fixed + FIXED_BYTES <= bytes.length && bytes.readUInt32LE(fixed) === SIGNATURE) {
        const [high, low] = [bytes.readUInt32LE(fixed + 8), bytes.readUInt32LE(fixed + 12)]
        return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.')
      }
    }
    from = end
  }
  return undefined
}
