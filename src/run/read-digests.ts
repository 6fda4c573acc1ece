import { seen, type Observed } from '../domain/observed.ts'
import type { FileDigest } from '../domain/receipt.ts'
import type { World } from './world.ts'

/** The hashes of files of the workspace; the first that cannot be read is the failure. */
export async function readDigests(
  world: Pick<World, 'receiptFiles'>,
  workspace: string,
  paths: readonly string[],
): Promise<Observed<FileDigest[]>> {
  const digests: FileDigest[] = []
  for (const path of paths) {
    const hash = await world.receiptFiles.hashOf(workspace, path)
    if (!hash.ok) return hash
    digests.push({ path, hash: hash.value })
  }
  return seen(digests)
}
