import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { errorCode } from './net/socket-errors.ts'

/** A phrase that follows the path of a file that cannot stand there. */
export class PlaceError extends Error {}

/** The real path of the nearest folder that exists, with what is to be made below it. */
export async function realFolder(path: string): Promise<string> {
  const below: string[] = []
  for (let folder = path; ; folder = dirname(folder)) {
    const real = await realpath(folder).catch(async (error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error
      if ((await factsOf(folder)) !== undefined) throw new PlaceError('stands behind a link to nowhere')
      return undefined
    })
    if (real !== undefined) return join(real, ...below)
    below.unshift(basename(folder))
  }
}

/** Of what stands there itself, a link or not; undefined: nothing does. */
export function factsOf(file: string) {
  return lstat(file).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined
    throw error
  })
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

export function isInGitFolder(path: string): boolean {
  return path.split(sep).some((part) => part.toLowerCase() === '.git')
}
