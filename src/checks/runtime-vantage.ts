import { containsAddress, formatAddress, parseAddress } from '../domain/address.ts'
import type { Manifest, Source } from '../domain/manifest.ts'
import type { NetPort } from '../ports/net-port.ts'
import { boundText } from './foreign-text.ts'
import { backupPlaceOf } from './modern-path.ts'
import type { VantageFact } from './network-path.ts'

/** Who takes a path of `generation: modern`: the integration runtime, or nobody but this run's own checks. */
export type PathTaker = 'runtime' | 'this-run'

/** Without a share the service restores from the container and never connects to the source. */
export function takerOfSource(manifest: Pick<Manifest, 'scenario'>, source: Pick<Source, 'share'>): PathTaker {
  return backupPlaceOf(manifest, source) === 'container' ? 'this-run' : 'runtime'
}

/** Rows are written by the runtime; backups are restored by the target itself. */
export function takerOfTarget({ scenario }: Pick<Manifest, 'scenario'>): PathTaker {
  return scenario === 'sql-server-to-azure-sql-database' ? 'runtime' : 'this-run'
}

/** Where it counts for a path that no part of the service takes: here, where the checks that need it run. */
export function ownVantage(localAddress: string | undefined): VantageFact {
  return {
    verified: false,
    place: 'this-runner',
    ...(localAddress === undefined ? {} : { address: localAddress }),
    reason: 'no part of the service takes this way; only the checks of this run do',
  }
}

type Known = { host: string; addresses: string[] }

/**
 * Whether the runner's address on this very connection or route is one of a host of `dms.runtime-hosts`. Never fails: what
 * is not known, and every address that many machines have alike, makes the vantage unverified.
 */
export async function readRuntimeVantage(
  net: Pick<NetPort, 'resolve' | 'runtimeDoubt' | 'isLoopbackWorld'>,
  manifest: Pick<Manifest, 'dms'>,
  localAddress: string | undefined,
): Promise<VantageFact> {
  const names = manifest.dms.runtimeHosts
  const own = localAddress === undefined ? {} : { address: localAddress }
  const not = (reason: string): VantageFact => ({ verified: false, place: 'runtime-host', ...own, reason })
  if (names.length === 0) return not('the manifest names no host of the integration runtime (`dms.runtime-hosts`)')
  if (localAddress === undefined) {
    return not(`which address of this runner would be used is not known, so nothing says that it is ${listed(names)}`)
  }
  const shared = net.isLoopbackWorld === true ? undefined : sharedRange(localAddress)
  if (shared !== undefined) return not(`${localAddress} is ${shared}, which every machine may have`)
  const answers = await Promise.all(names.map(async (host) => ({ host, answer: await net.resolve(host) })))
  const hosts = answers.flatMap(({ host, answer }): Known[] =>
    answer.ok && answer.value.found ? [{ host, addresses: answer.value.addresses.map(({ address }) => address) }] : [],
  )
  const matches = hosts.filter(({ addresses }) => addresses.some((address) => isSame(address, localAddress)))
  const [match, ...others] = matches
  if (match === undefined) {
    const known = hosts.map(({ host, addresses }) => describeHost(host, addresses))
    const unknown = answers.flatMap(({ host, answer }) => {
      if (!answer.ok) return [`${host} was not looked up (${boundText(answer.failure.message)})`]
      return answer.value.found ? [] : [`${host} has no address here`]
    })
    const compared = known.length === 0 ? [] : [`${localAddress} is not that of ${listed(known)}`]
    return not([...compared, ...unknown].join('; '))
  }
  if (others.length > 0) {
    const names = matches.map(({ host }) => host).join(' and ')
    return not(`${localAddress} is that of ${names} alike, as an address is that is translated on the way`)
  }
  if (net.runtimeDoubt !== undefined) return not(net.runtimeDoubt)
  return {
    verified: true,
    place: 'runtime-host',
    ...own,
    host: match.host,
    reason: `${localAddress} is that of ${match.host}, a host of the integration runtime`,
  }
}

/** What is no address of one machine alone; undefined for all others. */
function sharedRange(address: string): string | undefined {
  return SHARED.find(({ prefixes }) => containsAddress(prefixes, address))?.words
}

const SHARED: readonly { words: string; prefixes: readonly string[] }[] = [
  { words: 'a loopback address', prefixes: ['127.0.0.0/8', '::1/128'] },
  { words: 'a link-local address', prefixes: ['169.254.0.0/16', 'fe80::/10'] },
  // Defaults of Docker and libvirt: bridges of the same addresses stand on any machine.
  { words: "an address of Docker's default bridge", prefixes: ['172.17.0.0/16'] },
  { words: "an address of libvirt's default bridge", prefixes: ['192.168.122.0/24'] },
  { words: 'no address of a machine', prefixes: ['0.0.0.0/8', '::/128'] },
]

function isSame(left: string, right: string): boolean {
  const [one, other] = [parseAddress(left), parseAddress(right)]
  return one !== undefined && other !== undefined && formatAddress(one) === formatAddress(other)
}

function describeHost(host: string, addresses: readonly string[]): string {
  return addresses.join() === host ? host : `${host} (${addresses.join(', ')})`
}

function listed(names: readonly string[]): string {
  return names.join(' or ')
}
