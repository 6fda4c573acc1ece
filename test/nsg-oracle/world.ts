// A virtual network, what is known of it, and a flow that is asked of it.
import { holdsAddress, readAddress, readPrefix, type AddressRange } from './ranges.ts'
import { flowRanges, WIRE_SERVER } from './oracle.ts'
import type { Random } from './random.ts'
import type { Flow, NetworkFacts, Peer, ServiceTag, Situation } from './situation.ts'
import { anyCase, nearCidr, nearRange } from './texts.ts'

/** Every tag is of this space; a region has a part of it, so that tags overlap as the real ones do. */
const PUBLIC_SPACE = ['20.38.0.0/18', '13.69.64.0/20', '40.79.0.0/17', '52.239.128.0/18']
const PUBLIC_SPACE_6 = ['2603:1020:200::/48', '2a01:111:f100::/48']
const SERVICES = ['Storage', 'Sql', 'ServiceBus', 'AzureMonitor', 'AzureCloud', 'AzureFrontDoor.Frontend']
const REGIONS = ['WestEurope', 'NorthEurope']
/** Never in a list here. */
export const UNRESOLVABLE = ['DataFactory', 'Storage.SwedenCentral']

export function networkFacts(random: Random): NetworkFacts {
  const isDual = random.chance(0.3)
  const base = random.chance(0.1)
    ? random.pick(['100.100', '20.38'])
    : random.pick(['10.20', '10.20', '172.19', '192.168'])
  const third = random.pick([0, 1, 37, 255])
  const length = random.pick([24, 24, 24, 26, 26, 28, 28, 28, 29, 29, 32])
  const subnetPrefixes = [`${base}.${third}.${random.pick([0, 32, 64])}/${length}`]
  if (random.chance(0.1)) subnetPrefixes.push(`${base}.${(third + 1) % 256}.0/28`)
  const prefixes = [`${base}.0.0/${random.pick([16, 16, 17, 20])}`, ...subnetPrefixes]
  if (random.chance(0.4)) prefixes.push('10.200.0.0/16')
  if (random.chance(0.3))
    prefixes.push(random.pick(['10.0.0.0/8', '172.16.0.0/12', '192.168.7.0/24', '203.0.113.0/24']))
  if (isDual) {
    const wide = random.chance(0.8) ? 'fd00:db8:dec' : '2001:db8:dec'
    subnetPrefixes.push(`${wide}:${random.pick(['1', 'a'])}::/${random.pick([64, 64, 120])}`)
    prefixes.push(`${wide}::/48`)
    if (random.chance(0.3)) prefixes.push('fd00:db8:1234::/48')
  }
  const isWhole = random.chance(0.75)
  return {
    subnetPrefixes,
    extent: {
      prefixes,
      isWhole,
      hasDefaultRoute: !isWhole && random.chance(0.5),
      doubts: isWhole ? [] : ['the routes of the gateway could not be read'],
    },
    region: 'westeurope',
    tags: random.chance(0.1) ? null : serviceTags(random),
  }
}

function serviceTags(random: Random): ServiceTag[] {
  return SERVICES.flatMap((service) => {
    if (random.chance(0.2)) return []
    const spaces = [...PUBLIC_SPACE, ...PUBLIC_SPACE_6].filter(() => random.chance(0.35))
    if (spaces.length === 0) spaces.push(random.pick(PUBLIC_SPACE))
    const everywhere = spaces.flatMap(readPrefix).map((range) => nearCidr(random, range))
    const regional = REGIONS.filter(() => random.chance(0.5)).map((region) => ({
      name: `${service}.${region}`,
      region: anyCase(random, region.toLowerCase()),
      // Rarely with an address of its own: nothing promises that a regional form is a part of the whole.
      prefixes: [
        ...everywhere.flatMap(readPrefix).map((range) => nearCidr(random, range)),
        ...(random.chance(0.1) ? ['51.12.72.223'] : []),
      ].filter((_prefix, index) => index === 0 || random.chance(0.6)),
    }))
    return [{ name: service, region: '', prefixes: everywhere }, ...regional]
  })
}

export function flowFor(random: Random, network: NetworkFacts): Flow {
  const direction = random.chance(0.7) ? 'outbound' : 'inbound'
  return {
    direction,
    protocols: random.weighted<Flow['protocols']>([
      [6, ['tcp']],
      [1, ['udp']],
      [3, ['tcp', 'udp']],
    ]),
    ports: flowPorts(random),
    peer: peerFor(random, network, direction),
  }
}

function flowPorts(random: Random): Flow['ports'] {
  const one = (): [number, number] => {
    const first = random.pick([22, 53, 443, 445, 1024, 9354, 12000, 40000, 65000])
    return random.weighted<[number, number]>([
      [5, [first, first]],
      [2, [first, first + random.between(1, 500)]],
      [0.5, [0, 65535]],
      [0.5, [1, 1023]],
    ])
  }
  return Array.from({ length: random.count(7, 2, 1) }, one)
}

function peerFor(random: Random, network: NetworkFacts, direction: Flow['direction']): Peer {
  const tags = network.tags ?? []
  const kinds: (readonly [number, () => Peer])[] = [
    [5, () => ({ kind: 'addresses', prefixes: peerPrefixes(random, network) })],
    [
      direction === 'inbound' ? 0.6 : 0,
      () => ({ kind: 'addresses', prefixes: WIRE_SERVER.map((range) => nearRange(random, range)) }),
    ],
    [
      tags.length === 0 ? 0 : 3,
      () => ({
        kind: 'tag',
        tag: anyCase(random, random.pick(tags.filter(({ region }) => region === '' || random.chance(0.2))).name),
      }),
    ],
    [network.extent.isWhole ? 1.5 : 0, () => ({ kind: 'virtual-network' })],
    [direction === 'outbound' ? 0.7 : 0, () => ({ kind: 'platform-dns' })],
  ]
  return random.weighted(kinds)()
}

function peerPrefixes(random: Random, network: NetworkFacts): string[] {
  const four = (texts: readonly string[]): AddressRange[] => texts.flatMap(readPrefix)
  const one = (): string =>
    nearRange(
      random,
      random.weighted<AddressRange>([
        [3, random.pick(four(network.extent.prefixes))],
        [1, random.pick(four(network.subnetPrefixes))],
        [3, random.pick(four(['10.5.6.0/24', '192.168.50.0/26', '172.31.0.0/16', '100.64.0.0/10', 'fd12::/64']))],
        [3, random.pick(four(['203.0.113.0/28', '198.51.100.7', '20.38.7.0/24', '8.8.8.8', '2a01:111:f100:1::/64']))],
        [0.2, random.pick(four(['0.0.0.0/0', '::/0', '168.63.129.16', '169.254.169.254', '168.63.128.0/23']))],
      ]),
    )
  return Array.from({ length: random.count(7, 2, 1) }, one)
}

/** Whether packets of the flow go to the platform's own addresses, where it is not said how admin rules act. */
export function goesToPlatform(situation: Situation): boolean {
  const { destination } = flowRanges(situation)
  return ['168.63.129.16', '169.254.169.254'].some((text) => holdsAddress(destination, readAddress(text)))
}
