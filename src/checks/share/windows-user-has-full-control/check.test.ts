import { describe, expect, it } from '@jest/globals'
import {
  DENIED,
  ntStatus,
  observeShare,
  OPENED,
  runShare,
  shareManifest,
  SILENT,
  withUser,
  type ShareAnswers,
} from '../../../../test/share-fixtures.ts'
import { unseen } from '../../../domain/observed.ts'
import type { FolderAnswer, WriteProbeAnswer } from '../../../ports/share-port.ts'
import check from './check.ts'

const FULL = 0x1f01ff
const CHANGE = 0x1301bf
const READ = 0x1200a9
const refusedOpen = (name = 'STATUS_ACCESS_DENIED') => ({
  fullControlOpen: { granted: false, status: { ...DENIED, name } } as const,
})
const folder = (more: Partial<Extract<FolderAnswer, { outcome: 'opened' }>>): ShareAnswers => ({
  openFolder: { ...OPENED, ...more } as FolderAnswer,
})
const masks = (shareAccess: number, folderAccess: number): ShareAnswers =>
  folder({ shareAccess, folderAccess, ...refusedOpen() })
const untold = (more: object): ShareAnswers => {
  const told = { ...(OPENED as Extract<FolderAnswer, { outcome: 'opened' }>), ...more }
  delete told.folderAccess
  return { openFolder: told }
}
const FILE = 'dms-preflight-probe-1'
const write = (answer: WriteProbeAnswer): ShareAnswers => ({ write: answer })

describe('share/windows-user-has-full-control', () => {
  it.each<[string, ShareAnswers, string, RegExp]>([
    [
      'full control, and nothing is written',
      {},
      'pass',
      /^CORP\\upload has full control of \\\\fs01\.corp\.example\\backup: permission of the share 0x001F01FF \(Full Control\), file system permission 0x001F01FF \(Full Control\), .*the write probe was left out \(allow-writes: false\)$/,
    ],
    [
      'full control, and a file is written',
      write({ outcome: 'written', file: FILE, bytes: 4096 }),
      'pass',
      /a probe file was written, read and removed$/,
    ],
    [
      'the share is short',
      masks(CHANGE, CHANGE),
      'fail',
      /share 0x001301BF \(Change\), .*: the permission of the share falls short of 0x001F01FF/,
    ],
    ['the folder is short', masks(FULL, READ), 'fail', /0x001200A9 \(Read\): the file system permission falls short/],
    ['both are short', masks(CHANGE, READ), 'fail', /the permission of the share and the file system permission falls/],
    ['next to nothing', masks(FULL, 0x80), 'fail', /0x00000080 \(less than Read\)/],
    [
      'the share is closed',
      { openShare: { outcome: 'refused', reason: 'access-denied', status: DENIED } },
      'fail',
      /the permission of the share shuts it out: access is denied/,
    ],
    [
      'the folder is closed',
      { openFolder: { outcome: 'refused', reason: 'access-denied', status: DENIED } },
      'fail',
      /the file system permission shuts it out/,
    ],
    ['masks without the open', folder(refusedOpen()), 'fail', /an open with Full Control is refused: access is denied/],
    ['an open that clashes', folder(refusedOpen('STATUS_SHARING_VIOLATION')), 'unknown', /STATUS_SHARING_VIOLATION/],
    ['an open without the masks', folder({ folderAccess: READ }), 'unknown', /the answers contradict/],
    ['no mask of the folder', untold({}), 'unknown', /the server does not tell the file system permission/],
    ['no mask of the folder, and no open', untold(refusedOpen()), 'fail', /an open with Full Control is refused/],
    ['no mask of the folder, a short share', untold({ shareAccess: READ }), 'fail', /share 0x001200A9 \(Read\)/],
    [
      'no such share',
      {
        openShare: { outcome: 'refused', reason: 'no-such-share', status: ntStatus('STATUS_BAD_NETWORK_NAME') },
      },
      'blocked',
      /was not reached \(it says no \(STATUS_BAD_NETWORK_NAME/,
    ],
    [
      'a full volume',
      write({ outcome: 'refused', at: 'write', file: FILE, status: ntStatus('STATUS_DISK_FULL') }),
      'fail',
      /to write the probe file dms-preflight-probe-1 was refused: it says no \(STATUS_DISK_FULL/,
    ],
    ['another content', write({ outcome: 'changed', file: FILE }), 'fail', /was not read back as it was written/],
    ['a file that stays', write({ outcome: 'left-over', file: FILE }), 'fail', /is still there, although/],
    [
      'a file that stays, and why',
      write({ outcome: 'left-over', file: FILE, status: DENIED }),
      'fail',
      /is still there: access is denied/,
    ],
  ])('%s', async (_which, answers, verdict, summary) => {
    const judgement = await runShare(check, { answers })
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    if (judgement.verdict === 'blocked') {
      expect(judgement.blockedBy).toEqual([{ id: 'share/exists', subject: 'default' }])
    }
  })

  it.each(['upload@corp.example', 'upload', String.raw`CORP\a\b`])(
    'refuses the form of %s as DMS does',
    async (user) => {
      const asked: string[] = []
      const answers = write({ outcome: 'written', file: FILE, bytes: 1 })
      expect(await runShare(check, { answers, manifest: shareManifest(withUser(user)), asked })).toMatchObject({
        verdict: 'fail',
        summary: expect.stringMatching(/is not written as DOMAIN\\user: DMS refuses it with "Malformed AccountName"/),
      })
      expect(asked).not.toContain('write')
    },
  )

  it('takes the account of Azure Files', async () => {
    const manifest = shareManifest(withUser(String.raw`AZURE\stmig`))
    expect(await runShare(check, { manifest })).toMatchObject({ verdict: 'pass' })
  })

  it('writes nothing where the rights are short, nor with writes off', async () => {
    const asked: string[] = []
    await runShare(check, { answers: { ...masks(FULL, READ), ...write({ outcome: 'changed', file: FILE }) }, asked })
    await runShare(check, { asked })
    expect(asked).not.toContain('write')
  })

  it('prints both grants, quoted', async () => {
    const manifest = shareManifest({
      path: String.raw`\\fs01.corp.example\it's\a b`,
      ...withUser(String.raw`CORP\o'neil`),
    })
    const judgement = await runShare(check, { answers: masks(READ, READ), manifest })
    expect(judgement.verdict === 'fail' && judgement.remediation.scripts[0]?.code).toBe(
      [
        '# on the file server, as administrator: what is there',
        "Get-SmbShareAccess -Name 'it''s'",
        "$folder = Join-Path (Get-SmbShare -Name 'it''s').Path 'a b'",
        'icacls $folder',
        '# what is needed: permission of the share, and of the file system',
        String.raw`Grant-SmbShareAccess -Name 'it''s' -AccountName 'CORP\o''neil' -AccessRight Full -Force`,
        String.raw`icacls $folder /grant 'CORP\o''neil:(OI)(CI)F'`,
      ].join('\n'),
    )
  })

  it.each<[string, ShareAnswers]>([
    ['the share', { openShare: SILENT }],
    ['the folder', { openFolder: SILENT }],
    ['the file', { write: unseen('timeout', 'no answer') }],
  ])('hands on that it could not look: %s', async (_which, answers) => {
    expect(await observeShare(check, { answers }).observed).toMatchObject({ failure: { kind: 'timeout' } })
  })
})
