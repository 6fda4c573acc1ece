import { parseAddress } from '../domain/address.ts'
import { isInRanges } from '../domain/allowed-hosts.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { NameAnswer, NetPort } from '../ports/net-port.ts'
import type { Permit } from './permit.ts'
import { isPortOf, outOfRange, pickGrant, usesAtHost, type HostBook } from './pick-grant.ts'
import type { ShareUse, SqlUse, Use } from './uses.ts'

/** The network, for the subjects that own some uses: those come first, and uses of others only where they have none. */
export function gateNet(net: NetPort, permit: Permit, book: HostBook, owners: readonly string[]): NetPort {
  const ownFirst = <U extends Use>(all: readonly U[]): readonly U[] => {
    const own = all.filter(({ owner }) => owners.includes(owner))
    return own.length > 0 ? own : all
  }
  const note = (host: string, addresses: readonly string[]): void => {
    for (const address of addresses) book.named.set(address, (book.named.get(address) ?? new Set()).add(host))
  }
  /** The hosts behind an address: those it was found for, and the address itself where a manifest names it. */
  const hostsOf = (address: string): readonly string[] => [...(book.named.get(address) ?? []), address]
  const mayReach = (address: string, isPort: (use: SqlUse | ShareUse) => boolean): Observed<true> => {
    let refusal: Observed<never> | undefined
    for (const host of hostsOf(address)) {
      const uses = ownFirst(
        usesAtHost(book, host).filter(
          (use): use is SqlUse | ShareUse => (use.kind === 'sql' || use.kind === 'share') && isPort(use),
        ),
      )
      if (uses.length === 0) continue
      const picked = pickGrant(permit, uses, address, { host, address })
      if (picked.ok) return seen(true)
      refusal ??= picked
    }
    return (
      refusal ??
      unseen('untrusted-host', `${address} is no place that the manifest declares, so nothing was sent there.`)
    )
  }
  return {
    async resolve(host) {
      const uses = ownFirst(usesAtHost(book, host))
      const picked = pickGrant(permit, uses, host, { host })
      if (!picked.ok) return picked
      const answer = await net.resolve(host)
      if (!answer.ok || !answer.value.found) return answer
      const { addresses } = answer.value
      const { ranges } = picked.grant
      const stray = ranges && addresses.find(({ address }) => !isInRanges(ranges, address))
      if (stray !== undefined) return outOfRange(host, stray.address) satisfies Observed<NameAnswer>
      note(
        host,
        addresses.map(({ address }) => address),
      )
      return answer
    },
    async connect(address, port, ofName) {
      const may = mayReach(address, (use) => isPortOf(use, address, port, book))
      return may.ok ? net.connect(address, port, ofName) : may
    },
    async browse(address, instance) {
      const isInstance = ({ port }: SqlUse | ShareUse): boolean =>
        typeof port === 'object' && port.instance.toLowerCase() === instance.toLowerCase()
      const may = mayReach(address, isInstance)
      if (!may.ok) return may
      const answer = await net.browse(address, instance)
      const port = answer.ok && answer.value.outcome === 'answered' ? answer.value.instance?.tcpPort : undefined
      if (port === undefined) return answer
      // The port is one of every address of the host: each is asked, and the first answer decides.
      const siblings = [...book.named].filter(([, hosts]) => hostsOf(address).some((host) => hosts.has(host)))
      for (const one of [address, ...siblings.map(([sibling]) => sibling)]) book.browsed.add(`${one} ${port}`)
      return answer
    },
    // Learnt without a packet, but for a name only by looking it up.
    routeAddress: (toward) =>
      parseAddress(toward) === undefined ? Promise.resolve(undefined) : net.routeAddress(toward),
    ...(net.vantageDoubt === undefined ? {} : { vantageDoubt: net.vantageDoubt }),
    ...(net.runtimeDoubt === undefined ? {} : { runtimeDoubt: net.runtimeDoubt }),
    ...(net.isLoopbackWorld === true ? { isLoopbackWorld: true } : {}),
  }
}
