import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { isJsonObject, type Json } from '../domain/json.ts'
import { VERDICTS } from '../domain/verdict.ts'
import type { GreenState } from './drift.ts'
import { FLOW_ANSWERS, type FlowAnswer, type ResultFacts } from './facts.ts'
import { isCommit } from './published-state.ts'

/** Of the 65,536 characters of an issue. */
export const GREEN_LIMIT_CHARS = 20_000
const INFLATED_LIMIT_BYTES = 8 * 1024 * 1024
const VERSION = 'v1'

/** In full, else with the verdicts and ends alone; undefined where even those are too many to keep. */
export function encodeGreenState(green: GreenState): string | undefined {
  const facts = [...green.facts]
  const full = pack(
    green,
    facts.map(([key, fact]) => packFacts(key, fact)),
  )
  if (full.length <= GREEN_LIMIT_CHARS) return full
  const short = pack(
    green,
    facts.map(([key, fact]) => packFacts(key, { ...fact, seen: false, flows: {}, rules: [], grants: [], denials: [] })),
  )
  return short.length <= GREEN_LIMIT_CHARS ? short : undefined
}

function pack({ startedAt, commit, disclosure }: GreenState, facts: readonly Json[]): string {
  const json = JSON.stringify([startedAt, commit ?? '', disclosure, facts])
  return `${VERSION} ${deflateRawSync(json, { level: 9 }).toString('base64')}`
}

function packFacts(key: string, { verdict, seen, expiresAt, flows, rules, grants, denials }: ResultFacts): Json {
  const [path, id, kind, name] = JSON.parse(key) as string[]
  const whole = seen ? [flows, rules, grants, denials] : []
  return [path ?? '', id ?? '', kind ?? '', name ?? '', VERDICTS.indexOf(verdict), expiresAt ?? '', ...whole]
}

/** Reads what `encodeGreenState` wrote. Total: whatever else it is, it is no state. */
export function decodeGreenState(text: string): GreenState | undefined {
  const [, packed] = /^v1 ([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (packed === undefined || text.length > GREEN_LIMIT_CHARS) return undefined
  try {
    const bytes = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: INFLATED_LIMIT_BYTES })
    return readGreen(JSON.parse(bytes.toString('utf8')) as Json)
  } catch {
    return undefined
  }
}

function readGreen(value: Json): GreenState | undefined {
  if (!Array.isArray(value)) return undefined
  const [startedAt, commit, disclosure, facts] = value as readonly Json[]
  if (typeof startedAt !== 'string' || Number.isNaN(Date.parse(startedAt)) || typeof commit !== 'string')
    return undefined
  if ((disclosure !== 'full' && disclosure !== 'names') || !Array.isArray(facts)) return undefined
  const read = (facts as readonly Json[]).map(readFacts)
  if (!read.every((one) => one !== undefined)) return undefined
  return { startedAt, ...(isCommit(commit) ? { commit } : {}), disclosure, facts: new Map(read) }
}

function readFacts(value: Json): [string, ResultFacts] | undefined {
  if (!Array.isArray(value)) return undefined
  const [path, id, kind, name, place, expiresAt, flows, rules, grants, denials] = value as readonly Json[]
  const verdict = typeof place === 'number' ? VERDICTS[place] : undefined
  if (verdict === undefined || ![path, id, kind, name, expiresAt].every((one) => typeof one === 'string'))
    return undefined
  return [
    JSON.stringify([path, id, kind, name]),
    {
      verdict,
      seen: flows !== undefined,
      ...(typeof expiresAt === 'string' && expiresAt !== '' ? { expiresAt } : {}),
      flows: flowsOf(flows),
      rules: textsOf(rules),
      grants: textsOf(grants),
      denials: textsOf(denials),
    },
  ]
}

function flowsOf(value: Json | undefined): Record<string, FlowAnswer> {
  if (!isJsonObject(value)) return {}
  const entries = Object.entries(value).flatMap(([name, answer]) => {
    const known = FLOW_ANSWERS.find((one) => one === answer)
    return known === undefined ? [] : [[name, known] as const]
  })
  return Object.fromEntries(entries)
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : []
}
