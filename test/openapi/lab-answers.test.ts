// The lab's answers against the OpenAPI files of Azure, which are kept outside the repository.
import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as answers from '../../lab/azure/answers.ts'
import * as applianceBuilders from '../../lab/azure/appliance-resources.ts'
import * as dataBuilders from '../../lab/azure/data-resources.ts'
import * as machineBuilders from '../../lab/azure/machine-resources.ts'
import * as migrationBuilders from '../../lab/azure/migration-service.ts'
import * as networkBuilders from '../../lab/azure/network-resources.ts'
import * as ruleBuilders from '../../lab/azure/security-rules.ts'
import { SPECIMENS, specimenState } from '../../lab/azure/specimens.ts'
import { azureState } from '../../lab/azure/state.ts'
import * as wanBuilders from '../../lab/azure/wan-resources.ts'
import * as wayBuilders from '../../lab/azure/ways-resources.ts'
import { STORIES } from '../../lab/stories/stories.ts'
import { isJsonObject, type Json } from '../../src/domain/json.ts'
import { changedAt, fieldName, pathsIn, replaceIn, valueAt, type Change, type Path } from '../json-fields.ts'
import { exchangesOf, type Exchange } from './exchanges.ts'
import { SHARED, SPECIFICATIONS, validate, VALIDATOR } from './validator.ts'

const SAMPLES = join(SHARED, 'samples/arm')
const isRequired = process.env['DMS_PREFLIGHT_REQUIRE_ALL'] === '1' && existsSync(SHARED)

/** What differs from the specification because Azure itself differs; `mend` is a reviver that makes it comply. */
interface Deviation {
  of: RegExp
  mend: (key: string, value: Json) => Json | undefined
  why: string
}
const DEVIATIONS: readonly Deviation[] = [
  {
    of: /\/Microsoft\.Network\/connections(\/[^/]+)?$/i,
    mend: (key, value) =>
      /^(virtualNetworkGateway[12]|localNetworkGateway2)$/.test(key) && isJsonObject(value)
        ? { properties: {}, ...value }
        : value,
    why: 'Azure refers to gateways by id alone, in every recording; the specification wants the whole gateway.',
  },
  {
    of: /\/(hubVirtualNetworkConnections|vpnConnections|expressRouteConnections)(\/[^/]+)?$/i,
    mend: (key, value) => (key === 'type' ? undefined : value),
    why: 'Azure says the type of every child; the specification leaves it out for these.',
  },
  {
    of: /\/Microsoft\.DataMigration\/skus$/i,
    mend: (key, value) => (key === 'locationInfo' ? undefined : value),
    why: 'Azure sends it, as in samples/arm/Microsoft.DataMigration/skus.list.',
  },
  {
    of: /\/serviceTags$/i,
    mend: (key, value) => (['serviceTagChangeNumber', 'networkFeatures'].includes(key) ? undefined : value),
    why: 'Azure sends both; the specification names the first since 2021-03-01 and the second never.',
  },
  {
    of: /\/servers(\/[^/]+)?$/i,
    mend: (_, value) => (value === 'SecuredByPerimeter' ? 'Disabled' : value),
    why: 'Newer than the specification of 2021-02-01-preview; the SDK of 2022-08-01-preview has it.',
  },
]

/**
 * No file there specifies these. They are compared with recordings: each of our fields is in one, with the same type.
 * `unseen` are fields that the recordings are too old for, or that are empty there.
 */
