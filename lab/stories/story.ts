import type { ArmResource, AzureState } from '../azure/state.ts'
import type { Azurite } from '../azurite.ts'
import type { SqlBrowserOptions } from '../browser.ts'
import type { SqlState } from '../sql/state.ts'
import type { SambaSettings } from '../smb/samba-settings.ts'
import type { StorageLab } from '../storage-lab.ts'
import type { Encryption, Misbehaviour, TdsOptions } from '../tds/model.ts'

/** Where the servers of a story came to stand; everything is on localhost. */
export interface Ports {
  /** By the name of the SQL Server in the story. */
  sql: Readonly<Record<string, number>>
  /** Origin of the storage account, where the story has one; the account is the first name of each path. */
  blob?: string
  /** Of the file server, where the story has one. */
  smb?: number
}

/** What a server shows in TLS; `none`: it has no encryption at all. */
export type ServerCertificate = 'trusted' | 'self-signed' | 'other-name' | 'expired' | 'not-yet-valid' | 'none'

/** One SQL Server of a story. */
export interface StoryServer {
  state: SqlState
  encryption?: Encryption
  /** Default `trusted`. */
  certificate?: ServerCertificate
  misbehave?: Misbehaviour
  /** Further wire settings: TDS 8.0, Windows and Entra logins, latency. */
  wire?: Partial<TdsOptions>
  /** Whom the file server sees when this SQL Server backs up to it: a user of the story's file server. */
  comesAs?: { user: string; password: string }
  /** Nothing listens: its port is one that every host refuses. */
  down?: boolean
}

/** The storage account of a story, `stmig`, with its container `backups`. */
export interface StoryStorage {
  /** Values of the variables that hold a SAS; they can be signed when the account is there. */
  secrets(account: Azurite): Readonly<Record<string, string>>
  /** Rules and blobs of the account, and what Azure says of it, before the action starts. */
  prepare?: (lab: StorageLab, state: AzureState) => Promise<void> | void
}

/** A migration as data: what Azure and the servers hold, what the manifest says, and what the gate has to say. */
export interface Story {
  name: string
  title: string
  azure: ArmResource[]
  /** Faults, missing roles and the like, before Azure starts. */
  changeAzure?: (state: AzureState) => void
  /** SQL Server Browser on its own port, UDP 1434 of 127.0.0.1: one story at a time on one machine. */
  browser?: (ports: Ports) => Pick<SqlBrowserOptions, 'instances' | 'silent'>
  servers: Readonly<Record<string, StoryServer>>
  storage?: StoryStorage
  /** A file server of Samba, on 127.0.0.1 and 127.0.0.2; `down`: nothing listens on its port. */
  fileServer?: SambaSettings | 'down'
  /** Environment variables of the step. */
  secrets: Readonly<Record<string, string>>
  /** The migration service has an integration runtime that answers to `validateIr`, on this machine. */
  runtime?: boolean
  /** Beside those that every run of the lab sets. */
  inputs: Readonly<Record<string, string>>
  /** Workspace files; the manifest is `.github/dms-preflight.yml`. */
  files(ports: Ports): Record<string, string>
  expected: {
    status: 'ready' | 'ready-with-conditions' | 'undetermined' | 'not-ready'
    exitCode: 0 | 1
    /** Ids of the checks that fail. */
    failing: readonly string[]
  }
  /** Sentences for whoever runs the demo. */
  look: readonly string[]
}

export const MANIFEST_PATH = '.github/dms-preflight.yml'
