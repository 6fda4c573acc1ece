import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NetworkFiles } from '../sql/backup-answers.ts'
import { findProgram } from '../find-program.ts'

export interface NetworkUser {
  port: number
  /** Of the file server; default 127.0.0.2. */
  address?: string
  /** `DOMAIN\user` */
  user: string
  password: string
}

const FILE_SERVER_ADDRESS = '127.0.0.2'
const LIMIT_MS = 15_000

/** Errors of Windows for what a file server says, as a program on Windows gets them (MS-ERREF 2.3.1 to 2.2). */
const OS_ERRORS: Readonly<Record<string, number>> = {
  NT_STATUS_OBJECT_NAME_NOT_FOUND: 2,
  NT_STATUS_OBJECT_PATH_NOT_FOUND: 3,
  NT_STATUS_ACCESS_DENIED: 5,
  NT_STATUS_SHARING_VIOLATION: 32,
  NT_STATUS_CONNECTION_REFUSED: 53,
  NT_STATUS_BAD_NETWORK_NAME: 67,
  NT_STATUS_DISK_FULL: 112,
  NT_STATUS_LOGON_FAILURE: 1326,
  NT_STATUS_ACCOUNT_DISABLED: 1331,
}

/** Files on the lab's file server as one of its users: Samba's own client asks, so that what it may is what Samba says. */
export function openAsUser(user: NetworkUser): NetworkFiles {
  return {
    write: (path, content) =>
      withFolder(async (folder) => {
        await writeFile(join(folder, 'content'), content)
        return run(user, folder, path, (file) => `put "${join(folder, 'content')}" "${file}"`)
      }),
    read: (path) =>
      withFolder(async (folder) => {
        const error = await run(user, folder, path, (file) => `get "${file}" "${join(folder, 'content')}"`)
        return error === 0 ? readFile(join(folder, 'content')) : error
      }),
  }
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'network-user-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Zero: it was done. Only that address is asked, whatever the path says: no name is looked up. */
async function run(
  { port, user, password, address = FILE_SERVER_ADDRESS }: NetworkUser,
  folder: string,
  path: string,
  command: (file: string) => string,
): Promise<number> {
  const [, , host = '', share = '', ...rest] = path.split('\\')
  const [domain = '', name = ''] = user.split('\\')
  const login = join(folder, 'login')
  await writeFile(login, `username = ${name}\npassword = ${password}\ndomain = ${domain}\n`, { mode: 0o600 })
  const place = ['-I', address, '-p', String(port), '-A', login, '--configfile=/dev/null']
  const args = [`//${host}/${share}`, ...place, '-c', command(rest.join('\\'))]
  const said = await new Promise<string>((resolve) => {
    execFile(findProgram('smbclient') ?? 'smbclient', args, { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      resolve(error === null && !/NT_STATUS_/.test(stdout + stderr) ? '' : `${stdout}${stderr}${error?.message ?? ''}`)
    })
  })
  if (said === '') return 0
  const status = /NT_STATUS_\w+/.exec(said)?.[0] ?? ''
  const number = OS_ERRORS[status]
  if (number === undefined) throw new Error(`smbclient said something that the lab does not know: ${said}`)
  return number
}
