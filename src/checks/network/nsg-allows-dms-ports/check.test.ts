import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  manifestWith,
  netWith,
  networkWith,
  notThere,
  NSG_ID,
  securityRule,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest, Share } from '../../../domain/manifest.ts'
import type {
  SecurityAdminRule,
  SecurityRule,
  ServiceTagList,
  VirtualNetwork,
} from '../../../ports/network-resources.ts'
import type { NetPort } from '../../../ports/net-port.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SHARE: Share = {
  name: 'fs01',
  path: String.raw`\\fs01.corp.example\dms`,
  host: 'fs01.corp.example',
  port: 445,
  login: { kind: 'entra' },
  location: MANIFEST.location,
}
const [SOURCE] = MANIFEST.sources
if (SOURCE === undefined) throw new Error('no source')
const WITH_SHARE = manifestWith({ shares: [SHARE], sources: [{ ...SOURCE, share: 'fs01' }] })
const DEFAULTS = [
  securityRule({
    name: 'AllowVnetOutBound',
    priority: 65000,
    access: 'allow',
    sourcePrefixes: ['VirtualNetwork'],
    destinationPrefixes: ['VirtualNetwork'],
  }),
  securityRule({ name: 'AllowInternetOutBound', priority: 65001, access: 'allow', destinationPrefixes: ['Internet'] }),
  securityRule({ name: 'DenyAllOutBound', priority: 65500 }),
]
const NET: NetPort = {
  ...netWith({ 'fs01.corp.example': ['10.0.4.5'] }),
  routeAddress: () => Promise.resolve('10.0.1.4'),
}

interface Situation {
  rules?: readonly SecurityRule[]
  network?: VirtualNetwork
  manifest?: Manifest
  /** The runner's own address on the way to the share. */
  runner?: string
  tags?: ServiceTagList['tags']
  adminRules?: readonly SecurityAdminRule[]
}

function observe(
  port: number,
  { rules = [], network = networkWith({}), manifest = MANIFEST, runner = '10.0.1.4', tags, adminRules = [] }: Situation,
) {
  const subject = definition.subjects(manifest).find(({ spec }) => spec.port === port)
  if (subject === undefined) throw new Error(`no subject for ${String(port)}`)
  const arm = armWith({
    virtualNetwork: () => there(network),
    networkSecurityGroup: () => there({ id: NSG_ID, name: 'nsg-dms', rules: [...rules, ...DEFAULTS] }),
    serviceTags: () => (tags === undefined ? forbidden() : there({ changeNumber: '1', tags })),
    securityAdminRules: () => there(adminRules),
  })
  return {
    subject,
    observed: definition.observe({ arm, net: { ...NET, routeAddress: () => Promise.resolve(runner) } }, subject),
  }
}

async function run(port: number, situation: Situation): Promise<{ judgement: Judgement; answer: string }> {
  const { subject, observed } = observe(port, situation)
  const evidence = evidenceIn(await observed)
  return { judgement: definition.judge(evidence, subject), answer: evidence.answer }
}

const deny = (more: Partial<SecurityRule> = {}): SecurityRule =>
  securityRule({ name: 'DenyInternet', destinationPrefixes: ['Internet'], ...more })

const TAGS: ServiceTagList['tags'] = [
  { name: 'ServiceBus', region: '', prefixes: ['20.1.0.0/16', '2603::/48'] },
  { name: 'ServiceBus.WestEurope', region: 'westeurope', prefixes: ['20.1.0.0/24', '2603::/64'] },
  { name: 'Storage.WestEurope', region: 'westeurope', prefixes: ['20.2.0.0/24'] },
  { name: 'AzureMonitor.WestEurope', region: 'westeurope', prefixes: ['20.3.0.0/24'] },
  { name: 'AzureCloud.westeurope', region: 'westeurope', prefixes: ['20.0.0.0/8'] },
  { name: 'AzureCloud', region: '', prefixes: ['20.0.0.0/8', '40.0.0.0/8'] },
]

function remediationOf(judgement: Judgement): Remediation {
  if (judgement.verdict !== 'fail') throw new Error(`${judgement.verdict}: ${judgement.summary}`)
  return judgement.remediation
}

