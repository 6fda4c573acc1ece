// Source -> build/src (tsc) -> dist (ncc) -> whitespace and syntax pass (esbuild) -> licences of every bundled package.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { collectNotices } from './notices.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

function runNode(script: string, args: readonly string[]): void {
  const done = spawnSync(process.execPath, [path.join(ROOT, script), ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${String(done.status)}`)
}

/** Builds the action into `out` (relative to the project). The same source gives the same bytes in any folder. */
export async function build(out: string): Promise<void> {
  const dist = path.join(ROOT, out)
  const stats = path.join(ROOT, 'build', 'stats.json')
  rmSync(path.join(ROOT, 'build', 'src'), { recursive: true, force: true })
  rmSync(dist, { recursive: true, force: true })
  runNode('node_modules/@typescript/native/bin/tsc', ['-p', 'tsconfig.build.json'])
  runNode('node_modules/@vercel/ncc/dist/ncc/cli.js', [
    'build',
    'build/src/main.js',
    '-o',
    out,
    '-q',
    '-C',
    '--stats-out',
    stats,
  ])
  // Comes with a package that opens browsers; the action never does.
  rmSync(path.join(dist, 'xdg-open'), { force: true })
  await shrink(dist)
  const { text, packages } = collectNotices(stats, ROOT)
  writeFileSync(path.join(dist, 'THIRD-PARTY-NOTICES.txt'), text)
  process.stderr.write(`${out}: ${String(readdirSync(dist).length)} files, ${String(packages)} packages\n`)
}

/** Names stay as they are: @azure/storage-blob and others compare `constructor.name`. ncc's own -m skips the chunks. */
async function shrink(dist: string): Promise<void> {
  for (const name of readdirSync(dist)
    .filter((file) => file.endsWith('.js'))
    .sort()) {
    const file = path.join(dist, name)
    const { code } = await transform(readFileSync(file, 'utf8'), {
      format: 'esm',
      platform: 'node',
      target: 'node24',
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'none',
    })
    writeFileSync(file, code)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(process.argv[2] ?? 'dist')
