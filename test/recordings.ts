// Recordings of real answers of Azure, kept outside the repository: whoever has them runs the tests on them, too.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const SHARED = join(import.meta.dirname, '../../shared')
export const SAMPLES = join(SHARED, 'samples/arm')
/** Where the folder beside the checkout is there, what stands in it must not be left out. */
export const isRequired = process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1' && existsSync(SHARED)

export interface Recording {
  file: string
  url: string
  status: number
  headers: Readonly<Record<string, unknown>>
  body: unknown
}

export function readRecordings(folder: string): Recording[] {
  const path = join(SAMPLES, folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const recording = JSON.parse(readFileSync(join(path, name), 'utf8')) as {
        request: { url: string }
        response: { status: number; headers?: Record<string, unknown>; body?: unknown }
      }
      const { status, headers = {}, body } = recording.response
      return { file: `${folder}/${name}`, url: recording.request.url, status, headers, body }
    })
}

/** `<provider>/<operation>` of everything that was recorded, errors apart. */
export function recordedOperations(): readonly string[] {
  return readdirSync(SAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'errors')
    .flatMap(({ name }) => readdirSync(join(SAMPLES, name)).map((operation) => `${name}/${operation}`))
    .sort()
}