describe('network/nsg-allows-dms-ports', () => {
  it('is asked of every port, and 443 alone where that is asked', () => {
    expect(definition.subjects(MANIFEST).map(({ name }) => name)).toEqual(
      [443, 53, 9354, 445, 12000].map((port) => `snet-dms:${String(port)}`),
    )
    const current = manifestWith({ dms: { ...MANIFEST.dms, nsgPorts: 'current' } })
    expect(definition.subjects(current).map(({ spec }) => spec.port)).toEqual([443])
  })

  it.each([
    [443, 'sql-server-to-azure-sql-database', 'required'],
    [445, 'sql-server-to-azure-sql-database', 'recommended'],
    [445, 'sql-server-to-azure-sql-managed-instance', 'required'],
    [9354, 'sql-server-to-azure-sql-managed-instance', 'recommended'],
  ] as const)('port %i of %s is %s', (port, scenario, expected) => {
    const { severity } = definition.meta
    const spec = { manifest: manifestWith({ scenario }), port, location: MANIFEST.location }
    expect(typeof severity === 'function' ? severity(spec) : severity).toBe(expected)
  })

  it.each<[string, number, Situation, Judgement['verdict'], string, string]>([
    [
      'no group',
      443,
      { network: networkWith({}, { networkSecurityGroupId: undefined as never }) },
      'pass',
      'allowed',
      'snet-dms has no network security group',
    ],
    ['default rules', 443, {}, 'pass', 'allowed', 'allowed by AllowInternetOutBound of nsg-dms'],
    [
      'the internet denied',
      443,
      { rules: [deny()] },
      'fail',
      'denied',
      'tcp 443 to ServiceBus, Storage, AzureMonitor are denied by DenyInternet (priority 200)',
    ],
    [
      'one tag not allowed',
      443,
      {
        rules: [
          deny(),
          securityRule({ name: 'A', priority: 110, access: 'allow', destinationPrefixes: ['ServiceBus'] }),
          securityRule({ name: 'B', priority: 120, access: 'allow', destinationPrefixes: ['Storage'] }),
        ],
      },
      'fail',
      'partial',
      'tcp 443 to AzureMonitor is denied',
    ],
    [
      'an application group',
      443,
      { rules: [securityRule({ sourcePrefixes: [], sourceGroupIds: ['/x/asg-dms'] })] },
      'unknown',
      'depends',
      'hangs on whether: source in asg-dms',
    ],
    [
      'Service Bus denied',
      9354,
      { rules: [deny({ destinationPrefixes: ['servicebus.westeurope'] })] },
      'fail',
      'denied',
      'tcp 9354 to ServiceBus is denied',
    ],
    [
      'Azure DNS behind a deny of everything',
      53,
      { rules: [securityRule({ name: 'DenyAll' })] },
      'pass',
      'allowed',
      'tcp/udp 53 to AzurePlatformDNS: no rule of nsg-dms denies it',
    ],
    [
      'Azure DNS denied by its tag',
      53,
      { rules: [deny({ destinationPrefixes: ['AzurePlatformDNS'], protocol: 'udp' })] },
      'fail',
      'partial',
      'tcp/udp 53 to AzurePlatformDNS is partly denied',
    ],
    [
      'DNS servers of the network',
      53,
      { network: networkWith({ dnsServers: ['10.0.0.4', '168.63.129.16'] }) },
      'pass',
      'allowed',
      'tcp/udp 53 to 10.0.0.4',
    ],
    [
      'a DNS server that is nowhere',
      53,
      { network: networkWith({ dnsServers: ['192.168.0.4'] }) },
      'fail',
      'denied',
      'is denied by DenyAllOutBound (priority 65500)',
    ],
    ['no share', 445, {}, 'pass', 'allowed', 'tcp 445 to VirtualNetwork'],
    [
      '445 denied',
      445,
      { rules: [securityRule({ name: 'NoSmb', destinationPorts: ['445-445'] })] },
      'fail',
      'denied',
      'NoSmb (priority 200)',
    ],
    ['the share is in the network', 445, { manifest: WITH_SHARE }, 'pass', 'allowed', 'tcp 445 to fs01.corp.example'],
    [
      'the share by address',
      445,
      { manifest: manifestWith({ shares: [{ ...SHARE, host: '192.168.0.9' }], sources: WITH_SHARE.sources }) },
      'fail',
      'denied',
      'tcp 445 to 192.168.0.9 is denied',
    ],
    [
      'another public range allowed',
      12000,
      {
        rules: [
          deny(),
          securityRule({ name: 'Some', priority: 110, access: 'allow', destinationPrefixes: ['20.0.0.0/8'] }),
        ],
      },
      'unknown',
      'depends',
      'AzureCloud in 20.0.0.0/8',
    ],
    [
      'AzureCloud allowed',
      12000,
      {
        rules: [
          deny(),
          securityRule({ name: 'Cloud', priority: 110, access: 'allow', destinationPrefixes: ['AzureCloud'] }),
        ],
      },
      'pass',
      'allowed',
      'allowed by Cloud',
    ],
  ])('%s (%i)', async (_, port, situation, verdict, answer, summary) => {
    const result = await run(port, situation)
    expect(result.judgement.summary).toContain(summary)
    expect([result.judgement.verdict, result.answer]).toEqual([verdict, answer])
  })

  it('shows the rule, a packet, and the rule that opens the way', async () => {
    const { subject, observed } = observe(9354, {
      rules: [
        deny({ priority: 200 }),
        securityRule({ name: 'Other', priority: 199, access: 'allow', destinationPorts: ['80'] }),
      ],
      tags: TAGS,
    })
    const evidence = evidenceIn(await observed)
    const witness = { source: '10.0.1.4', destination: '20.1.0.0', protocol: 'tcp', port: 9354 }
    expect(evidence).toMatchObject({ answer: 'denied', decidingRules: ['DenyInternet'], witness })
    expect(evidence.rules.map(({ name }) => name)).not.toContain('Other')
    const judgement = definition.judge(evidence, subject)
    expect(judgement.summary).toBe(
      'Outbound from snet-dms (10.0.1.0/24): tcp 9354 to ServiceBus.WestEurope is denied by DenyInternet (priority 200) of nsg-dms; for example tcp from 10.0.1.4 to 20.1.0.0 port 9354',
    )
    expect(remediationOf(judgement).points).toEqual([
      { label: 'Rule', text: 'DenyInternet (priority 200) of nsg-dms denies tcp 9354 to ServiceBus.WestEurope' },
      { label: 'Packet', text: 'tcp from 10.0.1.4 to 20.1.0.0 port 9354' },
      {
        label: 'Change',
        text: 'Add the allow rule AllowDms-tcp-9354-ServiceBus.WestEurope at priority 195 to nsg-dms; it changes no other packet',
      },
    ])
    expect(remediationOf(judgement).scripts).toEqual([
      {
        language: 'bash',
        code: [
          'az network nsg rule create',
          '--subscription 00000000-0000-0000-0000-000000000001',
          '--resource-group rg',
          '--nsg-name nsg-dms',
          '--name AllowDms-tcp-9354-ServiceBus.WestEurope',
          '--priority 195',
          '--direction Outbound',
          '--access Allow',
          '--protocol Tcp',
          '--source-address-prefixes 10.0.1.0/24',
          '--source-port-ranges 1024-65535',
          '--destination-address-prefixes ServiceBus.WestEurope',
          '--destination-port-ranges 9354',
        ].join(' \\\n  '),
      },
    ])
  })

  it('leaves the priorities of the rules that the ports before it need', async () => {
    const priorities = async (port: number): Promise<string[]> => {
      const { judgement } = await run(port, { rules: [deny({ priority: 104 })], tags: TAGS })
      return remediationOf(judgement).scripts.map(({ code }) => /--priority (\d+)/.exec(code)?.[1] ?? '')
    }
    expect(await priorities(443)).toEqual(['103', '102', '101'])
    expect(await priorities(9354)).toEqual(['100'])
    const { judgement } = await run(12000, { rules: [deny({ priority: 104 })], tags: TAGS })
    expect(remediationOf(judgement)).toMatchObject({
      text: 'For AzureCloud.westeurope no priority above DenyInternet is free: move that rule, or some above it, down first, then run this again.',
      scripts: [],
    })
  })

  it('judges tags by the addresses that they have in the region', async () => {
    const rules = [
      securityRule({ name: 'A', priority: 110, access: 'allow', destinationPrefixes: ['20.1.0.0/24', '20.2.0.0/24'] }),
      securityRule({ name: 'B', priority: 120, access: 'allow', destinationPrefixes: ['20.3.0.0/25'] }),
      deny(),
    ]
    const { judgement } = await run(443, { rules, tags: TAGS })
    expect(judgement.summary).toContain(
      'tcp 443 to AzureMonitor.WestEurope is partly denied by DenyInternet (priority 200) of nsg-dms; for example tcp from 10.0.1.4 to 20.3.0.128 port 443',
    )
    expect(remediationOf(judgement).scripts[0]?.code).toContain('--destination-address-prefixes 20.3.0.128/25')
  })

  it('says that no rule of the group helps where a security admin rule denies', async () => {
    const adminRules = [
      { ...securityRule({ name: 'NoSmb', priority: 5, destinationPorts: ['445'] }), access: 'deny' as const },
    ]
    const { judgement } = await run(445, { adminRules })
    expect(judgement.summary).toContain('is denied by security admin rule NoSmb (priority 5) of a network manager')
    expect(remediationOf(judgement)).toMatchObject({
      text: expect.stringContaining(
        'No rule of a network security group helps: NoSmb of Azure Virtual Network Manager',
      ),
      scripts: [],
    })
    const always = [{ ...adminRules[0]!, access: 'always-allow' as const }]
    const rules = [securityRule({ name: 'NoSmb', destinationPorts: ['445'] })]
    expect((await run(445, { adminRules: always, rules })).judgement.verdict).toBe('pass')
  })

  it('says what it had to do without', async () => {
    expect((await run(443, {})).judgement.summary).toContain(
      'service tags are judged by their names, since their addresses could not be read (missing: Microsoft.Network',
    )
  })

  it.each([
    ['the network', { virtualNetwork: forbidden }, 'forbidden'],
    ['the missing network', { virtualNetwork: () => notThere() }, 'not-found'],
    ['the group', { virtualNetwork: () => there(networkWith({})), networkSecurityGroup: forbidden }, 'forbidden'],
    [
      'the missing group',
      { virtualNetwork: () => there(networkWith({})), networkSecurityGroup: () => notThere() },
      'not-found',
    ],
  ] as const)('hands on that it could not look at %s', async (_, answers, kind) => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    expect(
      await definition.observe(
        {
          arm: armWith({
            serviceTags: forbidden,
            securityAdminRules: forbidden,
            ...(answers as Parameters<typeof armWith>[0]),
          }),
          net: NET,
        },
        subject,
      ),
    ).toMatchObject({ ok: false, failure: { kind } })
  })

  it('does not decide by a name of the share that only the runner resolved', async () => {
    const rules = [securityRule({ name: 'NoSmb', destinationPorts: ['445'] })]
    const away = { manifest: WITH_SHARE, runner: '192.168.9.9' }
    const doubt = 'whether DMS resolves fs01.corp.example to the same addresses (10.0.4.5) is not known'
    const allowed = (await run(445, away)).judgement
    expect(allowed).toMatchObject({ verdict: 'pass', proof: 'proxy' })
    expect(allowed.summary).toContain(doubt)
    const shut = (await run(445, { ...away, rules })).judgement
    expect(shut).toMatchObject({ verdict: 'unknown', proof: 'proxy', cause: { kind: 'dns' } })
    expect(shut.summary).toContain('tcp 445 to fs01.corp.example is denied by NoSmb (priority 200)')
    expect(shut.summary).toContain(doubt)
    expect((await run(445, { manifest: WITH_SHARE, rules })).judgement).toMatchObject({
      verdict: 'fail',
      proof: 'direct',
    })
  })

  it('fails by the share that is named by its address, whatever the other one resolves to', async () => {
    const literal = { ...SHARE, name: 'fs02', host: '192.168.0.9' }
    const sources = [...WITH_SHARE.sources, ...WITH_SHARE.sources.map((source) => ({ ...source, share: 'fs02' }))]
    const rules = [securityRule({ name: 'NoSmb', destinationPorts: ['445'] })]
    const manifest = manifestWith({ shares: [SHARE, literal], sources })
    const { judgement } = await run(445, { manifest, rules, runner: '192.168.9.9' })
    expect(judgement.verdict).toBe('fail')
    expect(judgement.summary).toContain('tcp 445 to 192.168.0.9 is denied by NoSmb')
    expect(judgement.summary).not.toContain('fs01')
  })

  it('hands on that the host of the share has no address', async () => {
    const manifest = manifestWith({ shares: [{ ...SHARE, host: 'nowhere.example' }], sources: WITH_SHARE.sources })
    expect(await observe(445, { manifest }).observed).toMatchObject({ ok: false, failure: { kind: 'dns' } })
  })
})
