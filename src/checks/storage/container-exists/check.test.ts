import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, notThere, there } from '../../../../test/arm-fixtures.ts'
import {
  ACCOUNT,
  blobWith,
  CONTAINER,
  FIREWALL,
  instanceManifest,
  NO_CONTAINER,
  refusal,
  type BlobAnswers,
} from '../../../../test/storage-fixtures.ts'
import { unseen } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { BlobContainerResource } from '../../../ports/storage-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const [subject] = definition.subjects(instanceManifest())
const RESOURCE: BlobContainerResource = {
  id: 'x',
  name: 'backups',
  deleted: false,
  hasImmutabilityPolicy: false,
  hasLegalHold: false,
}
const withContainer = (more: Partial<BlobContainerResource> = {}): ArmPort =>
  armWith({ storageAccount: () => there(ACCOUNT), blobContainer: () => there({ ...RESOURCE, ...more }) })

async function run(blob: BlobAnswers, arm: ArmPort = armWith({})): Promise<Judgement> {
  const observed = await definition.observe({ arm, blob: blobWith(blob) }, subject!)
  return definition.judge(evidenceIn(observed), subject!)
}

describe('for the modern service', () => {
  const manifest = instanceManifest({ generation: 'modern' })

  it('says nothing of the container where this run alone is refused', async () => {
    const [own] = check.subjects(manifest)
    const blob = blobWith({ list: refusal('permission', 'AuthorizationPermissionMismatch') })
    const observed = await definition.observe(
      { arm: armWith({ storageAccount: () => forbidden() }), blob },
      own as never,
    )
    expect(definition.judge(evidenceIn(observed), own as never)).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'forbidden' },
      remediation: { text: expect.stringMatching(/Storage Blob Data Reader/) },
    })
  })

  it('is asked where backups lie in it, and not where they come from a share', () => {
    const shared = manifest.sources.map((source) => ({ ...source, share: 'default' }))
    expect(check.subjects(manifest)).toHaveLength(1)
    expect(check.subjects({ ...manifest, sources: shared })).toEqual([])
    expect(check.subjects({ ...manifest, sources: [...shared, ...manifest.sources] })).toHaveLength(1)
  })
})

describe('storage/container-exists', () => {
  it.each<[string, BlobAnswers, ArmPort, Judgement['verdict'], RegExp]>([
    [
      'listed',
      {},
      armWith({}),
      'pass',
      /^Container https:\/\/stmig\.blob\.core\.windows\.net\/backups exists: the service/,
    ],
    ['not there', { list: NO_CONTAINER }, armWith({}), 'fail', /is not there: ContainerNotFound: It is not there$/],
    [
      'refused, and Azure knows it',
      { list: refusal('permission') },
      withContainer(),
      'pass',
      /Resource Manager knows it/,
    ],
    ['shut out, and Azure knows it', { list: FIREWALL }, withContainer(), 'pass', /Resource Manager knows it/],
    ['deleted', { list: FIREWALL }, withContainer({ deleted: true }), 'fail', /it was deleted/],
    [
      'shut out, and Azure knows no such container',
      { list: FIREWALL },
      armWith({ storageAccount: () => there(ACCOUNT), blobContainer: () => notThere() }),
      'fail',
      /is not there: ResourceNotFound/,
    ],
    [
      'no such name, and Azure knows no such account',
      { list: unseen('dns', 'there is no such name') },
      armWith({ storageAccount: () => notThere() }),
      'fail',
      /there is no storage account stmig/,
    ],
    [
      'another account',
      { list: refusal('credential') },
      armWith({ storageAccount: () => there({ ...ACCOUNT, blobEndpoint: 'https://other.blob.core.windows.net/' }) }),
      'unknown',
      /container\.resource is an account whose blobs are at https:\/\/other/,
    ],
    [
      'refused, and Azure may not be asked',
      { list: refusal('credential') },
      armWith({ storageAccount: forbidden }),
      'blocked',
      /refuses the SAS before it looks \(AuthenticationFailed/,
    ],
  ])('%s', async (_, blob, arm, verdict, summary) => {
    const judgement = await run(blob, arm)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    if (judgement.verdict === 'blocked') {
      expect(judgement.blockedBy).toEqual([{ id: 'storage/sas-has-all-permissions', subject: 'default' }])
    }
  })

  it('shows how to create it', async () => {
    const judgement = await run({ list: NO_CONTAINER })
    expect(judgement.verdict === 'fail' && judgement.remediation.scripts[0]?.code).toBe(
      'az storage container create \\\n  --account-name stmig \\\n  --name backups \\\n  --auth-mode login',
    )
  })

  it.each([
    ['the service', { list: FIREWALL }, 'forbidden'],
    ['the name', { list: unseen('dns', 'there is no such name') }, 'dns'],
    ['the SAS', { sas: unseen('no-credential', 'BACKUP_SAS is not set') }, 'no-credential'],
  ])('hands on that it could not look: %s', async (_, blob, kind) => {
    const arm = armWith({ storageAccount: forbidden })
    expect(await definition.observe({ arm, blob: blobWith(blob) }, subject!)).toMatchObject({ failure: { kind } })
  })

  it('is not left out where the manifest names no container', async () => {
    const [missing, ...others] = definition.subjects(instanceManifest({ containers: [] }))
    expect([missing?.name, others]).toEqual(['default', []])
    expect(await definition.observe({ arm: armWith({}), blob: blobWith({}) }, missing!)).toMatchObject({
      failure: { kind: 'missing-input', missing: expect.stringContaining('`container`') },
    })
  })

  it('is asked of every container by its name', () => {
    const containers = [CONTAINER, { ...CONTAINER, name: 'archive' }]
    expect(definition.subjects(instanceManifest({ containers })).map(({ name }) => name)).toEqual([
      'default',
      'archive',
    ])
  })
})
