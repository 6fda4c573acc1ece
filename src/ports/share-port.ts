import type { WindowsLogin } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { Asker } from './sql-port.ts'

/** A file server as a check wants to reach it. */
export interface FileServer {
  /** The name of the manifest: it stands in the UNC path and in what the login is bound to. */
  host: string
  /** The address that answered; the connection goes there and nowhere else. */
  address: string
  port: number
}

/** A folder of a share, and the account that is to have rights there. */
export interface FileShare extends FileServer {
  /** The share's own name, `dms-backup` of `\\fs01\dms-backup\nightly`. */
  share: string
  /** What stands behind it, with backslashes; empty: the root of the share. */
  folder: string
  login: WindowsLogin
  /** Who asks first, so that others can name it when the account is refused. */
  askedBy: Asker
}

/** What a server said in place of doing it (MS-ERREF 2.3.1). */
export interface NtStatus {
  /** `0xC000006D`. */
  code: string
  /** `STATUS_LOGON_FAILURE`; the code again when it is not known. */
  name: string
  /** What it means, as a clause. */
  meaning: string
}

export type SmbDialect = '2.0.2' | '2.1' | '3.0' | '3.0.2' | '3.1.1'
export type SmbSigning = 'HMAC-SHA256' | 'AES-CMAC' | 'AES-GMAC'
export type SmbCipher = 'AES-128-CCM' | 'AES-128-GCM' | 'AES-256-CCM' | 'AES-256-GCM'

/** The server's answer to NEGOTIATE (MS-SMB2 2.2.4), which needs no credential. */
export type SmbNegotiation =
  | {
      outcome: 'answered'
      dialect: SmbDialect
      signingRequired: boolean
      signing: SmbSigning
      /** Absent: it cannot encrypt. */
      cipher?: SmbCipher
      /** `false`: it names its mechanisms, and NTLM is not among them (Kerberos only). */
      offersNtlm: boolean
      localAddress: string
    }
  /** Its own refusal, as of every dialect that it was offered. */
  | { outcome: 'refused'; status: NtStatus; localAddress: string }
  /**
   * `closed`: it closed the connection at NEGOTIATE (SMB 1 only, this runner's address not admitted, another service);
   * `session-refused`: a negative NetBIOS session response; `smb1`: an answer in SMB 1; `not-smb`: something else.
   */
  | {
      outcome: 'no-smb2'
      reason: 'closed' | 'session-refused' | 'smb1' | 'not-smb'
      message: string
      localAddress: string
    }

export type ShareLoginAnswer =
  | {
      outcome: 'accepted'
      dialect: SmbDialect
      signing: SmbSigning
      /** The session as a whole is encrypted; a share can ask for it by itself. */
      cipher?: SmbCipher
    }
  /** The server did not accept the account and let somebody in all the same: nothing more is asked in such a session. */
  | { outcome: 'downgraded'; to: 'guest' | 'anonymous' }
  | { outcome: 'refused'; status: NtStatus }
  /** Not tried: the same account was refused elsewhere in this run, and a refused password is never tried again. */
  | { outcome: 'withheld'; refusedAt: Asker }

export type ShareAnswer =
  | {
      outcome: 'connected'
      kind: 'disk' | 'pipe' | 'printer'
      /** Access mask that the share's own permissions leave to the account (MS-SMB2 2.2.10). */
      maximalAccess: number
      /** Everything sent for this share is encrypted, by the wish of the session or of the share. */
      cipher?: SmbCipher
    }
  /** `dfs`: the path is a link or a root of DFS, which is not followed; `status` is what led there. */
  | { outcome: 'refused'; reason: 'no-such-share' | 'access-denied' | 'dfs'; status: NtStatus }

