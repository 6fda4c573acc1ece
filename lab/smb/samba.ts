import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { findOptionalProgram } from '../find-program.ts'
import {
  folderSddl,
  passwdLines,
  SAMBA_SID,
  shareSecurity,
  smbConf,
  smbpasswdLines,
  type SambaSettings,
} from './samba-settings.ts'

/** A real file server on 127.0.0.1. */
export interface Samba {
  readonly port: number
  /** Names in the folder of a share. */
  list(share: string): Promise<string[]>
  /** An empty file that somebody else made. */
  put(share: string, name: string): Promise<void>
  /** Where a share lies on this machine. */
  folderOf(share: string): string
  /** What `smbcacls --maximum-access`, Samba's own client, is told of each share and user; undefined: it was refused. */
  maximumAccess(asked: readonly { share: string; user: string }[]): Promise<(number | undefined)[]>
  close(): Promise<void>
}

const START_LIMIT_MS = 15_000
const FOLDERS = ['private', 'lock', 'state', 'cache', 'pid', 'other-pid', 'ncalrpc', 'log', 'shares'] as const

/**
 * Whether smbd can be started here; it says so when not. It takes root, because smbd becomes the user who asks, and a
 * mount namespace, so that the users of a test never stand in the machine's own /etc/passwd.
 */
