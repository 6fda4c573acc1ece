import { seen, unseen } from '../../../domain/observed.ts'
import { SCENARIOS } from '../../../domain/manifest.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { readDmsService } from '../../dms-service.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { evidenceOf, type Evidence } from './evidence.ts'
import { roomOf } from './room.ts'

export default defineCheck<Spec, Evidence, 'arm'>({
  meta: {
    id: 'network/dms-subnet-is-usable',
    ref: 'DMSP-040',
    title: 'DMS can be placed into its subnet',
    team: 'network',
    scenarios: SCENARIOS,
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'network/dms-vnet-uses-resource-manager' }],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'Azure refuses to put the network interface of DMS into a subnet that is delegated, that another service holds for itself, or that is full: then DMS cannot be created.',
    source: {
      title: 'Add or remove a subnet delegation',
      url: 'https://learn.microsoft.com/azure/virtual-network/manage-subnet-delegation',
      verified: '2026-11-26',
      rows: ['SUBNET'],
    },
    remedy:
      'Give DMS a subnet of its own in the same virtual network: not delegated, without a managed instance or an application gateway, with a free IPv4 address.',
  },
  uses: ['arm'],
  subjects: manifestSubject,
  observe: async ({ arm }, { spec }) => {
    const dms = await readDmsSubnet(arm, spec.manifest)
    if (!dms.ok) return dms
    if (!dms.value.found) return unseen('not-found', dms.value.message)
    const { network, subnet } = dms.value
    const service = await readDmsService(arm, spec.manifest)
    if (service.ok) return seen(evidenceOf(network, subnet, service.value))
    // A service that cannot be seen would matter only if it had found its place in spite of what is wrong.
    const alone = evidenceOf(network, subnet, undefined)
    return judgeSubnet(alone).verdict === 'pass' ? seen(alone) : service
  },
  judge: (evidence) => judgeSubnet(evidence),
})

function judgeSubnet(evidence: Evidence): Judgement {
  const { subnet, network, prefixes, service } = evidence
  const place = `${subnet} (${prefixes.join(', ')})`
  const expected = `${place} of ${network} is not delegated, is held by no other service and has a free IPv4 address for DMS`
  if (service?.placed === true && !service.isHere && service.subnet !== undefined) {
    const actual = `DMS service ${service.name} (${service.state ?? 'no state'}) stands in ${service.subnet}, and the manifest names ${subnet} of ${network}`
    const text = 'Correct dms.subnet: what this gate proves of the network is proven for the subnet that it names.'
    return failed(actual, expected, { text, scripts: [] })
  }
  if (service?.placed === true && service.isHere) {
    const actual = `DMS service ${service.name} (${service.state ?? 'no state'}) stands in ${place} already`
    return passed(`${actual}, so that it needs no room`, expected, actual)
  }
  const room = roomOf(prefixes)
  const faults = [...occupied(evidence), ...(room.hasIpv4 || room.capacity === undefined ? [] : [NO_IPV4])]
  if (room.capacity === undefined) {
    if (faults.length > 0) return unusable(evidence, place, faults, expected)
    return undetermined(`the prefixes of ${place} cannot all be read as addresses`, expected, COUNT)
  }
  const free = room.capacity - BigInt(evidence.ipConfigurations)
  const count = `${room.capacity} addresses without the 5 of each prefix that Azure keeps, ${evidence.ipConfigurations} IP configurations in it`
  const isFull = room.hasIpv4 && free < 1n
  if (isFull && !room.hasIpv6) faults.push(`it has no free address (${count})`)
  if (faults.length > 0) return unusable(evidence, place, faults, expected)
  if (isFull) {
    const message = `${place} may be full (${count}): which of them are of IPv6 and take no IPv4 address, Azure does not tell here`
    return undetermined(message, expected, COUNT)
  }
  if (evidence.delegations === null) {
    const text = 'Look at the delegation of the subnet in the portal (subnets of the virtual network).'
    return undetermined(`whether ${place} is delegated, Azure does not tell`, expected, text)
  }
  const actual = `${place} is not delegated, is held by no other service and has ${free} free IPv4 addresses (${count})`
  return passed(`${actual}; DMS takes one`, expected, actual)
}

const COUNT =
  'Count the free IPv4 addresses in the portal (subnets of the virtual network), or give DMS a subnet of its own.'
const NO_IPV4 = 'it has no IPv4 prefix, and every network interface in Azure needs an IPv4 address'

function occupied({ delegations, occupants }: Evidence): string[] {
  return [
    ...(delegations === null || delegations.length === 0
      ? []
      : [`it is delegated to ${delegations.join(', ')} (ResourceNotPermittedOnDelegatedSubnet)`]),
    ...(occupants.length === 0
      ? []
      : [`it is held by ${occupants.join(', ')} (SubnetWithExternalResourcesCannotBeUsedByOtherResources)`]),
  ]
}

function unusable(
  { network, networkId }: Evidence,
  place: string,
  faults: readonly string[],
  expected: string,
): Judgement {
  const actual = `${place} of ${network}: ${faults.join('; ')}`
  const create = azScript('az network vnet subnet create', {
    ...groupOptions(networkId),
    '--vnet-name': network,
    '--name': '<SUBNET>',
    '--address-prefixes': '<SUBNET-CIDR>',
  })
  const text = `Create a subnet for DMS alone in the same virtual network (/29 or larger), give it the security group and routes of ${place}, and name it in dms.subnet.`
  return failed(actual, expected, { text, scripts: [create] }, `DMS cannot be placed into ${actual}`)
}

function passed(summary: string, expected: string, actual: string): Judgement {
  return { verdict: 'pass', proof: 'direct', summary: boundText(summary), expected, actual: boundText(actual) }
}

function failed(
  actual: string,
  expected: string,
  remediation: Extract<Judgement, { verdict: 'fail' }>['remediation'],
  summary = actual,
): Judgement {
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: boundText(summary),
    expected,
    actual: boundText(actual),
    remediation,
  }
}

function undetermined(message: string, expected: string, text: string): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: boundText(`Whether DMS can be placed there is not known: ${message}`),
    expected,
    cause: { kind: 'insufficient', message: boundText(message) },
    remediation: { text, scripts: [] },
  }
}
