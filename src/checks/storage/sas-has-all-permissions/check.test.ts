import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, there } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import {
  ACCOUNT,
  blobWith,
  CONTAINER,
  FIREWALL,
  GOOD_SAS,
  instanceManifest,
  NO_CONTAINER,
  NOW,
  refusal,
  type BlobAnswers,
} from '../../../../test/storage-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { unseen, type Observed } from '../../../domain/observed.ts'
import type { SasFacts } from '../../../domain/sas.ts'
import type { StorageAccount } from '../../../ports/storage-resources.ts'
import type { WriteAnswer } from '../../../ports/blob-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'
import type { Evidence } from './evidence.ts'

const { definition } = check
const clock = { now: () => NOW }
const OVER = { ...GOOD_SAS, expires: '2026-11-26T11:00:00.000Z' }
const BY_POLICY: SasFacts = { kind: 'service', resource: 'c', policy: 'migration', version: '2024-11-04', problems: [] }

function observe(
  blob: BlobAnswers,
  manifest: Manifest,
  asked?: string[],
  arm = armWith({ storageAccount: () => there(ACCOUNT) }),
): Promise<Observed<Evidence>> {
  return definition.observe({ arm, blob: blobWith(blob, asked), clock }, definition.subjects(manifest)[0]!)
}
async function run(blob: BlobAnswers, manifest = instanceManifest(), asked?: string[]): Promise<Judgement> {
  return definition.judge(evidenceIn(await observe(blob, manifest, asked)), definition.subjects(manifest)[0]!)
}
const noCutover = (): Manifest => ({ ...MANIFEST, scenario: instanceManifest().scenario, containers: [CONTAINER] })
const refusedWrite = (more: Partial<WriteAnswer>): WriteAnswer => ({
  outcome: 'refused',
  step: 'write',
  reason: 'permission',
  code: 'AuthorizationPermissionMismatch',
  message: 'Not with this permission.',
  blob: 'dms-preflight-probe-1',
  left: false,
  ...more,
})

