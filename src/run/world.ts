import type { Problem } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { Secret } from '../domain/secret.ts'
import type { Env } from '../inputs/input-reader.ts'
import type { RunContext } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { GitHubPort } from '../ports/github-port.ts'
import type { PlanFilePort } from '../ports/plan-file-port.ts'
import type { Ports } from '../ports/ports.ts'
import type { ReceiptFilePort, ReceiptIssuerPort } from '../ports/receipt-port.ts'

export interface ConnectSettings {
  inputs: Inputs
  context: RunContext
  secrets: ReadonlyMap<string, Secret>
  /** Called with a secret that came to be during the run, before it is used. */
  learnSecret: (secret: Secret) => void
  /** Ends every probe: deadline or a signal from outside. */
  signal: AbortSignal
}

/** Ports to the outside; nothing leaves the runner before one is used. `close` ends what they hold open. */
export interface Connection {
  ports: Ports
  close(): Promise<void>
  /** After `close`: what the run wrote and could not remove. */
  leftOver?(): readonly string[]
}

/** Everything that a run needs from outside, as parameters. `main.ts` makes the real one. */
export interface World {
  env: Env
  toolVersion: string
  now(): number
  /** What was found and put right before the run began, as sentences. */
  warnings: readonly string[]
  /** Aborted when the runner cancels the step; the reason is a sentence. */
  cancelled: AbortSignal
  readEvent(path: string | undefined): Promise<string | undefined>
  expandManifestPaths(workspace: string, lines: readonly string[]): Promise<{ paths: string[]; problems: Problem[] }>
  readText(workspace: string, path: string, limitBytes: number): Promise<Observed<string | undefined>>
  /** Git's blob ids that a file of the workspace may have. */
  readShas(workspace: string, path: string): Promise<Observed<{ found: boolean; shas: readonly string[] }>>
  /** A new file; what stands there already is left as it is, and `created` is false. */
  createFile(workspace: string, path: string, text: string): Promise<Observed<{ created: boolean }>>
  localPorts(workspace: string): Pick<Ports, 'files' | 'clock'>
  connect(settings: ConnectSettings): Promise<Connection>
  receiptFiles: ReceiptFilePort
  planFile: PlanFilePort
  receiptIssuer(settings: Pick<ConnectSettings, 'learnSecret' | 'signal'> & { timeoutMs: number }): ReceiptIssuerPort
  github(inputs: Inputs, context: RunContext, timeoutMs: number, signal: AbortSignal): GitHubPort
}
