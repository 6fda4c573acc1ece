import type { CheckResult, Report } from '../domain/report.ts'
import { LEGS, MAP_KINDS, type LegName, type MapKind } from './map-places.ts'
import { routeOf, type Route, type Station } from './map-stations.ts'

/** From best to worst. `condition`: it holds on a condition, or only what is recommended does not hold. */
export const MAP_STATES = ['none', 'ok', 'condition', 'open', 'bad'] as const
export type MapState = (typeof MAP_STATES)[number]

/** A station of the migration, or all stations of one kind where there are too many to draw. */
export interface MapNode {
  kind: MapKind
  /** Empty where nothing tells it, or nothing may. */
  name: string
  /** What else identifies it: a host, an NSG, a path. Empty where nothing tells it. */
  detail: string
  /** Of a target. */
  databases: readonly string[]
  /** The states of the stations for which this one stands; absent for a single one, empty where nothing tells how many. */
  members?: readonly MapState[]
  /** On itself, and on the ways that are asked for its sake. */
  results: readonly CheckResult[]
  state: MapState
}

/** One thing that a way depends on, such as a port; on a way for several stations there are several results. */
export interface MapPart {
  words: string
  always: boolean
  results: readonly CheckResult[]
}

export interface MapLeg {
  from: MapNode
  to: MapNode
  parts: readonly MapPart[]
  state: MapState
}

export interface ReadinessMap {
  nodes: readonly MapNode[]
  legs: readonly MapLeg[]
}

/** More of a kind are drawn as one: GitHub refuses large diagrams, and nobody reads them. */
const DRAWN: Readonly<Record<MapKind, number>> = {
  source: 8,
  share: 4,
  network: 4,
  runtime: 1,
  service: 1,
  container: 4,
  target: 4,
}

/** The way of a migration with the state of each station and leg; undefined where nothing was checked, or nothing may be shown. */
export function readinessMap(report: Report): ReadinessMap | undefined {
  if (report.manifests.every(({ checks }) => checks.length === 0)) return undefined
  const routes = report.manifests.map(routeOf)
  // Hidden names of two manifests may stand for one and the same thing.
  const hidesNames = report.disclosure !== undefined && report.manifests.length > 1
  const nodes = new Map<Station, MapNode>()
  for (const kind of MAP_KINDS) {
    const stations = groupByIdentity(routes.flatMap(({ stations }) => stations).filter((one) => one.kind === kind))
    const isUnclear = routes.some(({ unclear }) => unclear.has(kind))
    const isVague = stations.length > 0 && (hidesNames || areAlike(stations))
    if (stations.length > DRAWN[kind] || (stations.length > 1 && isUnclear) || isVague) {
      const whole = collapse(kind, stations, isVague)
      for (const station of stations.flat()) nodes.set(station, whole)
    } else for (const same of stations) nodesOf(same, nodes)
  }
  return { nodes: [...new Set(nodes.values())], legs: legsOf(routes, nodes) }
}

/** Several that look the same may be one: nobody could tell them apart, nor count them. */
function areAlike(stations: readonly (readonly Station[])[]): boolean {
  const looks = stations.map(([first]) => JSON.stringify([first?.name, first?.detail]))
  return new Set(looks).size < looks.length
}

function groupByIdentity(stations: readonly Station[]): Station[][] {
  const groups = new Map<string, Station[]>()
  for (const station of stations) {
    const same = groups.get(station.identity)
    if (same === undefined) groups.set(station.identity, [station])
    else same.push(station)
  }
  return [...groups.values()]
}

/** Stations of several manifests that are one. */
function nodesOf(same: readonly Station[], nodes: Map<Station, MapNode>): void {
  const [first] = same
  if (first === undefined) return
  const results = distinct(same.flatMap(resultsOf))
  const node: MapNode = {
    kind: first.kind,
    name: first.name,
    detail: first.detail,
    databases: [...new Set(same.flatMap(({ databases }) => databases))],
    results,
    state: worst(results.map(stateOf)),
  }
  for (const station of same) nodes.set(station, node)
}

function collapse(kind: MapKind, stations: readonly (readonly Station[])[], isVague: boolean): MapNode {
  const all = stations.flat()
  const results = distinct(all.flatMap(resultsOf))
  return {
    kind,
    name: '',
    detail: '',
    databases: [],
    members: isVague ? [] : stations.map((same) => worst(same.flatMap(resultsOf).map(stateOf))),
    results,
    state: worst(results.map(stateOf)),
  }
}

function resultsOf({ results, legs }: Station): CheckResult[] {
  return [...results, ...legs.map(({ result }) => result)]
}

