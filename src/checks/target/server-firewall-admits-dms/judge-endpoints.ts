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
export function judgeEndpoints(facts: ServerFacts): EndpointAnswer | undefined {
  const { endpoints, dns, subnet, isInsideAzure } = facts
  if (endpoints.length === 0) return undefined
  // A runtime on premises reaches an endpoint by whatever way its name leads to; DMS by its own network or a peered one.
  const near = endpoints.filter(({ network, isUntold }) =>
    isInsideAzure ? network === 'same' || network === 'peered' : isUntold !== true,
  )
  const show = isInsideAzure ? describe : describeAlone
  if (near.length === 0) {
    return { answer: 'open', kind: 'insufficient', fact: endpoints.map(show).join('; ') }
  }
  const names = near.map(show).join('; ')
  if (dns === null)
    return { answer: 'open', kind: 'dns', fact: `${names}; the name of the server could not be resolved` }
  const own = near.flatMap(({ addresses }) => addresses)
  const resolved = `${dns.host} resolves to ${dns.addresses.join(', ')}`
  if (own.length === 0) return { answer: 'open', kind: 'insufficient', fact: `${names}; Azure tells no address of it` }
  if (!dns.vantage.verified) {
    const fact = `${names}; whether its name resolves to ${own.join(', ')} where ${isInsideAzure ? 'DMS' : 'the integration runtime'} stands is not known: here ${resolved}, ${proxyNote(dns.vantage)}`
    return { answer: 'open', kind: 'dns', fact }
  }
  const where = !isInsideAzure
    ? 'on the host of the integration runtime'
    : subnet === null
      ? 'there'
      : `in ${subnet.name}`
  return dns.addresses.length > 0 && dns.addresses.every((address) => own.includes(address))
    ? { answer: 'admits', fact: `${names}, and ${resolved} ${where}` }
    : { answer: 'shut', fact: `${names}, but ${resolved} ${where}, not to ${own.join(', ')}` }
}

function describe(one: EndpointFact): string {
  return one.isUntold === true
    ? `of private endpoint ${one.name} Azure does not say whether it is Approved`
    : `private endpoint ${one.name} is Approved, ${placeOf(one)}`
}

function describeAlone(one: EndpointFact): string {
  return one.isUntold === true ? describe(one) : `private endpoint ${one.name} is Approved`
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
