import { SCENARIOS, type DeclaredFlow } from '../../../domain/manifest.ts'
import { parseAddresses } from '../../../domain/address-set.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck } from '../../define.ts'
import { evidenceOfFlows, type AskedFlow, type FlowEvidence } from '../../flow-evidence.ts'
import { judgeFlows } from '../../judge-flows.ts'
import { flowsOfPort, portsOf } from '../../port-flows.ts'
import { readSubnetFilter } from '../../subnet-filter.ts'
import { flowSubjects, type FlowSpec } from '../../subjects.ts'

export default defineCheck<FlowSpec, FlowEvidence, 'arm' | 'net'>({
  meta: {
    id: 'network/nsg-allows-declared-flows',
    ref: 'DMSP-047',
    title: 'The network security group of the DMS subnet lets the declared flows through',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'The manifest names this flow as one that the migration needs. A packet that the security group drops shows up as a time-out in the middle of the migration.',
    source: {
      title: 'Azure network security groups overview',
      url: 'https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview',
      verified: '2026-11-26',
      rows: [],
    },
    remedy:
      'Add an allow rule for the flow to the network security group of the DMS subnet, with a smaller priority number than the rule that denies.',
  },
  uses: ['arm', 'net'],
  subjects: flowSubjects,
  observe: async ({ arm, net }, { spec }) => {
    const { manifest, flow } = spec
    const filter = await readSubnetFilter(arm, manifest)
    if (!filter.ok) return filter
    const { network } = filter.value
    const ofPorts = await Promise.all(
      portsOf(manifest).map((port) => flowsOfPort(port, manifest, network, { arm, net })),
    )
    const earlier = manifest.dms.flows.slice(0, Math.max(0, manifest.dms.flows.indexOf(flow))).map(askedFlow)
    const before = [...ofPorts.flatMap((read) => (read.ok ? read.value : [])), ...earlier]
    return seen(evidenceOfFlows(filter.value, [askedFlow(flow)], before))
  },
  judge: (evidence) => judgeFlows(evidence),
})

function askedFlow({ direction, protocol, ports, peer }: DeclaredFlow): AskedFlow {
  const isAddress = parseAddresses(peer) !== undefined
  return {
    peer,
    flow: {
      direction,
      protocols: protocol === 'any' ? ['tcp', 'udp'] : [protocol],
      ports,
      peer: isAddress ? { kind: 'addresses', prefixes: [peer] } : { kind: 'tag', tag: peer },
    },
  }
}
