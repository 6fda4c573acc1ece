import type { Json } from '../domain/json.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { FileDigest, ReceiptPayload, RunIdentity, Sha256 } from '../domain/receipt.ts'
import type { Report } from '../domain/report.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'
import { isoSecond } from './receipt-schema.ts'

export interface PayloadFacts {
  identity: RunIdentity
  report: Pick<Report, 'tool' | 'status' | 'counts' | 'readyUntil'>
  reportHash: Sha256 | null
  files: readonly FileDigest[]
  manifests: readonly Manifest[]
  nowMs: number
  maxAgeMs: number
}

/** Undefined when what it would say has ended already. */
export function makePayload(facts: PayloadFacts): ReceiptPayload | undefined {
  const { identity, report, reportHash, files, manifests, nowMs, maxAgeMs } = facts
  const issuedMs = Math.floor(nowMs / 1000) * 1000
  const readyUntilMs = report.readyUntil === null ? Infinity : Date.parse(report.readyUntil)
  const endMs = Math.floor(Math.min(readyUntilMs, issuedMs + maxAgeMs) / 1000) * 1000
  if (Number.isNaN(endMs) || endMs <= nowMs) return undefined
  return {
    schemaVersion: 1,
    tool: report.tool,
    ...identity,
    manifest: { hash: manifestHash(files), files },
    targets: targetHashes(manifests),
    result: { status: report.status, counts: report.counts, report: reportHash },
    issuedAt: isoSecond(issuedMs),
    notAfter: isoSecond(endMs),
  }
}

/** Every file that the manifests are made of or point to, each once, sorted. */
export function filesInUse(manifests: readonly Manifest[]): string[] {
  return [...new Set(manifests.flatMap(({ files }) => files))].sort()
}

export function manifestHash(files: readonly FileDigest[]): Sha256 {
  return sha256(canonicalJson(files as unknown as Json))
}

export function targetHashes(manifests: readonly Manifest[]): Sha256[] {
  const ids = manifests.flatMap(({ targets }) => targets.map(({ resourceId }) => resourceId.toLowerCase()))
  return [...new Set(ids)].map((id) => sha256(id)).sort()
}

/**
 * The hash of a file as git keeps it: where every line ends by CRLF, as a checkout on Windows may have it
 * (`core.autocrlf`), by LF. One CR more or less in any other file makes another hash.
 */
export function fileHash(bytes: Uint8Array): Sha256 {
  const text = Buffer.from(bytes).toString('latin1')
  const lineEnds = text.match(/\r?\n/g) ?? []
  const isCrLf = lineEnds.length > 0 && lineEnds.every((end) => end === '\r\n')
  return sha256(isCrLf ? Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1') : bytes)
}
