import { createHash } from 'node:crypto'
import type { CheckResult, Report } from '../domain/report.ts'
import { STATUSES, type Status, type Verdict } from '../domain/verdict.ts'
import type { RunStamp } from './run-stamp.ts'

/** Verdicts that somebody has to do something about; the others need no place in the state. */
export const OPEN_VERDICTS = ['fail', 'unknown', 'manual', 'blocked'] as const satisfies readonly Verdict[]
export type OpenVerdict = (typeof OPEN_VERDICTS)[number]

/** What a run leaves behind in its comment for the next one. It names nothing: results are hashes of what is shown anyway. */
export interface PublishedState {
  run: RunStamp
  /** The commit that was looked at; absent where the event does not say which one that is. */
  commit?: string
  status: Status
  /** Hash of the result: status, problems, verdicts. */
  result: string
  /** Hash of the text without what differs from run to run. */
  text: string
  /** Hash of everything visible, to see whether somebody changed it. */
  body: string
  /** Verdicts by the key of the result; absent: there were too many to keep, or no check may be shown. */
  open?: ReadonlyMap<string, OpenVerdict>
}

/** With the rest of the state below 16,000 of a comment's 65,536 characters. */
const MOST_OPEN = 2_000
const STATE_LIMIT_CHARS = 16_000
/** 40 bits: two of 50,000 results share one once in a thousand reports. */
const KEY_BYTES = 5
const VERSION = 'v1'
/** A clock that is further ahead is wrong, and what it says would keep all later runs out. */
const FUTURE_LIMIT_MS = 24 * 3_600_000

export type ResultKey = string

/** What makes a result the same one in the next run: manifest, check and subject, as they are shown. */
export function resultKey(path: string, { id, subject }: Pick<CheckResult, 'id' | 'subject'>): ResultKey {
  const text = JSON.stringify([path, id, subject.kind, subject.name])
  return createHash('sha256').update(text).digest().subarray(0, KEY_BYTES).toString('base64')
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The open results of a report as readers may see it; undefined where they cannot be kept. */
export function openResults(report: Report): PublishedState['open'] {
  if (report.disclosure === 'counts') return undefined
  const open = new Map<string, OpenVerdict>()
  for (const { path, checks } of report.manifests) {
    for (const result of checks) {
      if (isOpenVerdict(result.verdict)) open.set(resultKey(path, result), result.verdict)
    }
  }
  return open.size > MOST_OPEN ? undefined : open
}

export function isOpenVerdict(verdict: Verdict): verdict is OpenVerdict {
  return (OPEN_VERDICTS as readonly Verdict[]).includes(verdict)
}

/**
 * One line of letters, digits and `.:/+= `, so that nothing in it can end the HTML comment in which it stands.
 * `identity` is that of the comment: a state that was copied from another one is not taken.
 */
export function encodeState(state: PublishedState, identity: string): string {
  const { run, commit, status, result, text, body, open } = state
  const fields = [
    `run=${run.runId}.${run.attempt}`,
    `at=${run.startedAt}`,
    ...(commit === undefined ? [] : [`commit=${commit}`]),
    `status=${status}`,
    `result=${result}`,
    `text=${text}`,
    `body=${body}`,
    ...(open === undefined ? [] : OPEN_VERDICTS.map((verdict) => `${verdict}=${keysOf(open, verdict)}`)),
  ].join(' ')
  return `${VERSION} ${fields} sum=${shortHash(`${identity} ${fields}`)}`
}

function keysOf(open: ReadonlyMap<string, OpenVerdict>, verdict: OpenVerdict): string {
  const keys = [...open].filter(([, other]) => other === verdict).map(([key]) => Buffer.from(key, 'base64'))
  return Buffer.concat(keys.sort((a, b) => a.compare(b))).toString('base64')
}

/** Reads what `encodeState` wrote. Total: whatever is damaged, foreign, too long, of another version or of tomorrow is no state. */
export function decodeState(line: string, identity: string, now: number): PublishedState | undefined {
  if (line.length > STATE_LIMIT_CHARS || !line.startsWith(`${VERSION} `)) return undefined
  const cutAt = line.lastIndexOf(' sum=')
  const fields = line.slice(VERSION.length + 1, cutAt)
  if (cutAt === -1 || line.slice(cutAt + ' sum='.length) !== shortHash(`${identity} ${fields}`)) return undefined
  const values = new Map(fields.split(' ').map((field) => splitOnce(field)))
  const run = readRun(values.get('run') ?? '', values.get('at') ?? '', now)
  const status = STATUSES.find((name) => name === values.get('status'))
  const [result, text, body] = ['result', 'text', 'body'].map((name) => values.get(name) ?? '')
  if (run === undefined || status === undefined || !isHash(result) || !isHash(text) || !isHash(body)) return undefined
  const commit = values.get('commit')
  if (commit !== undefined && !isCommit(commit)) return undefined
  const open = values.has('fail') ? readOpen(values) : undefined
  return { run, status, result, text, body, ...(commit === undefined ? {} : { commit }), ...(open && { open }) }
}

function splitOnce(field: string): [string, string] {
  const at = field.indexOf('=')
  return [field.slice(0, at), field.slice(at + 1)]
}

export function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text)
}

function isHash(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{16}$/.test(text)
}

function readRun(run: string, startedAt: string, now: number): RunStamp | undefined {
  const [, id, attempt] = /^(\d{1,15})\.(\d{1,6})$/.exec(run) ?? []
  if (id === undefined || attempt === undefined) return undefined
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(startedAt)) return undefined
  const time = Date.parse(startedAt)
  if (Number.isNaN(time) || time > now + FUTURE_LIMIT_MS) return undefined
  return { runId: Number(id), attempt: Number(attempt), startedAt }
}

function readOpen(values: ReadonlyMap<string, string>): ReadonlyMap<string, OpenVerdict> {
  const open = new Map<string, OpenVerdict>()
  for (const verdict of OPEN_VERDICTS) {
    const bytes = Buffer.from(values.get(verdict) ?? '', 'base64')
    for (let at = 0; at + KEY_BYTES <= bytes.length; at += KEY_BYTES) {
      open.set(bytes.subarray(at, at + KEY_BYTES).toString('base64'), verdict)
    }
  }
  return open
}
