// Runs a script of this project on the Node version it is made for, from any Node that can run npm.
// Plain JavaScript without dependencies: on a fresh clone nothing is installed yet, and this installs it.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const LOWEST_NODE_MAJOR = 24
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

function isInstalled() {
  // npm writes this file last, so its age against the lock file tells whether an install is complete and current.
  const mark = path.join(root, 'node_modules', '.package-lock.json')
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs - 1000
}

function install() {
  process.stderr.write('Installing the packages of package-lock.json (npm ci) ...\n')
  const npm = process.env.npm_execpath
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const done =
    npm !== undefined && /\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
      : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (done.status !== 0) {
    process.stderr.write('npm ci failed; its messages stand above.\n')
    process.exit(done.status ?? 1)
  }
}

function findNode() {
  const shipped = path.join(
    root,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
    'bin',
  )
  for (const name of ['node', 'node.exe']) {
    const file = path.join(shipped, name)
    if (existsSync(file)) return file
  }
  if (Number(process.versions.node.split('.')[0]) >= LOWEST_NODE_MAJOR) return process.execPath
  process.stderr.write(
    `This project needs Node ${LOWEST_NODE_MAJOR} or later, and npm has no Node package for ${process.platform}-${process.arch}. ` +
      `Install Node ${LOWEST_NODE_MAJOR} (this is ${process.version}) and run the command again.\n`,
  )
  return process.exit(1)
}

if (!isInstalled()) install()
const node = findNode()
const environment = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` }
const result = spawnSync(node, process.argv.slice(2), { stdio: 'inherit', env: environment })
process.exit(result.status ?? 1)
