import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { createSmbRig, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import { FULL_CONTROL } from '../../ports/share-port.ts'

interface Row {
  title: string
  global: readonly string[]
  negotiated: object
  /** Of the session as a whole, and so of the share. */
  cipher?: string
}

const only = (dialect: string): string[] => [`server min protocol = ${dialect}`, `server max protocol = ${dialect}`]
const GCM = 'AES-128-GCM'

const ROWS: readonly Row[] = [
  {
    title: 'signing mandatory',
    global: ['server signing = mandatory'],
    negotiated: { dialect: '3.1.1', signing: 'AES-GMAC', signingRequired: true, cipher: GCM },
  },
  {
    title: 'encryption required',
    global: ['smb encrypt = required'],
    negotiated: { dialect: '3.1.1', signing: 'AES-GMAC', cipher: GCM },
    cipher: GCM,
  },
  ...['AES-128-CCM', 'AES-256-GCM', 'AES-256-CCM'].map((cipher) => ({
    title: `encryption by ${cipher}`,
    global: ['smb encrypt = required', `server smb3 encryption algorithms = ${cipher}`],
    negotiated: { dialect: '3.1.1', cipher },
    cipher,
  })),
  ...['AES-GMAC', 'AES-CMAC', 'HMAC-SHA256'].map((signing) => ({
    title: `signing by ${signing}`,
    global: ['server signing = mandatory', `server smb3 signing algorithms = ${signing.replace('AES-', 'AES-128-')}`],
    negotiated: { dialect: '3.1.1', signing },
  })),
  { title: '3.1.1 only', global: only('SMB3_11'), negotiated: { dialect: '3.1.1' } },
  {
    title: '3.0.2 only',
    global: only('SMB3_02'),
    negotiated: { dialect: '3.0.2', signing: 'AES-CMAC', cipher: 'AES-128-CCM' },
  },
  {
    title: '3.0 only, encrypted',
    global: [...only('SMB3_00'), 'smb encrypt = required'],
    negotiated: { dialect: '3.0', signing: 'AES-CMAC' },
    cipher: 'AES-128-CCM',
  },
  { title: '2.1 only', global: only('SMB2_10'), negotiated: { dialect: '2.1', signing: 'HMAC-SHA256' } },
  {
    title: '2.0.2 only, signing mandatory',
    global: [...only('SMB2_02'), 'server signing = mandatory'],
    negotiated: { dialect: '2.0.2', signing: 'HMAC-SHA256', signingRequired: true },
  },
]

let rig: SmbRig
let servers: ReadonlyMap<string, Samba>
beforeAll(async () => {
  rig = createSmbRig()
  const started = findSamba()
    ? await Promise.all(ROWS.map(async ({ title, global }) => [title, await rig.start(global)] as const))
    : []
  servers = new Map(started)
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

describe('a server with', () => {
  it.each(ROWS)('$title', async ({ title, negotiated, cipher }) => {
    const samba = servers.get(title)
    if (samba === undefined) return
    const port = rig.port({ allowWrites: true })
    const asked = shareAt(samba.port)
    expect(await port.negotiate(asked)).toMatchObject({ ok: true, value: { outcome: 'answered', ...negotiated } })
    const login = await port.logIn(asked)
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    expect(login.ok && login.value.outcome === 'accepted' ? login.value.cipher : 'none').toBe(cipher)
    const opened = await port.openFolder(asked)
    expect(opened).toMatchObject({
      ok: true,
      value: { shareAccess: FULL_CONTROL, folderAccess: FULL_CONTROL, fullControlOpen: { granted: true } },
    })
    expect(opened.ok && opened.value.outcome === 'opened' ? opened.value.cipher : 'none').toBe(cipher)
    expect(await port.probeWrite(asked)).toMatchObject({ ok: true, value: { outcome: 'written' } })
    expect(await samba.list('backup')).toEqual(['nightly', 'Übung'])
    const weak = await port.openFolder(shareAt(samba.port, { user: 'CONTOSO\\pchange' }))
    expect(weak).toMatchObject({ ok: true, value: { folderAccess: 0x1301bf, fullControlOpen: { granted: false } } })
  })

  it.each([
    ['SMB 1 alone', ['server min protocol = NT1', 'server max protocol = NT1'], 'closed'],
    ['no admittance for this address', ['hosts deny = 127.0.0.1'], 'session-refused'],
  ])('%s answers no SMB 2', async (_title, global, reason) => {
    if (!findSamba()) return
    const asked = shareAt((await rig.start(global)).port)
    const port = rig.port()
    expect(await port.negotiate(asked)).toMatchObject({ ok: true, value: { outcome: 'no-smb2', reason } })
    expect(await port.logIn(asked)).toMatchObject({ ok: false })
  })

  it('a share that alone asks for encryption', async () => {
    const samba = servers.get('signing mandatory')
    if (samba === undefined) return
    const port = rig.port()
    const [sealed, plain] = [shareAt(samba.port, { share: 'sealed' }), shareAt(samba.port)]
    expect(await port.openShare(sealed)).toMatchObject({ value: { outcome: 'connected', cipher: GCM } })
    expect(await port.openShare(plain)).toEqual({ ok: true, value: expect.not.objectContaining({ cipher: GCM }) })
  })
})
