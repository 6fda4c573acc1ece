import type { CauseKind } from '../../domain/verdict.ts'
import type { NtStatus } from '../../ports/share-port.ts'

type Row = readonly [code: number, name: string, kind: CauseKind, meaning: string]

/** Those that the flow of the protocol itself turns on (MS-ERREF 2.3.1). */
export const STATUS = {
  success: 0x0000_0000,
  pending: 0x0000_0103,
  moreProcessing: 0xc000_0016,
  sessionDeleted: 0xc000_0203,
  sessionExpired: 0xc000_035c,
  invalidDeviceRequest: 0xc000_0010,
  notSupported: 0xc000_00bb,
  fileClosed: 0xc000_0128,
  accessDenied: 0xc000_0022,
  nameNotFound: 0xc000_0034,
  pathNotFound: 0xc000_003a,
  nameInvalid: 0xc000_0033,
  pathSyntax: 0xc000_003b,
  notADirectory: 0xc000_0103,
  deletePending: 0xc000_0056,
  sharingViolation: 0xc000_0043,
  badNetworkName: 0xc000_00cc,
  networkAccessDenied: 0xc000_00ca,
  pathNotCovered: 0xc000_0257,
  writeProtected: 0xc000_00a2,
} as const

/** The only table of its kind; any code that is not here is a `server-error`, shown as its number. */
const ROWS: readonly Row[] = [
  [STATUS.success, 'STATUS_SUCCESS', 'protocol', 'it was done'],
  [STATUS.pending, 'STATUS_PENDING', 'timeout', 'it is still being done'],
  [STATUS.moreProcessing, 'STATUS_MORE_PROCESSING_REQUIRED', 'protocol', 'the login goes on'],
  // The account
  [0xc000_006d, 'STATUS_LOGON_FAILURE', 'auth', 'the user name or the password is wrong'],
  [0xc000_006a, 'STATUS_WRONG_PASSWORD', 'auth', 'the password is wrong'],
  [0xc000_0064, 'STATUS_NO_SUCH_USER', 'auth', 'there is no such user'],
  [0xc000_0072, 'STATUS_ACCOUNT_DISABLED', 'auth', 'the account is disabled'],
  [0xc000_0193, 'STATUS_ACCOUNT_EXPIRED', 'auth', 'the account has expired'],
  [0xc000_0234, 'STATUS_ACCOUNT_LOCKED_OUT', 'auth', 'the account is locked out'],
  [0xc000_0071, 'STATUS_PASSWORD_EXPIRED', 'auth', 'the password has expired'],
  [0xc000_0224, 'STATUS_PASSWORD_MUST_CHANGE', 'auth', 'the password must be changed before the first login'],
  [0xc000_006f, 'STATUS_INVALID_LOGON_HOURS', 'auth', 'the account may not log in at this hour'],
  [0xc000_0070, 'STATUS_INVALID_WORKSTATION', 'auth', 'the account may not log in from this machine'],
  [0xc000_015b, 'STATUS_LOGON_TYPE_NOT_GRANTED', 'auth', 'the account lacks "Access this computer from the network"'],
  [0xc000_0155, 'STATUS_LOGON_NOT_GRANTED', 'auth', 'the account was not granted a logon'],
  [0xc000_0062, 'STATUS_INVALID_ACCOUNT_NAME', 'auth', 'the name is not that of an account'],
  [
    0xc000_0413,
    'STATUS_AUTHENTICATION_FIREWALL_FAILED',
    'auth',
    'selective authentication of a trust does not let the account log in to this server',
  ],
  [
    0xc000_006e,
    'STATUS_ACCOUNT_RESTRICTION',
    'unsupported',
    'a restriction keeps the account from logging in this way (Protected Users and some policies forbid NTLM, which this runner speaks)',
  ],
  [0xc000_02fa, 'STATUS_SMARTCARD_LOGON_REQUIRED', 'unsupported', 'the account may only log in with a smart card'],
  // NTLM and the domain
  [
    0xc000_0418,
    'STATUS_NTLM_BLOCKED',
    'unsupported',
    'NTLM is blocked there, and this runner cannot speak Kerberos: the account cannot be verified from here',
  ],
  [
    0xc000_00fe,
    'STATUS_NO_SUCH_PACKAGE',
    'unsupported',
    'the server knows no NTLM, which is all that this runner speaks',
  ],
  [0xc000_005e, 'STATUS_NO_LOGON_SERVERS', 'server-error', 'the server reaches no domain controller'],
  [0xc000_0233, 'STATUS_DOMAIN_CONTROLLER_NOT_FOUND', 'server-error', 'the server finds no domain controller'],
  [0xc000_00df, 'STATUS_NO_SUCH_DOMAIN', 'server-error', 'the server does not know the domain, or does not reach it'],
  [0xc000_00dc, 'STATUS_INVALID_SERVER_STATE', 'server-error', 'the domain controller is in the wrong state for it'],
  [0xc000_0192, 'STATUS_NETLOGON_NOT_STARTED', 'server-error', 'the Netlogon service of the server does not run'],
  [
    0xc000_0133,
    'STATUS_TIME_DIFFERENCE_AT_DC',
    'server-error',
    'clocks of client, server and domain controller differ',
  ],
  [0xc000_018a, 'STATUS_NO_TRUST_LSA_SECRET', 'server-error', 'the server has lost its trust with the domain'],
  [0xc000_018b, 'STATUS_NO_TRUST_SAM_ACCOUNT', 'server-error', 'the domain has no account for the server'],
  [0xc000_018c, 'STATUS_TRUSTED_DOMAIN_FAILURE', 'server-error', 'the trust between the domains is broken'],
  [0xc000_018d, 'STATUS_TRUSTED_RELATIONSHIP_FAILURE', 'server-error', 'the trust of server and domain is broken'],
  [0xc000_019b, 'STATUS_DOMAIN_TRUST_INCONSISTENT', 'server-error', 'the trust between the domains is not consistent'],
  [0xc000_0198, 'STATUS_NOLOGON_INTERDOMAIN_TRUST_ACCOUNT', 'auth', 'it is the account of a trust'],
  [0xc000_0199, 'STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT', 'auth', 'it is the account of a computer'],
  [0xc000_019a, 'STATUS_NOLOGON_SERVER_TRUST_ACCOUNT', 'auth', 'it is the account of a domain controller'],
  // The share and the way to it
  [STATUS.badNetworkName, 'STATUS_BAD_NETWORK_NAME', 'not-found', 'there is no share of that name'],
  [STATUS.accessDenied, 'STATUS_ACCESS_DENIED', 'forbidden', 'access is denied'],
  [STATUS.networkAccessDenied, 'STATUS_NETWORK_ACCESS_DENIED', 'forbidden', 'access over the network is denied'],
  [STATUS.pathNotCovered, 'STATUS_PATH_NOT_COVERED', 'unsupported', 'it is a link of DFS, which is not followed'],
  [0xc000_026d, 'STATUS_DFS_UNAVAILABLE', 'server-error', 'the DFS service of the server does not run'],
  [0xc000_019c, 'STATUS_FS_DRIVER_REQUIRED', 'unsupported', 'the server is no root of DFS'],
  [0xc000_00be, 'STATUS_BAD_NETWORK_PATH', 'not-found', 'the server is not found under that name'],
  [0xc000_00cb, 'STATUS_BAD_DEVICE_TYPE', 'protocol', 'the share is of another kind'],
  [0xc000_00cf, 'STATUS_SHARING_PAUSED', 'server-error', 'the Server service is paused'],
  [0xc000_00c9, 'STATUS_NETWORK_NAME_DELETED', 'reset', 'the share was taken away meanwhile'],
  [0xc000_0061, 'STATUS_PRIVILEGE_NOT_HELD', 'forbidden', 'a privilege is missing'],
  [0xc000_010d, 'STATUS_CANNOT_IMPERSONATE', 'server-error', 'the server cannot act for the account'],
  // Files and folders
  [STATUS.nameNotFound, 'STATUS_OBJECT_NAME_NOT_FOUND', 'not-found', 'there is nothing of that name'],
  [STATUS.pathNotFound, 'STATUS_OBJECT_PATH_NOT_FOUND', 'not-found', 'a folder of the path is not there'],
  [STATUS.nameInvalid, 'STATUS_OBJECT_NAME_INVALID', 'not-found', 'the name is not a valid one there'],
  [0xc000_0039, 'STATUS_OBJECT_PATH_INVALID', 'not-found', 'the path is not a valid one there'],
  [STATUS.pathSyntax, 'STATUS_OBJECT_PATH_SYNTAX_BAD', 'not-found', 'the path is not a valid one there'],
  [0xc000_000f, 'STATUS_NO_SUCH_FILE', 'not-found', 'there is no such file'],
  [0xc000_0106, 'STATUS_NAME_TOO_LONG', 'not-found', 'the name is too long'],
  [0xc000_0035, 'STATUS_OBJECT_NAME_COLLISION', 'protocol', 'there is something of that name already'],
  [STATUS.notADirectory, 'STATUS_NOT_A_DIRECTORY', 'not-found', 'it is a file, not a folder'],
  [0xc000_00ba, 'STATUS_FILE_IS_A_DIRECTORY', 'protocol', 'it is a folder, not a file'],
  [0x8000_002d, 'STATUS_STOPPED_ON_SYMLINK', 'unsupported', 'a symbolic link is on the path, which is not followed'],
  [
    0xc000_0279,
    'STATUS_IO_REPARSE_TAG_NOT_HANDLED',
    'unsupported',
    'a reparse point is on the path that cannot be passed',
  ],
  [
    STATUS.sharingViolation,
    'STATUS_SHARING_VIOLATION',
    'forbidden',
    'another program has it open and does not share it',
  ],
  [0xc000_0054, 'STATUS_FILE_LOCK_CONFLICT', 'forbidden', 'another program has locked it'],
  [STATUS.deletePending, 'STATUS_DELETE_PENDING', 'forbidden', 'it is being deleted'],
  [0xc000_0121, 'STATUS_CANNOT_DELETE', 'forbidden', 'it cannot be deleted'],
  [STATUS.writeProtected, 'STATUS_MEDIA_WRITE_PROTECTED', 'forbidden', 'the volume or the share is read-only'],
  [0xc000_007f, 'STATUS_DISK_FULL', 'server-error', 'the volume is full'],
  [0xc000_0044, 'STATUS_QUOTA_EXCEEDED', 'forbidden', 'the quota of the account is used up'],
  [0xc000_0906, 'STATUS_VIRUS_INFECTED', 'forbidden', 'a virus scanner holds the file back'],
  [0xc000_0907, 'STATUS_VIRUS_DELETED', 'forbidden', 'a virus scanner deleted the file'],
  [0xc000_0467, 'STATUS_FILE_NOT_AVAILABLE', 'server-error', 'the file is not available for the moment'],
  [0xc000_0011, 'STATUS_END_OF_FILE', 'protocol', 'the file ends before that'],
  [0xc000_0008, 'STATUS_INVALID_HANDLE', 'protocol', 'the handle is not known'],
  [STATUS.fileClosed, 'STATUS_FILE_CLOSED', 'reset', 'the handle was closed by the server'],
  [0x8000_0005, 'STATUS_BUFFER_OVERFLOW', 'protocol', 'the answer is longer than was asked for'],
  [0xc000_0023, 'STATUS_BUFFER_TOO_SMALL', 'protocol', 'the answer is longer than was asked for'],
  [0xc000_0003, 'STATUS_INVALID_INFO_CLASS', 'unsupported', 'the server does not tell that'],
  [0xc000_0004, 'STATUS_INFO_LENGTH_MISMATCH', 'protocol', 'the length of what was asked is wrong'],
  [0xc000_000d, 'STATUS_INVALID_PARAMETER', 'protocol', 'a parameter of the request is not taken'],
  [STATUS.invalidDeviceRequest, 'STATUS_INVALID_DEVICE_REQUEST', 'unsupported', 'the server does not know the request'],
  [STATUS.notSupported, 'STATUS_NOT_SUPPORTED', 'unsupported', 'the server does not support it'],
  [0xc000_0225, 'STATUS_NOT_FOUND', 'not-found', 'it is not found'],
  // The server itself
  [STATUS.sessionDeleted, 'STATUS_USER_SESSION_DELETED', 'reset', 'the server has ended the session'],
  [STATUS.sessionExpired, 'STATUS_NETWORK_SESSION_EXPIRED', 'reset', 'the session has expired'],
  [0xc000_00d0, 'STATUS_REQUEST_NOT_ACCEPTED', 'throttled', 'the server has as many connections as it allows'],
  [0xc000_00ce, 'STATUS_TOO_MANY_SESSIONS', 'throttled', 'the server has as many sessions as it allows'],
  [0xc000_0259, 'STATUS_LICENSE_QUOTA_EXCEEDED', 'throttled', 'the licences of the server are used up'],
  [0xc000_011f, 'STATUS_TOO_MANY_OPENED_FILES', 'throttled', 'too many files are open'],
  [0xc000_00bf, 'STATUS_NETWORK_BUSY', 'throttled', 'the network of the server is busy'],
  [0xc000_009a, 'STATUS_INSUFFICIENT_RESOURCES', 'server-error', 'the server lacks resources'],
  [
    0xc000_0205,
    'STATUS_INSUFF_SERVER_RESOURCES',
    'server-error',
    'the server lacks resources (IRPStackSize, pool memory)',
  ],
  [0xc000_0017, 'STATUS_NO_MEMORY', 'server-error', 'the server lacks memory'],
  [0xc000_0466, 'STATUS_SERVER_UNAVAILABLE', 'server-error', 'the file server is not available for the moment'],
  [0xc000_0080, 'STATUS_SERVER_DISABLED', 'server-error', 'the file server is disabled'],
  [0xc000_022d, 'STATUS_RETRY', 'server-error', 'the server asks to try again'],
  [0xc000_00b5, 'STATUS_IO_TIMEOUT', 'timeout', "the server's own storage did not answer in time"],
  [0xc000_0185, 'STATUS_IO_DEVICE_ERROR', 'server-error', 'the storage of the server reports an error'],
  [0xc000_00e9, 'STATUS_UNEXPECTED_IO_ERROR', 'server-error', 'the storage of the server reports an error'],
  [0xc000_0032, 'STATUS_DISK_CORRUPT_ERROR', 'server-error', 'the volume is damaged'],
  [0xc000_0102, 'STATUS_FILE_CORRUPT_ERROR', 'server-error', 'the file or folder is damaged'],
  [0xc000_00a3, 'STATUS_DEVICE_NOT_READY', 'server-error', 'the volume is not ready'],
  [0xc000_026e, 'STATUS_VOLUME_DISMOUNTED', 'server-error', 'the volume was dismounted'],
  [0xc000_000e, 'STATUS_NO_SUCH_DEVICE', 'server-error', 'the volume is not there'],
  [0xc000_0120, 'STATUS_CANCELLED', 'server-error', 'the server cancelled the request'],
  [0xc000_00e5, 'STATUS_INTERNAL_ERROR', 'server-error', 'the server reports an error of its own'],
  [0xc000_0001, 'STATUS_UNSUCCESSFUL', 'server-error', 'it did not succeed; the server does not say why'],
]

const BY_CODE: ReadonlyMap<number, Row> = new Map(ROWS.map((row) => [row[0], row]))

/** Every code that is known, with its name. */
export const KNOWN_STATUSES: readonly (readonly [code: number, name: string])[] = ROWS.map(([code, name]) => [
  code,
  name,
])

/** The server's own judgement of the account: the password must not be sent again (contract, section 5). */
export const ACCOUNT_REFUSALS: ReadonlySet<number> = new Set(
  ROWS.filter(([, , kind]) => kind === 'auth').map(([code]) => code),
)
/** The account was looked at as well, but a Kerberos login could have gone better: it is not tried again, and decides nothing. */
export const ACCOUNT_RESTRICTIONS: ReadonlySet<number> = new Set([0xc000_006e, 0xc000_02fa])

export function describeStatus(code: number): NtStatus {
  const [, name, , meaning] = BY_CODE.get(code) ?? []
  const shown = `0x${code.toString(16).toUpperCase().padStart(8, '0')}`
  return { code: shown, name: name ?? shown, meaning: meaning ?? 'a status that this program does not know' }
}

export function causeOfStatus(code: number): CauseKind {
  return BY_CODE.get(code)?.[2] ?? 'server-error'
}
