import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { findOptionalProgram } from '../../../lab/find-program.ts'
import { openAsUser } from '../../../lab/smb/network-user.ts'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { createSmbRig, PASSWORD, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import { seen, unseen } from '../../domain/observed.ts'

const FOLDERS = ['nightly', 'Übung']
const CONTENT = Buffer.from('TAPE of somebody else')

let rig: SmbRig
let samba: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (findSamba() && findOptionalProgram('smbclient', "Samba's client") !== undefined) samba = await rig.start()
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

/** Another user than the one who lends: it changes files, and owns what it makes. */
function writeAs(server: Samba, file: string): Promise<number> {
  const [, , , ...rest] = file.split('\\')
  const own = { port: server.port, address: '127.0.0.1', user: String.raw`CONTOSO\pchange`, password: PASSWORD }
  return openAsUser(own).write(['', '', '127.0.0.1', ...rest].join('\\'), CONTENT)
}

describe('a file that is lent', () => {
  it('is not, unless the run allows writes', async () => {
    if (samba === undefined) return
    const asked: string[] = []
    const answer = await rig.port().lendFile(shareAt(samba.port), 'sql01', (file) => {
      asked.push(file)
      return Promise.resolve(seen(1))
    })
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'writes-off' } })
    expect(asked).toEqual([])
  })

  it.each(['', 'nightly'])('is removed with what another user wrote into it, in "%s"', async (folder) => {
    if (samba === undefined) return
    const server = samba
    const port = rig.port({ allowWrites: true })
    const during: string[][] = []
    const answer = await port.lendFile(shareAt(server.port, { folder }), 'sql01', async (file) => {
      const error = await writeAs(server, file)
      during.push(await server.list(`backup/${folder}`))
      return seen(error)
    })
    expect(answer).toMatchObject({
      ok: true,
      value: { written: { value: 0 }, end: { outcome: 'removed', bytes: CONTENT.length } },
    })
    expect(during.flat().filter((name) => /^dms-preflight-probe-[0-9a-f-]{36}\.bak$/.test(name))).toHaveLength(1)
    expect((await server.list('backup')).sort()).toEqual(FOLDERS)
    expect(await server.list('backup/nightly')).toEqual([])
    expect(port.leftOver).toEqual([])
  })

  it('was not there when nobody wrote it', async () => {
    if (samba === undefined) return
    const refused = await rig
      .port({ allowWrites: true })
      .lendFile(shareAt(samba.port), 'sql01', () => Promise.resolve(seen('refused')))
    expect(refused).toMatchObject({ value: { end: { outcome: 'not-there' } } })
  })

  it.each([
    ['that was cut off', 0],
    ['that was cut off, and comes late', 300],
  ])('is removed after a writer %s', async (_which, lateMs) => {
    if (samba === undefined) return
    const server = samba
    const writing: Promise<unknown>[] = []
    const answer = await rig.port({ allowWrites: true }).lendFile(shareAt(server.port), 'sql01', async (file) => {
      const written = delay(lateMs).then(() => writeAs(server, file))
      writing.push(written)
      if (lateMs === 0) await written
      return unseen('reset', 'the connection was lost')
    })
    await Promise.all(writing)
    expect(answer).toMatchObject({ value: { written: { ok: false }, end: { outcome: 'removed' } } })
    expect((await server.list('backup')).sort()).toEqual(FOLDERS)
  })

  it('is removed after a writer that throws, too', async () => {
    if (samba === undefined) return
    const server = samba
    const answer = await rig.port({ allowWrites: true }).lendFile(shareAt(server.port), 'sql01', async (file) => {
      await writeAs(server, file)
      throw new TypeError('a bug')
    })
    expect(answer).toMatchObject({ value: { written: { failure: { kind: 'bug' } }, end: { outcome: 'removed' } } })
    expect((await server.list('backup')).sort()).toEqual(FOLDERS)
  })

  it('is named when its user may not remove it', async () => {
    if (samba === undefined) return
    const server = samba
    const port = rig.port({ allowWrites: true })
    const reader = shareAt(server.port, { user: String.raw`CONTOSO\pread`, folder: 'Übung' })
    const answer = await port.lendFile(reader, 'sql01', async (file) => seen(await writeAs(server, file)))
    expect(answer).toMatchObject({
      value: { end: { outcome: 'left-over', status: { name: 'STATUS_ACCESS_DENIED' } } },
    })
    expect(port.leftOver).toEqual([answer.ok ? answer.value.file : ''])
    expect(await server.list('backup/Übung')).toHaveLength(1)
  })

  it('is lent once to each writer', async () => {
    if (samba === undefined) return
    const { port: at } = samba
    const port = rig.port({ allowWrites: true })
    const files: string[] = []
    const lend = (writer: string) =>
      port.lendFile(shareAt(at), writer, (file) => {
        files.push(file)
        return Promise.resolve(seen(0))
      })
    await Promise.all([lend('sql01'), lend('sql01'), lend('sql02')])
    expect(new Set(files).size).toBe(2)
    expect(files).toHaveLength(2)
  })

  it('is removed before the port is closed, also when the run was stopped', async () => {
    if (samba === undefined) return
    const server = samba
    const stop = new AbortController()
    const port = rig.port({ allowWrites: true, signal: stop.signal })
    let begun = (): void => undefined
    const isWritten = new Promise<void>((resolve) => {
      begun = resolve
    })
    const lent = port.lendFile(shareAt(server.port), 'sql01', async (file) => {
      await writeAs(server, file)
      begun()
      // As the connection to SQL Server does, it ends with the run.
      if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
      return unseen('cancelled', 'stopped')
    })
    await isWritten
    const during = await server.list('backup')
    stop.abort()
    await port.close()
    expect(during).toHaveLength(FOLDERS.length + 1)
    expect((await server.list('backup')).sort()).toEqual(FOLDERS)
    expect(await lent).toMatchObject({ value: { end: { outcome: 'removed' } } })
    const after = await port.lendFile(shareAt(server.port), 'sql02', () => Promise.reject(new Error('asked')))
    expect(after).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })
})

describe('the permissions of a folder', () => {
  it('are those that Samba was given', async () => {
    if (samba === undefined) return
    const answer = await rig.port().readSecurity(shareAt(samba.port))
    if (!answer.ok || answer.value.outcome !== 'told') throw new Error(JSON.stringify(answer))
    expect(answer.value.owner).toBe('S-1-5-32-544')
    const entries = answer.value.entries ?? []
    expect(entries.map(({ kind, mask }) => [kind, mask])).toEqual([
      ['allow', 0x1f01ff],
      ['allow', 0x1301bf],
      ['allow', 0x1200a9],
      ['allow', 0x1f01ff],
    ])
    expect(entries.every(({ sid }) => /^S-1-5-21-\d+-\d+-\d+-\d+$/.test(sid))).toBe(true)
  })

  it('are not told to whom the folder is closed', async () => {
    if (samba === undefined) return
    const closed = await rig.port().readSecurity(shareAt(samba.port, { user: String.raw`CONTOSO\pnone` }))
    expect(closed).toMatchObject({ value: { outcome: 'refused', status: { name: 'STATUS_ACCESS_DENIED' } } })
  })
})
