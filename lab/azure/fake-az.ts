import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface FakeAz {
  /** Tokens by the value of `--resource`. */
  tokens?: Readonly<Record<string, string>>
  tenant?: string
  /** In place of an answer. */
  stdout?: string
  stderr?: string
  exitCode?: number
  /** Holds the answer back, in a process of its own as the Azure CLI's Python is one. */
  hangSeconds?: number
  /** Seconds since the epoch; default: in an hour. */
  expiresOn?: number
}

export interface AzCall {
  args: string[]
  env: Record<string, string>
  cwd: string
}

/**
 * Writes a program `az` into a folder that is to be the whole PATH. It answers `account get-access-token` as the Azure
 * CLI does, and writes down how it was called.
 */
export async function writeFakeAz(folder: string, fake: FakeAz): Promise<void> {
  const script = join(folder, 'az.cjs')
  await writeFile(join(folder, 'az.json'), JSON.stringify(fake))
  await writeFile(script, SCRIPT)
  await writeFile(join(folder, 'az'), `#!/bin/sh\n"${process.execPath}" "${script}" "$@"\n`)
  await chmod(join(folder, 'az'), 0o755)
  await writeFile(join(folder, 'az.cmd'), `@"${process.execPath}" "${script}" %*\r\n`)
}

/** How it was called, in the order of the calls. */
export async function readAzCalls(folder: string): Promise<AzCall[]> {
  const log = await readFile(join(folder, 'az.log'), 'utf8').catch(() => '')
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AzCall)
}

const SCRIPT = `
const { appendFileSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const fake = JSON.parse(readFileSync(join(__dirname, 'az.json'), 'utf8'))
const args = process.argv.slice(2)
appendFileSync(join(__dirname, 'az.log'), JSON.stringify({ args, env: process.env, cwd: process.cwd() }) + '\\n')
const option = (name) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined
function answer() {
  if (option('--tenant') !== undefined && option('--subscription') !== undefined) return fail('Please specify only one of subscription and tenant, not both')
  if (fake.stderr !== undefined) return fail(fake.stderr)
  if (fake.stdout !== undefined) return process.stdout.write(fake.stdout)
  const token = (fake.tokens || {})[option('--resource')]
  if (token === undefined) return fail("ERROR: AADSTS500011: The resource principal named " + option('--resource') + " was not found in the tenant.")
  const expires_on = fake.expiresOn ?? Math.floor(Date.now() / 1000) + 3600
  const expiresOn = new Date(expires_on * 1000).toISOString().replace('T', ' ').replace('Z', '000')
  process.stdout.write(JSON.stringify({ accessToken: token, expiresOn, expires_on, subscription: option('--subscription'), tenant: fake.tenant, tokenType: 'Bearer' }, null, 2))
  process.exitCode = fake.exitCode ?? 0
}
function fail(text) {
  process.stderr.write(text.startsWith('ERROR') ? text : 'ERROR: ' + text)
  process.exitCode = fake.exitCode ?? 1
}
if (fake.hangSeconds) setTimeout(answer, fake.hangSeconds * 1000)
else answer()
`
