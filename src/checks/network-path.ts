import { containsAddress, firstHostOf, parseAddress } from '../domain/address.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import type { Proof } from '../domain/verdict.ts'
import type { ConnectOutcome } from '../ports/net-port.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement } from './define.ts'
import { readDmsSubnet, type DmsSubnetAnswer } from './dms-subnet.ts'
import { boundText } from './foreign-text.ts'
import { ownVantage, readRuntimeVantage, type PathTaker } from './runtime-vantage.ts'

/**
 * Whether this runner stands where it counts: in the DMS subnet, as Azure tells its prefixes, or (modern) on a host of the
 * integration runtime. Only then is a network path proven directly.
 */
export type VantageFact = {
  verified: boolean
  /** What counts; absent: the DMS subnet. `this-runner`: no part of the service takes the path, so that the runner does. */
  place?: 'runtime-host' | 'this-runner'
  /** The runner's address that was compared: that of the connection or the route which is judged. */
  address?: string
  /** Name of the DMS subnet, when Azure told it. */
  subnet?: string
  prefixes?: string[]
  /** The host of `dms.runtime-hosts` that this runner is. */
  host?: string
  /** A sentence part that follows "because": why it is or is not verified. */
  reason: string
}

export type PathFacts = {
  from: string
  to: string
  port: number
  protocol: 'tcp' | 'udp'
  outcome: ConnectOutcome
  /** Absent for UDP. */
  ms?: number
  vantage: VantageFact
}

/**
 * Compares one address of the runner with the DMS subnet or the hosts of the runtime: that of the connection or the route
 * which is judged, and no other, since any machine may have a bridge of the same range. Never fails: what is not known
 * makes the vantage unverified. `taker`: who takes the path in a modern migration.
 */
export async function readVantage(
  ports: Pick<Ports, 'net' | 'arm'>,
  manifest: Manifest,
  localAddress: string | undefined,
  taker: PathTaker = 'runtime',
): Promise<VantageFact> {
  if (manifest.generation === 'modern') {
    return taker === 'runtime' ? readRuntimeVantage(ports.net, manifest, localAddress) : ownVantage(localAddress)
  }
  const observed = await readDmsSubnet(ports.arm, manifest)
  return judgeVantage(observed, localAddress, ports.net.vantageDoubt)
}

/** Address of Azure's own DNS service in every virtual network; a machine there reaches it by its first network card. */
const AZURE_DNS = '168.63.129.16'

/**
 * Where this runner stands when it looks a name up. A name that resolved is judged by the route to its first address.
 * Without one the route into the DMS subnet counts, and only when the way out has the same address: a bridge of the same
 * range is a route into the subnet too, but no question to a name server leaves by it.
 */
export async function readResolverVantage(
  ports: Pick<Ports, 'net' | 'arm'>,
  manifest: Manifest,
  resolved: string | undefined,
  taker?: PathTaker,
): Promise<VantageFact> {
  const { net, arm } = ports
  if (resolved !== undefined) return readVantage(ports, manifest, await net.routeAddress(resolved), taker)
  if (manifest.generation === 'modern') return readVantage(ports, manifest, await net.routeAddress(AZURE_DNS), taker)
  const observed = await readDmsSubnet(arm, manifest)
  const prefixes = observed.ok && observed.value.found ? observed.value.subnet.addressPrefixes : []
  const host = prefixes.map(firstHostOf).find((address) => address !== undefined)
  const [inward, outward] = await Promise.all([
    host === undefined ? undefined : net.routeAddress(host),
    net.routeAddress(AZURE_DNS),
  ])
  const isSure = inward !== undefined && (inward === outward || isLoopback(inward))
  return judgeVantage(observed, isSure ? inward : outward, net.vantageDoubt)
}

function judgeVantage(
  observed: Observed<DmsSubnetAnswer>,
  localAddress: string | undefined,
  doubt: string | undefined,
): VantageFact {
  const own = from(localAddress)
  if (!observed.ok) {
    const reason = `Azure could not be asked for the DMS subnet (${boundText(observed.failure.message)})`
    return { verified: false, ...own, reason }
  }
  if (!observed.value.found) return { verified: false, ...own, reason: boundText(observed.value.message) }
  const { name, addressPrefixes } = observed.value.subnet
  const place = { subnet: name, prefixes: [...addressPrefixes] }
  const subnet = `the DMS subnet ${name} (${addressPrefixes.join(', ')})`
  if (localAddress === undefined) {
    const reason = `which address of this runner would be used is not known, so nothing says that it is in ${subnet}`
    return { verified: false, ...place, reason }
  }
  if (!containsAddress(addressPrefixes, localAddress)) {
    return { verified: false, ...own, ...place, reason: `${localAddress} is not in ${subnet}` }
  }
  if (doubt !== undefined) return { verified: false, ...own, ...place, reason: doubt }
  return { verified: true, ...own, ...place, reason: `${localAddress} is in ${subnet}` }
}

