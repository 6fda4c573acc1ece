import { isJsonObject, type Json } from '../domain/json.ts'
import type { CheckResult } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'

/** What is true of a result, without any order: what of it gets worse is drift. */
export interface ResultFacts {
  verdict: Verdict
  /** Whether it was looked at: without evidence nothing can be said to be lost. */
  seen: boolean
  expiresAt?: string
  /** Answers of security rules by flow. */
  flows: Readonly<Record<string, FlowAnswer>>
  rules: readonly string[]
  grants: readonly string[]
  denials: readonly string[]
}

/** From best to worst. */
export const FLOW_ANSWERS = ['allowed', 'depends', 'partial', 'denied'] as const
export type FlowAnswer = (typeof FLOW_ANSWERS)[number]

/** Rights that statements answer with 1, as people call them. */
const RIGHTS: ReadonlyMap<string, string> = new Map([
  ['controlServer', 'CONTROL SERVER'],
  ['controlDatabase', 'CONTROL DATABASE'],
  ['connectSql', 'CONNECT SQL'],
  ['sysadmin', 'sysadmin'],
  ['dbOwner', 'db_owner'],
  ['viewServerState', 'VIEW SERVER STATE'],
  ['viewAnyDefinition', 'VIEW ANY DEFINITION'],
])
/** Lists of names through which a right comes. */
const GRANT_LISTS: ReadonlyMap<string, string> = new Map([
  ['roles', 'role'],
  ['grantedTo', 'grant to'],
])

const DECIDED: readonly Verdict[] = ['pass', 'fail', 'waived']

/** The facts of one result, each list sorted and without repetitions. Pure. */
export function factsOf(result: Pick<CheckResult, 'verdict' | 'evidence' | 'expiresAt'>): ResultFacts {
  const found = { flows: new Map<string, FlowAnswer>(), rules: new Set<string>(), grants: new Set<string>() }
  const denials = new Set<string>()
  const seen = DECIDED.includes(result.verdict) && Object.keys(result.evidence).length > 0
  if (seen) collect(result.evidence, { ...found, denials })
  return {
    verdict: result.verdict,
    seen,
    ...(result.expiresAt === null ? {} : { expiresAt: result.expiresAt }),
    flows: Object.fromEntries([...found.flows].sort(([a], [b]) => (a < b ? -1 : 1))),
    rules: [...found.rules].sort(),
    grants: [...found.grants].sort(),
    denials: [...denials].sort(),
  }
}

interface Collected {
  flows: Map<string, FlowAnswer>
  rules: Set<string>
  grants: Set<string>
  denials: Set<string>
}

function collect(value: Json, into: Collected): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collect(item, into)
    return
  }
  if (!isJsonObject(value)) return
  addFlow(value, into.flows)
  for (const [key, item] of Object.entries(value)) {
    const right = RIGHTS.get(key)
    if (right !== undefined && item === 1) into.grants.add(right)
    if (key === 'decidingRules') for (const rule of textsOf(item)) into.rules.add(rule)
    if (key === 'deniedTo') for (const name of textsOf(item)) into.denials.add(name)
    const list = GRANT_LISTS.get(key)
    if (list !== undefined) for (const name of textsOf(item)) into.grants.add(`${list} ${name}`)
    collect(item, into)
  }
}

function addFlow(value: Readonly<Record<string, Json>>, flows: Map<string, FlowAnswer>): void {
  const answer = FLOW_ANSWERS.find((name) => name === value['answer'])
  const { direction, peer } = value
  if (answer === undefined || typeof direction !== 'string' || typeof peer !== 'string') return
  const [protocols, ports] = [textsOf(value['protocols']), textsOf(value['ports'])]
  const name = `${direction} ${protocols.toSorted().join('/')} ${ports.toSorted().join(', ')} ${peer}`
  const known = flows.get(name)
  if (known === undefined || isWorse(answer, known)) flows.set(name, answer)
}

export function isWorse(answer: FlowAnswer, other: FlowAnswer): boolean {
  return FLOW_ANSWERS.indexOf(answer) > FLOW_ANSWERS.indexOf(other)
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : []
}
