import { describe, expect, it } from '@jest/globals'
import {
  ENTRY_SHAPES,
  makePlan,
  PATHS,
  pathOf,
  planText,
  record,
  type PlanOptions,
} from '../../test/prerequisite-plan/plan-fixtures.ts'
import type { PlanJson } from '../../test/prerequisite-plan/invariants.ts'
import { readPlan } from './read-plan.ts'

const P12 = pathOf('P12')

function problemsOf(text: string): string[] {
  const read = readPlan('migration/plan.json', text)
  return read.ok ? [] : read.problems.map(({ location, message }) => `${location?.line ?? 0}: ${message}`)
}
const changed = (change: (plan: PlanJson) => unknown, options: PlanOptions = {}): string[] =>
  problemsOf(planText(P12, { ...options, change }))
const rowOf = (plan: PlanJson, id: string) => plan.prerequisites.find((row) => row.id === id)!

describe('a plan', () => {
  it.each(PATHS)('of the path $id is read', (path) => {
    const read = readPlan('plan.json', planText(path, { rows: { 'COM-001': { status: 'missing' } } }))
    expect(read).toMatchObject({ ok: true, plan: { path, overallStatus: 'blocked' } })
  })

  it.each(Object.keys(ENTRY_SHAPES) as (keyof typeof ENTRY_SHAPES)[])('may list its open rows as %s', (shape) => {
    expect(problemsOf(planText(P12, { shape, rows: { 'COM-001': { status: 'missing' } } }))).toEqual([])
  })

  it('may list them by the field of the question, or in words that nobody can decide', () => {
    expect(changed((plan) => (plan.unknowns = [{ field: 'network_path_status' }]))).toEqual([])
    expect(changed((plan) => (plan.unknowns = ['ask the network team']))).toEqual([])
  })

  it('without a path is left as it is', () => {
    const text = JSON.stringify({
      metadata: { schemaVersion: '1.0' },
      overallStatus: 'unresolved_path',
      unresolvedReason: 'two paths',
      candidatePaths: ['P20', 'P22'],
      disambiguation: 'bulk_copy_tool',
    })
    expect(readPlan('plan.json', text)).toEqual({ ok: false, unresolved: true, problems: [] })
  })

  it('that is no JSON, or another JSON, is refused with its place', () => {
    expect(problemsOf('{\n  "metadata": oops')).toEqual(['2: the prerequisite plan is no JSON: a value is expected'])
    expect(problemsOf('[]')).toEqual(['1: the prerequisite plan must be a JSON object'])
    expect(problemsOf('{}')).toEqual([
      '1: the prerequisite plan has no `metadata.schemaVersion`: this is no prerequisite plan',
    ])
    expect(problemsOf('{"metadata":{"schemaVersion":"1.1"}}')).toEqual([
      '1: the prerequisite plan must have the `metadata.schemaVersion` "1.0"; others are not read',
    ])
  })

  it.each<[string, (plan: PlanJson) => unknown, RegExp]>([
    [
      'a path that is not ours',
      (plan) => (plan.selectedMethodPath['id'] = 'P08'),
      /is for the path P08: .* P12, P23, P24, P25, P26/,
    ],
    ['no path', (plan) => (plan['selectedMethodPath'] = {}), /has no `selectedMethodPath.id` that is known/],
    [
      'another path by its alias',
      (plan) => (plan['selectedPath'] = { id: 'P23' }),
      /names another path in `selectedPath`.* P12/,
    ],
    ['a status of its own', (plan) => (plan.overallStatus = 'fine'), /must have an `overallStatus` of blocked, /],
    [
      'the status of other rows',
      (plan) => (plan.overallStatus = 'ready'),
      /must be `unknown_requires_assessment` by its rows, and says ready/,
    ],
    ['another count', (plan) => (plan.summary['blockingUnknown'] = 1), /must count \d+ in `summary.blockingUnknown`/],
    ['a count that is none', (plan) => delete plan.summary['missing'], /must count 0 in `summary.missing`/],
    ['no rows', (plan) => (plan.prerequisites = []), /must have a list `prerequisites`/],
    ['a row twice', (plan) => plan.prerequisites.push(plan.prerequisites[0]!), /has the row COM-001 twice/],
    [
      'an invented row',
      (plan) => (plan.prerequisites[0]!.id = 'P12-999'),
      /has the row P12-999, which the knowledge base v1.11 has not/,
    ],
    [
      'a row that blocks no more',
      (plan) => (rowOf(plan, 'COM-001').blocking = false),
      /has changed the row COM-001: .* required and blocking/,
    ],
    [
      'a row of another type',
      (plan) => (rowOf(plan, 'P12-008').requirementType = 'required'),
      /has changed the row P12-008: .* conditional and blocking/,
    ],
    [
      'an id that is none',
      (plan) => (plan.prerequisites[0]!.id = 'sql01.corp.example'),
      /an id like COM-001 or P12-001/,
    ],
    [
      'a status that is none',
      (plan) => (rowOf(plan, 'COM-002').status = 'done'),
      /must have status on COM-002: confirmed, /,
    ],
    [
      'a basis that is none',
      (plan) => (rowOf(plan, 'COM-002').basis = 'should be fine'),
      /must have a basis on COM-002/,
    ],
    [
      'a row without a source',
      (plan) => (rowOf(plan, 'COM-002')['officialSources'] = []),
      /must have officialSources on COM-002/,
    ],
    [
      'evidence twice',
      (plan) => (rowOf(plan, 'COM-002').acceptedEvidence = ['EV-1', 'EV-1']),
      /each once, for acceptedEvidence on COM-002/,
    ],
    [
      'evidence that is nowhere',
      (plan) => (rowOf(plan, 'COM-002').acceptedEvidence = ['EV-1']),
      /has evidence on COM-002 that is not in `evidenceRegister`/,
    ],
    [
      'a record twice',
      (plan) => plan.evidenceRegister.push(record('EV-2', []), record('EV-2', [])),
      /an id of its own for every record/,
    ],
    [
      'no register',
      (plan) => delete (plan as Record<string, unknown>)['evidenceRegister'],
      /must have a list `evidenceRegister`/,
    ],
    [
      'an unknown gate that is not listed',
      (plan) => plan.unknowns.pop(),
      /has the blocking row \S+ as unknown, but not in `unknowns`/,
    ],
    ['a mixture', (plan) => (plan['unresolvedReason'] = 'x'), /which only a plan without a path has/],
    ['no advisor', (plan) => (plan.metadata['mode'] = 'advisor_handoff'), /of the mode advisor_handoff must have/],
  ])('with %s is refused', (_, change, words) => {
    const problems = changed(change)
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(words)]))
    expect(problems.join()).not.toContain('sql01.corp')
  })

  it('that confirms a row by evidence which is only reported is refused', () => {
    const row = { status: 'confirmed', basis: 'verified_evidence:EV-1', acceptedEvidence: ['EV-1'] }
    const evidence = [record('EV-1', ['COM-001'], 'reported')]
    expect(problemsOf(planText(P12, { rows: { 'COM-001': row }, evidence }))).toEqual([
      expect.stringMatching(/confirms COM-001 by evidence that .* is not verified/),
    ])
  })

  it('of another line of the knowledge base may have other rows', () => {
    const change = (plan: PlanJson): void => {
      plan.metadata['prerequisiteKnowledgeBaseVersion'] = 'v1.12'
      rowOf(plan, 'P12-016').id = 'P12-017'
    }
    expect(changed(change)).toEqual([])
  })

  it('with rows of an overlay is read', () => {
    const overlay = { ...makePlan(P12).prerequisites[0]!, id: 'P27-001', status: 'confirmed', basis: 'typed_answer:x' }
    const change = (plan: PlanJson): void => {
      plan.prerequisites.push(overlay)
      plan.summary['confirmed'] = 1
    }
    expect(changed(change)).toEqual([])
  })

  it('with very many faults tells the first ones', () => {
    const problems = changed((plan) => plan.prerequisites.forEach((row) => (row.basis = '?')))
    expect([problems.length, problems.at(-1)]).toEqual([21, expect.stringContaining('more problems than are listed')])
  })
})
