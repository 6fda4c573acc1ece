import type { Json } from '../domain/json.ts'
import type { Observed } from '../domain/observed.ts'
import type { Sha256 } from '../domain/receipt.ts'
import type { Secret } from '../domain/secret.ts'

/** Where a receipt lies: relative to the workspace, or absolute in it or in RUNNER_TEMP. */
export interface ReceiptPlace {
  path: string
  workspace: string
  runnerTemp: string
}

/** The files of receipts. Never throws. */
export interface ReceiptFilePort {
  /** Deletes what an earlier run left there; `missing` of a failure says what to do. A file of the repository stays. */
  remove(place: ReceiptPlace): Promise<Observed<{ removed: boolean }>>
  /** Makes a new file, whole or not at all; gives the path by which a later step finds it. */
  write(place: ReceiptPlace, text: string): Promise<Observed<string>>
  /** A regular file that is not part of the repository; everything else is a failure. */
  read(place: ReceiptPlace, limitBytes: number): Promise<Observed<Uint8Array>>
  /** The hash of a file of the workspace as git keeps it. */
  hashOf(workspace: string, path: string): Promise<Observed<Sha256>>
  /** The hash of a file that this run wrote, as it is. */
  hashOfWritten(place: ReceiptPlace): Promise<Observed<Sha256>>
}

/** GitHub as the witness of a keyless receipt. Never throws. */
export interface ReceiptIssuerPort {
  /** An ID token of this job for that audience. */
  idToken(audience: string): Promise<Observed<Secret>>
  /** The public keys (JWK) of the issuer. */
  keys(issuer: string): Promise<Observed<readonly Json[]>>
}
