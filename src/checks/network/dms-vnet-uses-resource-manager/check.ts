import { SCENARIOS } from '../../../domain/manifest.ts'
import { mapSeen, type Script } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { readDmsSubnet, type SubnetGap } from '../../dms-subnet.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'

type Evidence =
  | { found: true; network: string; networkId: string; subnet: string; prefixes: string[]; location: string }
  | { found: false; gap: SubnetGap; message: string }

const EXPECTED = 'the virtual network of DMS is one of Microsoft.Network (Resource Manager) and holds the DMS subnet'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'network/dms-vnet-uses-resource-manager',
    ref: 'DMSP-031',
    title: 'The virtual network of DMS uses the Resource Manager model and holds its subnet',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    disprovedBy: ['not-there'],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS is placed into a subnet of a Resource Manager virtual network; it cannot be created in a classic one or in a subnet that is not there.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['C1'],
    },
    remedy:
      'Create a virtual network with the Resource Manager deployment model and a subnet for DMS, or correct dms.subnet in the manifest.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) =>
    mapSeen(await readDmsSubnet(arm, spec.manifest), (answer): Evidence => {
      if (!answer.found) return { found: false, gap: answer.gap, message: boundText(answer.message) }
      const { network, subnet } = answer
      return {
        found: true,
        network: network.name,
        networkId: network.id,
        subnet: subnet.name,
        prefixes: [...subnet.addressPrefixes],
        location: network.location,
      }
    }),
  judge: (evidence, { spec }) => (evidence.found ? passed(evidence) : missed(evidence, spec)),
})

function passed({ network, subnet, prefixes, location }: Extract<Evidence, { found: true }>): Judgement {
  const actual = `${network} in ${location} is of Microsoft.Network and holds ${subnet} (${prefixes.join(', ')})`
  const summary = `Virtual network ${network} (${location}) uses Resource Manager and holds subnet ${subnet} (${prefixes.join(', ')})`
  return { verdict: 'pass', proof: 'direct', summary, expected: EXPECTED, actual }
}

function missed({ gap, message }: Extract<Evidence, { found: false }>, { manifest }: Spec): Judgement {
  const { subnetId } = manifest.dms
  switch (gap) {
    case 'undeclared':
      return undetermined('missing-input', message, 'Name the subnet of DMS in dms.subnet of the manifest.')
    case 'malformed':
      return undetermined('missing-input', message, 'Correct dms.subnet in the manifest.')
    case 'service':
      return undetermined(
        'insufficient',
        message,
        'Name the subnet in dms.subnet of the manifest, or correct dms.service.',
      )
    case 'classic-network':
      return failed(message, 'Create a Resource Manager network for DMS and name its subnet in dms.subnet.', [])
    case 'network':
      return failed(message, 'Create the network, or correct dms.subnet.', networkScripts(subnetId))
    case 'subnet':
      return failed(message, 'Create the subnet, or correct dms.subnet.', subnetScripts(subnetId))
  }
}

function failed(message: string, text: string, scripts: readonly Script[]): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `DMS has no subnet in a Resource Manager network: ${message}`,
    expected: EXPECTED,
    actual: message,
    remediation: { text, scripts },
  }
}

function undetermined(kind: 'missing-input' | 'insufficient', message: string, text: string): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: `The network of DMS could not be determined: ${message}`,
    expected: EXPECTED,
    cause: { kind, message },
    remediation: { text, scripts: [] },
  }
}

function networkScripts(subnetId: string | undefined): Script[] {
  const subnet = subnetId === undefined ? undefined : parseResourceId(subnetId)
  const network = subnet?.parent === undefined ? undefined : parseResourceId(subnet.parent)
  if (subnetId === undefined || subnet === undefined || network === undefined) return []
  const names = { '--name': network.name, '--subnet-name': subnet.name }
  return [
    azScript('az network vnet create', {
      ...groupOptions(subnetId),
      ...names,
      '--address-prefixes': '<VNET-CIDR>',
      '--subnet-prefixes': '<SUBNET-CIDR>',
    }),
  ]
}

function subnetScripts(subnetId: string | undefined): Script[] {
  const subnet = subnetId === undefined ? undefined : parseResourceId(subnetId)
  const network = subnet?.parent === undefined ? undefined : parseResourceId(subnet.parent)
  if (subnetId === undefined || subnet === undefined || network === undefined) return []
  const names = { '--vnet-name': network.name, '--name': subnet.name }
  return [
    azScript('az network vnet subnet create', {
      ...groupOptions(subnetId),
      ...names,
      '--address-prefixes': '<SUBNET-CIDR>',
    }),
  ]
}