function from(address: string | undefined): { address?: string } {
  return address === undefined ? {} : { address }
}

/** The runner as network messages name it. */
export function describeRunner({ address }: VantageFact): string {
  return address === undefined ? 'this runner' : `this runner (${address})`
}

export function proofOf(vantage: VantageFact): Proof {
  return vantage.verified || vantage.place === 'this-runner' ? 'direct' : 'proxy'
}

/** What follows a result that was seen from another place than the one that counts. */
export function proxyNote({ reason, place }: VantageFact): string {
  if (place === 'this-runner') return reason
  const where = place === 'runtime-host' ? 'be the host of the integration runtime' : 'stand where DMS will'
  return `seen from the runner, which is not verified to ${where}, because ${reason}`
}

/** Pure: what one connect outcome says of a network path (contract, section 5). */
export function judgePath(facts: PathFacts, texts: { expected: string; remediation: Remediation }): Judgement {
  const { from: here, to, port, protocol, outcome, ms, vantage } = facts
  const path = `${protocol.toUpperCase()} ${String(port)} of ${to} from ${here}`
  const after = ms === undefined ? '' : ` after ${String(ms)} ms`
  const proof = proofOf(vantage)
  const note = vantage.verified ? '' : `; ${proxyNote(vantage)}`
  if (outcome === 'open') {
    const actual = `${path}: open${after}`
    return { verdict: 'pass', proof, summary: `${path} is open${after}${note}`, expected: texts.expected, actual }
  }
  const fact = `${path}: ${OUTCOMES[outcome].fact}${after}`
  const summary = `${fact}; ${OUTCOMES[outcome].likely}${note}`
  if (vantage.verified) {
    return { verdict: 'fail', proof, summary, expected: texts.expected, actual: fact, remediation: texts.remediation }
  }
  const cause = { kind: outcome, message: fact }
  const text = `${texts.remediation.text} ${elsewhere(vantage)}`
  return {
    verdict: 'unknown',
    proof,
    summary,
    expected: texts.expected,
    cause,
    remediation: { ...texts.remediation, text },
  }
}

/** What else would make the outcome decide. */
function elsewhere({ place }: VantageFact): string {
  if (place === 'this-runner')
    return 'Or run this from a runner that reaches it: the migration itself does not take this way.'
  if (place === undefined) return 'Or run this from a runner that stands where DMS runs: there the outcome decides.'
  return 'Or run this on the host of the integration runtime (named in `dms.runtime-hosts`): there the outcome decides.'
}

const OUTCOMES: Record<Exclude<ConnectOutcome, 'open'>, { fact: string; likely: string }> = {
  refused: {
    fact: 'refused',
    likely:
      'the host answers, but nothing listens there, or a firewall rejects it: stopped service, other port, or TCP/IP off',
  },
  timeout: {
    fact: 'no answer',
    likely: 'most likely a firewall on the way or on the host drops it, or the host is down',
  },
  unreachable: { fact: 'unreachable', likely: 'there is no route to it, or the host is down' },
  reset: { fact: 'reset', likely: 'something on the way or on the host closed the connection at once' },
}

/** Worst-informed last: of several outcomes, the one that tells most about the cause. */
const TELLING: readonly ConnectOutcome[] = ['open', 'refused', 'reset', 'timeout', 'unreachable']

/** Of several addresses' answers the one to judge by: the first open one, else the one that tells most. */
export function mostTelling<T extends { outcome: ConnectOutcome }>(attempts: readonly T[]): T | undefined {
  return [...attempts].sort((a, b) => TELLING.indexOf(a.outcome) - TELLING.indexOf(b.outcome))[0]
}

function isLoopback(text: string): boolean {
  const address = parseAddress(text)
  if (address === undefined) return false
  return address.family === 4 ? address.value >> 24n === 127n : address.value === 1n
}
