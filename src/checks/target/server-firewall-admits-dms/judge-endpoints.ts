import type { CauseKind } from '../../../domain/verdict.ts'
import { proxyNote } from '../../network-path.ts'
import type { ServerFacts } from './evidence.ts'
import type { EndpointFact } from './read-endpoints.ts'

/** Whether a private endpoint lets DMS in; `shut`: the name does not lead to it where DMS stands. */
export type EndpointAnswer =
  | { answer: 'admits'; fact: string }
  | { answer: 'shut'; fact: string }
  | { answer: 'open'; fact: string; kind: CauseKind }

/** Undefined: no private endpoint is Approved. */
export function judgeEndpoints({ endpoints, dns, subnet }: ServerFacts): EndpointAnswer | undefined {
  if (endpoints.length === 0) return undefined
  const near = endpoints.filter(({ network }) => network === 'same' || network === 'peered')
  if (near.length === 0) {
    const facts = endpoints.map(describe)
    return { answer: 'open', kind: 'insufficient', fact: facts.join('; ') }
  }
  const names = near.map(describe).join('; ')
  if (dns === null)
    return { answer: 'open', kind: 'dns', fact: `${names}; the name of the server could not be resolved` }
  const own = near.flatMap(({ addresses }) => addresses)
  const resolved = `${dns.host} resolves to ${dns.addresses.join(', ')}`
  if (own.length === 0) return { answer: 'open', kind: 'insufficient', fact: `${names}; Azure tells no address of it` }
  if (!dns.vantage.verified) {
    const fact = `${names}; whether its name resolves to ${own.join(', ')} where DMS stands is not known: here ${resolved}, ${proxyNote(dns.vantage)}`
    return { answer: 'open', kind: 'dns', fact }
  }
  const where = subnet === null ? 'there' : `in ${subnet.name}`
  return dns.addresses.length > 0 && dns.addresses.every((address) => own.includes(address))
    ? { answer: 'admits', fact: `${names}, and ${resolved} ${where}` }
    : { answer: 'shut', fact: `${names}, but ${resolved} ${where}, not to ${own.join(', ')}` }
}

function describe(one: EndpointFact): string {
  return one.isUntold === true
    ? `of private endpoint ${one.name} Azure does not say whether it is Approved`
    : `private endpoint ${one.name} is Approved, ${placeOf(one)}`
}

function placeOf({ network, networkName, gap }: EndpointFact): string {
  switch (network) {
    case 'same':
      return `in ${networkName ?? 'its network'}, the network of DMS`
    case 'peered':
      return `in ${networkName ?? 'its network'}, peered with the network of DMS`
    case 'other':
      return `in ${networkName ?? 'its network'}, which is neither the network of DMS nor peered with it; whether a way leads there is not looked at`
    case 'unknown':
      return `and where it is could not be told: ${gap ?? 'Azure does not say'}`
  }
}
