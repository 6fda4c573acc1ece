import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { createSmbRig, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import { FULL_CONTROL, type FolderAnswer } from '../../ports/share-port.ts'

const FULL = FULL_CONTROL
/** Modify, and Read & execute, as Windows shows them. */
const CHANGE = 0x0013_01bf
const READ = 0x0012_00a9
/** CHANGE of a share's permissions has one right more than Modify of a folder: deleting what is in it. */
const SHARE_CHANGE = 0x0013_01ff
/** What a share that is read-only for everybody leaves of full control. */
const READ_ONLY = 0x001f_00a9
/** What Samba lets everybody do with the root of a share: to see that it is there. */
const ATTRIBUTES_ONLY = 0x80
const SMBCACLS_LIMIT_MS = 60_000

let rig: SmbRig
let samba: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (findSamba()) samba = await rig.start()
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

/** What both permissions together leave. */
function effective(answer: FolderAnswer): number | undefined {
  if (answer.outcome !== 'opened' || answer.folderAccess === undefined) return undefined
  return (answer.shareAccess & answer.folderAccess & FULL) >>> 0
}

interface Row {
  share: string
  user: string
  /** Undefined: the share itself is refused. */
  mask: number | undefined
  granted?: boolean
}

const ROWS: readonly Row[] = [
  { share: 'backup', user: 'pfull', mask: FULL, granted: true },
  { share: 'backup', user: 'pchange', mask: CHANGE, granted: false },
  { share: 'backup', user: 'pread', mask: READ, granted: false },
  { share: 'backup', user: 'pnone', mask: ATTRIBUTES_ONLY, granted: false },
  { share: 'level', user: 'pfull', mask: FULL, granted: true },
  { share: 'level', user: 'pchange', mask: SHARE_CHANGE, granted: false },
  { share: 'level', user: 'pread', mask: READ, granted: false },
  { share: 'level', user: 'pnone', mask: undefined },
  { share: 'mixed', user: 'pfull', mask: SHARE_CHANGE, granted: false },
  { share: 'mixed', user: 'pchange', mask: CHANGE, granted: false },
  { share: 'mixed', user: 'pread', mask: READ, granted: false },
  { share: 'mixed', user: 'pnone', mask: undefined },
  { share: 'readonly', user: 'pfull', mask: READ_ONLY, granted: false },
  { share: 'sealed', user: 'pfull', mask: FULL, granted: true },
  { share: 'sealed', user: 'pchange', mask: CHANGE, granted: false },
]

describe('rights on a share', () => {
  it.each(ROWS)('$user on $share', async ({ share, user, mask, granted }) => {
    if (samba === undefined) return
    const port = rig.port()
    const asked = shareAt(samba.port, { share, user: `CONTOSO\\${user}` })
    const connected = await port.openShare(asked)
    const opened = await port.openFolder(asked)
    if (mask === undefined) {
      const status = { code: '0xC0000022', name: 'STATUS_ACCESS_DENIED', meaning: 'access is denied' }
      expect(connected).toEqual({ ok: true, value: { outcome: 'refused', reason: 'access-denied', status } })
      expect(opened).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
      return
    }
    expect(connected).toMatchObject({ ok: true, value: { outcome: 'connected', kind: 'disk' } })
    if (!opened.ok) throw new Error(opened.failure.message)
    expect(effective(opened.value)).toBe(mask)
    expect(opened.value).toMatchObject({ fullControlOpen: { granted } })
    if (opened.value.outcome === 'opened') expect(opened.value.freeBytes).toBeGreaterThan(0)
  })

  it('says which of the two permissions is short', async () => {
    if (samba === undefined) return
    const port = rig.port()
    const ofFiles = await port.openFolder(shareAt(samba.port, { user: 'CONTOSO\\pread' }))
    expect(ofFiles).toMatchObject({ value: { shareAccess: FULL, folderAccess: READ } })
    const ofShare = await port.openFolder(shareAt(samba.port, { share: 'level', user: 'CONTOSO\\pread' }))
    expect(ofShare).toMatchObject({ value: { shareAccess: READ } })
  })

  it(
    'tells the masks that smbcacls tells',
    async () => {
      if (samba === undefined) return
      const theirs = await samba.maximumAccess(ROWS)
      // It wants to read the permissions as well, and is refused where those may not be read.
      const ours = ROWS.map(({ mask }) => (mask === ATTRIBUTES_ONLY ? undefined : mask))
      expect(theirs.map((mask) => (mask === undefined ? undefined : (mask & FULL) >>> 0))).toEqual(ours)
    },
    SMBCACLS_LIMIT_MS,
  )
})

describe('a place that is not there', () => {
  it.each([
    ['no share of that name', { share: 'nosuch' }, 'openShare', 'no-such-share', 'STATUS_BAD_NETWORK_NAME'],
    ['no folder of that name', { folder: 'nosuch' }, 'openFolder', 'no-such-folder', 'STATUS_OBJECT_NAME_NOT_FOUND'],
    ['no way to it', { folder: 'nosuch\\in' }, 'openFolder', 'no-such-folder', 'STATUS_OBJECT_PATH_NOT_FOUND'],
    ['a share that DFS has elsewhere', { share: 'away' }, 'openShare', 'dfs', 'STATUS_BAD_NETWORK_NAME'],
    ['a link of DFS', { share: 'links', folder: 'away' }, 'openFolder', 'dfs', 'STATUS_PATH_NOT_COVERED'],
  ] as const)('%s', async (_title, place, method, reason, name) => {
    if (samba === undefined) return
    await symlink('msdfs:fs02.corp.example\\backup', join(samba.folderOf('links'), 'away')).catch(() => undefined)
    const answer = await rig.port()[method](shareAt(samba.port, place))
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'refused', reason, status: { name } } })
  })

  it('is a file where a folder is meant', async () => {
    if (samba === undefined) return
    const port = rig.port()
    const asked = shareAt(samba.port, { folder: 'file.bak' })
    await samba.put('backup', 'file.bak')
    expect(await port.openFolder(asked)).toMatchObject({ ok: true, value: { reason: 'not-a-folder' } })
  })

  it('is no share of files', async () => {
    if (samba === undefined) return
    const port = rig.port()
    const kindOf = async (share: string): Promise<unknown> => port.openShare(shareAt(samba?.port ?? 0, { share }))
    expect(await kindOf('IPC$')).toMatchObject({ ok: true, value: { outcome: 'connected', kind: 'pipe' } })
    expect(await kindOf('spool')).toMatchObject({ ok: true, value: { outcome: 'connected', kind: 'printer' } })
  })
})

describe('a folder in a share', () => {
  it.each(['nightly', 'NIGHTLY', 'Übung'])('%s', async (folder) => {
    if (samba === undefined) return
    const answer = await rig.port().openFolder(shareAt(samba.port, { folder }))
    expect(answer).toMatchObject({ ok: true, value: { folderAccess: FULL, fullControlOpen: { granted: true } } })
  })
})
