import { isJsonObject } from '../domain/json.ts'
import type { CheckResult, ManifestReport } from '../domain/report.ts'
import { LEGS, MAP_KINDS, NAMED_BY, placeOf, type LegName, type MapKind } from './map-places.ts'

/** A station as one manifest's results tell it. */
export interface Station {
  kind: MapKind
  /** As its subjects are named. */
  subject: string
  identity: string
  name: string
  detail: string
  databases: string[]
  results: CheckResult[]
  /** Nothing of the service connects to it: only this run does, to look at it. */
  isOnlyLookedAt: boolean
  /** What belongs to the legs that it owns. */
  legs: { leg: LegName; words: string; always: boolean; result: CheckResult }[]
}

export interface Route {
  stations: Station[]
  /** Kinds of which the results do not tell which station they are about. */
  unclear: ReadonlySet<MapKind>
}

/** Puts every result of a manifest into its place. `place` is that of the manifest in the report. */
export function routeOf(manifest: ManifestReport, place: number): Route {
  const stations: Station[] = []
  const unclear = new Set<MapKind>()
  const applicable = manifest.checks.filter(({ verdict }) => verdict !== 'not-applicable')
  for (const result of applicable.filter(({ subject }) => Object.values(NAMED_BY).includes(subject.kind))) {
    const kind = MAP_KINDS.find((one) => NAMED_BY[one] === result.subject.kind)
    if (kind !== undefined) addStation(stations, kind, result.subject.name)
  }
  for (const result of applicable) {
    const where = placeOf(result.id)
    const kind = where.on === 'node' ? where.kind : LEGS[where.leg].owner
    const station = findStation(stations, kind, result, unclear)
    const isOwnWay = where.on === 'leg' && isWayOfThisRun(result)
    if (isOwnWay) station.isOnlyLookedAt = true
    if (where.on === 'node' || isOwnWay) station.results.push(result)
    else station.legs.push({ ...where, always: where.always === true, words: wordsOf(where.words, result), result })
  }
  if (!stations.some(({ kind }) => kind === 'service')) addStation(stations, 'service', '')
  for (const station of stations) identify(station, place)
  // The results do not say which of several shares or containers serves which source or target.
  for (const kind of ['share', 'container'] as const) if (countOf(stations, kind) > 1) unclear.add(kind)
  if (countOf(stations, 'container') > 0 && countOf(stations, 'target') > 1) unclear.add('target')
  return { stations, unclear }
}

function isWayOfThisRun({ evidence }: CheckResult): boolean {
  const { vantage } = evidence
  return vantage !== undefined && isJsonObject(vantage) && vantage['place'] === 'this-runner'
}

function countOf(stations: readonly Station[], kind: MapKind): number {
  return stations.filter((one) => one.kind === kind).length
}

function addStation(stations: Station[], kind: MapKind, subject: string): Station {
  const known = stations.find((one) => one.kind === kind && one.subject === subject)
  if (known !== undefined) return known
  const station = {
    kind,
    subject,
    identity: '',
    name: '',
    detail: '',
    databases: [],
    results: [],
    isOnlyLookedAt: false,
    legs: [],
  }
  stations.push(station)
  return station
}

function findStation(stations: Station[], kind: MapKind, { subject }: CheckResult, unclear: Set<MapKind>): Station {
  const own = stations.filter((one) => one.kind === kind)
  if (NAMED_BY[kind] === undefined) return own[0] ?? addStation(stations, kind, '')
  const named = own.find((one) => one.subject === subject.name)
  if (named !== undefined && subject.kind === NAMED_BY[kind]) return named
  // A database is named after what it is within; the longest name decides.
  const around = own
    .filter((one) => subject.kind === 'database' && subject.name.startsWith(`${one.subject}/`))
    .sort((a, b) => b.subject.length - a.subject.length)[0]
  if (around !== undefined) {
    const database = subject.name.slice(around.subject.length + 1)
    if (!around.databases.includes(database)) around.databases.push(database)
    return around
  }
  if (own.length > 1) unclear.add(kind)
  return own[0] ?? addStation(stations, kind, '')
}

/** What is best known by its port. */
const WITH_PORT = ['TCP', 'SMB']

function wordsOf(words: string, { id, subject, evidence }: CheckResult): string {
  const port = evidence['port']
  if (typeof port === 'number' && WITH_PORT.includes(words)) return `${words} ${port}`
  const named = id === 'network/nsg-allows-dms-ports' ? /:(\d+)$/.exec(subject.name)?.[1] : undefined
  if (named !== undefined) return named
  return subject.kind === 'flow' ? `flow ${subject.name}` : words
}

/** The name of an entry in the short form of a manifest. */
const ONLY_ONE = 'default'

/** Takes from the evidence what a person calls the station, and what makes it the same in another manifest. */
function identify(station: Station, place: number): void {
  const { kind, subject } = station
  const own = [...station.results, ...station.legs.map(({ result }) => result)]
  const given = subject === ONLY_ONE ? '' : subject
  if (kind === 'service' || kind === 'runtime') {
    station.identity = kind
    return
  }
  if (kind === 'network') {
    station.name = textIn(own, 'subnet') || portSubnet(own)
    station.detail = nsgOf(own)
    station.identity = JSON.stringify(
      station.name === '' ? [place] : [textIn(own, 'networkId'), station.name, station.detail],
    )
    return
  }
  const where = whereabouts(kind, own)
  station.name = given || (kind === 'target' ? textIn(own, 'server') : '') || shortName(kind, where)
  station.detail = where.split('.')[0] === station.name || where === station.name ? '' : where
  // Two instances may share a host, so the name belongs to it.
  station.identity = JSON.stringify(where === '' ? [place, subject] : [station.name, where])
}

/** What tells a station from every other one, whatever a manifest calls it. */
function whereabouts(kind: MapKind, own: readonly CheckResult[]): string {
  if (kind === 'container')
    return [textIn(own, 'account'), textIn(own, 'container')].filter((text) => text !== '').join('/')
  return textIn(own, kind === 'share' ? 'path' : 'host')
}

function textIn(results: readonly CheckResult[], key: string): string {
  for (const { evidence } of results) {
    const value = evidence[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}

function portSubnet(results: readonly CheckResult[]): string {
  const name = results.find(({ subject }) => subject.kind === 'nsg-port')?.subject.name ?? ''
  return /^(.+):\d+$/.exec(name)?.[1] ?? ''
}

function nsgOf(results: readonly CheckResult[]): string {
  for (const { evidence } of results) {
    const nsg = evidence['nsg']
    if (nsg !== undefined && isJsonObject(nsg) && typeof nsg['name'] === 'string') return `NSG ${nsg['name']}`
  }
  return ''
}

function shortName(kind: MapKind, where: string): string {
  if (kind === 'share' || kind === 'container') return where
  return /^[\d.]+$|:/.test(where) ? where : (where.split('.')[0] ?? '')
}