const UNSPECIFIED: readonly { of: RegExp; recordings?: string; unseen?: readonly string[] }[] = [
  {
    of: /\/providers\/Microsoft\.Authorization\/permissions$/i,
    recordings: 'Microsoft.Authorization/permissions.list',
    unseen: [
      'value.*.notActions.*: string',
      ...['value.*.dataActions', 'value.*.notDataActions'].flatMap((name) => [`${name}: list`, `${name}.*: string`]),
    ],
  },
  {
    of: /\/listNetworkManagerEffectiveSecurityAdminRules$/i,
    recordings: 'Microsoft.Network/networkManagers.listActiveSecurityAdminRules',
  },
  { of: /^\/subscriptions\/[^/]+\/providers\/[^/]+$/i, recordings: 'Microsoft.Resources/providers.get' },
  { of: /\/providers\/Microsoft\.Authorization\/denyAssignments$/i },
  { of: /\/publicIPPrefixes(\/[^/]+)?$/i },
  // The files of this provider are of the classic service.
  { of: /\/sqlMigrationServices$/i, recordings: 'Microsoft.DataMigration/sqlMigrationServices.list' },
  { of: /\/sqlMigrationServices\/[^/]+$/i, recordings: 'Microsoft.DataMigration/sqlMigrationServices.get' },
  {
    of: /\/listMonitoringData$/i,
    recordings: 'Microsoft.DataMigration/sqlMigrationServices.listMonitoringData',
    unseen: ['nodes.*.maxConcurrentJobs: number'],
  },
  { of: /\/ipv6FirewallRules$/i },
  { of: /\/providers\/Microsoft\.SqlVirtualMachine\//i },
  { of: /\/providers\/Microsoft\.Compute\//i },
]

/** By the provider that answers. The files are mostly older than the api-versions by which the product asks; fields that came later are not in them. */
const VERSIONS: Readonly<Record<string, { asked: readonly string[]; specified: readonly string[] }>> = {
  // The files are of role assignments and definitions; of permissions there is none.
  'Microsoft.Authorization': {
    asked: ['2022-04-01'],
    specified: ['2015-07-01', '2018-01-01-preview', '2020-04-01-preview'],
  },
  'Microsoft.Compute': { asked: ['2024-07-01'], specified: [] },
  'Microsoft.DataMigration': { asked: ['2018-07-15-preview', '2025-06-30'], specified: ['2018-07-15-preview'] },
  'Microsoft.Network': { asked: ['2023-09-01'], specified: ['2021-02-01'] },
  'Microsoft.Resources': { asked: ['2021-04-01'], specified: ['2021-04-01'] },
  'Microsoft.Sql': {
    asked: ['2020-11-01-preview', '2021-11-01-preview', '2022-08-01-preview'],
    specified: ['2020-11-01-preview', '2021-02-01-preview'],
  },
  'Microsoft.SqlVirtualMachine': { asked: ['2023-10-01'], specified: [] },
}

it('every builder has specimens', () => {
  const modules = [
    ...[networkBuilders, dataBuilders, wayBuilders, wanBuilders, applianceBuilders, ruleBuilders],
    ...[machineBuilders, migrationBuilders],
  ]
  const builders = modules.flatMap((module) => Object.keys(module))
  expect(Object.keys(SPECIMENS).sort()).toEqual(builders.sort())
})

if (existsSync(VALIDATOR) && existsSync(SPECIFICATIONS)) await testAnswers()
else {
  it('the OpenAPI files are not here', () => {
    console.warn(`left out: no OpenAPI files at ${SPECIFICATIONS}, so the lab's answers are not compared with them`)
    expect(isRequired).toBe(false)
  })
}

async function testAnswers(): Promise<void> {
  const exchanges = await exchangesOf(specimenState())
  const findings = validate(exchanges)
  const complying = exchanges.map(mended)
  const afterwards = validate(complying)

  describe("the lab's answers, each with every option of its builder", () => {
    it('are answers, of every kind that the product asks for', () => {
      expect(exchanges.filter(({ response }) => response.status !== 200)).toEqual([])
      expect(exchanges.length).toBeGreaterThan(100)
    })

    it('comply with the OpenAPI files, but for what Azure itself does otherwise', () => {
      const differing = complying.flatMap((exchange, index) => {
        const finding = afterwards[index]
        return finding?.kind === 'invalid' ? [{ of: pathOf(exchange), problems: finding.problems }] : []
      })
      expect(differing).toEqual([])
    })

    it.each(DEVIATIONS)('deviate where they have to: $of', ({ of }) => {
      const ofIt = exchanges.flatMap((exchange, index) => (of.test(pathOf(exchange)) ? [findings[index]?.kind] : []))
      expect(ofIt).toContain('invalid')
    })

    it('are compared with recordings where no file specifies them', () => {
      const without = exchanges.filter((_, index) => findings[index]?.kind === 'unspecified')
      const rules = without.map((exchange) => UNSPECIFIED.find(({ of }) => of.test(pathOf(exchange))))
      expect(without.filter((_, index) => rules[index] === undefined).map(pathOf)).toEqual([])
      expect(UNSPECIFIED.filter((rule) => !rules.includes(rule))).toEqual([])
      const unknown = without.flatMap((exchange, index) => unrecorded(exchange, rules[index] ?? { of: /x/ }))
      expect(unknown).toEqual([])
    })

    it('are asked for by api-versions that may be newer than those of the files', () => {
      const asked = groups(exchanges.map(({ request }) => [namespaceOf(request.url), versionOf(request.url)]))
      const specified = groups(
        readdirSync(SPECIFICATIONS, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
          const [, namespace, version] = /(Microsoft\.[^/\\]+)[/\\](?:preview|stable)[/\\]([^/\\]+)/.exec(file) ?? []
          return namespace === undefined || version === undefined ? [] : [[namespace, version] as const]
        }),
      )
      const found = Object.fromEntries(
        Object.keys(asked).map((name) => [name, { asked: asked[name], specified: specified[name] ?? [] }]),
      )
      expect(found).toEqual(VERSIONS)
    })

    it('of the stories comply as well', async () => {
      const stories = Object.values(STORIES).flatMap((story) => [story({ fixed: true }), story({ fixed: false })])
      const told = (await Promise.all(stories.map(({ azure }) => exchangesOf(azureState(azure))))).flat().map(mended)
      expect(told.length).toBeGreaterThan(50)
      expect(validate(told).filter(({ kind }) => kind === 'invalid')).toEqual([])
    })
  })

  describe('a wrong answer is caught', () => {
    const mutants = complying
      .filter((_, index) => afterwards[index]?.kind === 'valid')
      .flatMap((exchange) => mutantsOf(exchange))
    const once = [...new Map(mutants.map((mutant) => [mutant.what, mutant])).values()]

    it('for every field: misspelt, or of another type', () => {
      expect(once.length).toBeGreaterThan(1000)
      const caught = validate(once.map(({ exchange }) => exchange))
      expect(once.filter((_, index) => caught[index]?.kind !== 'invalid').map(({ what }) => what)).toEqual([])
    })

    it('with a word that is not one of the known ones', () => {
      const wrong = complying.flatMap((exchange) => {
        const text = JSON.stringify(exchange.response.body)
        const body = text.replace('"publicNetworkAccess":"Disabled"', '"publicNetworkAccess":"Perhaps"')
        return body === text ? [] : [{ ...exchange, response: { status: 200, body: JSON.parse(body) as Json } }]
      })
      expect(wrong.length).toBeGreaterThan(0)
      expect(validate(wrong).filter(({ kind }) => kind !== 'invalid')).toEqual([])
    })

    it('also where it is compared with recordings', () => {
      for (const rule of UNSPECIFIED.filter(({ recordings }) => recordings !== undefined)) {
        const exchange = exchanges.find((one) => rule.of.test(pathOf(one)))
        expect(exchange).toBeDefined()
        if (exchange === undefined) continue
        const missed = mutantsOf(exchange).filter((mutant) => unrecorded(mutant.exchange, rule).length === 0)
        expect(missed.map(({ what }) => what)).toEqual([])
      }
    })
  })

  describe('errors of the lab', () => {
    const words = ['one', 'two', 'three']
    const errors = Object.entries(answers).map(([name, build]) => {
      const given =
        name === 'armError' ? [404, 'Code', 'message'] : name === 'aadError' ? [400, 'invalid', 7, 'x'] : words
      return { name, answer: (build as (...given: unknown[]) => answers.Answer)(...given) }
    })
    it.each(errors)('$name has the fields of recorded ones', ({ name, answer }) => {
      expect(answer.status).toBeGreaterThanOrEqual(400)
      const recorded = recordedFields(name === 'aadError' ? 'errors/aad' : 'errors/arm')
      expect(unknownFields(answer.body, recorded)).toEqual([])
    })
  })
}

interface Mutant {
  what: string
  exchange: Exchange
}

/** One path for each field, by the first entry of a list that has it. */
function fieldPaths(body: Json): ReadonlyMap<string, Path> {
  return new Map(
    pathsIn(body)
      .toReversed()
      .map((path) => [fieldName(path), path]),
  )
}

/**
 * Each field once misspelt and once of another type. Objects stay objects: the files seldom say of one that it is one,
 * so the validator takes a text in its place.
 */
function mutantsOf(exchange: Exchange): readonly Mutant[] {
  const { body } = exchange.response
  const operation = pathOf(exchange).replaceAll(/\/(rg-\w+|vnet|[\w-]*\d[\w-]*)/g, '')
  return [...fieldPaths(body)].flatMap(([name, path]): Mutant[] => {
    const variant = (what: string, change: Change): Mutant => {
      const mutated = changedAt(body, path, change)
      return {
        what: `${operation}: ${name} ${what}`,
        exchange: { ...exchange, response: { status: 200, body: mutated } },
      }
    }
    const value = valueAt(body, path)
    return [
      ...(typeof path.at(-1) === 'number' ? [] : [variant('misspelt', misspelt)]),
      ...(isJsonObject(value) ? [] : [variant('of another type', (parent, key) => retyped(parent, key, value))]),
    ]
  })
}

function misspelt(parent: Json, key: string | number): Json {
  const entries = Object.entries(parent as Record<string, Json>)
  return Object.fromEntries(entries.map(([name, value]) => [name === key ? `${name}x` : name, value]))
}

function retyped(parent: Json, key: string | number, value: Json): Json {
  return replaceIn(parent, key, typeof value === 'string' ? 7 : 'text')
}

function pathOf({ request }: Exchange): string {
  return new URL(request.url).pathname
}

function versionOf(url: string): string {
  return new URL(url).searchParams.get('api-version') ?? 'none'
}

/** The provider that answers. */
function namespaceOf(url: string): string {
  const { pathname } = new URL(url)
  if (/^\/subscriptions\/[^/]+\/providers\/[^/]+$/.test(pathname)) return 'Microsoft.Resources'
  return pathname.split('/providers/').at(-1)?.split('/')[0] ?? ''
}

function groups(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const names = [...new Set(pairs.map(([name]) => name))].sort()
  const valuesOf = (name: string): readonly string[] => [
    ...new Set(pairs.flatMap(([other, value]) => (other === name ? [value] : []))),
  ]
  return Object.fromEntries(names.map((name) => [name, valuesOf(name).toSorted()]))
}

/** The exchange without what is allowed to deviate. */
function mended(exchange: Exchange): Exchange {
  const { status, body } = exchange.response
  const complying = DEVIATIONS.filter(({ of }) => of.test(pathOf(exchange))).reduce<Json>(
    (text, { mend }) => JSON.parse(JSON.stringify(text), (key, value: Json) => mend(key, value)) as Json,
    body,
  )
  return { ...exchange, response: { status, body: complying } }
}

function unrecorded(exchange: Exchange, { recordings, unseen = [] }: (typeof UNSPECIFIED)[number]): readonly string[] {
  if (recordings === undefined) return []
  const unknown = unknownFields(exchange.response.body, recordedFields(recordings))
  return unknown.filter((field) => !unseen.includes(field))
}

/** `path: type` of every field in the recordings of a folder. */
function recordedFields(folder: string): ReadonlySet<string> {
  const files = readdirSync(join(SAMPLES, folder)).map((name) => join(SAMPLES, folder, name))
  const bodies = files.map(
    (file) => (JSON.parse(readFileSync(file, 'utf8')) as { response: { body: Json } }).response.body,
  )
  return new Set(bodies.flatMap((body) => [...typedFields(body)]))
}

function unknownFields(body: Json, known: ReadonlySet<string>): readonly string[] {
  return [...typedFields(body)].filter((field) => !known.has(field))
}

function typedFields(body: Json): ReadonlySet<string> {
  const fields = new Set<string>()
  const walk = (value: Json, name: string): void => {
    // Recordings of others have such a text in place of what they did not need.
    if (value === null || value === '[REDACTED:UNUSED]') return
    fields.add(`${name}: ${Array.isArray(value) ? 'list' : typeof value}`)
    const below = name === '' ? '' : `${name}.`
    if (Array.isArray(value)) (value as Json[]).forEach((item) => walk(item, `${below}*`))
    else if (isJsonObject(value)) for (const [key, inner] of Object.entries(value)) walk(inner, `${below}${key}`)
  }
  walk(body, '')
  return fields
}
