import { md4 } from '../../src/adapters/ntlm/md4.ts'

/** A user of the file server, with a password of its own. */
export interface SambaUser {
  name: string
  password: string
  /** `must-change`: before the first login. Absent: it can be used. */
  state?: 'disabled' | 'locked' | 'must-change' | 'expired'
}

/** Rights as Windows shows them: Full Control, Modify, Read & execute; `none`: no entry at all. */
export type Rights = 'full' | 'change' | 'read' | 'none'

export interface SambaShare {
  name: string
  /** File-level permissions of the folder, by user; `everyone` is a name too. */
  files: Readonly<Record<string, Rights>>
  /** Entries of the folder's permissions in SDDL, before those of `files`. */
  entries?: readonly string[]
  /** Share-level permissions, by user; absent: everybody has Full Control. */
  share?: Readonly<Record<string, Rights>>
  /** Lines of smb.conf. */
  settings?: readonly string[]
  /** Folders in it, one level of them. */
  folders?: readonly string[]
  /** It lies on a volume that has no byte left; what is in it then is not seen from outside. */
  isFull?: boolean
}

export interface SambaSettings {
  users: readonly SambaUser[]
  shares: readonly SambaShare[]
  /** Lines of the global section of smb.conf. */
  global?: readonly string[]
}

/** As Samba's `standard` masks and Windows' own: FILE_ALL_ACCESS, Modify, Read & execute. */
const FILE_MASKS = { full: 0x001f_01ff, change: 0x0013_01bf, read: 0x0012_00a9 } as const
const SHARE_MASKS = { full: 'FULL', change: 'CHANGE', read: 'READ' } as const
const DOMAIN_SID = 'S-1-5-21-1111-2222-3333'
const EVERYONE_SID = 'S-1-1-0'
export const FIRST_UID = 71_001
const NOBODY_GID = 65_534
const ACCOUNT_FLAGS = { disabled: 'UD', locked: 'UL', 'must-change': 'U', expired: 'U' } as const
/** The last change of a password that has not to be changed. */
const CHANGED_AT = '65000000'

/** Lines for /etc/passwd: Samba runs what a user asks under a uid of that user. */
export function passwdLines({ users }: SambaSettings): string {
  const line = (name: string, uid: number): string => `${name}:x:${uid}:${NOBODY_GID}::/nonexistent:/usr/sbin/nologin\n`
  return users.map(({ name }, index) => line(name, FIRST_UID + index)).join('')
}

/** The file of the `smbpasswd` backend: uid, no LM hash, NT hash, flags, last change. */
export function smbpasswdLines({ users }: SambaSettings): string {
  const lines = users.map(({ name, password, state }, index) => {
    const hash = md4(Buffer.from(password, 'utf16le')).toString('hex').toUpperCase()
    const flags = (state === undefined ? 'U' : ACCOUNT_FLAGS[state]).padEnd(11)
    const changed = state === 'must-change' ? '00000000' : CHANGED_AT
    return `${name}:${FIRST_UID + index}:${'X'.repeat(32)}:${hash}:[${flags}]:LCT-${changed}:\n`
  })
  return lines.join('')
}

export function smbConf(settings: SambaSettings, folder: string, port: number): string {
  const global = [
    'workgroup = CONTOSO',
    'netbios name = FILESRV',
    'server role = standalone server',
    'interfaces = lo',
    'bind interfaces only = yes',
    'disable netbios = yes',
    `smb ports = ${port}`,
    `passdb backend = tdbsam:${folder}/private/passdb.tdb`,
    ...['private', 'lock', 'state', 'cache'].map((kind) => `${kind} directory = ${folder}/${kind}`),
    `pid directory = ${folder}/pid`,
    `ncalrpc dir = ${folder}/ncalrpc`,
    `log file = ${folder}/log/smbd.log`,
    'load printers = no',
    'disable spoolss = yes',
    'printcap name = /dev/null',
    'vfs objects = acl_xattr',
    'acl_xattr:ignore system acls = yes',
    ...(settings.global ?? []),
  ]
  const shares = settings.shares.map(({ name, settings: own = [] }) =>
    section(name, [`path = ${folder}/shares/${name}`, 'read only = no', ...own]),
  )
  return [section('global', global), ...shares].join('')
}

function section(name: string, lines: readonly string[]): string {
  return `[${name}]\n${lines.map((line) => `   ${line}\n`).join('')}`
}

/** SDDL of a folder's permissions, inherited by what is made in it. */
export function folderSddl(settings: SambaSettings, { files, entries: first = [] }: SambaShare): string {
  const entries = grants(files).map(([name, rights]) => {
    const mask = FILE_MASKS[rights].toString(16).padStart(8, '0')
    return `(A;OICI;0x${mask};;;${sidOf(settings, name)})`
  })
  return `O:BAG:BAD:P${[...first, ...entries].join('')}`
}

/** Permissions of a share as `sharesec -R` takes them; undefined: everybody has Full Control. */
export function shareSecurity(settings: SambaSettings, { share }: SambaShare): string | undefined {
  if (share === undefined) return undefined
  return grants(share)
    .map(([name, rights]) => `${sidOf(settings, name)}:ALLOWED/0/${SHARE_MASKS[rights]}`)
    .join(',')
}

export const SAMBA_SID = DOMAIN_SID

function grants(rights: Readonly<Record<string, Rights>>): (readonly [string, Exclude<Rights, 'none'>])[] {
  return Object.entries(rights).flatMap(([name, right]) => (right === 'none' ? [] : [[name, right] as const]))
}

/** Samba derives the number of a local user from its uid. */
function sidOf({ users }: SambaSettings, name: string): string {
  if (name === 'everyone') return EVERYONE_SID
  const index = users.findIndex((user) => user.name === name)
  if (index === -1) throw new Error(`${name} is no user of this server`)
  return `${DOMAIN_SID}-${1000 + 2 * (FIRST_UID + index)}`
}
