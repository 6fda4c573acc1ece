import { afterEach, describe, expect, it } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { findOptionalProgram } from '../find-program.ts'
import { findSamba, startSamba, type Samba } from './samba.ts'
import type { SambaSettings } from './samba-settings.ts'

const SETTINGS: SambaSettings = {
  users: [{ name: 'labuser', password: 'S0me-Pass!' }],
  shares: [{ name: 'backup', files: { labuser: 'full' }, folders: ['in'] }],
}

let samba: Samba | undefined
afterEach(() => samba?.close())

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

describe('startSamba', () => {
  it('is a file server to Samba’s own client, with users that this machine has not got', async () => {
    if (!findSamba()) return
    const smbclient = findOptionalProgram('smbclient', "Samba's client")
    samba = await startSamba(SETTINGS)
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('labuser')
    if (smbclient === undefined) return
    const args = [
      '-p',
      String(samba.port),
      '//127.0.0.1/backup',
      '-U',
      'CONTOSO\\labuser%S0me-Pass!',
      '-c',
      'mkdir made',
    ]
    execFileSync(smbclient, args, { stdio: 'pipe' })
    expect((await samba.list('backup')).sort()).toEqual(['in', 'made'])
  })

  it('leaves no process, port or folder behind', async () => {
    if (!findSamba()) return
    samba = await startSamba(SETTINGS)
    const { port } = samba
    const folder = samba.folderOf('backup')
    expect([await isListening(port), existsSync(folder)]).toEqual([true, true])
    await samba.close()
    expect([await isListening(port), existsSync(folder)]).toEqual([false, false])
  })

  it('ends with the process that started it', async () => {
    if (!findSamba()) return
    const program = `import { startSamba } from ${JSON.stringify(new URL('./samba.ts', import.meta.url).href)}
const samba = await startSamba(${JSON.stringify(SETTINGS)})
console.log(JSON.stringify({ port: samba.port, folder: samba.folderOf('..') }))`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { port, folder } = JSON.parse(line.toString()) as { port: number; folder: string }
    expect(await isListening(port)).toBe(true)
    child.kill('SIGKILL')
    for (let tries = 0; tries < 100 && (await isListening(port)); tries += 1) await delay(50)
    expect(await isListening(port)).toBe(false)
    execFileSync('rm', ['-rf', folder])
  })

  it('says why it does not start', async () => {
    if (!findSamba()) return
    const broken = startSamba({ ...SETTINGS, shares: [{ name: 'backup', files: { nobody: 'full' } }] })
    await expect(broken).rejects.toThrow('nobody is no user of this server')
  })
})
