import { afterAll, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { findOptionalProgram } from '../../lab/find-program.ts'
import { findSamba } from '../../lab/smb/samba.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { shareStory } from '../../lab/stories/share.ts'
import { createTheatre, ENTRY, reportOf } from './action.ts'

const TIMEOUT_MS = 90_000
// SQL Server of the lab goes to the file server with Samba's own client.
const isThere = findSamba() && findOptionalProgram('smbclient', "Samba's client") !== undefined

const theatre = createTheatre()
afterAll(() => theatre.close(), TIMEOUT_MS)

it(
  'the file of a backup is gone although the run is cancelled while SQL Server writes it',
  async () => {
    if (!isThere) return
    const stage = await theatre.stage(changeStory(shareStory(), { source: { state: { backup: { hangs: true } } } }))
    const probes = async (): Promise<string[]> =>
      ((await stage.fileServer?.list('backup')) ?? []).filter((name) => name.startsWith('dms-preflight-probe-'))
    const started = await stage.spawn(ENTRY, { inputs: { 'allow-writes': 'true' } })
    // The probe file of the Windows user comes and goes; only the backup ends in .bak.
    const backups = async (): Promise<string[]> => (await probes()).filter((name) => name.endsWith('.bak'))
    for (let waits = 0; (await backups()).length === 0 && waits < 600; waits += 1) await sleep(50)
    expect(await backups()).toHaveLength(1)
    started.kill('SIGTERM')
    const run = theatre.keep(await started.done)
    expect([run.code, run.signal, run.outputs['status']]).toEqual([1, null, 'undetermined'])
    const writers = reportOf(run)
      .manifests.flatMap(({ checks }) => checks)
      .filter(({ id }) => id.startsWith('share/') && id.includes('account'))
    expect(writers.map(({ verdict, cause }) => [verdict, cause?.kind])).toEqual([
      ['unknown', 'cancelled'],
      ['unknown', 'cancelled'],
    ])
    expect(await probes()).toEqual([])
  },
  TIMEOUT_MS,
)
