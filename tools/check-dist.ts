// Proves that dist/ is what the sources give: builds into another folder and compares every byte.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Differences between two folders, by file name; empty when they are identical. */
export function compareFolders(committed: string, fresh: string): string[] {
  const ours = listFiles(committed)
  const theirs = listFiles(fresh)
  return [
    ...theirs.filter((file) => !ours.includes(file)).map((file) => `missing: ${file}`),
    ...ours.filter((file) => !theirs.includes(file)).map((file) => `not made by the build: ${file}`),
    ...ours
      .filter((file) => theirs.includes(file))
      .filter((file) => !readFileSync(path.join(committed, file)).equals(readFileSync(path.join(fresh, file))))
      .map((file) => `changed: ${file}`),
  ]
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const fresh = 'build/dist-check'
  await build(fresh)
  const differences = compareFolders(path.join(ROOT, 'dist'), path.join(ROOT, fresh))
  rmSync(path.join(ROOT, fresh), { recursive: true, force: true })
  for (const difference of differences) console.error(`dist/ ${difference}`)
  console.log(differences.length === 0 ? 'dist/ is what the sources give.' : 'Run `npm run build` and commit dist/.')
  process.exitCode = differences.length === 0 ? 0 : 1
}