export function findSamba(): boolean {
  if (findOptionalProgram('smbd', 'Samba') === undefined) return false
  const [program = '', ...args] = asRoot('unshare', '--mount', 'true')
  try {
    execFileSync(program, args, { stdio: 'pipe' })
    return true
  } catch {
    const why = 'Samba takes root and a mount namespace, and this machine does not give them'
    if (process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1') throw new Error(why)
    console.warn(`left out: ${why}`)
    return false
  }
}

export async function startSamba(settings: SambaSettings): Promise<Samba> {
  const folder = await mkdtemp(join(tmpdir(), 'samba-'))
  const port = await findFreePort()
  const folderOf = (share: string): string => join(folder, 'shares', share)
  try {
    await layOut(settings, folder, port)
    const smbd = await launch(settings, folder, port)
    return {
      port,
      list: (share) => readdir(folderOf(share)),
      put: (share, name) => writeFile(join(folderOf(share), name), ''),
      folderOf,
      maximumAccess: (asked) => askMaximumAccess(settings, folder, asked),
      async close() {
        await end(smbd)
        await remove(folder)
      },
    }
  } catch (error) {
    await remove(folder)
    throw error
  }
}

/** Everything that can be written before a program of Samba runs. */
async function layOut(settings: SambaSettings, folder: string, port: number): Promise<void> {
  for (const name of FOLDERS) await mkdir(join(folder, name))
  await chmod(folder, 0o755)
  await chmod(join(folder, 'shares'), 0o755)
  for (const { name, folders = [] } of settings.shares) {
    await mkdir(join(folder, 'shares', name))
    await chmod(join(folder, 'shares', name), 0o777)
    for (const inner of folders) {
      await mkdir(join(folder, 'shares', name, inner))
      await chmod(join(folder, 'shares', name, inner), 0o777)
    }
  }
  await writeFile(join(folder, 'passwd'), (await readFile('/etc/passwd', 'utf8')) + passwdLines(settings))
  await writeFile(join(folder, 'private', 'smbpasswd'), smbpasswdLines(settings), { mode: 0o600 })
  await writeFile(join(folder, 'smb.conf'), smbConf(settings, folder, port))
  await writeFile(join(folder, 'acl.py'), aclProgram(settings, folder))
}

/** `samba-tool ntacl set` for all folders at once: each call of it takes half a second. */
function aclProgram(settings: SambaSettings, folder: string): string {
  const folders = settings.shares.flatMap((share) =>
    ['', ...(share.folders ?? [])].map((inner) => [
      join(folder, 'shares', share.name, inner),
      folderSddl(settings, share),
    ]),
  )
  return `from samba.param import LoadParm
from samba.ntacls import setntacl
from samba.dcerpc import security
from samba.auth import system_session
lp = LoadParm()
lp.load(${JSON.stringify(join(folder, 'smb.conf'))})
for path, sddl in ${JSON.stringify(folders)}:
    setntacl(lp, path, sddl, security.dom_sid(${JSON.stringify(SAMBA_SID)}), system_session(), use_ntvfs=True)
`
}

async function launch(settings: SambaSettings, folder: string, port: number): Promise<ChildProcessWithoutNullStreams> {
  const conf = `-s '${folder}/smb.conf'`
  const expired = settings.users.filter(({ state }) => state === 'expired')
  const script = [
    'set -e',
    `mount --bind '${folder}/passwd' /etc/passwd`,
    ...settings.shares.flatMap(({ name, isFull }) => (isFull === true ? fullVolume(`${folder}/shares/${name}`) : [])),
    `net ${conf} setlocalsid ${SAMBA_SID}`,
    `pdbedit ${conf} -i smbpasswd:'${folder}/private/smbpasswd' -e tdbsam:'${folder}/private/passdb.tdb'`,
    ...expired.map(({ name }) => `pdbedit ${conf} -r -u ${name} --kickoff-time=1`),
    ...settings.shares.flatMap((share) => {
      const security = shareSecurity(settings, share)
      return security === undefined ? [] : [`sharesec ${conf} ${share.name} -R '${security}'`]
    }),
    // Debian's own Python has the modules of Samba, whatever other one stands first in PATH.
    `/usr/bin/python3 '${folder}/acl.py'`,
    // smbd ends when its input does, and so with the process that started it; from a socket it would serve that alone.
    `cat | smbd -F ${conf} --no-process-group`,
  ].join('\n')
  const smbd = startAsRoot('unshare', '--mount', 'sh', '-c', script)
  const said: string[] = []
  for (const stream of [smbd.stdout, smbd.stderr]) stream.on('data', (data: Buffer) => said.push(data.toString()))
  const deadline = Date.now() + START_LIMIT_MS
  while (!(await answers(port))) {
    if (smbd.exitCode !== null || Date.now() > deadline) {
      await end(smbd)
      throw new Error(`smbd did not start:\n${said.join('')}`)
    }
    await delay(25)
  }
  return smbd
}

/** A volume of one page, with a file in it that takes it. */
function fullVolume(path: string): string[] {
  return [
    `mount -t tmpfs -o size=4k tmpfs '${path}'`,
    `chmod 777 '${path}'`,
    `head -c 4096 /dev/zero >'${path}/filler'`,
  ]
}

/** Runners of GitHub are no root, and may become it without a word. */
function asRoot(...command: readonly string[]): readonly string[] {
  return process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
}

/** smbd ends every process of its group with itself: it must not be ours. */
function startAsRoot(...command: readonly string[]): ChildProcessWithoutNullStreams {
  const [program = '', ...args] = asRoot(...command)
  return spawn(program, args, { detached: true, stdio: 'pipe' })
}

/** Ends smbd by its input, with the processes of its connections. */
async function end(smbd: ChildProcessWithoutNullStreams): Promise<void> {
  if (smbd.exitCode !== null || smbd.signalCode !== null) return
  const closed = once(smbd, 'close')
  smbd.stdin.end()
  await closed
}

/** What smbd made belongs to root. */
async function remove(folder: string): Promise<void> {
  await once(startAsRoot('rm', '-rf', folder), 'close')
}

/** smbcacls knows port 445 only: a second smbd on the same files has it, in a network of its own. */
async function askMaximumAccess(
  { users }: SambaSettings,
  folder: string,
  asked: readonly { share: string; user: string }[],
): Promise<(number | undefined)[]> {
  const conf = `-s '${folder}/smb.conf'`
  const questions = asked.map(({ share, user }) => {
    const password = users.find(({ name }) => name === user)?.password ?? ''
    return `echo "= $(smbcacls ${conf} '//127.0.0.1/${share}' / -U 'CONTOSO\\${user}%${password}' -x 2>&1 | tr '\\n' ' ')"`
  })
  const script = [
    `mount --bind '${folder}/passwd' /etc/passwd`,
    'ip link set lo up',
    `smbd -F ${conf} --option='smb ports=445' --option='pid directory=${folder}/other-pid' --no-process-group </dev/null &`,
    'for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/445) 2>/dev/null && break; sleep 0.05; done',
    ...questions,
    'kill $!',
  ].join('\n')
  const child = startAsRoot('unshare', '--mount', '--net', 'bash', '-c', script)
  child.stderr.resume()
  const closed = once(child, 'close')
  const output = await text(child.stdout)
  await closed
  const answered = output.split('\n').filter((line) => line.startsWith('= '))
  if (answered.length !== asked.length) throw new Error(`smbcacls did not answer:\n${output}`)
  return answered.map((line) => {
    const mask = /Maximum access: (0x[0-9a-f]+)/i.exec(line)?.[1]
    return mask === undefined ? undefined : Number(mask)
  })
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => {
      resolve(false)
    })
  })
}
