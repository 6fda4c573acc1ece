import { containsAddress, parseAddress } from '../domain/address.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { Remediation } from '../domain/report.ts'
import type { Proof } from '../domain/verdict.ts'
import type { ConnectOutcome } from '../ports/net-port.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement } from './define.ts'
import { readDmsSubnet } from './dms-subnet.ts'
import { boundText } from './foreign-text.ts'

/** Whether this runner stands in the DMS subnet, as Azure tells its prefixes; only then is a network path proven directly. */
export type VantageFact = {
  verified: boolean
  /** The runner's address that was compared: the one inside the subnet when there is one. */
  address?: string
  /** Name of the DMS subnet, when Azure told it. */
  subnet?: string
  prefixes?: string[]
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
 * Compares the runner's addresses with the DMS subnet. `localAddress` is the address of the very connection that is
 * judged; without one (nothing was connected) any address of the runner counts. Never fails: what Azure did not tell
 * makes the vantage unverified.
 */
export async function readVantage(
  ports: Pick<Ports, 'net' | 'arm'>,
  manifest: Manifest,
  localAddress?: string,
): Promise<VantageFact> {
  const own = localAddress === undefined ? ports.net.localAddresses() : [localAddress]
  const outward = own.find((address) => !isLoopback(address)) ?? own[0]
  const from = outward === undefined ? {} : { address: outward }
  if (manifest.generation === 'modern') return { verified: false, ...from, reason: RUNTIME_COUNTS }
  const observed = await readDmsSubnet(ports.arm, manifest)
  if (!observed.ok) {
    const reason = `Azure could not be asked for the DMS subnet (${boundText(observed.failure.message)})`
    return { verified: false, ...from, reason }
  }
  if (!observed.value.found) return { verified: false, ...from, reason: boundText(observed.value.message) }
  const { name, addressPrefixes } = observed.value.subnet
  const place = { subnet: name, prefixes: [...addressPrefixes] }
  const inside = own.find((address) => containsAddress(addressPrefixes, address))
  const subnet = `the DMS subnet ${name} (${addressPrefixes.join(', ')})`
  if (inside !== undefined && ports.net.vantageDoubt !== undefined) {
    return { verified: false, address: inside, ...place, reason: ports.net.vantageDoubt }
  }
  if (inside !== undefined) return { verified: true, address: inside, ...place, reason: `${inside} is in ${subnet}` }
  const reason = outward === undefined ? `this runner has no address in ${subnet}` : `${outward} is not in ${subnet}`
  return { verified: false, ...from, ...place, reason }
}

const RUNTIME_COUNTS =
  'the place that counts is the host of the integration runtime, and this runner is not known to be it'

/** The runner as network messages name it. */
export function describeRunner({ address }: VantageFact): string {
  return address === undefined ? 'this runner' : `this runner (${address})`
}

export function proofOf(vantage: VantageFact): Proof {
  return vantage.verified ? 'direct' : 'proxy'
}

/** What follows a result that was seen from another place than the one that counts. */
export function proxyNote({ reason }: VantageFact): string {
  return `seen from the runner, which is not verified to stand where DMS will, because ${reason}`
}

/** Pure: what one connect outcome says of a network path (contract, section 5). */
export function judgePath(facts: PathFacts, texts: { expected: string; remediation: Remediation }): Judgement {
  const { from, to, port, protocol, outcome, ms, vantage } = facts
  const path = `${protocol.toUpperCase()} ${String(port)} of ${to} from ${from}`
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
  const text = `${texts.remediation.text} Or run this from a runner that stands where DMS runs: there the outcome decides.`
  return {
    verdict: 'unknown',
    proof,
    summary,
    expected: texts.expected,
    cause,
    remediation: { ...texts.remediation, text },
  }
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
