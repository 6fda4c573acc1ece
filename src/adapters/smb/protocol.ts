import type { SmbCipher, SmbDialect, SmbSigning } from '../../ports/share-port.ts'

/** SMB2 commands (MS-SMB2 2.2.1.2). */
export const COMMAND = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  read: 8,
  write: 9,
  ioctl: 11,
  cancel: 12,
  queryInfo: 16,
} as const

/** Of the header (MS-SMB2 2.2.1.2). */
export const HEADER_FLAG = { fromServer: 0x1, async: 0x2, signed: 0x8 } as const

export const DIALECTS: ReadonlyMap<number, SmbDialect> = new Map([
  [0x0202, '2.0.2'],
  [0x0210, '2.1'],
  [0x0300, '3.0'],
  [0x0302, '3.0.2'],
  [0x0311, '3.1.1'],
])

/** SMB2_ENCRYPTION_CAPABILITIES, as preferred (MS-SMB2 2.2.3.1.2). */
export const CIPHERS: ReadonlyMap<number, SmbCipher> = new Map([
  [2, 'AES-128-GCM'],
  [1, 'AES-128-CCM'],
  [4, 'AES-256-GCM'],
  [3, 'AES-256-CCM'],
])

/** SMB2_SIGNING_CAPABILITIES, as preferred (MS-SMB2 2.2.3.1.7). */
export const SIGNINGS: ReadonlyMap<number, SmbSigning> = new Map([
  [2, 'AES-GMAC'],
  [1, 'AES-CMAC'],
  [0, 'HMAC-SHA256'],
])

/** SMB2_NEGOTIATE_SIGNING_REQUIRED (MS-SMB2 2.2.3): with it servers sign every answer of the session. */
export const SIGNING_REQUIRED = 0x2
/** Capabilities (MS-SMB2 2.2.3, 2.2.4). */
export const CAPABILITY = { dfs: 0x1, encryption: 0x40 } as const

export const HEADER_BYTES = 64
export const PROTOCOL_ID = { smb1: 0x424d_53ff, smb2: 0x424d_53fe, sealed: 0x424d_53fd } as const
