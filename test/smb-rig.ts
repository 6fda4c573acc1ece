// File servers of Samba with users of every kind of right, and ports to ask them by.

import { createSharePort, type ClosableSharePort, type SharePortOptions } from '../src/adapters/smb/share-port.ts'
import { Secret } from '../src/domain/secret.ts'
import type { FileShare } from '../src/ports/share-port.ts'
import { startRelay, type Relay, type RelayOptions } from '../lab/smb/relay.ts'
import type { SambaSettings, SambaUser } from '../lab/smb/samba-settings.ts'
import { startSamba, type Samba } from '../lab/smb/samba.ts'

/** With letters that a careless encoder loses. */
export const PASSWORD = 'Pä55 w€rd😀!'
export const HOST = 'fs01.corp.example'
export const TIMEOUT_MS = 5000
/** For starting servers, on a busy machine too. */
export const START_LIMIT_MS = 60_000

const RIGHTS = { pfull: 'full', pchange: 'change', pread: 'read', pnone: 'none' } as const
const USERS: readonly SambaUser[] = [
  ...Object.keys(RIGHTS).map((name) => ({ name, password: PASSWORD })),
  { name: 'jörg', password: PASSWORD },
  ...(['disabled', 'locked', 'must-change', 'expired'] as const).map((state) => ({
    name: `p${state}`,
    password: PASSWORD,
    state,
  })),
]

/** `backup`: rights on the files; `level`: rights on the share; `mixed`: both, the other way round. */
export const SETTINGS: SambaSettings = {
  users: USERS,
  shares: [
    { name: 'backup', files: { ...RIGHTS, jörg: 'full' }, folders: ['nightly', 'Übung'] },
    { name: 'level', files: { everyone: 'full' }, share: RIGHTS },
    { name: 'mixed', files: RIGHTS, share: { pfull: 'change', pchange: 'full', pread: 'full' } },
    { name: 'readonly', files: { everyone: 'full' }, settings: ['read only = yes'] },
    { name: 'sealed', files: RIGHTS, settings: ['smb encrypt = required'] },
    { name: 'links', files: { everyone: 'full' }, settings: ['msdfs root = yes'] },
    { name: 'away', files: { everyone: 'full' }, settings: ['msdfs root = yes', 'msdfs proxy = \\fs02\backup'] },
    { name: 'spool', files: { everyone: 'full' }, settings: ['printable = yes', 'printing = bsd'] },
  ],
}

export interface SmbRig {
  start(global?: readonly string[], settings?: SambaSettings): Promise<Samba>
  port(options?: Partial<SharePortOptions>): ClosableSharePort
  /** Somebody on the way to a server. */
  relay(options: RelayOptions): Promise<Relay>
  /** What else is to be closed at the end, also of a test that failed. */
  keep<T extends { close(): Promise<void> }>(one: T): T
  close(): Promise<void>
}

export function createSmbRig(): SmbRig {
  const open: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    open.push(one)
    return one
  }
  return {
    keep,
    relay: async (options) => keep(await startRelay(options)),
    async start(global = [], settings = SETTINGS) {
      return keep(await startSamba({ ...settings, global: [...(settings.global ?? []), ...global] }))
    },
    port(options = {}) {
      return keep(
        createSharePort({
          timeoutMs: TIMEOUT_MS,
          signal: new AbortController().signal,
          secrets: new Map([['P', new Secret('P', PASSWORD)]]),
          allowWrites: false,
          ...options,
        }),
      )
    },
    async close() {
      // Ports log off before their servers end.
      for (const one of open.splice(0).reverse()) await one.close()
    },
  }
}

/** A question about a share of a server on 127.0.0.1. */
export function shareAt(port: number, more: Partial<FileShare> & { user?: string } = {}): FileShare {
  const { user = 'CONTOSO\\pfull', ...rest } = more
  return {
    host: HOST,
    address: '127.0.0.1',
    port,
    share: 'backup',
    folder: '',
    login: { kind: 'windows', user, password: { secret: 'P' } },
    askedBy: { id: 'share/login-is-accepted', subject: 'default' },
    ...rest,
  }
}
