import { LONGEST_RECEIPT_AGE_MS, SHORTEST_RECEIPT_KEY_BYTES } from '../domain/receipt.ts'
import { REPORT_FILES } from '../domain/report-files.ts'
import type { Secret } from '../domain/secret.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import type { Env, InputReader } from './input-reader.ts'

/** Where the run's receipt is written, or lies, and what signs it. */
export interface ReceiptInputs {
  /** As written: relative to the workspace, or absolute in it or in RUNNER_TEMP. Absent: no receipt is wanted. */
  receipt?: string
  /** Absent: keyless. */
  receiptKey?: Secret
  receiptMaxAgeMs: number
}

const SHORTEST_AGE_MS = 60_000

export function readReceiptInputs(
  reader: InputReader,
  env: Env,
  { mode, reportDirectory }: { mode: string; reportDirectory: string },
): ReceiptInputs {
  const path = reader.text('receipt')
  if (path !== '') refuseWrongPath(reader, env, path)
  if (REPORT_FILES.some((name) => placeOf(env, path) === placeOf(env, `${reportDirectory}/${name}`))) {
    reader.refuse('receipt', 'is a file of the report: give it a name of its own, such as receipt.json')
  }
  if (path === '' && mode === 'verify') reader.refuse('receipt', 'is missing: `mode: verify` reads it')
  const key = reader.secret('receipt-key')
  if (key !== undefined && Buffer.byteLength(key.reveal(), 'utf8') < SHORTEST_RECEIPT_KEY_BYTES) {
    reader.refuse(
      'receipt-key',
      `must have at least ${String(SHORTEST_RECEIPT_KEY_BYTES)} characters; \`openssl rand -base64 32\` makes a good one`,
    )
  }
  const receiptMaxAgeMs = reader.durationMs('receipt-max-age', LONGEST_RECEIPT_AGE_MS, '7d')
  if (receiptMaxAgeMs < SHORTEST_AGE_MS) reader.refuse('receipt-max-age', 'must be at least 1m')
  return {
    ...reader.optional('receipt', path === '' ? undefined : path),
    ...reader.optional('receiptKey', key),
    receiptMaxAgeMs,
  }
}

export function receiptWarnings({ receipt, receiptKey }: ReceiptInputs): string[] {
  if (receipt !== undefined || receiptKey === undefined) return []
  return ['the input receipt-key signs nothing: without the input receipt, no receipt is written']
}

/** The same for every spelling of one place. */
function placeOf(env: Env, path: string): string {
  const slashed = path.replaceAll('\\', '/')
  const root = `${(env['GITHUB_WORKSPACE'] ?? '').replaceAll('\\', '/').replace(/\/+$/, '')}/`
  const inWorkspace = root !== '/' && slashed.startsWith(root) ? slashed.slice(root.length) : slashed
  const resolved = resolveWorkspacePath('', inWorkspace)
  return resolved.ok ? resolved.path.toLowerCase() : inWorkspace.toLowerCase()
}

function refuseWrongPath(reader: InputReader, env: Env, path: string): void {
  const slashed = path.replaceAll('\\', '/')
  const roots = [env['GITHUB_WORKSPACE'], env['RUNNER_TEMP']].flatMap((root) =>
    root === undefined || root === '' ? [] : `${root.replaceAll('\\', '/').replace(/\/+$/, '')}/`,
  )
  const root = roots.find((folder) => slashed.startsWith(folder))
  const problem = /[\\/]$/.test(path)
    ? 'must name a file, not a folder'
    : reader.problemOfPath(root === undefined ? path : slashed.slice(root.length))
  if (problem !== undefined) {
    reader.refuse('receipt', `${problem}; it lies in the workspace or in the runner's folder for temporary files`)
  }
}
