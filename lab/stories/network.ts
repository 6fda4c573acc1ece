import { adminRule } from '../azure/admin-rules.ts'
import { networkSecurityGroup, type RuleSpec } from '../azure/security-rules.ts'
import { putResources } from './change.ts'
import { readyStory } from './ready.ts'
import { DMS_SUBNET, NET } from './sales.ts'
import { MANIFEST_PATH, type Story } from './story.ts'

const CLOSED: readonly RuleSpec[] = [
  outbound('AllowServices', 200, 'Allow', ['ServiceBus.WestEurope'], ['443', '9350-9353']),
  outbound('AllowStorage', 210, 'Allow', ['Storage.WestEurope'], ['443-443']),
  outbound('AllowSite', 220, 'Allow', ['VirtualNetwork'], ['0-65535']),
  outbound('AllowSql', 230, 'Allow', ['Sql.WestEurope'], ['1433', '11000-11499']),
  outbound('DenyInternet', 4000, 'Deny', ['Internet'], ['0-65535']),
]

/** What the report proposes for each of them. */
const OPENED: readonly RuleSpec[] = [
  outbound('AllowDms-tcp-443-AzureMonitor.WestEurope', 3999, 'Allow', ['AzureMonitor.WestEurope'], ['443']),
  outbound('AllowDms-tcp-9354-ServiceBus.WestEurope', 3998, 'Allow', ['ServiceBus.WestEurope'], ['9354']),
  outbound('AllowDms-tcp-12000-AzureCloud.westeurope', 3997, 'Allow', ['AzureCloud.westeurope'], ['12000']),
  outbound('AllowDms-tcp-11500-Sql.WestEurope', 3996, 'Allow', ['Sql.WestEurope'], ['11500-11999']),
]

/**
 * A security group that was written for other ports than DMS uses, and a network manager that denies SMB before any
 * group. Everything else holds, and the runner stands in the DMS subnet.
 */
export function networkStory({ fixed }: { fixed: boolean }): Story {
  const story = readyStory()
  return {
    ...story,
    name: 'network',
    title: fixed ? 'A security group with the rules that were proposed' : 'A security group that shuts DMS in',
    changeAzure: (state) => {
      putResources(networkSecurityGroup(NET, 'nsg-dms', fixed ? [...CLOSED, ...OPENED] : CLOSED))(state)
      if (fixed) return
      state.adminRules = [
        adminRule({
          name: 'DenySmb',
          priority: 10,
          direction: 'Outbound',
          access: 'Deny',
          protocol: 'Tcp',
          ports: ['445'],
        }),
      ]
    },
    files: (ports) => {
      const files = story.files(ports)
      return { ...files, [MANIFEST_PATH]: withFlow(files[MANIFEST_PATH] ?? '') }
    },
    expected: fixed
      ? { status: 'ready', exitCode: 0, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: [
            'network/no-admin-rule-blocks-dms',
            'network/nsg-allows-declared-flows',
            'network/nsg-allows-dms-ports',
          ],
        },
    look: fixed
      ? ['The rules that the report proposed are in place: every port is allowed, and nothing else has changed.']
      : [
          'Each blocked port shows the rule that denies it, one packet, and what to change, a line each.',
          'TCP 443 is allowed to two of three services: the proposed rule opens the third alone.',
          'TCP 445 is denied by a security admin rule: no rule of a security group helps, and the report says so.',
          'Half of the ports for redirected connections are open: the proposed rule names the other half.',
          'Run `npm run demo -- --story network --fixed` to see the proposed rules in place.',
        ],
  }
}

function outbound(
  name: string,
  priority: number,
  access: RuleSpec['access'],
  destination: readonly string[],
  ports: readonly string[],
): RuleSpec {
  return {
    name,
    priority,
    direction: 'Outbound',
    access,
    protocol: access === 'Deny' ? '*' : 'Tcp',
    destination: destination.length === 1 ? (destination[0] ?? '*') : destination,
    ports: ports.length === 1 ? (ports[0] ?? '*') : ports,
  }
}

function withFlow(manifest: string): string {
  const subnet = `subnet: ${DMS_SUBNET}`
  const flow = '{ name: redirect, direction: outbound, protocol: tcp, ports: [1433, 11000-11999], peer: Sql }'
  return manifest.replace(subnet, () => `${subnet}\n  flows:\n    - ${flow}`)
}
