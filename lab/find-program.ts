import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const ENDINGS = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']

/** The full path of a program on PATH. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => ENDINGS.map((ending) => join(folder, name + ending))).find(isExecutable)
}

/**
 * The program, or undefined after saying so: a test that needs it then passes without having looked.
 * With DMS_PREFLIGHT_REQUIRE_ALL=1, as in our own pipeline, a missing program is an error instead.
 */
export function findOptionalProgram(name: string, product: string): string | undefined {
  const path = findProgram(name)
  if (path !== undefined) return path
  if (process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1') throw new Error(`${product} is not installed (${name})`)
  console.warn(`left out: ${product} is not installed`)
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
