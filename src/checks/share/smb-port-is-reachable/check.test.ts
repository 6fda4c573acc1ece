import { describe, expect, it } from '@jest/globals'
import { there, NETWORK, NSG_ID, securityRule } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import {
  ANSWERED,
  ntStatus,
  observeShare,
  OPEN_WORLD,
  runShare,
  SHARE,
  shareManifest,
  shareWith,
  SILENT,
  WITHOUT_SHARE,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import { createPorts, FORBIDDEN, judgeStored, type World } from '../../../../test/sql-fixtures.ts'
import { unseen } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { SecurityRule } from '../../../ports/network-resources.ts'
import check from './check.ts'

const INSIDE = { subnet: ['192.0.2.0/24'] }
const shut = (outcome: 'refused' | 'timeout'): World => ({ ...OPEN_WORLD, ports: { '10.9.0.4:445': outcome } })
const noSmb = (reason: 'closed' | 'smb1' | 'not-smb' | 'session-refused'): ShareAnswers => ({
  negotiate: { outcome: 'no-smb2', reason, message: `it was ${reason}`, localAddress: '192.0.2.7' },
})

describe('share/smb-port-is-reachable', () => {
  it.each<[string, ShareAnswers, World, string, string, RegExp]>([
    [
      'open from elsewhere',
      {},
      OPEN_WORLD,
      'pass',
      'proxy',
      /open after 3 ms; seen from the runner.*; SMB 3\.1\.1, signing required, can encrypt; what the security group/,
    ],
    ['open from the DMS subnet', {}, { ...OPEN_WORLD, ...INSIDE }, 'pass', 'direct', /SMB 3\.1\.1/],
    ['refused from the DMS subnet', {}, { ...shut('refused'), ...INSIDE }, 'fail', 'direct', /445 of fs01.*refused/],
    ['refused elsewhere', {}, shut('refused'), 'unknown', 'proxy', /refused after 3 ms/],
    ['no answer', {}, shut('timeout'), 'unknown', 'proxy', /no answer after/],
    ['no such name', {}, {}, 'unknown', 'proxy', /finds no address for fs01\.corp\.example/],
    ['closed at once', noSmb('closed'), OPEN_WORLD, 'unknown', 'proxy', /SMB 2 does not answer: it was closed/],
    ['SMB 1', noSmb('smb1'), OPEN_WORLD, 'unknown', 'proxy', /it was smb1/],
    ['another service', noSmb('not-smb'), OPEN_WORLD, 'unknown', 'proxy', /it was not-smb/],
    ['no session', noSmb('session-refused'), OPEN_WORLD, 'unknown', 'proxy', /it was session-refused/],
    ['no SMB answer', { negotiate: SILENT }, OPEN_WORLD, 'unknown', 'proxy', /does not answer: no answer/],
    [
      'no dialect',
      {
        negotiate: {
          outcome: 'refused',
          status: ntStatus('STATUS_NOT_SUPPORTED', '0xC00000BB'),
          localAddress: '192.0.2.7',
        },
      },
      OPEN_WORLD,
      'unknown',
      'proxy',
      /refuses every dialect: it says no \(STATUS_NOT_SUPPORTED, 0xC00000BB\)/,
    ],
  ])('%s', async (_which, answers, world, verdict, proof, summary) => {
    expect(await runShare(check, { answers, world })).toMatchObject({
      verdict,
      proof,
      summary: expect.stringMatching(summary),
    })
  })

  it('asks nothing of SMB where the port is shut', async () => {
    const asked: string[] = []
    await runShare(check, { world: shut('timeout'), asked })
    expect(asked).toEqual([])
  })

  const denyAll = securityRule({ name: 'DenyShares', destinationPorts: ['445'] })
  it.each<[string, Partial<ArmPort>, SecurityRule[], RegExp]>([
    ['denies', {}, [denyAll], /the security group nsg-dms of snet-dms denies TCP 445 to fs01.* \(DenyShares\)/],
    ['allows', {}, [{ ...denyAll, access: 'allow' }], /nsg-dms of snet-dms allows TCP 445 to fs01.* \(DenyShares\)/],
    [
      'cannot be read',
      { networkSecurityGroup: () => Promise.resolve(FORBIDDEN) },
      [],
      /was not read \(missing: Microsoft\.Network\/virtualNetworks\/read\)$/,
    ],
  ])('says what the security group does beside it: %s', async (_which, change, rules, summary) => {
    const arm: Partial<ArmPort> = {
      virtualNetwork: () => Promise.resolve(there(NETWORK)),
      networkSecurityGroup: () => Promise.resolve(there({ id: NSG_ID, name: 'nsg-dms', rules })),
      securityAdminRules: () => Promise.resolve(unseen('forbidden', 'no')),
      serviceTags: () => Promise.resolve(unseen('forbidden', 'no')),
      ...change,
    }
    const ports = { ...createPorts(OPEN_WORLD), arm: arm as ArmPort, share: shareWith({ negotiate: ANSWERED }) }
    const subject = check.subjects(shareManifest())[0]!
    const observed = await check.observe(ports, subject)
    if (!observed.ok) throw new Error(observed.failure.message)
    const judgement = judgeStored(check, observed.value, subject)
    expect([judgement.verdict, judgement.summary]).toEqual(['pass', expect.stringMatching(summary)])
  })

  it('speaks of the host of the runtime for the modern service, and of no subnet', async () => {
    const manifest = shareManifest({}, { generation: 'modern' })
    const told = await Promise.all(
      [OPEN_WORLD, shut('timeout'), { names: {} }].map((world) => runShare(check, { world, manifest })),
    )
    expect(told.map(({ verdict }) => verdict)).toEqual(['pass', 'unknown', 'unknown'])
    for (const one of told) {
      expect(JSON.stringify(one)).toMatch(/the host of the integration runtime/)
      expect(JSON.stringify(one)).not.toMatch(/subnet|security group/)
    }
  })

  it('is not left out where the manifest names no share', async () => {
    expect(await observeShare(check, { manifest: WITHOUT_SHARE }).observed).toMatchObject({
      failure: { kind: 'missing-input', missing: expect.stringContaining('`share`') },
    })
  })

  it('is asked of every share that a source uses', () => {
    const [source] = shareManifest().sources
    const sources = [{ ...source!, share: 'fs02' }]
    const shares = ['fs01', 'fs02'].map((name) => ({ ...SHARE, name }))
    const names = check.subjects({ ...shareManifest(), sources, shares }).map(({ name }) => name)
    expect(names).toEqual(['fs02'])
    const mixed = check.subjects({ ...shareManifest(), sources: [...sources, ...MANIFEST.sources], shares })
    expect(mixed.map(({ name }) => name)).toEqual(['fs02', 'default'])
  })
})