export type FolderAnswer =
  | {
      outcome: 'opened'
      /** As in ShareAnswer, kept with the rights below it: both must hold. */
      shareAccess: number
      /** Access mask of the account on the folder itself (MS-SMB2 2.2.14.2.5); absent: the server did not tell. */
      folderAccess?: number
      /** The answer to opening it with FILE_ALL_ACCESS. */
      fullControlOpen: { granted: true } | { granted: false; status: NtStatus }
      /** The answer to opening it for reading; absent: it was not tried, since full control was granted. */
      readOpen?: { granted: true } | { granted: false; status: NtStatus }
      /** What the account may still fill, quotas included; absent: the server did not tell. */
      freeBytes?: number
      cipher?: SmbCipher
    }
  | { outcome: 'refused'; reason: 'no-such-folder' | 'not-a-folder' | 'access-denied' | 'dfs'; status: NtStatus }

export type WriteProbeAnswer =
  /** Made, written, read back as it was written, and gone again. */
  | { outcome: 'written'; file: string; bytes: number }
  | { outcome: 'refused'; at: 'create' | 'write' | 'read'; file: string; status: NtStatus }
  /** What came back is not what was written. */
  | { outcome: 'changed'; file: string }
  /** It was written, and is still there. */
  | { outcome: 'left-over'; file: string; status?: NtStatus }

/** What became of a file that somebody else was to write into the folder. */
export type LentFileEnd =
  /** It was there, with so many bytes, and is gone. */
  | { outcome: 'removed'; bytes: number }
  /** The server does not know it. */
  | { outcome: 'not-there' }
  | { outcome: 'left-over'; status: NtStatus }
  /** It could not be asked any more, so nobody knows. */
  | { outcome: 'unseen'; message: string }

export interface LentFile<T> {
  /** UNC path, as it was given to the writer. */
  file: string
  written: Observed<T>
  end: LentFileEnd
}

/** One entry of a list of permissions (MS-DTYP 2.4.4). */
export type SecurityEntry = {
  /** `other`: conditional, or for objects of a directory service, whose effect is not known here. */
  kind: 'allow' | 'deny' | 'other'
  sid: string
  mask: number
  /** It is only handed on to what is below, and says nothing of the folder itself. */
  inheritOnly: boolean
}

export type SecurityAnswer =
  /** `entries` is absent where there is no list at all, which lets everybody in. */
  { outcome: 'told'; owner?: string; entries?: SecurityEntry[] } | { outcome: 'refused'; status: NtStatus }

/** FILE_ALL_ACCESS (MS-DTYP 2.4.3), which Windows shows as Full Control. */
export const FULL_CONTROL = 0x001f_01ff
/** FILE_GENERIC_READ with FILE_EXECUTE, which Windows shows as Read: list the folder, read its files. */
export const READ = 0x0012_00a9

/** A share over SMB 2 and 3. Each login, share and folder is asked once a run. */
export interface SharePort {
  /** Whether the run allows writes; without that nothing is ever written. */
  readonly writes: boolean
  negotiate(server: FileServer): Promise<Observed<SmbNegotiation>>
  /** One login for each server and account in a run. The first login of an account goes alone, on whatever protocol. */
  logIn(share: FileShare): Promise<Observed<ShareLoginAnswer>>
  /** Connects to the share, without opening anything in it. */
  openShare(share: FileShare): Promise<Observed<ShareAnswer>>
  /** Opens the folder, without changing anything in it. A share that was refused is a failure here. */
  openFolder(share: FileShare): Promise<Observed<FolderAnswer>>
  /** Makes a file with a name that nobody can guess, and removes it. `writes-off` unless the run allows writes. */
  probeWrite(share: FileShare): Promise<Observed<WriteProbeAnswer>>
  /** Owner and permissions of the folder in the file system; those of the share itself are in no answer of SMB. */
  readSecurity(share: FileShare): Promise<Observed<SecurityAnswer>>
  /**
   * Gives `write` a new name in the folder, once a run for each `writer`, and removes what is there afterwards, also when
   * that failed or the run was stopped. `writes-off` unless the run allows writes.
   */
  lendFile<T>(
    share: FileShare,
    writer: string,
    write: (file: string) => Promise<Observed<T>>,
  ): Promise<Observed<LentFile<T>>>
}