describe('storage/sas-has-all-permissions', () => {
  it('passes without a write probe, says so, and holds until the SAS ends', async () => {
    const asked: string[] = []
    const judgement = await run({}, instanceManifest(), asked)
    expect(judgement).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      summary: expect.stringMatching(
        /until 2026-12-20T00:00:00\.000Z: .* the write probe was left out \(allow-writes: false\)/,
      ),
      expiresAt: '2026-12-20T00:00:00.000Z',
    })
    expect(asked).toEqual(['list'])
  })

  it('passes with a write probe', async () => {
    const asked: string[] = []
    const judgement = await run({ writes: true }, instanceManifest(), asked)
    expect(judgement).toMatchObject({ verdict: 'pass', summary: expect.stringMatching(/written, read and deleted/) })
    expect(asked).toEqual(['list', 'write'])
  })

  it('holds no longer than the key of a user delegation', async () => {
    const sas: SasFacts = { ...GOOD_SAS, kind: 'user-delegation', keyExpires: '2026-12-07T00:00:00.000Z' }
    expect(await run({ sas })).toMatchObject({ verdict: 'pass', expiresAt: '2026-12-07T00:00:00.000Z' })
  })

  it.each<[string, BlobAnswers, Judgement['verdict'], RegExp]>([
    ['ended', { sas: OVER, list: refusal('credential') }, 'fail', /it ended at 2026-11-26T11:00:00Z/],
    ['ended, and nobody can be asked', { sas: OVER, list: FIREWALL }, 'fail', /it ended at/],
    [
      'ends an hour before the cutover does',
      { sas: { ...GOOD_SAS, expires: '2026-12-06T01:00:00.000Z' } },
      'fail',
      /has to hold until 2026-12-06T02:15:00Z/,
    ],
    ['lacks a permission', { sas: { ...GOOD_SAS, permissions: 'rl' } }, 'fail', /lacks write \(w\), delete \(d\)/],
    ['is for the account', { sas: { ...GOOD_SAS, kind: 'account' } }, 'fail', /account SAS/],
    ['is for a blob', { sas: { ...GOOD_SAS, resource: 'b' } }, 'fail', /one blob/],
    [
      'another key',
      { list: refusal('credential') },
      'fail',
      /another key signed it .* \(AuthenticationFailed: The serv/,
    ],
    ['keys shut off', { list: refusal('shared-key') }, 'fail', /takes nothing that is signed with its keys/],
    ['does not list', { list: refusal('permission') }, 'fail', /does not let it list the container/],
    [
      'cannot write',
      { writes: true, write: refusedWrite({}) },
      'fail',
      /refused to write the probe blob \(AuthorizationPermissionMismatch/,
    ],
    [
      'cannot delete, and leaves the probe',
      { writes: true, write: refusedWrite({ step: 'delete', reason: 'container-policy', left: true }) },
      'fail',
      /refused to delete the probe blob, by a policy of the container .*; the probe blob dms-preflight-probe-1 could not/,
    ],
    [
      'reads something else',
      { writes: true, write: refusedWrite({ step: 'read', reason: 'other-content' }) },
      'fail',
      /another content/,
    ],
    ['no container', { list: NO_CONTAINER }, 'blocked', /the container .* is not there/],
    [
      'no container any more',
      { writes: true, write: refusedWrite({ reason: 'no-container' }) },
      'blocked',
      /is not there/,
    ],
    ['a policy, without writes', { sas: BY_POLICY }, 'unknown', /hang on the stored access policy migration/],
    [
      'a policy and everything named too, without writes',
      { sas: { ...GOOD_SAS, policy: 'migration' } },
      'unknown',
      /hang on the stored access policy migration/,
    ],
    [
      'a policy that was tried',
      { sas: BY_POLICY, writes: true },
      'manual',
      /until when stands in its stored access policy/,
    ],
    [
      'a policy that was tried, with its end',
      { sas: { ...BY_POLICY, expires: GOOD_SAS.expires! }, writes: true },
      'pass',
      /until 2026-12-20/,
    ],
    [
      'addresses',
      { sas: { ...GOOD_SAS, addresses: '203.0.113.7' } },
      'unknown',
      /\(sip\), and under which addresses DMS/,
    ],
    [
      'addresses that leave the runner out',
      { sas: { ...GOOD_SAS, addresses: '203.0.113.7' }, list: refusal('address', 'AuthorizationSourceIPMismatch') },
      'unknown',
      /saw this runner elsewhere \(AuthorizationSourceIPMismatch/,
    ],
    [
      'not yet begun',
      { sas: { ...GOOD_SAS, starts: '2026-12-01T00:00:00.000Z' }, list: refusal('credential') },
      'unknown',
      /it begins at 2026-12-01T00:00:00Z/,
    ],
  ])('%s', async (_, blob, verdict, summary) => {
    const judgement = await run(blob)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it.each<[string, Partial<StorageAccount> | undefined, BlobAnswers, Judgement['verdict']]>([
    ['takes no keys', { allowSharedKeyAccess: false }, { list: FIREWALL }, 'fail'],
    ['takes no keys from now on', { allowSharedKeyAccess: false }, {}, 'fail'],
    ['takes keys', { allowSharedKeyAccess: true }, {}, 'pass'],
    ['cannot be read', undefined, {}, 'pass'],
    [
      'is another one',
      { allowSharedKeyAccess: false, blobEndpoint: 'https://other.blob.core.windows.net/' },
      {},
      'pass',
    ],
    [
      'takes no keys, and the SAS is a user delegation',
      { allowSharedKeyAccess: false },
      { sas: { ...GOOD_SAS, kind: 'user-delegation', keyExpires: GOOD_SAS.expires! } },
      'pass',
    ],
  ])('the account, as Azure tells it, %s', async (_, account, blob, verdict) => {
    const manifest = instanceManifest()
    const arm = armWith({
      storageAccount: () => (account === undefined ? forbidden() : there({ ...ACCOUNT, ...account })),
    })
    const judgement = definition.judge(
      evidenceIn(await observe(blob, manifest, undefined, arm)),
      definition.subjects(manifest)[0]!,
    )
    expect(judgement.verdict).toBe(verdict)
    if (judgement.verdict === 'fail') {
      expect(judgement.summary).toMatch(/allowSharedKeyAccess is false/)
      expect(judgement.remediation.scripts[0]?.code).toMatch(/--as-user/)
    }
  })

  it('wants the cutover when the SAS ends within a day and none is declared', async () => {
    const sas = { ...GOOD_SAS, expires: '2026-11-26T15:00:00.000Z' }
    expect(await run({ sas }, noCutover())).toMatchObject({ verdict: 'unknown', cause: { kind: 'missing-input' } })
    expect(await run({}, noCutover())).toMatchObject({ verdict: 'pass' })
  })

  it('names the cause when this run may not write', async () => {
    expect(await run({ sas: BY_POLICY })).toMatchObject({
      cause: { kind: 'writes-off' },
      remediation: { text: expect.stringContaining('allow-writes: true') },
    })
  })

  it.each([
    ['a wrong SAS', { sas: OVER }, ['list']],
    ['a list that is refused', { list: refusal('permission') }, ['list']],
    ['no container', { list: NO_CONTAINER }, ['list']],
  ])('writes nothing with %s', async (_, blob, expected) => {
    const asked: string[] = []
    await run({ ...blob, writes: true }, instanceManifest(), asked)
    expect(asked).toEqual(expected)
  })

  it('shows how to make a new one, and by whose authority', async () => {
    const codeOf = (judgement: Judgement): string =>
      judgement.verdict === 'fail' ? (judgement.remediation.scripts[0]?.code ?? '') : ''
    expect(codeOf(await run({ sas: OVER }))).toMatch(
      /generate-sas --https-only .*--permissions rwdl .*--expiry 2026-12-07T02:15Z .*--auth-mode key/s,
    )
    expect(codeOf(await run({ list: refusal('shared-key') }))).toMatch(
      /generate-sas --as-user --https-only .*--expiry 2026-12-03T12:00Z .*--auth-mode login/s,
    )
  })

  it('shows how to remove a probe that is left', async () => {
    const judgement = await run({ writes: true, write: refusedWrite({ step: 'delete', left: true }) })
    expect(judgement.verdict === 'fail' && judgement.remediation.scripts[1]?.code).toMatch(
      /az storage blob delete .*--name dms-preflight-probe-1/s,
    )
  })

  it.each([
    ['the SAS', { sas: unseen('no-credential', 'BACKUP_SAS is not set') }, 'no-credential'],
    ['the service', { list: FIREWALL }, 'forbidden'],
    ['the write probe', { writes: true, write: unseen('throttled', 'ServerBusy') }, 'throttled'],
  ])('hands on that it could not look: %s', async (_, blob, kind) => {
    expect(await observe(blob, instanceManifest())).toMatchObject({ ok: false, failure: { kind } })
  })

  it('is not left out where the manifest names no container', async () => {
    expect(await observe({}, instanceManifest({ containers: [] }))).toMatchObject({
      failure: { kind: 'missing-input' },
    })
  })
})
