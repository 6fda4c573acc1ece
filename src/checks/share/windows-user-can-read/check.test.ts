import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  DENIED,
  ntStatus,
  OPENED,
  runShare,
  shareManifest,
  WITHOUT_SHARE,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import { createSmbRig, HOST, START_LIMIT_MS } from '../../../../test/smb-rig.ts'
import { findSamba, type Samba } from '../../../../lab/smb/samba.ts'
import { createPorts, expectEveryVerdict, judgeStored } from '../../../../test/sql-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { FolderAnswer } from '../../../ports/share-port.ts'
import check from './check.ts'

const READ = 0x1200a9
const modern = (share: Parameters<typeof shareManifest>[0] = {}): Manifest =>
  shareManifest(share, { generation: 'modern' })
const folder = (more: Partial<Extract<FolderAnswer, { outcome: 'opened' }>>): ShareAnswers => ({
  openFolder: { ...OPENED, fullControlOpen: { granted: false, status: DENIED }, ...more } as FolderAnswer,
})
const refusedRead = (name = 'STATUS_ACCESS_DENIED') => ({
  readOpen: { granted: false, status: { ...DENIED, name } } as const,
})

const WORLDS: readonly [string, ShareAnswers, string, RegExp][] = [
  ['full control', {}, 'pass', /^CORP\\upload can read .* an open for reading was granted/],
  [
    'reading alone',
    folder({ shareAccess: READ, folderAccess: READ, readOpen: { granted: true } }),
    'pass',
    /0x001200A9 \(Read\), file system permission 0x001200A9 \(Read\)$/,
  ],
  [
    'the folder is short',
    folder({ shareAccess: READ, folderAccess: 0x80, ...refusedRead() }),
    'fail',
    /cannot read .*0x00000080 \(less than Read\), and an open for reading is refused: access is denied/,
  ],
  [
    'an open that clashes',
    folder({ shareAccess: READ, folderAccess: READ, ...refusedRead('STATUS_SHARING_VIOLATION') }),
    'unknown',
    /STATUS_SHARING_VIOLATION/,
  ],
  [
    'the share is closed',
    { openShare: { outcome: 'refused', reason: 'access-denied', status: DENIED } },
    'fail',
    /the permission of the share shuts it out/,
  ],
  [
    'the folder is closed',
    { openFolder: { outcome: 'refused', reason: 'access-denied', status: DENIED } },
    'fail',
    /the file system permission shuts it out/,
  ],
  [
    'no such share',
    { openShare: { outcome: 'refused', reason: 'no-such-share', status: ntStatus('STATUS_BAD_NETWORK_NAME') } },
    'blocked',
    /was not reached/,
  ],
]

describe('share/windows-user-can-read', () => {
  it.each(WORLDS)('%s', async (_which, answers, verdict, summary) => {
    const judgement = await runShare(check, { answers, manifest: modern() })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    if (judgement.verdict === 'blocked')
      expect(judgement.blockedBy).toEqual([{ id: 'share/exists', subject: 'default' }])
  })

  it('gives every verdict that it declares', async () => {
    const told = await Promise.all(WORLDS.map(([, answers]) => runShare(check, { answers, manifest: modern() })))
    expectEveryVerdict(
      check,
      told.map(({ verdict }) => verdict),
    )
  })

  it('prints a grant that gives no more than reading', async () => {
    const judgement = await runShare(check, {
      answers: folder({ shareAccess: 0, folderAccess: 0, ...refusedRead() }),
      manifest: modern(),
    })
    expect(judgement.verdict === 'fail' && judgement.remediation.scripts[0]?.code).toMatch(
      /-AccessRight Read -Force\nicacls \$folder \/grant 'CORP\\upload:\(OI\)\(CI\)RX'$/,
    )
  })

  it('asks nothing where the sources have no share', () => {
    expect(check.subjects({ ...WITHOUT_SHARE, generation: 'modern' })).toEqual([])
  })
})

describe('over the wire', () => {
  const rig = createSmbRig()
  let samba: Samba | undefined
  beforeAll(async () => {
    if (findSamba()) samba = await rig.start()
  }, START_LIMIT_MS)
  afterAll(() => rig.close(), START_LIMIT_MS)

  it.each([
    ['backup', 'pfull', 'pass'],
    ['backup', 'pread', 'pass'],
    ['level', 'pread', 'pass'],
    ['readonly', 'pread', 'pass'],
    ['backup', 'pnone', 'fail'],
    ['level', 'pnone', 'fail'],
    ['nosuch', 'pread', 'blocked'],
  ])('share %s, user %s: %s', async (share, user, verdict) => {
    if (samba === undefined) return
    const manifest = modern({
      path: `\\\\${HOST}\\${share}`,
      ...{ host: HOST, port: samba.port },
      login: { kind: 'windows', user: `CONTOSO\\${user}`, password: { secret: 'P' } },
    })
    const world = { names: { [HOST]: ['127.0.0.1'] }, ports: { [`127.0.0.1:${String(samba.port)}`]: 'open' as const } }
    const [subject] = check.subjects(manifest)
    const observed = await check.observe({ ...createPorts(world), share: rig.port() }, subject!)
    if (!observed.ok) throw new Error(observed.failure.message)
    expect(judgeStored(check, observed.value, subject!)).toMatchObject({ verdict })
  })
})
