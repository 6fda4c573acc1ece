import type { Container } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { SasFacts } from '../domain/sas.ts'

/** Where the container is and what the SAS says of itself; nothing leaves the runner for it. */
export interface ContainerAccess {
  /** `https://stmig.blob.core.windows.net/backups` */
  url: string
  account: string
  container: string
  /** Absent: the run's Azure identity looks. */
  sas?: SasFacts
}

/**
 * Why the service refused: the SAS as such (`credential`), what it grants (`permission`), its reach (`reach`: resource
 * type or service of an account SAS), its protocol or addresses, that the account takes no SAS signed with its key, or a policy of
 * the container (immutability, encryption scope).
 */
export type RefusalReason =
  'credential' | 'permission' | 'reach' | 'protocol' | 'address' | 'shared-key' | 'container-policy'

export interface Refusal {
  outcome: 'refused'
  reason: RefusalReason
  /** The service's own code, such as `AuthenticationFailed`. */
  code: string
  message: string
}

/** The service's own answer about the container with this SAS. Everything that is not the fact asked is a ProbeFailure. */
export type BlobAnswer =
  | { outcome: 'accepted' }
  | Refusal
  /** `ContainerNotFound`, or `ContainerBeingDeleted`. */
  | { outcome: 'no-container'; code: string; message: string }

/** A probe blob written, read and deleted, or the step that the service refused. */
export type WriteAnswer =
  | { outcome: 'accepted'; blob: string }
  | {
      outcome: 'refused'
      step: 'write' | 'read' | 'delete'
      reason: RefusalReason | 'no-container' | 'other-content'
      code: string
      message: string
      blob: string
      /** The probe blob may be there still. */
      left: boolean
    }

export type BlobKind = 'block' | 'page' | 'append'

export interface BlobEntry {
  /** Within its folder. */
  name: string
  kind: BlobKind
  bytes: number
  /** ISO 8601. */
  modified: string
}

/** What lies right in a folder of a container; names are as the service has them. */
export interface FolderListing {
  outcome: 'listed'
  /** Those that were written last, the newest first; of more blobs than that only their number is known. */
  newest: readonly BlobEntry[]
  blobs: number
  kinds: Readonly<Record<BlobKind, number>>
  /** Folders in it, without slashes; the first of them by name. */
  folders: readonly string[]
  folderCount: number
  /** There is more than is read: what was not seen is not known. */
  isCut: boolean
}

export type FolderListAnswer = FolderListing | Exclude<BlobAnswer, { outcome: 'accepted' }>

/**
 * A blob container through its SAS, or, without one, as the run's Azure identity, whose token goes to storage accounts of
 * its own cloud alone. The SAS goes to the container's own origin and nowhere else, and into no answer.
 * Each container is asked once a run.
 */
export interface BlobPort {
  /** Whether the run may write (input `allow-writes`). */
  readonly writes: boolean
  access(container: Container): Promise<Observed<ContainerAccess>>
  /** A list of one entry: proves that the container is there and that the service takes the SAS. */
  list(container: Container): Promise<Observed<BlobAnswer>>
  /** What lies in a folder (`''`: the root), page by page up to a limit, without what lies in its folders. */
  listFolder(container: Container, folder: string): Promise<Observed<FolderListAnswer>>
  /** Only with `writes`: else a failure, `writes-off`. What was made is removed, also after a failure or a cancellation. */
  probeWrite(container: Container): Promise<Observed<WriteAnswer>>
}
