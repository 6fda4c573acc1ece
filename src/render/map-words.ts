import type { CheckResult } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { MapKind } from '../report/map-places.ts'
import type { MapLeg, MapNode, MapPart, MapState } from '../report/readiness-map.ts'
import { cut } from './escape.ts'
import { plural } from './words.ts'

/** Raw text, to be escaped by whoever shows it: the same words in the diagram, in lists and in the log. */

const NAME_CHARS = 40
const DATABASES_SHOWN = 2
const LEG_GROUPS_SHOWN = 4
const WORDS_IN_GROUP = 6

const KIND_WORDS: Readonly<Record<MapKind, { one: string; several: string }>> = {
  source: { one: 'Source', several: 'sources' },
  share: { one: 'Share', several: 'shares' },
  network: { one: 'Subnet', several: 'subnets' },
  runtime: { one: 'Integration runtime', several: 'integration runtimes' },
  service: { one: 'DMS', several: 'DMS services' },
  container: { one: 'Container', several: 'containers' },
  target: { one: 'Target', several: 'targets' },
}

/** `Source sales`, `12 sources`. */
export function nodeTitle({ kind, name, members }: MapNode): string {
  const { one, several } = KIND_WORDS[kind]
  // Where names are hidden, a number after the kind of the subject stands for them.
  const shown = cut(name.replace(/^(?:sql-server|target|share|container) (?=\d+$)/, ''), NAME_CHARS)
  if (members === undefined) return shown === '' ? one : `${one} ${shown}`
  if (members.length > 0) return `${members.length} ${several}`
  return kind === 'service' || kind === 'runtime' ? one : several.charAt(0).toUpperCase() + several.slice(1)
}

/** What else identifies a station, one short line each. */
export function nodeDetails({ detail, databases }: MapNode): string[] {
  const shown = databases.slice(0, DATABASES_SHOWN).map((name) => cut(name, NAME_CHARS))
  const more = databases.length - shown.length
  return [
    ...(detail === '' ? [] : [cut(detail, NAME_CHARS)]),
    ...(shown.length === 0 ? [] : [shown.join(', ') + (more > 0 ? ` and ${more} more` : '')]),
  ]
}

const MEMBER_WORDS: Readonly<Record<MapState, string>> = {
  bad: '✖ not ready',
  open: '? undetermined',
  condition: 'with conditions',
  ok: '✔ ready',
  none: 'not applicable',
}

/** How a station stands: the stations for which it stands, or its own checks. */
export function nodeState({ members, results }: MapNode): string[] {
  if (members !== undefined && members.length > 0) {
    const states = ['bad', 'open', 'condition', 'ok'] as const
    return states.flatMap((state) => {
      const count = members.filter((one) => one === state).length
      return count === 0 ? [] : [`${count} ${MEMBER_WORDS[state]}`]
    })
  }
  const counted = results.filter(({ verdict }) => verdict !== 'not-applicable')
  if (counted.length === 0) return []
  const required = counted.filter(({ severity }) => severity === 'required')
  const count = (verdict: Verdict): number => required.filter((result) => result.verdict === verdict).length
  const recommended = counted.filter(({ severity, verdict }) => severity === 'recommended' && !HOLDS.includes(verdict))
  const vouched = counted.filter(({ verdict }) => verdict === 'attested' || verdict === 'waived')
  const parts: [number, string][] = [
    [count('fail'), count('fail') === 1 ? '✖ 1 fails' : `✖ ${count('fail')} fail`],
    [count('unknown'), `? ${count('unknown')} unknown`],
    [count('manual'), `? ${count('manual')} to be vouched for`],
    [count('blocked'), `… ${count('blocked')} blocked`],
    [recommended.length, plural(recommended.length, 'recommendation')],
    [vouched.length, `${vouched.length} vouched for`],
  ]
  const said = parts.filter(([number]) => number > 0).map(([, words]) => words)
  return said.length === 0 ? [`✔ ${plural(counted.length, 'check')}`] : said
}

const HOLDS: readonly Verdict[] = ['pass', 'attested', 'waived', 'not-applicable']

