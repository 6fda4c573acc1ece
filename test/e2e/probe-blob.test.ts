import { afterAll, describe, expect, it } from '@jest/globals'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storageError, type FrontAnswer } from '../../lab/blob-front.ts'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import type { StorageLab } from '../../lab/storage-lab.ts'
import { createTheatre, ENTRY, reportOf, surfacesOf } from './action.ts'
import { findSecrets } from './secret-forms.ts'
import { instance } from './verdicts/storage-cases.ts'

const TIMEOUT_MS = 90_000
const SAS_CHECK = 'storage/sas-has-all-permissions'
const SOURCE_ENTRY = path.resolve(import.meta.dirname, '../../src/main.ts')
const REDACTION_OFF = ['--import', path.join(import.meta.dirname, 'redaction-off.ts')]
const WRITES = { inputs: { 'allow-writes': 'true' } }
/** The SDK's own log, as somebody who looks for a fault would turn it on. */
const LOUD = { env: { AZURE_LOG_LEVEL: 'verbose', DEBUG: '*' } }

const theatre = createTheatre()
afterAll(() => theatre.close())

async function open(): Promise<{ stage: Stage; storage: StorageLab; sas: string }> {
  const stage = await theatre.stage(instance())
  const { storage } = stage
  if (storage === undefined) throw new Error('the story has no storage account')
  return { stage, storage, sas: stage.story.secrets['BACKUP_SAS'] ?? '' }
}
const sasResult = (run: ActionRun) =>
  reportOf(run)
    .manifests.flatMap(({ checks }) => checks)
    .find(({ id }) => id === SAS_CHECK)

describe('the probe blob of a run', () => {
  it(
    'is written, read, deleted, and gone',
    async () => {
      const { stage, storage } = await open()
      const run = theatre.keep(await stage.run(ENTRY, WRITES))
      expect(sasResult(run)).toMatchObject({
        verdict: 'pass',
        evidence: { writes: true, write: { outcome: 'accepted' } },
      })
      const methods = storage.front.requests.filter(({ path: to }) => to.includes('/dms-preflight-probe-'))
      expect(methods.map(({ method }) => method)).toEqual(['PUT', 'GET', 'DELETE'])
      expect(await storage.owner.blobsIn('backups')).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'is not written when nobody allowed it',
    async () => {
      const { stage, storage } = await open()
      const run = theatre.keep(await stage.run(ENTRY))
      const results = reportOf(run).manifests.flatMap(({ checks }) => checks)
      const failing = results.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)
      expect([run.outputs['status'], run.code, failing]).toEqual([
        stage.story.expected.status,
        stage.story.expected.exitCode,
        stage.story.expected.failing,
      ])
      expect(new Set(storage.front.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
    },
    TIMEOUT_MS,
  )

  it.each(['PUT', 'GET', 'DELETE'])(
    'is gone although the run is cancelled during its %s',
    async (method) => {
      const { stage, storage } = await open()
      let reached = 0
      storage.front.rules.answer = (asked): FrontAnswer | undefined => {
        if (reached > 0 || asked.method !== method || !asked.path.includes('/dms-preflight-probe-')) return undefined
        reached += 1
        return { status: 200, afterForwarding: true, silent: true }
      }
      const started = await stage.spawn(ENTRY, WRITES)
      for (let waits = 0; reached === 0 && waits < 3_000; waits += 1) await sleep(10)
      started.kill('SIGTERM')
      const run = theatre.keep(await started.done)
      expect([run.code, run.signal, run.outputs['status']]).toEqual([1, null, 'undetermined'])
      expect(sasResult(run)).toMatchObject({ verdict: 'unknown', cause: { kind: 'cancelled' } })
      expect(await storage.owner.blobsIn('backups')).toEqual([])
    },
    TIMEOUT_MS,
  )
})

describe('the SAS of a run', () => {
  const found = (run: ActionRun, stage: Stage, sas: string): string[] =>
    findSecrets(surfacesOf(run, stage), { BACKUP_SAS: sas })

  it(
    'is nowhere, although the service repeats it in every answer',
    async () => {
      const { stage, storage, sas } = await open()
      const signature = decodeURIComponent(/sig=([^&]*)/.exec(sas)?.[1] ?? '')
      const echo = `${sas} ${signature} ${encodeURIComponent(sas)} ${Buffer.from(sas).toString('base64')}`
      storage.front.rules.answer = ({ method }) =>
        method === 'GET' ? storageError(403, 'AuthenticationFailed', echo.replaceAll('&', '&amp;')) : undefined
      const run = theatre.keep(await stage.run(ENTRY, { ...WRITES, ...LOUD }))
      expect(sasResult(run)).toMatchObject({ verdict: 'fail' })
      expect(run.masks).toContain(sas)
      expect(found(run, stage, sas)).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'comes into no text at all where nobody repeats it, also without any redaction',
    async () => {
      const { stage, sas } = await open()
      const start: Partial<ActionStart> = { ...WRITES, ...LOUD, nodeOptions: REDACTION_OFF }
      const run = theatre.keep(await stage.run(SOURCE_ENTRY, start))
      expect(sasResult(run)).toMatchObject({ verdict: 'pass' })
      expect(run.stderr).toContain('azure:storage-blob')
      expect(found(run, stage, sas)).toEqual([])
    },
    TIMEOUT_MS,
  )
})
