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
import type { DeclaredFlow, Manifest } from '../../../domain/manifest.ts'
import type { SecurityRule } from '../../../ports/network-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const TAGS = [
  { name: 'Sql.WestEurope', region: 'westeurope', prefixes: ['20.4.0.0/24', '20.5.0.0/25'] },
  ...['ServiceBus', 'Storage', 'AzureMonitor', 'AzureCloud'].map((name) => ({
    name,
    region: '',
    prefixes: ['20.9.0.0/24'],
  })),
]

const flow = (more: Partial<DeclaredFlow>): DeclaredFlow => ({
  name: 'redirect',
  direction: 'outbound',
  protocol: 'tcp',
  ports: [
    [1433, 1433],
    [11000, 11999],
  ],
  peer: 'Sql.WestEurope',
  location: MANIFEST.location,
  ...more,
})

function manifestOf(...flows: DeclaredFlow[]): Manifest {
  return manifestWith({ dms: { ...MANIFEST.dms, flows } })
}

async function run(
  asked: DeclaredFlow,
  rules: readonly SecurityRule[],
  manifest = manifestOf(asked),
): Promise<Judgement> {
  const subject = definition.subjects(manifest).find(({ name }) => name === asked.name)
  if (subject === undefined) throw new Error('no subject')
  const arm = armWith({
    virtualNetwork: () => there(networkWith({})),
    networkSecurityGroup: () => there({ id: NSG_ID, name: 'nsg-dms', rules: [...rules] }),
    serviceTags: () => there({ changeNumber: '1', tags: TAGS }),
    securityAdminRules: () => there([]),
  })
  return definition.judge(evidenceIn(await definition.observe({ arm, net: netWith({}) }, subject)), subject)
}

const denyAll = securityRule({ name: 'DenyAll', priority: 300 })

describe('network/nsg-allows-declared-flows', () => {
  it('has one subject for each flow, by its name', () => {
    const manifest = manifestOf(flow({}), flow({ name: 'agents', direction: 'inbound' }))
    expect(definition.subjects(manifest).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'flow redirect',
      'flow agents',
    ])
    expect(definition.subjects(MANIFEST)).toEqual([])
  })

  it.each<[string, DeclaredFlow, SecurityRule[], Judgement['verdict'], string]>([
    ['by default', flow({}), [], 'pass', 'tcp 1433, 11000-11999 to Sql.WestEurope: allowed by AllowInternetOutBound'],
    [
      'some ports denied',
      flow({}),
      [securityRule({ name: 'NoRedirect', destinationPorts: ['11500-12000'] })],
      'fail',
      'partly denied by NoRedirect (priority 200) of nsg-dms; for example tcp from 10.0.1.4 to 20.4.0.0 port 11500',
    ],
    [
      'inbound from an address outside the network',
      flow({ name: 'agent', direction: 'inbound', ports: [[8443, 8443]], peer: '192.168.7.0/28' }),
      [],
      'fail',
      'Inbound to snet-dms (10.0.1.0/24): tcp 8443 from 192.168.7.0/28 is denied by DenyAllInBound (priority 65500) of nsg-dms; for example tcp from 192.168.7.0 to 10.0.1.4 port 8443',
    ],
    [
      'inbound, allowed by a rule',
      flow({ name: 'agent', direction: 'inbound', protocol: 'any', ports: [[8443, 8443]], peer: '192.168.7.1' }),
      [securityRule({ name: 'Agents', direction: 'inbound', access: 'allow', sourcePrefixes: ['192.168.7.0/24'] })],
      'pass',
      'Inbound to snet-dms (10.0.1.0/24): tcp/udp 8443 from 192.168.7.1: allowed by Agents of nsg-dms',
    ],
    [
      'a tag that the list does not have',
      flow({ peer: 'CorpNetPublic', ports: [[443, 443]] }),
      [securityRule({ name: 'Some', destinationPrefixes: ['20.0.0.0/8'] })],
      'unknown',
      'hangs on whether: CorpNetPublic is a service tag: the list of westeurope has none of that name',
    ],
    [
      'the DNS of the platform by its tag',
      flow({ peer: 'AzurePlatformDNS', protocol: 'udp', ports: [[53, 53]] }),
      [denyAll],
      'pass',
      'no rule of nsg-dms denies it',
    ],
    [
      'the internet',
      flow({ peer: 'Internet', ports: [[443, 443]] }),
      [denyAll],
      'fail',
      'tcp 443 to Internet is denied by DenyAll',
    ],
    ['an IPv6 peer of an IPv4 subnet', flow({ peer: 'fd00::/64' }), [], 'unknown', 'no packet'],
  ])('%s', async (_, asked, rules, verdict, summary) => {
    const judgement = await run(asked, rules)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
  })

  it('proposes rules beside those of the ports and of the flows before it', async () => {
    const first = flow({})
    const second = flow({ name: 'second', peer: '192.168.7.4', ports: [[445, 445]] })
    const manifest = manifestOf(first, second)
    const priorities = async (asked: DeclaredFlow): Promise<string[]> => {
      const judgement = await run(asked, [denyAll], manifest)
      if (judgement.verdict !== 'fail') throw new Error(judgement.summary)
      return judgement.remediation.scripts.map(({ code }) => /--priority (\d+)/.exec(code)?.[1] ?? '')
    }
    const [own] = await priorities(first)
    const [other] = await priorities(second)
    expect(Number(other)).toBe(Number(own) - 1)
    // One each for 443 (the tags of this list share their addresses), 9354, 445 and 12000; Azure's own DNS needs none.
    expect(own).toBe(String(299 - 4))
  })

  it('says which rules of the report open it as well', async () => {
    const asked = flow({ peer: 'ServiceBus', ports: [[9354, 9354]] })
    const judgement = await run(asked, [denyAll])
    expect(judgement).toMatchObject({
      verdict: 'fail',
      remediation: {
        text: expect.stringMatching(
          /^The rules that this report proposes for .*tcp 9354 to ServiceBus.* open it as well\.$/,
        ),
        scripts: [],
      },
    })
  })

  it('hands on that it could not look', async () => {
    const [subject] = definition.subjects(manifestOf(flow({})))
    const arm = armWith({
      virtualNetwork: () => there(networkWith({})),
      networkSecurityGroup: forbidden,
      serviceTags: forbidden,
      securityAdminRules: forbidden,
    })
    expect(await definition.observe({ arm, net: netWith({}) }, subject!)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
  })
})
