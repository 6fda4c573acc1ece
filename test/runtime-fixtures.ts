// Modern manifests, and a runtime that answers from memory, for tests of what is tested through it.
import type { Manifest } from '../src/domain/manifest.ts'
import { seen, type Observed } from '../src/domain/observed.ts'
import type { RuntimeAnswer, RuntimePort, RuntimeQuestion } from '../src/ports/runtime-port.ts'
import { MANIFEST } from './fixtures.ts'
import { manifestWith } from './sql-fixtures.ts'

export const SERVICE_ID =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.DataMigration/sqlMigrationServices/dms-weu'

export function modernManifest(more: Parameters<typeof manifestWith>[0] = {}): Manifest {
  const dms = { ...MANIFEST.dms, serviceId: SERVICE_ID }
  delete dms.subnetId
  return manifestWith({ generation: 'modern', dms, ...more })
}

/** `answer` absent: the run may not ask. */
export function runtimeWith(answer?: (question: RuntimeQuestion) => Observed<RuntimeAnswer>): {
  runtime: RuntimePort
  asked: RuntimeQuestion[]
} {
  const asked: RuntimeQuestion[] = []
  const host = () => Promise.resolve(seen('management.azure.com'))
  if (answer === undefined) return { runtime: { host }, asked }
  const validate: RuntimePort['validate'] = (question) => {
    asked.push(question)
    return Promise.resolve(answer(question))
  }
  return { runtime: { host, validate }, asked }
}

export const SUCCEEDED = ({ test }: RuntimeQuestion): Observed<RuntimeAnswer> =>
  seen({ outcome: 'succeeded', of: test.of, ms: 1200 })

export const failedWith =
  (code: string, message: string, of?: 'online') =>
  ({ test }: RuntimeQuestion): Observed<RuntimeAnswer> =>
    seen({ outcome: 'failed', of: of ?? test.of, ms: 900, errors: [{ code, message }] })

export const WITHHELD = (): Observed<RuntimeAnswer> =>
  seen({ outcome: 'withheld', refusedAt: { id: 'source/runtime-can-connect', subject: 'erp' } })