/** A server that several manifests name is probed once; where its words are hidden nothing tells whether it is one. */
function distinct(results: readonly CheckResult[]): readonly CheckResult[] {
  if (results.length < 2) return results
  // Nested rather than joined to one key: texts from outside can be long, and there can be thousands.
  const known = new Map<string, Map<string, Set<string>>>()
  return [...new Set(results)].filter(({ id, subject, verdict, summary }) => {
    if (summary === '') return true
    const key = `${id} ${subject.kind} ${verdict}`
    const names = known.get(key) ?? new Map<string, Set<string>>()
    known.set(key, names)
    const summaries = names.get(subject.name) ?? new Set<string>()
    names.set(subject.name, summaries)
    return !summaries.has(summary) && summaries.add(summary)
  })
}

interface DraftLeg {
  from: MapNode
  to: MapNode
  parts: Map<string, { words: string; always: boolean; results: CheckResult[] }>
}

function legsOf(routes: readonly Route[], nodes: ReadonlyMap<Station, MapNode>): MapLeg[] {
  const drafts = new Map<MapNode, Map<MapNode, DraftLeg>>()
  for (const { stations } of routes) {
    for (const name of Object.keys(LEGS) as LegName[]) {
      const { from, to, owner } = LEGS[name]
      for (const [start, end] of pairs(stations, from, to)) {
        if (SOURCE_WAYS[name]?.(start) === false) continue
        const draft = draftOf(drafts, nodes.get(start), nodes.get(end))
        if (draft !== undefined) addParts(draft, name, owner === from ? start : end)
      }
    }
  }
  const order = [...new Set(nodes.values())]
  const legs = [...drafts.values()].flatMap((ends) => [...ends.values()].map(finishLeg))
  return legs.sort((a, b) => order.indexOf(a.from) - order.indexOf(b.from) || order.indexOf(a.to) - order.indexOf(b.to))
}

/** Whether a source takes a way: it is connected to, or its backups are uploaded. */
const SOURCE_WAYS: Readonly<Partial<Record<LegName, (source: Station) => boolean>>> = {
  'source-network': ({ isOnlyLookedAt }) => !isOnlyLookedAt,
  'source-container': ({ isOnlyLookedAt }) => isOnlyLookedAt,
}

/** Where the way goes on when no station of a kind is there. */
const NEXT: Readonly<Partial<Record<MapKind, MapKind>>> = {
  network: 'runtime',
  runtime: 'service',
}

/** Without a station between, the way goes on to the next one. */
function pairs(stations: readonly Station[], from: MapKind, to: MapKind): [Station, Station][] {
  const starts = stations.filter(({ kind }) => kind === from)
  let kind: MapKind | undefined = to
  let ends: Station[] = []
  while (ends.length === 0 && kind !== undefined) {
    const wanted: MapKind = kind
    ends = stations.filter((one) => one.kind === wanted)
    kind = NEXT[wanted]
  }
  return starts.flatMap((start) => ends.map((end): [Station, Station] => [start, end]))
}

function draftOf(
  drafts: Map<MapNode, Map<MapNode, DraftLeg>>,
  from: MapNode | undefined,
  to: MapNode | undefined,
): DraftLeg | undefined {
  if (from === undefined || to === undefined) return undefined
  const ends = drafts.get(from) ?? new Map<MapNode, DraftLeg>()
  drafts.set(from, ends)
  const draft = ends.get(to) ?? { from, to, parts: new Map() }
  ends.set(to, draft)
  return draft
}

function addParts({ from, to, parts }: DraftLeg, leg: LegName, owner: Station): void {
  const isWhole = from.members !== undefined || to.members !== undefined
  for (const { words, always, result } of owner.legs.filter((one) => one.leg === leg)) {
    const key = isWhole && !/^\d+$/.test(words) ? result.id : `${result.id} ${words}`
    const part = parts.get(key)
    if (part === undefined) parts.set(key, { words, always, results: [result] })
    else {
      part.results.push(result)
      if (part.words !== words) part.words = words.replace(/ \S+$/, '')
    }
  }
}

function finishLeg({ from, to, parts }: DraftLeg): MapLeg {
  const finished = [...parts.values()].map((part) => ({ ...part, results: distinct(part.results) }))
  return { from, to, parts: finished, state: worst(finished.flatMap(({ results }) => results.map(stateOf))) }
}

/** As the gate counts it, but for proofs by proxy, which words say. */
export function stateOf({ verdict, severity }: CheckResult): MapState {
  switch (verdict) {
    case 'pass':
      return 'ok'
    case 'not-applicable':
      return 'none'
    case 'attested':
    case 'waived':
      return 'condition'
    case 'fail':
      return severity === 'required' ? 'bad' : 'condition'
    case 'unknown':
    case 'blocked':
    case 'manual':
      return severity === 'required' ? 'open' : 'condition'
  }
}

export function worst(states: readonly MapState[]): MapState {
  return MAP_STATES[Math.max(0, ...states.map((state) => MAP_STATES.indexOf(state)))] ?? 'none'
}
