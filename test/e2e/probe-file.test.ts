import { afterAll, describe, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRelay, type Relay } from '../../lab/smb/relay.ts'
import { findSamba, startSamba, type Samba } from '../../lab/smb/samba.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { FILE_SERVER, shareStory } from '../../lab/stories/share.ts'
import { encodeFrame } from '../../src/adapters/smb/frame-reader.ts'
import { COMMAND } from '../../src/adapters/smb/protocol.ts'
import { createTheatre, ENTRY, reportOf } from './action.ts'

const TIMEOUT_MS = 90_000
const STATUS_AT = 8
const COMMAND_AT = 12
/** "Not yet": the answer itself comes later. */
const STATUS_PENDING = 0x103
const WRITES = { inputs: { 'allow-writes': 'true' } }
const FOLDERS = ['nightly']
const BUSY = { number: 3023, state: 2, severity: 16, message: 'Backup operations must be serialized.' }
const hasSamba = findSamba()

const theatre = createTheatre()
const open: { close(): Promise<void> }[] = []
afterAll(async () => {
  await theatre.close()
  for (const one of open.reverse()) await one.close()
}, TIMEOUT_MS)

/** A file server of its own, with somebody on the way who keeps the first answer to a command back. */
async function holding(command: number): Promise<{ samba: Samba; relay: Relay; held: () => number }> {
  let held = 0
  const samba = await startSamba(FILE_SERVER)
  open.push(samba)
  const relay = await startRelay({
    port: samba.port,
    toClient: (message) => {
      const isAnswer = message.readUInt32LE(STATUS_AT) !== STATUS_PENDING
      if (held > 0 || !isAnswer || message.readUInt16LE(COMMAND_AT) !== command) return encodeFrame(message)
      held += 1
      return undefined
    },
  })
  open.push(relay)
  return { samba, relay, held: () => held }
}

describe('the probe file of a run', () => {
  it.each([
    ['written', COMMAND.write],
    ['read', COMMAND.read],
  ])(
    'is gone although the run is cancelled while it is %s',
    async (_title, command) => {
      if (!hasSamba) return
      const { samba, relay, held } = await holding(command)
      const story = changeStory(shareStory(), {
        fileServer: 'down',
        // No backup is under way beside it, and none that fails says more than "unknown".
        source: { state: { backup: { refuses: [BUSY] } } },
        manifest: { [String.raw`\\127.0.0.2\backup`]: String.raw`\\127.0.0.1\backup` },
        editManifest: (text) => text.replace(/^ {2}port: \d+$/m, `  port: ${String(relay.port)}`),
      })
      const stage = await theatre.stage(story)
      const started = await stage.spawn(ENTRY, WRITES)
      for (let waits = 0; held() === 0 && waits < 3_000; waits += 1) await sleep(10)
      expect((await samba.list('backup')).filter((name) => name.startsWith('dms-preflight-'))).toHaveLength(1)
      started.kill('SIGTERM')
      const run = theatre.keep(await started.done)
      expect([run.code, run.signal, run.outputs['status']]).toEqual([1, null, 'undetermined'])
      const rights = reportOf(run)
        .manifests.flatMap(({ checks }) => checks)
        .find(({ id }) => id === 'share/windows-user-has-full-control')
      expect(rights).toMatchObject({ verdict: 'unknown', cause: { kind: 'cancelled' } })
      expect(await samba.list('backup')).toEqual(FOLDERS)
      expect(relay.open).toBe(0)
    },
    TIMEOUT_MS,
  )
})
