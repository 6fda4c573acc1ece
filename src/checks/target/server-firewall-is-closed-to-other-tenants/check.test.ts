import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, notThere, SERVER_ID, there } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { ArmPort, SqlFirewallRule } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const subject = definition.subjects(MANIFEST)[0] as ReturnType<typeof definition.subjects>[number]

type Rule = [name: string, start: string, end: string]

function arm(rules: Rule[], publicNetworkAccess?: string, rules6: Rule[] = []): ArmPort {
  const server = { id: SERVER_ID, name: 'sqlsales', location: 'westeurope', privateEndpointConnections: [] }
  return armWith({
    sqlServer: () => there({ ...server, ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }) }),
    sqlFirewallRules: () => there(rules.map(toRule)),
    sqlIpv6FirewallRules: () => there(rules6.map(toRule)),
  })
}

function toRule([name, startIpAddress, endIpAddress]: Rule): SqlFirewallRule {
  return { name, startIpAddress, endIpAddress }
}

async function run(port: ArmPort): Promise<Judgement> {
  return definition.judge(evidenceIn(await definition.observe({ arm: port }, subject)), subject)
}

const AZURE: Rule = ['AllowAllWindowsAzureIps', '0.0.0.0', '0.0.0.0']

describe('target/server-firewall-is-closed-to-other-tenants', () => {
  it.each<[string, ArmPort, Judgement['verdict'], string]>([
    ['no rules', arm([], 'Enabled'), 'pass', 'none of the 0 firewall rules of sqlsales is that wide'],
    [
      'a narrow rule',
      arm([['office', '203.0.113.0', '203.0.113.9']], 'Enabled'),
      'pass',
      'none of the 1 firewall rules',
    ],
    [
      'all of Azure',
      arm([AZURE], 'Enabled'),
      'fail',
      'Firewall rule AllowAllWindowsAzureIps (0.0.0.0) of sqlsales admits the Azure services of every other tenant',
    ],
    ['all of Azure, access not told', arm([AZURE]), 'unknown', 'did not say whether sqlsales admits public network'],
    ['no rules, access not told', arm([]), 'unknown', 'did not say whether sqlsales admits public network access'],
    ['all of Azure, without effect', arm([AZURE], 'Disabled'), 'pass', 'public network access is Disabled'],
    ['a perimeter, no rules', arm([], 'SecuredByPerimeter'), 'unknown', 'sqlsales is SecuredByPerimeter: other rules'],
    ['a perimeter, all of Azure', arm([AZURE], 'securedByPerimeter'), 'unknown', 'they are not looked at'],
    [
      'everything',
      arm([['all', '0.0.0.0', '255.255.255.255']], 'Enabled'),
      'fail',
      'all (0.0.0.0/0) of sqlsales admits every address of the internet',
    ],
    [
      'everything but zero',
      arm([['all', '0.0.0.1', '255.255.255.255']], 'Enabled'),
      'fail',
      'every address of the internet',
    ],
    [
      'everything in two halves',
      arm(
        [
          ['low', '0.0.0.0', '127.255.255.255'],
          ['high', '128.0.0.0', '255.255.255.255'],
        ],
        'Enabled',
      ),
      'fail',
      'low (0.0.0.0/1), high (128.0.0.0/1)',
    ],
    [
      'all of IPv6',
      arm([['office', '203.0.113.0', '203.0.113.9']], 'Enabled', [
        ['six', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
      ]),
      'fail',
      'Firewall rule six (::/0) of sqlsales admits every address of the internet',
    ],
    [
      'all that is assigned of IPv6, in two halves',
      arm([['office', '203.0.113.0', '203.0.113.9']], 'Enabled', [
        ['low', '2000::', '2fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
        ['high', '3000::', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
      ]),
      'fail',
      'low (2000::/4), high (3000::/4) of sqlsales admits every address of the internet',
    ],
    [
      'a narrow rule for IPv6',
      arm([], 'Enabled', [['six', '2001:db8::', '2001:db8::ff']]),
      'pass',
      'none of the 1 firewall rules',
    ],
    [
      'all of Azure, and the rules for IPv6 may not be read',
      { ...arm([AZURE], 'Enabled'), sqlIpv6FirewallRules: () => Promise.resolve(forbidden()) },
      'fail',
      'AllowAllWindowsAzureIps',
    ],
    [
      'no server',
      armWith({
        sqlServer: () => notThere(),
        sqlFirewallRules: () => notThere('parent'),
        sqlIpv6FirewallRules: () => notThere('parent'),
      }),
      'blocked',
      'Server sqlsales is not there',
    ],
    [
      'the server goes away',
      { ...arm([]), sqlFirewallRules: () => Promise.resolve(notThere('parent')) },
      'blocked',
      'Server sqlsales is not there',
    ],
  ])('%s', async (_, port, verdict, summary) => {
    const judgement = await run(port)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('names what is to be deleted, and what blocks it', async () => {
    const wide = await run(arm([AZURE], 'Enabled'))
    expect(wide.verdict === 'fail' ? wide.remediation.scripts[0]?.code : '').toContain('--name AllowAllWindowsAzureIps')
    const wide6 = await run(arm([], 'Enabled', [['six', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']]))
    expect(wide6).toMatchObject({
      remediation: { scripts: [{ code: expect.stringContaining('az sql server ipv6-firewall-rule delete') }] },
    })
    const absent = await run(
      armWith({
        sqlServer: () => notThere(),
        sqlFirewallRules: () => notThere(),
        sqlIpv6FirewallRules: () => notThere(),
      }),
    )
    expect(absent.verdict === 'blocked' ? absent.blockedBy : []).toEqual([
      { id: 'target/sql-database-exists', subject: 'default/Sales' },
      { id: 'target/sql-database-exists', subject: 'default/OrdersNew' },
    ])
  })

  it.each([
    ['the server', { ...arm([]), sqlServer: () => Promise.resolve(forbidden()) }],
    ['the rules', { ...arm([]), sqlFirewallRules: () => Promise.resolve(forbidden()) }],
    ['the rules for IPv6', { ...arm([]), sqlIpv6FirewallRules: () => Promise.resolve(forbidden()) }],
  ])('hands on that it could not look at %s', async (_, port) => {
    expect(await definition.observe({ arm: port }, subject)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
  })
})
