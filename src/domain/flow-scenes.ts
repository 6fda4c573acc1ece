import { addressSet, FAMILIES, parseAddresses, type Family } from './address-set.ts'
import { maybe, protocolSet, sure, type FlowProtocol, type Term } from './filter-rule.ts'
import { intersectSets, NOTHING, setOfRuns, subtractSet, type NumberSet } from './number-set.ts'
import type { Packets } from './packets.ts'
import {
  PLATFORM_ADDRESS,
  PLATFORM_TAGS,
  tagOfRegion,
  type Network,
  type ServiceTag,
  type Side,
} from './service-tags.ts'
import { symbolicRest, symbolicTag, tagsWithin } from './symbolic-tags.ts'

/** Who a flow goes to or comes from: a service tag, addresses, all of VirtualNetwork, or the DNS of the platform. */
export type FlowPeer =
  | { kind: 'tag'; tag: string }
  | { kind: 'addresses'; prefixes: readonly string[] }
  | { kind: 'virtual-network' }
  | { kind: 'platform-dns' }

/** Packets between every address of a subnet and every address of the peer, from source ports 1024-65535. */
export interface Flow {
  /** As seen from the subnet. */
  direction: 'inbound' | 'outbound'
  protocols: readonly FlowProtocol[]
  /** Destination ports: first and last of each range, both included. */
  ports: readonly (readonly [first: number, last: number])[]
  peer: FlowPeer
}

/** The part of a flow whose packets are told apart in one way: one family, one kind of other end. */
export interface Scene {
  family: Family
  packets: Packets
  peerSide: Side
  /** Facts that hold for every packet of the scene. */
  assumed: ReadonlyMap<string, boolean>
  /** Stands for the other end where its addresses are not known; the set then holds one number that is no address. */
  peerName?: string
  /** The text by which a rule names all of the other end: the tag whose addresses it is. */
  tagName?: string
  /** A tag without known addresses that holds those of other scenes of the flow: how many scenes it stands for. */
  holds?: number
  /**
   * `platform`: what the platform serves, which passes unless a rule names its tag. `rest`: whatever else may belong to
   * VirtualNetwork, perhaps nothing.
   */
  kind: 'ordinary' | 'platform' | 'rest'
  /** Addresses of the other end that a network interface of this network can have. */
  members: NumberSet
  terms(texts: readonly string[], side: Side): readonly Term[]
}

const SOURCE_PORTS: NumberSet = [1024, 65_536]
/** Where another end without known addresses stands. */
const POINT: NumberSet = [0, 1]

/** Addresses that the platform serves, and the tag by which alone a rule touches that (security groups overview). */
const PLATFORM_SERVICES: readonly { address: string; tag: string; name: string }[] = [
  { address: PLATFORM_ADDRESS, tag: 'azureplatformdns', name: 'AzurePlatformDNS' },
  { address: '169.254.169.254', tag: 'azureplatformimds', name: 'AzurePlatformIMDS' },
]

/** The scenes of a flow; none where the subnet has no address of the peer's family. */
export function scenesOf(flow: Flow, network: Network): Scene[] {
  return peersOf(flow, network).flatMap((peer) => {
    const subnet = network.subnet[peer.family]
    if (subnet.length === 0 || peer.set.length === 0) return []
    const isOutbound = flow.direction === 'outbound'
    const { set, terms, ...rest } = peer
    const packets: Packets = {
      protocols: protocolSet(flow.protocols),
      ports: setOfRuns(flow.ports.map(([first, last]) => [first, last + 1])),
      sourcePorts: SOURCE_PORTS,
      source: isOutbound ? subnet : set,
      destination: isOutbound ? set : subnet,
    }
    const peerSide: Side = isOutbound ? 'destination' : 'source'
    return [
      {
        ...rest,
        packets,
        peerSide,
        members: peer.peerName === undefined ? network.own[peer.family] : NOTHING,
        terms: (texts: readonly string[], side: Side) =>
          side === peerSide && terms !== undefined ? terms(texts) : network.terms(texts, side, peer.family),
      },
    ]
  })
}

interface Peer extends Pick<Scene, 'family' | 'assumed' | 'peerName' | 'tagName' | 'holds' | 'kind'> {
  set: NumberSet
  /** Where a rule's texts cannot be told by addresses. */
  terms?: (texts: readonly string[]) => readonly Term[]
}

const NOTHING_ASSUMED: ReadonlyMap<string, boolean> = new Map()

function peersOf(flow: Flow, network: Network): Peer[] {
  const { peer } = flow
  switch (peer.kind) {
    case 'addresses':
      return byAddress(peer.prefixes, flow, undefined)
    case 'virtual-network':
      return networkPeers(flow, network)
    case 'platform-dns':
      return byAddress([PLATFORM_ADDRESS], flow, undefined)
    case 'tag':
      return tagPeers(peer.tag, flow, network)
  }
}

