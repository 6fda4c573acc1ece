import { formatAddress, type AddressRange } from '../../../domain/address.ts'
import type { Script } from '../../../domain/observed.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { isIpv4 } from './coverage.ts'
import type { ServerFacts } from './evidence.ts'

export const SQL_ENDPOINT = 'microsoft.sql'

/** Turns the endpoint on and adds a rule for the subnet. */
export function networkScripts({ subnet, server }: ServerFacts, serverId: string): Script[] {
  if (subnet === null) return []
  // The option replaces the whole list, so what is on stays on.
  const endpoints = [
    ...subnet.serviceEndpoints.filter((service) => service.toLowerCase() !== SQL_ENDPOINT),
    'Microsoft.Sql',
  ]
  return [
    azScript('az network vnet subnet update', { '--ids': subnet.id, '--service-endpoints': endpoints }),
    azScript('az sql server vnet-rule create', {
      ...groupOptions(serverId),
      '--server': server,
      '--name': 'dms',
      '--subnet': subnet.id,
    }),
  ]
}

/** One rule for each range, and no address more. */
export function addressScripts({ server }: ServerFacts, serverId: string, ranges: readonly AddressRange[]): Script[] {
  return ranges.map((range, index) => {
    const [start, end] = [range.first, range.last].map((value) => formatAddress({ family: range.family, value }))
    const common = { ...groupOptions(serverId), '--server': server, '--name': `dms-${String(index + 1)}` }
    return isIpv4(range)
      ? azScript('az sql server firewall-rule create', {
          ...common,
          '--start-ip-address': start ?? '',
          '--end-ip-address': end ?? '',
        })
      : azScript('az sql server ipv6-firewall-rule create', {
          ...common,
          '--start-ipv6-address': start ?? '',
          '--end-ipv6-address': end ?? '',
        })
  })
}
