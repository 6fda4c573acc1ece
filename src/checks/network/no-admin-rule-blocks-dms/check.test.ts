import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  manifestWith,
  netWith,
  networkWith,
  NSG_ID,
  notThere,
  securityRule,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { SecurityAdminRule } from '../../../ports/network-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check

const adminRule = (more: Partial<SecurityAdminRule>): SecurityAdminRule => ({
  ...securityRule({ name: 'HighRisk', priority: 10, destinationPorts: ['445'] }),
  access: 'deny',
  ...more,
})
const WITH_SHARE = manifestWith({
  shares: [
    {
      name: 'fs01',
      path: String.raw`\\fs01.corp.example\dms`,
      host: 'fs01.corp.example',
      port: 445,
      login: { kind: 'entra' },
      location: MANIFEST.location,
    },
  ],
  sources: MANIFEST.sources.map((source) => ({ ...source, share: 'fs01' })),
})

async function run(
  rules: readonly SecurityAdminRule[],
  { manifest = MANIFEST }: { manifest?: Manifest } = {},
): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  const arm = armWith({
    // What its group does is another check's question, and is not asked.
    virtualNetwork: () => there(networkWith({}, { networkSecurityGroupId: NSG_ID })),
    serviceTags: forbidden,
    securityAdminRules: () => there(rules),
  })
  return definition.judge(evidenceIn(await definition.observe({ arm, net: netWith({}) }, subject)), subject)
}

describe('network/no-admin-rule-blocks-dms', () => {
  it.each<[string, SecurityAdminRule[], Judgement['verdict'], string]>([
    ['none in effect', [], 'pass', 'No security admin rule is in effect on vnet'],
    [
      'a rule about something else',
      [adminRule({ destinationPorts: ['3389'] })],
      'pass',
      'None of the 1 security admin rules on vnet denies tcp 443 to ServiceBus',
    ],
    [
      'SMB denied',
      [adminRule({})],
      'fail',
      'tcp 445 to VirtualNetwork is denied by security admin rule HighRisk (priority 10)',
    ],
    [
      'SMB denied, and always allowed above it',
      [adminRule({}), adminRule({ name: 'Dms', priority: 5, access: 'always-allow', sourcePrefixes: ['10.0.1.0/24'] })],
      'pass',
      'None of the 2',
    ],
    [
      'an allow goes on to the group, and ends the admin rules',
      [adminRule({}), adminRule({ name: 'Dms', priority: 5, access: 'allow' })],
      'pass',
      'None of the 2',
    ],
    ['inbound only', [adminRule({ direction: 'inbound' })], 'pass', 'None of the 1'],
    [
      'a tag of which nothing is known',
      [adminRule({ destinationPorts: ['443'], destinationPrefixes: ['CorpNetPublic'] })],
      'unknown',
      'ServiceBus in CorpNetPublic',
    ],
  ])('%s', async (_, rules, verdict, summary) => {
    const judgement = await run(rules)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
  })

  it('says who can change it, and proposes no rule of a group', async () => {
    const judgement = await run([adminRule({})])
    expect(judgement).toMatchObject({ verdict: 'fail', remediation: { scripts: [] } })
    if (judgement.verdict !== 'fail') return
    expect(judgement.remediation.text).toContain('No rule of a network security group helps: HighRisk')
  })

  it('does not pass over a port whose other end it does not know', async () => {
    expect(await run([adminRule({ destinationPorts: ['80'] })], { manifest: WITH_SHARE })).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'dns' },
      summary: expect.stringContaining('port 445'),
    })
    expect((await run([], { manifest: WITH_SHARE })).verdict).toBe('pass')
  })

  it.each([
    ['forbidden', forbidden, 'forbidden'],
    ['not listed', () => notThere(), 'not-found'],
  ] as const)('hands on that the rules could not be read: %s', async (_, answer, kind) => {
    const [subject] = definition.subjects(MANIFEST)
    const arm = armWith({
      virtualNetwork: () => there(networkWith({})),
      serviceTags: forbidden,
      securityAdminRules: answer as () => ReturnType<typeof notThere<never>>,
    })
    expect(await definition.observe({ arm, net: netWith({}) }, subject!)).toMatchObject({
      ok: false,
      failure: { kind },
    })
  })
})
