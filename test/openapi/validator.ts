// Runs the validator that is kept beside the OpenAPI files, outside the repository.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Exchange } from './exchanges.ts'

export const ROOT = join(import.meta.dirname, '../..')
export const SHARED = join(ROOT, '../shared')
export const SPECIFICATIONS = join(SHARED, 'samples/swagger/specification')
export const VALIDATOR = join(SHARED, 'tools/validate-arm.mjs')

/** One for each exchange, in their order. */
export type Finding =
  | { kind: 'valid' }
  /** At most eight of them. */
  | { kind: 'invalid'; problems: readonly string[] }
  | { kind: 'unspecified' }

/** Compares each answer with what its question may be answered by: closed enums, no property that is not specified. */
export function validate(exchanges: readonly Exchange[]): readonly Finding[] {
  const folder = mkdtempSync(join(tmpdir(), 'dms-preflight-openapi-'))
  try {
    mkdirSync(join(folder, 'exchanges'))
    exchanges.forEach((exchange, index) => {
      writeFileSync(join(folder, 'exchanges', fileName(index)), JSON.stringify(exchange))
    })
    const run = spawnSync(process.execPath, [VALIDATOR, SPECIFICATIONS, join(folder, 'exchanges')], {
      // Its packages are those of this project.
      cwd: ROOT,
      env: { ...process.env, STRICTENUM: '1', UNKNOWN: '1', V: '1', NODE_OPTIONS: '' },
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    })
    return readFindings(run.stdout, exchanges.length, run.stderr)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fileName(index: number): string {
  return `${String(index).padStart(6, '0')}.json`
}

function readFindings(output: string, count: number, errors: string): readonly Finding[] {
  const findings: Finding[] = Array.from({ length: count }, () => ({ kind: 'valid' }))
  let totals: Record<string, number> | undefined
  for (const line of output.split('\n').filter((one) => one !== '')) {
    const [, unspecified] = /^NOOP (\S+)/.exec(line) ?? []
    const [, file, problems] = /^(\S+\.json) (\[.*\])$/.exec(line) ?? []
    if (unspecified !== undefined) findings[indexOf(unspecified)] = { kind: 'unspecified' }
    else if (file !== undefined && problems !== undefined) {
      const [, ...all] = JSON.parse(problems) as string[]
      findings[indexOf(file)] = { kind: 'invalid', problems: all }
    } else totals = JSON.parse(line) as Record<string, number>
  }
  // The validator counts for itself: what it left out without a word must not pass for valid.
  const counted = { ok: of(findings, 'valid'), bad: of(findings, 'invalid'), nomatch: of(findings, 'unspecified') }
  for (const [name, number] of Object.entries(counted)) {
    if (totals?.[name] !== number)
      throw new Error(`the validator counts ${JSON.stringify(totals)}, seen ${JSON.stringify(counted)}: ${errors}`)
  }
  return findings
}

function indexOf(file: string): number {
  return Number(basename(file, '.json'))
}

function of(findings: readonly Finding[], kind: Finding['kind']): number {
  return findings.filter((finding) => finding.kind === kind).length
}
