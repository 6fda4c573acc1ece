import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import type { Relay, Rewrite } from '../../../lab/smb/relay.ts'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { createSmbRig, SETTINGS, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import { encodeFrame } from './frame-reader.ts'
import { STATUS } from './nt-status.ts'
import { COMMAND } from './protocol.ts'

const FILE = /^dms-preflight-[0-9a-f]{8}-[0-9a-f-]{27}\.tmp$/
const FOLDERS = ['nightly', 'Übung']

let rig: SmbRig
let samba: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (!findSamba()) return
  samba = await rig.start()
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

/** Calls `then` with the first real answer to a command, which goes on only if that says so. `cut` ends the connection. */
async function stoppingAt(port: number, command: number, then: (cut: () => void) => 'hold' | 'pass'): Promise<Relay> {
  let isOver = false
  const toClient: Rewrite = (message) => {
    const isIt = message.readUInt32LE() === 0x424d_53fe && message.readUInt16LE(12) === command
    if (isOver || !isIt || message.readUInt32LE(8) === STATUS.pending) return encodeFrame(message)
    isOver = true
    return then(() => {
      own.relay?.cut()
    }) === 'pass'
      ? encodeFrame(message)
      : undefined
  }
  const own: { relay?: Relay } = {}
  own.relay = await rig.relay({ port, toClient })
  return own.relay
}

/** What lies in the share, once the server has noticed that a connection is gone. */
async function listSettled(server: Samba): Promise<string[]> {
  const deadline = Date.now() + 3000
  for (;;) {
    const names = (await server.list('backup')).sort()
    if (names.length === FOLDERS.length || Date.now() > deadline) return names
    await delay(20)
  }
}

async function countOpen(relay: Relay): Promise<number> {
  const deadline = Date.now() + 3000
  while (relay.open > 0 && Date.now() < deadline) await delay(20)
  return relay.open
}

describe('the write probe', () => {
  it('is not made unless the run allows writes', async () => {
    if (samba === undefined) return
    const relay = await rig.relay({ port: samba.port })
    const answer = await rig.port({ allowWrites: false }).probeWrite(shareAt(relay.port))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'writes-off' } })
    expect(relay.attempts).toBe(0)
  })

  it.each(['', 'nightly', 'Übung'])('writes, reads back and removes a file in "%s"', async (folder) => {
    if (samba === undefined) return
    const answer = await rig.port({ allowWrites: true }).probeWrite(shareAt(samba.port, { folder }))
    if (!answer.ok || answer.value.outcome !== 'written') throw new Error(JSON.stringify(answer))
    const path = answer.value.file.split('\\')
    expect(path.slice(0, -1).join('\\')).toBe(folder)
    expect(path.at(-1)).toMatch(FILE)
    expect((await samba.list('backup')).sort()).toEqual(FOLDERS)
    expect(await samba.list('backup/nightly')).toEqual([])
  })

  it.each([
    ['pchange', 'backup', 'written'],
    ['pread', 'backup', 'refused'],
    ['pnone', 'backup', 'refused'],
    ['pread', 'level', 'refused'],
    ['pfull', 'readonly', 'refused'],
  ])('of %s on %s is %s', async (user, share, outcome) => {
    if (samba === undefined) return
    const asked = shareAt(samba.port, { share, user: `CONTOSO\\${user}` })
    const answer = await rig.port({ allowWrites: true }).probeWrite(asked)
    const refused = { at: 'create', status: { name: expect.stringMatching(/ACCESS_DENIED|WRITE_PROTECTED/) } }
    expect(answer).toMatchObject({ ok: true, value: { outcome, ...(outcome === 'refused' ? refused : {}) } })
  })

  it('says that the volume is full', async () => {
    if (samba === undefined) return
    const full = await rig.start([], {
      ...SETTINGS,
      shares: [{ name: 'backup', files: { everyone: 'full' }, isFull: true }],
    })
    const answer = await rig.port({ allowWrites: true }).probeWrite(shareAt(full.port))
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'refused', status: { name: 'STATUS_DISK_FULL' } } })
  })
})

describe('what the write probe made is gone', () => {
  const STEPS = [
    ['the file was made', COMMAND.create],
    ['it was written', COMMAND.write],
    ['it was read', COMMAND.read],
    ['it was closed', COMMAND.close],
  ] as const

  it.each(STEPS)('after a stop when %s', async (_title, command) => {
    if (samba === undefined) return
    for (const fate of ['hold', 'pass'] as const) {
      const stop = new AbortController()
      const relay = await stoppingAt(samba.port, command, () => {
        stop.abort('the run was stopped')
        return fate
      })
      const port = rig.port({ allowWrites: true, signal: stop.signal })
      const answer = await port.probeWrite(shareAt(relay.port))
      // What was over before the stop is an answer; what clears up is not stopped, and has a time of its own.
      const kind = command === COMMAND.close && fate === 'hold' ? 'timeout' : 'cancelled'
      if (!answer.ok) expect(answer.failure.kind).toBe(kind)
      await port.close()
      expect(await listSettled(samba)).toEqual(FOLDERS)
      expect(await countOpen(relay)).toBe(0)
    }
  })

  it.each(STEPS)('after the connection broke when %s', async (_title, command) => {
    if (samba === undefined) return
    const relay = await stoppingAt(samba.port, command, (cut) => {
      cut()
      return 'hold'
    })
    const port = rig.port({ allowWrites: true })
    const answer = await port.probeWrite(shareAt(relay.port))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'reset', message: expect.stringMatching(/look whether dms-preflight-.*\.tmp/) },
    })
    expect(await listSettled(samba)).toEqual(FOLDERS)
  })

  it.each(STEPS)('after the server fell silent when %s', async (_title, command) => {
    if (samba === undefined) return
    const relay = await stoppingAt(samba.port, command, () => 'hold')
    const port = rig.port({ allowWrites: true, timeoutMs: 700 })
    const answer = await port.probeWrite(shareAt(relay.port))
    if (command !== COMMAND.close) expect(answer).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
    await port.close()
    expect(await listSettled(samba)).toEqual(FOLDERS)
  })
})
