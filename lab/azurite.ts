import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { KeyAndCertificate } from './certificates.ts'

export interface Azurite {
  /** `https://localhost:<port>`; the account is the first name of each path. */
  origin: string
  port: number
  account: string
  /** Base64. */
  accountKey: string
  close(): Promise<void>
}

const ENTRY = resolve(import.meta.dirname, '../node_modules/azurite/dist/src/blob/main.js')
/** A busy machine needs many times the usual second. */
const START_LIMIT_MS = 60_000
const LISTENING = /listens on https:\/\/[^:]+:(\d+)/

/**
 * Microsoft's storage emulator over TLS, in a process of its own, with nothing on disk. What it does not enforce: `sip`,
 * the firewall and the key settings of an account (lab/blob-front.ts plays those).
 */
export async function startAzurite(tls: KeyAndCertificate, account = 'stmig'): Promise<Azurite> {
  const folder = await mkdtemp(join(tmpdir(), 'dms-preflight-azurite-'))
  await writeFile(join(folder, 'key.pem'), tls.key, { mode: 0o600 })
  await writeFile(join(folder, 'cert.pem'), tls.cert)
  const accountKey = randomBytes(64).toString('base64')
  const child = spawn(
    process.execPath,
    [
      ...[ENTRY, '--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence', '--silent'],
      // `--oauth basic` gives user delegation keys to any well-formed token.
      ...['--disableTelemetry', '--skipApiVersionCheck', '--oauth', 'basic'],
      ...['--cert', join(folder, 'cert.pem'), '--key', join(folder, 'key.pem')],
    ],
    {
      env: { PATH: process.env['PATH'], AZURITE_ACCOUNTS: `${account}:${accountKey}` },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: folder,
    },
  )
  const ended = new Promise<void>((end) => child.once('close', () => end()))
  // The process must not outlive a test run that was killed in a polite way.
  const stop = (): boolean => child.kill('SIGKILL')
  process.once('exit', stop)
  const close = async (): Promise<void> => {
    process.off('exit', stop)
    stop()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const port = await listening(child)
    return { origin: `https://localhost:${String(port)}`, port, account, accountKey, close }
  } catch (error) {
    await close()
    throw error
  }
}

function listening(child: ChildProcess): Promise<number> {
  return new Promise((found, reject) => {
    let said = ''
    const timer = setTimeout(() => {
      reject(new Error(`Azurite did not start within ${String(START_LIMIT_MS)} ms: ${said}`))
    }, START_LIMIT_MS)
    const read = (chunk: Buffer): void => {
      said = `${said}${chunk.toString('utf8')}`.slice(-4_000)
      const port = LISTENING.exec(said)?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      found(Number(port))
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('close', (code) => {
      clearTimeout(timer)
      reject(new Error(`Azurite ended with ${String(code)}: ${said}`))
    })
  })
}
