import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  manifestWith,
  netWith,
  networkWith,
  NSG_ID,
  securityRule,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest, ServerName } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { SecurityRule, VirtualNetwork } from '../../../ports/network-resources.ts'
import type { BrowserAnswer, BrowserInstance, NetPort } from '../../../ports/net-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const HOST = 'sql01.corp.example'
const ADDRESS = '10.0.7.4'
const server = (more: Partial<ServerName> = {}): Manifest => {
  const [source] = MANIFEST.sources
  if (source === undefined) throw new Error('no source')
  return manifestWith({ sources: [{ ...source, server: { text: HOST, host: HOST, ...more } }] })
}

interface Situation {
  manifest?: Manifest
  rules?: readonly SecurityRule[]
  network?: VirtualNetwork
  addresses?: string[]
  runner?: string
  /** Port that SQL Server Browser tells. */
  dynamicPort?: number
  /** All that it says; default: that port. */
  browse?: Pick<BrowserAnswer, 'outcome'> & { instance?: BrowserInstance }
}

async function run(
  {
    manifest = server({ port: 1433 }),
    rules = [],
    network = networkWith({}),
    addresses = [ADDRESS],
    runner = '10.0.1.4',
    dynamicPort,
    browse,
  }: Situation,
  index = 0,
): Promise<Judgement> {
  const subject = definition.subjects(manifest)[index]
  if (subject === undefined) throw new Error('no subject')
  const net: NetPort = {
    ...netWith({ [HOST]: addresses }),
    routeAddress: () => Promise.resolve(runner),
    browse: (address) =>
      Promise.resolve(
        seen({
          outcome: 'answered',
          address,
          known: [],
          ...browse,
          ...(dynamicPort === undefined
            ? {}
            : { instance: { instanceName: 'SALES', version: '15.0', tcpPort: dynamicPort } }),
        }),
      ),
    connect: (address, port) => Promise.resolve(seen({ address, port, outcome: 'open', ms: 1 })),
  }
  const arm = armWith({
    virtualNetwork: () => there(network),
    networkSecurityGroup: () => there({ id: NSG_ID, name: 'nsg-dms', rules: [...rules] }),
    serviceTags: forbidden,
    securityAdminRules: () => there([]),
    routeTable: forbidden,
    virtualNetworkGateway: forbidden,
  })
  return definition.judge(evidenceIn(await definition.observe({ arm, net }, subject)), subject)
}

const noSql = securityRule({ name: 'NoSql', destinationPorts: ['1400-1500'] })

describe('network/nsg-allows-source-ports', () => {
  it.each<[string, Situation, Judgement['verdict'], string]>([
    ['in the network', {}, 'pass', `tcp 1433 to ${HOST}: allowed by AllowVnetOutBound of nsg-dms`],
    ['the port denied', { rules: [noSql] }, 'fail', `tcp 1433 to ${HOST} is denied by NoSql (priority 200) of nsg-dms`],
    ['another port', { manifest: server({ port: 14330 }), rules: [noSql] }, 'pass', `tcp 14330 to ${HOST}`],
    ['no port: the default', { manifest: server(), rules: [noSql] }, 'fail', 'tcp 1433 to'],
    [
      'a named instance on the port that the Browser tells',
      { manifest: server({ instance: 'SALES' }), dynamicPort: 50123, rules: [noSql] },
      'fail',
      `udp 1434 to ${HOST} is denied by NoSql`,
    ],
    [
      'a named instance, its dynamic port denied',
      {
        manifest: server({ instance: 'SALES' }),
        dynamicPort: 50123,
        rules: [securityRule({ name: 'NoHigh', destinationPorts: ['50000-60000'] })],
      },
      'fail',
      `tcp 50123 to ${HOST} is denied by NoHigh`,
    ],
    [
      'one of two addresses denied',
      { addresses: [ADDRESS, '10.0.7.5'], rules: [securityRule({ name: 'No5', destinationPrefixes: ['10.0.7.5'] })] },
      'fail',
      'is partly denied by No5',
    ],
    [
      'on-premises behind routes that cannot be read',
      { addresses: ['192.168.0.4'], network: networkWith({}, { routeTableId: '/x/rt' }) },
      'pass',
      'allowed by AllowVnetOutBound',
    ],
    [
      'on-premises, and the application group of a rule',
      { rules: [securityRule({ name: 'Asg', destinationPrefixes: [], destinationGroupIds: ['/x/asg-sql'] })] },
      'unknown',
      'destination in asg-sql',
    ],
    [
      'a name that DMS may resolve otherwise, denied',
      { rules: [noSql], runner: '192.168.9.9' },
      'unknown',
      `whether DMS resolves ${HOST} to the same addresses (${ADDRESS}) is not known`,
    ],
  ])('%s', async (_, situation, verdict, summary) => {
    const judgement = await run(situation)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
  })

  describe('does not guess the port of a named instance', () => {
    const manifest = server({ instance: 'SALES' })
    const rules = [
      securityRule({ name: 'Sql', access: 'allow', destinationPorts: ['1433-1434'] }),
      { ...noSql, priority: 300, destinationPorts: ['*'] },
    ]

    it('that SQL Server Browser tells', async () => {
      const { summary } = await run({ manifest, rules, dynamicPort: 50123 })
      expect(summary).toContain(`tcp 50123 to ${HOST} is denied by NoSql`)
    })

    it.each<[string, NonNullable<Situation['browse']>, string, string]>([
      [
        'of which SQL Server Browser does not answer',
        { outcome: 'timeout' },
        'source/sql-browser-is-reachable',
        `only SQL Server Browser knows the port of ${HOST}\\SALES, and it did not answer`,
      ],
      [
        'that SQL Server Browser does not list',
        { outcome: 'answered' },
        'source/engine-port-is-reachable',
        'does not list the instance SALES',
      ],
      [
        'that has no TCP port',
        { outcome: 'answered', instance: { instanceName: 'SALES', version: '15.0' } },
        'source/tcp-ip-is-enabled',
        'without a TCP port',
      ],
    ])('%s', async (_, browse, id, fact) => {
      const judgement = await run({ manifest, rules, browse })
      expect(judgement).toMatchObject({ verdict: 'blocked', blockedBy: [{ id, subject: MANIFEST.sources[0]?.name }] })
      expect(judgement.summary).toContain(fact)
    })
  })

  it('leaves each source a priority of its own', async () => {
    const one = server({ port: 1433 })
    const [source] = one.sources
    const manifest = manifestWith({
      sources: [source!, { ...source!, name: 'other', server: { text: 'x', host: '10.0.7.9', port: 1433 } }],
    })
    const priorities = await Promise.all(
      [0, 1].map(async (index) => {
        const judgement = await run({ manifest, rules: [noSql] }, index)
        return judgement.verdict === 'fail'
          ? /--priority (\d+)/.exec(judgement.remediation.scripts[0]?.code ?? '')?.[1]
          : ''
      }),
    )
    expect(priorities).toEqual(['199', '198'])
  })
})
