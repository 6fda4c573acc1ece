import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { CheckedManifest } from '../../src/prerequisite-plan/judge-rows.ts'
import { judgeRows } from '../../src/prerequisite-plan/judge-rows.ts'
import { readPlan } from '../../src/prerequisite-plan/read-plan.ts'
import { writeBack } from '../../src/prerequisite-plan/write-back.ts'
import { VERDICTS } from '../../src/domain/verdict.ts'
import { brokenInvariants, gatesOutsideBlockers, type EvidenceJson, type PlanJson } from './invariants.ts'
import {
  checked,
  citing,
  ENTRY_SHAPES,
  makePlan,
  PATHS,
  record,
  result,
  rowsOf,
  type PlanOptions,
} from './plan-fixtures.ts'

const RUN = { collectedAt: '2026-11-26T12:00:00.000Z', toolVersion: '1.2.3', reportHash: `sha256:${'a'.repeat(64)}` }
const LATER = { collectedAt: '2026-11-27T12:00:00.000Z', toolVersion: '1.2.4', reportHash: null }

/** Every way in which people and tools lay JSON out. */
const LAYOUTS = {
  'two spaces': (plan: PlanJson) => `${JSON.stringify(plan, undefined, 2)}\n`,
  'four spaces, no line feed at the end': (plan: PlanJson) => JSON.stringify(plan, undefined, 4),
  tabs: (plan: PlanJson) => `${JSON.stringify(plan, undefined, '\t')}\n`,
  'one line': (plan: PlanJson) => JSON.stringify(plan),
  'CRLF and a byte order mark': (plan: PlanJson) =>
    `\uFEFF${JSON.stringify(plan, undefined, 2).replaceAll('\n', '\r\n')}\r\n`,
} as const
type Layout = keyof typeof LAYOUTS

type Result = CheckedManifest['checks'][number]

const states = fc.constantFrom(
  'confirmed',
  'proven',
  'own',
  'reported',
  'missing',
  'own-missing',
  'unknown',
  'not_applicable',
)
const results = fc.array(
  fc.record({
    verdict: fc.constantFrom(...VERDICTS),
    proof: fc.constantFrom('direct' as const, 'direct' as const, 'proxy' as const),
    severity: fc.constantFrom('required' as const, 'required' as const, 'recommended' as const),
  }),
  { maxLength: 3 },
)
const worlds = fc.record({
  path: fc.constantFrom(...PATHS),
  states: fc.array(states, { minLength: 30, maxLength: 30 }),
  results: fc.array(
    fc.oneof(
      results,
      results.map((list) => list.map((one) => ({ ...one, verdict: 'pass' as const }))),
    ),
    {
      minLength: 30,
      maxLength: 30,
    },
  ),
  again: fc.array(results, { minLength: 30, maxLength: 30 }),
  isStrict: fc.boolean(),
  shape: fc.constantFrom(...(Object.keys(ENTRY_SHAPES) as (keyof typeof ENTRY_SHAPES)[])),
  layout: fc.constantFrom(...(Object.keys(LAYOUTS) as Layout[])),
})
type World = typeof worlds extends fc.Arbitrary<infer One> ? One : never

function planOf({ path, states: given, shape, layout, isStrict }: World): string {
  const rows: Record<string, NonNullable<PlanOptions['rows']>[string]> = {}
  const evidence: EvidenceJson[] = []
  rowsOf(path).forEach(({ id, type }, place) => {
    const state = given[place] ?? 'unknown'
    const own = `dms-preflight-${id}`
    if (state === 'proven') {
      evidence.push(record(`EV-${id}`, [id]))
      rows[id] = { status: 'confirmed', basis: `verified_evidence:EV-${id}`, acceptedEvidence: [`EV-${id}`] }
    } else if (state === 'own') {
      evidence.push(record(own, [id]))
      rows[id] = { status: 'confirmed', basis: `verified_evidence:${own}`, acceptedEvidence: [own] }
    } else if (state === 'own-missing') rows[id] = { status: 'missing', basis: 'known_missing:dms_preflight' }
    else if (state !== 'not_applicable' || type !== 'required') rows[id] = { status: state }
  })
  return LAYOUTS[layout](makePlan(path, { rows, evidence, shape, isStrict }))
}

function write(
  world: World,
  text: string,
  verdicts: World['results'],
  run: Parameters<typeof writeBack>[2] = RUN,
): string {
  const read = readPlan('plan.json', text)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const rows = rowsOf(world.path)
  const catalogue = rows.flatMap(({ id }, row) =>
    (verdicts[row] ?? []).map((_, place) => citing(`area/${id}-${place}`, [id])),
  )
  const checks = rows.flatMap(({ id }, row): Result[] =>
    (verdicts[row] ?? []).map((one, place) => result(`area/${id}-${place}`, one.verdict, one)),
  )
  return writeBack(read.plan, judgeRows(world.path, [checked(world.path, checks)], catalogue), run).text
}

describe('a plan of every path, in every layout, after any run', () => {
  it('keeps the invariants and everything else, is the same after the same run, and settles after another one', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const before = planOf(world)
        expect(brokenInvariants(before)).toEqual([])
        const after = write(world, before, world.results)
        expect(brokenInvariants(after, before)).toEqual([])
        if (world.isStrict) expect(gatesOutsideBlockers(after)).toEqual([])
        expect(write(world, after, world.results)).toBe(after)
        const again = write(world, after, world.again, LATER)
        expect(brokenInvariants(again, after)).toEqual([])
        // The layout is kept: what another program writes of the same content in this layout is the same text.
        const plain = JSON.parse(again.replace(/^\uFEFF/, '')) as PlanJson
        expect(again).toBe(LAYOUTS[world.layout](plain))
      }),
      { numRuns: 150 },
    )
  })

  it('is not touched by a run that decides nothing', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const before = planOf(world)
        const open = world.results.map((list) =>
          list.map((one) => ({
            ...one,
            verdict: (['unknown', 'blocked', 'manual'] as const)[list.length - 1] ?? 'unknown',
          })),
        )
        expect(write(world, before, open)).toBe(before)
      }),
      { numRuns: 50 },
    )
  })
})