/** What stands at a way: each outcome with the things that have it, `✔ 53, 9354`; what is well only where it helps. */
export function legLines({ from, to, parts }: MapLeg): string[] {
  const isCounted = [from, to].every(({ members }) => members === undefined || members.length > 0)
  const groups = new Map<string, { outcome: Outcome; words: string[] }>()
  for (const part of partsToShow(parts)) {
    for (const [key, { outcome, count }] of outcomesOf(part)) {
      const group = groups.get(key) ?? { outcome, words: [] }
      groups.set(key, group)
      const words = cut(part.words, NAME_CHARS)
      group.words.push(isCounted && count > 1 && subjectsOf(part.results) > 1 ? `${words} ×${count}` : words)
    }
  }
  const lines = [...groups.values()].map(({ outcome: [glyph, suffix], words }) => {
    const more = words.length - WORDS_IN_GROUP
    const listed = words.slice(0, WORDS_IN_GROUP).join(', ') + (more > 0 ? ` and ${more} more` : '')
    return `${glyph} ${listed}${suffix === '' ? '' : ` ${suffix}`}`
  })
  const more = lines.length - LEG_GROUPS_SHOWN
  return more > 0 ? [...lines.slice(0, LEG_GROUPS_SHOWN), `and ${more} more outcomes`] : lines
}

/** What is well, and what is blocked, goes without saying where something is said. */
function partsToShow(parts: readonly MapPart[]): readonly MapPart[] {
  const main = parts.filter(({ always }) => always)
  const said = parts.filter((part) => part.always || part.results.some(({ verdict }) => !QUIET.includes(verdict)))
  const hasCause = said.some(({ results }) => results.some(({ verdict }) => OPEN.includes(verdict)))
  const told = hasCause ? said.filter(({ results }) => results.some(({ verdict }) => verdict !== 'blocked')) : said
  return told.length > 0 || main.length > 0 ? told : parts
}

const QUIET: readonly Verdict[] = ['pass', 'blocked']
const OPEN: readonly Verdict[] = ['fail', 'unknown', 'manual']

function subjectsOf(results: readonly CheckResult[]): number {
  return new Set(results.map(({ subject }) => subject.name)).size
}

function outcomesOf({ results }: MapPart): Map<string, { outcome: Outcome; count: number }> {
  const outcomes = new Map<string, { outcome: Outcome; count: number }>()
  for (const result of results) {
    const outcome = outcomeOf(result)
    const key = outcome.join(' ')
    outcomes.set(key, { outcome, count: (outcomes.get(key)?.count ?? 0) + 1 })
  }
  return outcomes
}

/** A sign, and what follows the name of the thing. */
type Outcome = readonly [glyph: string, suffix: string]

function outcomeOf({ verdict, proof, severity }: CheckResult): Outcome {
  if (verdict === 'pass') return ['✔', proof === 'proxy' ? 'by proxy' : '']
  const [glyph, words] = OUTCOMES[verdict]
  const isRecommended = severity === 'recommended' && !HOLDS.includes(verdict)
  return [glyph, [words, ...(isRecommended ? ['(recommended)'] : [])].filter((part) => part !== '').join(' ')]
}

const OUTCOMES: Readonly<Record<Verdict, Outcome>> = {
  pass: ['✔', ''],
  fail: ['✖', ''],
  unknown: ['?', 'unknown'],
  blocked: ['…', 'blocked'],
  manual: ['?', 'to be vouched for'],
  attested: ['✔', 'attested'],
  waived: ['✖', 'waived'],
  'not-applicable': ['–', 'not applicable'],
}

/** The whole map in plain words, a line for each leg; how a station stands is said once. */
export function mapLines({ legs }: { legs: readonly MapLeg[] }): string[] {
  const starts = new Set(legs.map(({ from }) => from))
  const said = new Set<MapNode>()
  const nodeLine = (node: MapNode): string => {
    const isDue = !said.has(node) && (node.state !== 'ok' || node.members !== undefined)
    said.add(node)
    const state = isDue ? nodeState(node) : []
    return nodeTitle(node) + (state.length === 0 ? '' : ` (${state.join(', ')})`)
  }
  return legs.map((leg) => {
    const words = legLines(leg)
    const end = starts.has(leg.to) ? nodeTitle(leg.to) : nodeLine(leg.to)
    return `${nodeLine(leg.from)} → ${end}${words.length === 0 ? '' : `: ${words.join(' · ')}`}`
  })
}
