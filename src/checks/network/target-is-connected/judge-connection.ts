import type { Remediation } from '../../../domain/report.ts'
import { isSameResource } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import type { Judgement } from '../../define.ts'
import type { TargetSpec } from '../../subjects.ts'
import type { Evidence, PeeringFact, Place, Way } from './read-networks.ts'

const EXPECTED =
  'DMS stands in another subnet of the network of the instance, or the two networks are peered directly, connected from both sides, with access allowed'

export function judgeConnection(evidence: Evidence, target: string, { manifest }: TargetSpec): Judgement {
  const { dms, instance, way } = evidence
  if (!instance.found) {
    return instance.gap === 'instance'
      ? blocked('target/managed-instance-exists', target, instance.message)
      : unknown('insufficient', instance.message)
  }
  if (!dms.found) {
    return dms.gap === 'undeclared'
      ? unknown('missing-input', dms.message, 'Name the subnet of DMS in dms.subnet of the manifest.')
      : blocked('network/dms-vnet-uses-resource-manager', manifest.name, dms.message)
  }
  return way === null ? judgeSubnets(dms, instance) : judgeWay(dms, instance, way)
}

function judgeSubnets(dms: Place, instance: Place): Judgement {
  if (isSameResource(dms.subnetId, instance.subnetId)) {
    const actual = `DMS and the instance are both in subnet ${dms.subnet} of ${dms.network}`
    const text =
      'Create another subnet for DMS: that of a managed instance is delegated to it, and takes nothing else in. Name it in dms.subnet.'
    const subnet = azScript('az network vnet subnet create', {
      ...groupOptions(dms.networkId),
      '--vnet-name': dms.network,
      '--name': '<SUBNET-OF-DMS>',
      '--address-prefixes': '<SUBNET-CIDR>',
    })
    return failed(actual, { text, scripts: [subnet] })
  }
  const actual = `${dms.network} holds DMS in subnet ${dms.subnet} and the instance in subnet ${instance.subnet}`
  return { verdict: 'pass', proof: 'direct', summary: actual, expected: EXPECTED, actual }
}

function judgeWay(dms: Place, instance: Place, way: Way): Judgement {
  const { own, remote, remoteUnread } = way
  if (own === null) return judgeNoPeering(dms, instance, way)
  const names = `${dms.network} (DMS) and ${instance.network} (instance)`
  const faults = [
    ...faultsOf(own, dms.network),
    ...(remote === null ? [] : faultsOf(remote, instance.network)),
    ...(remote === null && remoteUnread === undefined ? [`${instance.network} has no peering back`] : []),
  ]
  if (faults.length > 0) {
    const text =
      'Set the peering up from both sides, with access to the other network allowed; a peering that is Disconnected has to be deleted on both sides first.'
    return failed(`${names} are not properly peered: ${faults.join('; ')}`, { text, scripts: peer(dms, instance) })
  }
  const gaps = [
    ...(remoteUnread === undefined ? [] : [`the other side could not be read: ${remoteUnread}`]),
    ...[own, ...(remote === null ? [] : [remote])].flatMap(gapsOf),
  ]
  if (gaps.length > 0) {
    return unknown(
      remoteUnread === undefined ? 'insufficient' : 'forbidden',
      `${names}: peering ${own.name} is ${own.state ?? 'in a state that Azure does not tell'} on the side of DMS, and ${gaps.join('; ')}`,
      'Let the identity of this run read both networks (Microsoft.Network/virtualNetworks/read), and sync the peering.',
    )
  }
  const actual = `${names} are peered directly: ${own.name} and ${remote?.name ?? ''} are Connected, access allowed`
  return { verdict: 'pass', proof: 'direct', summary: actual, expected: EXPECTED, actual }
}

/** What surely keeps packets from passing, as far as the two networks themselves tell. */
function faultsOf({ name, state, allowsAccess }: PeeringFact, network: string): string[] {
  if (state !== null && state.toLowerCase() !== 'connected') return [`${name} of ${network} is ${state}`]
  return allowsAccess ? [] : [`${name} of ${network} does not allow access to the other network`]
}

function gapsOf({ name, state, sync }: PeeringFact): string[] {
  return [
    ...(state === null ? [`Azure does not tell the state of ${name}`] : []),
    ...(sync === null || sync.toLowerCase() === 'fullyinsync'
      ? []
      : [`${name} is not in sync (${sync}), so newer address ranges are not peered`]),
  ]
}

function judgeNoPeering(dms: Place, instance: Place, { shared, otherWays }: Way): Judgement {
  const hub =
    shared.length === 0
      ? ''
      : `; both are peered with ${shared.join(', ')}, and peering does not pass through a third network`
  const fact = `${dms.network} (DMS) has no peering with ${instance.network} (instance)${hub}`
  if (otherWays.length > 0) {
    return unknown(
      'insufficient',
      `${fact}; there may be a way ${otherWays.join(', or ')}, which these objects do not decide`,
      'Peer the two networks directly, or run this gate from the DMS subnet: there the TCP port of the instance decides.',
      dms,
      instance,
    )
  }
  const text = 'Peer the two networks directly, from both sides.'
  return failed(fact, { text, scripts: peer(dms, instance) })
}

function peer(dms: Place, instance: Place): Remediation['scripts'] {
  const side = (from: Place, to: Place): Remediation['scripts'][number] =>
    azScript('az network vnet peering create', {
      ...groupOptions(from.networkId),
      '--vnet-name': from.network,
      '--name': `${from.network}-to-${to.network}`.slice(0, 80),
      '--remote-vnet': to.networkId,
      '--allow-vnet-access': 'true',
    })
  return [side(dms, instance), side(instance, dms)]
}

function failed(actual: string, remediation: Remediation): Judgement {
  return { verdict: 'fail', proof: 'direct', summary: actual, expected: EXPECTED, actual, remediation }
}

function blocked(id: string, subject: string, message: string): Judgement {
  return { verdict: 'blocked', summary: `Not known: ${message}`, blockedBy: [{ id, subject }] }
}

function unknown(
  kind: 'insufficient' | 'missing-input' | 'forbidden',
  message: string,
  text = 'Look in the portal which subnet the instance is in, and how the two networks are connected.',
  ...places: readonly Place[]
): Judgement {
  const [dms, instance] = places
  const scripts = dms === undefined || instance === undefined ? [] : peer(dms, instance)
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected: EXPECTED,
    cause: { kind, message },
    remediation: { text, scripts },
  }
}