/** Tags that have no entry in the list. */
const BUILT_IN_TAGS = ['virtualnetwork', 'internet', 'azureloadbalancer', ...PLATFORM_TAGS]

/** The tag of a flow when the list of service tags was read and does not have it: there are no packets to judge. */
export function unknownTag({ peer }: Flow, network: Network): string | undefined {
  if (peer.kind !== 'tag' || network.facts.tags === null || parseAddresses(peer.tag) !== undefined) return undefined
  const isBuiltIn = BUILT_IN_TAGS.some((name) => name === peer.tag.trim().toLowerCase())
  return isBuiltIn || tagOfRegion(peer.tag, network) !== undefined ? undefined : peer.tag
}

function tagPeers(name: string, flow: Flow, network: Network): Peer[] {
  const range = parseAddresses(name)
  if (range !== undefined) return byAddress([name], flow, undefined)
  const side: Side = flow.direction === 'outbound' ? 'destination' : 'source'
  const service = PLATFORM_SERVICES.find(({ tag }) => tag === name.trim().toLowerCase())
  if (service !== undefined) return byAddress([service.address], flow, undefined)
  switch (name.trim().toLowerCase()) {
    case 'virtualnetwork':
      return networkPeers(flow, network)
    case 'azureloadbalancer':
      return byAddress([PLATFORM_ADDRESS], flow, undefined)
    case 'internet': {
      // Every packet of this flow goes to what is not in the network.
      const assumed = new Map([[`${side} in virtualnetwork`, false]])
      return FAMILIES.map((family) => ({
        family,
        set: network.open[family],
        assumed,
        tagName: 'Internet',
        kind: 'ordinary',
      }))
    }
    default: {
      const tag = tagOfRegion(name, network)
      return tag === undefined ? symbolicPeers(name, side, network) : byAddress(tag.prefixes, flow, tag)
    }
  }
}

/** Without addresses a tag is judged by its name; one that surely holds others is judged by those as well. */
function symbolicPeers(name: string, side: Side, network: Network): Peer[] {
  const tags = tagsWithin(name)
  return tags.map((tag, index) => ({
    family: 4,
    set: POINT,
    assumed: NOTHING_ASSUMED,
    peerName: tag,
    ...(index === 0 && tags.length > 1 ? { holds: tags.length } : {}),
    kind: 'ordinary',
    terms: (texts) => symbolicTag(texts, tag, side, POINT, network),
  }))
}

function networkPeers(flow: Flow, network: Network): Peer[] {
  const { extent } = network.facts
  // The platform's own address is in the tag, and no server that a flow could be for.
  const own = byAddress(extent.prefixes, flow, undefined).filter(({ kind }) => kind === 'ordinary')
  if (extent.isWhole) return own
  const side: Side = flow.direction === 'outbound' ? 'destination' : 'source'
  const rest: Peer = {
    family: 4,
    set: POINT,
    assumed: new Map([[`${side} in virtualnetwork`, true]]),
    peerName: 'the rest of VirtualNetwork',
    kind: 'rest',
    terms: (texts) => symbolicRest(texts, side, POINT, network),
  }
  return [...own, rest]
}

/** Outbound, what the platform serves stands apart. */
function byAddress(prefixes: readonly string[], flow: Flow, tag: ServiceTag | undefined): Peer[] {
  const isOutbound = flow.direction === 'outbound'
  return FAMILIES.flatMap((family): Peer[] => {
    const all = addressSet(prefixes, family)
    const services = isOutbound && family === 4 ? PLATFORM_SERVICES : []
    const ordinary = subtractSet(
      all,
      addressSet(
        services.map(({ address }) => address),
        family,
      ),
    )
    const platform = services.flatMap(({ address, tag: own, name }): Peer[] => {
      const set = intersectSets(all, addressSet([address], family))
      const terms = (texts: readonly string[]): readonly Term[] =>
        texts.some((text) => text.trim().toLowerCase() === own) ? [sure(set)] : []
      return [{ family, set, assumed: NOTHING_ASSUMED, tagName: name, kind: 'platform', terms }]
    })
    return [
      {
        family,
        set: ordinary,
        assumed: NOTHING_ASSUMED,
        kind: 'ordinary',
        ...(tag === undefined ? {} : { tagName: tag.name }),
      },
      ...platform,
    ]
  })
}

/**
 * The members of an application security group are network interfaces of one virtual network, so that nothing outside
 * of it can be one (https://learn.microsoft.com/azure/virtual-network/application-security-groups).
 */
export function groupTerm({ packets, peerSide, members }: Scene, side: Side, id: string): Term {
  const set = side === peerSide ? intersectSets(packets[side], members) : packets[side]
  return maybe(set, side, id.split('/').at(-1) ?? id)
}
