import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, netWith, notThere, there } from '../../../../test/arm-fixtures.ts'
import { MODERN, SHARED, sharedWith } from '../../../../test/modern-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { BlobPort } from '../../../ports/blob-port.ts'
import type { NetPort } from '../../../ports/net-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'
import type { Evidence } from './judge-ways.ts'

const { definition } = check
const HOST = 'stmig.blob.core.windows.net'
const FROM = 'this runner (10.0.0.9)'
type Way = Extract<Evidence, { used: true }>['storage'][number]

const online = (integrationRuntimeState = 'Online'): ArmPort =>
  armWith({
    sqlMigrationService: (id) => there({ id, name: 'dms-now', location: 'westeurope', integrationRuntimeState }),
    runtimeNodes: () => there([{ name: 'SHIR01' }]),
  })
const unexpected = (): Promise<never> => Promise.reject(new Error('not expected'))
const BLOB: BlobPort = {
  writes: false,
  access: unexpected,
  list: unexpected,
  listFolder: unexpected,
  probeWrite: unexpected,
}
const NET: NetPort = { ...netWith({ [HOST]: ['20.1.2.3'] }), routeAddress: () => Promise.resolve('10.0.0.9') }

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function run(manifest: Manifest, { arm = online(), net = NET, blob = BLOB } = {}): Promise<Judgement> {
  const subject = subjectOf(manifest)
  return definition.judge(evidenceIn(await definition.observe({ arm, net, blob }, subject)), subject)
}

const judge = (...storage: Way[]): Judgement =>
  definition.judge({ used: true, carriesBackups: true, state: 'Online', machines: 1, storage }, subjectOf(SHARED))
const answered: Way = { container: 'default', host: HOST, tried: true, from: FROM, outcome: 'answered' }

describe('service/runtime-reaches-azure', () => {
  it('takes an Online runtime for a connection that stands, and says that it is implied', async () => {
    expect(await run(MODERN)).toMatchObject({
      verdict: 'pass',
      proof: 'proxy',
      summary: 'Azure has the runtime of dms-now as Online, so that its connection for orders stands',
      expected: expect.stringContaining('target/engine-port-is-reachable') as unknown,
    })
  })

  it('leaves the storage account to a person where this runner is not the machine of the runtime', async () => {
    const judgement = await run(SHARED)
    expect(judgement).toMatchObject({
      verdict: 'manual',
      summary: expect.stringContaining(`cannot be seen from here: ${HOST}, because`) as unknown,
    })
    const text = judgement.verdict === 'manual' ? judgement.remediation.text : ''
    for (const name of ['datafactory.azure.net', '*.frontend.clouddatahub.net', '*.servicebus.windows.net', HOST]) {
      expect(text).toContain(name)
    }
    expect(judgement.verdict === 'manual' && judgement.remediation.scripts[0]?.code).toContain(
      `Test-NetConnection ${HOST} -Port 443`,
    )
  })

  it.each<[string, Manifest, NetPort, string]>([
    ['no container', sharedWith({ containers: [] }), NET, 'the manifest names no container of it'],
    [
      'a container without its url',
      sharedWith({
        containers: SHARED.containers.map(({ name, sas, location }) => ({
          name,
          location,
          ...(sas === undefined ? {} : { sas }),
        })),
      }),
      NET,
      'the storage account of container default, because the manifest does not name its url',
    ],
    ['a name that nobody knows', SHARED, netWith({}), 'no such name'],
    [
      'a name that may not be looked up',
      SHARED,
      { ...NET, resolve: () => Promise.resolve(unseen('untrusted-host', 'not in the trusted manifest')) },
      'not in the trusted manifest',
    ],
  ])('also with %s', async (_, manifest, net, why) => {
    const judgement = await run(manifest, { net })
    expect(judgement.verdict).toBe('manual')
    expect(judgement.summary).toContain(why)
  })

  it('passes directly when every account answers the machine of the runtime', () => {
    expect(judge(answered)).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      summary: expect.stringContaining(`${HOST} answers ${FROM}, the machine of the runtime`) as unknown,
    })
    const facts = { used: true, carriesBackups: true, state: 'Online' } as const
    expect(definition.judge({ ...facts, storage: [answered], machines: 3 }, subjectOf(SHARED))).toMatchObject({
      verdict: 'pass',
      proof: 'proxy',
      summary: expect.stringContaining('the others of 3 were not tried') as unknown,
    })
    expect(definition.judge({ ...facts, storage: [answered] }, subjectOf(SHARED))).toMatchObject({
      verdict: 'pass',
      proof: 'proxy',
    })
    expect(judge(answered, { container: 'more', host: null, tried: false, why: 'no url' }).verdict).toBe('manual')
  })

  it.each(['refused', 'timeout', 'unreachable', 'reset'] as const)('fails directly: %s', (outcome) => {
    const judgement = judge(answered, { ...answered, outcome, message: 'no' })
    expect(judgement).toMatchObject({
      verdict: 'fail',
      proof: 'direct',
      summary: `The runtime does not reach its storage account: TCP 443 of ${HOST} from ${FROM}, a machine of the runtime: ${outcome}`,
    })
  })

  it('knows nothing of a runtime that is not online, or that nobody tells of', async () => {
    expect(await run(MODERN, { arm: online('Limited') })).toMatchObject({ verdict: 'unknown' })
    const missing = armWith({ sqlMigrationService: () => notThere(), runtimeNodes: () => notThere() })
    expect(await run(MODERN, { arm: missing })).toMatchObject({ verdict: 'unknown', proof: 'proxy' })
    const ports = { arm: armWith({ sqlMigrationService: forbidden, runtimeNodes: forbidden }), net: NET, blob: BLOB }
    expect(await definition.observe(ports, subjectOf(MODERN))).toMatchObject({ ok: false })
  })

  it('asks nobody where no runtime is used', async () => {
    const inContainer = sharedWith({ sources: MODERN.sources })
    expect(await run(inContainer, { arm: armWith({}), net: netWith({}) })).toMatchObject({ verdict: 'not-applicable' })
  })
})

describe('the way to a storage account', () => {
  /** Where the runner is the machine of the runtime. */
  const reads = async (failure?: CauseKind): Promise<Way> => {
    const { readStorageWay } = await import('./read-storage-way.ts')
    const [container] = SHARED.containers
    if (container === undefined) throw new Error('no container')
    const list: BlobPort['list'] = () =>
      Promise.resolve(failure === undefined ? seen({ outcome: 'accepted' } as never) : unseen(failure, 'it failed'))
    const verified = () => Promise.resolve({ verified: true, address: '10.0.0.9', reason: 'it is' })
    return readStorageWay({ arm: armWith({}), net: NET, blob: { ...BLOB, list } }, SHARED, container, verified)
  }

  it.each<[CauseKind | undefined, object]>([
    [undefined, { tried: true, outcome: 'answered', from: FROM }],
    ['timeout', { tried: true, outcome: 'timeout', message: 'it failed' }],
    ['reset', { tried: true, outcome: 'reset' }],
    ['no-credential', { tried: false, why: 'asking it failed otherwise than on the way (no-credential: it failed)' }],
    ['tls', { tried: false }],
  ])('%s', async (failure, way) => {
    expect(await reads(failure)).toMatchObject({ container: 'default', host: HOST, ...way })
  })
})
