import { formatAddress, parseAddress } from './address.ts'

const LONGEST_HOST = 253
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/

/**
 * The one spelling of a host that is compared: an address in its canonical text (brackets taken off, IPv4-mapped IPv6 as
 * IPv4), or a name in lower-case ASCII (IDNA). Undefined for what is neither, above all for what a resolver would take
 * for an address all the same: `127.1`, `2130706433`, `0x7f.1`, `010.0.0.1`, `fe80::1%eth0`.
 */
export function normalHost(text: string): string | undefined {
  const inside = /^\[(.*)\]$/.exec(text)?.[1]
  if (inside !== undefined && !inside.includes(':')) return undefined
  const address = parseAddress(inside ?? text)
  if (address !== undefined) return formatAddress(address)
  if (inside !== undefined || text.length > LONGEST_HOST || isOddAddress(text)) return undefined
  const ascii = toAscii(text)
  return ascii === undefined ||
    !ascii
      .replace(/\.$/, '')
      .split('.')
      .every((label) => LABEL.test(label))
    ? undefined
    : ascii
}

/** True for names whose last label is a number in any notation: resolvers read them as IPv4 addresses. */
export function isOddAddress(text: string): boolean {
  return /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(text)
}

/** Lower case, and IDNA to ASCII as URLs have it; undefined when it is no host of a URL. */
function toAscii(text: string): string | undefined {
  if (/^[A-Za-z0-9._-]+$/.test(text)) return text.toLowerCase()
  if (/[\s\p{Cc}\p{Cf}#%/:<>?@[\\\]^|*]/u.test(text) || !URL.canParse(`https://${text}`)) return undefined
  const { hostname } = new URL(`https://${text}`)
  return isOddAddress(hostname) ? undefined : hostname
}
