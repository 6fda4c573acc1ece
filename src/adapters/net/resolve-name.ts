import { lookup, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { IpAddress, NameAnswer } from '../../ports/net-port.ts'
import { boundText } from '../bounded-text.ts'
import { ABORTED, errorCode, socketFailure } from './socket-errors.ts'

/** `dns.lookup` of node, as far as it is used here: /etc/hosts and the search list count, as they do for every client. */
export type Lookup = (
  host: string,
  options: { all: true; order: 'verbatim' },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export interface ResolveOptions {
  timeoutMs: number
  signal: AbortSignal
  lookup?: Lookup
}

/** RFC 1035 2.3.4: 255 octets on the wire are 253 characters of text. */
const NAME_LIMIT_CHARACTERS = 253
const LABEL_LIMIT_CHARACTERS = 63

/** All addresses of a host. An address is its own answer; a text that can be no host name is not asked for. */
export async function resolveName(host: string, options: ResolveOptions): Promise<Observed<NameAnswer>> {
  const family = isIP(host)
  if (family !== 0) return seen({ found: true, addresses: [{ address: host, family: family === 6 ? 6 : 4 }] })
  const flaw = flawOfHostName(host)
  if (flaw !== undefined) return seen({ found: false, message: `"${boundText(host)}" cannot be a host name: ${flaw}.` })
  const answer = await askResolver(host, options)
  if ('code' in answer) {
    if (answer.code === 'ENOTFOUND')
      return seen({ found: false, message: `The resolver of this runner knows no address of ${host} (ENOTFOUND).` })
    if (answer.code === 'ETIMEDOUT')
      return unseen('dns', `The resolver of this runner did not answer for ${host} within ${options.timeoutMs} ms.`)
    const failure = socketFailure(answer.code, `Name lookup of ${host} on this runner`)
    return { ok: false, failure: failure.kind === 'protocol' ? { ...failure, kind: 'dns' } : failure }
  }
  return seen({ found: true, addresses: answer.addresses })
}

function askResolver(
  host: string,
  { timeoutMs, signal, lookup: ask = lookup }: ResolveOptions,
): Promise<{ addresses: readonly IpAddress[] } | { code: string }> {
  if (signal.aborted) return Promise.resolve({ code: ABORTED })
  return new Promise((resolve) => {
    const end = (answer: { addresses: readonly IpAddress[] } | { code: string }): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(answer)
    }
    const onAbort = (): void => {
      end({ code: ABORTED })
    }
    // dns.lookup cannot be cancelled and waits up to 10 s for a dead resolver: the late answer is simply not heard.
    const timer = setTimeout(end, timeoutMs, { code: 'ETIMEDOUT' })
    signal.addEventListener('abort', onAbort, { once: true })
    ask(host, { all: true, order: 'verbatim' }, (error, addresses) => {
      if (error !== null) end({ code: errorCode(error) })
      else end(addresses.length === 0 ? { code: 'ENOTFOUND' } : { addresses: distinctAddresses(addresses) })
    })
  })
}

function distinctAddresses(addresses: readonly LookupAddress[]): readonly IpAddress[] {
  const byText = new Map(
    addresses.map(({ address, family }) => [address, { address, family: family === 6 ? 6 : 4 } as const]),
  )
  return [...byText.values()]
}

function flawOfHostName(host: string): string | undefined {
  if (host === '') return 'it is empty'
  if (/[\s\p{Cc}]/u.test(host)) return 'it holds spaces or control characters'
  const ascii = domainToASCII(host) || host
  if (ascii.length > NAME_LIMIT_CHARACTERS) return `it is longer than ${NAME_LIMIT_CHARACTERS} characters`
  const labels = ascii.replace(/\.$/, '').split('.')
  if (labels.includes('')) return 'it has an empty part'
  if (labels.some((label) => label.length > LABEL_LIMIT_CHARACTERS))
    return `a part of it is longer than ${LABEL_LIMIT_CHARACTERS} characters`
  return undefined
}
