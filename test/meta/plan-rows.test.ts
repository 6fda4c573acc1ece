import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { PLAN_PATHS, PLAN_ROWS } from '../../src/domain/plan-rows.ts'
import { checksOfRow, pathsOf } from '../../tools/prerequisite-rows.ts'

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/prerequisites.md'), 'utf8')

/** Rows of which no machine sees anything: they lie in the organisation, or Azure does not tell it of the runtime. */
const LEFT_TO_PERSONS = [
  // Version, auto-update and the way to the updates of the integration runtime.
  ...['P12-009', 'P23-009', 'P24-009', 'P25-011', 'P26-012'],
  ...['COM-007', 'COM-008', 'COM-009', 'COM-010', 'COM-011'],
  // How old the runtime is, and whether it updates itself, Azure does not tell.
  ...['P12-009', 'P23-009', 'P24-009', 'P25-011', 'P26-012'],
  ...['P12-005', 'P12-006', 'P23-008', 'P24-008', 'P25-009', 'P26-007'],
]

describe("the rows of Microsoft's plan", () => {
  it('are all there: 57 of the five paths and 12 common ones, each once', () => {
    const count = (start: string): number => PLAN_ROWS.filter(({ id }) => id.startsWith(start)).length
    expect(PLAN_PATHS.map(({ id }) => [id, count(`${id}-`)])).toEqual([
      ['P12', 16],
      ['P23', 9],
      ['P24', 9],
      ['P25', 11],
      ['P26', 12],
    ])
    expect(count('COM-')).toBe(12)
    expect(new Set(PLAN_ROWS.map(({ id }) => id)).size).toBe(69)
    for (const { id, type, when } of PLAN_ROWS) {
      if (type !== 'recommended') expect([id, when !== undefined]).toEqual([id, type === 'conditional'])
    }
  })

  const asked = PLAN_ROWS.flatMap((row) => pathsOf(row).map((way) => ({ row, way, id: `${row.id} on ${way.id}` })))

  it.each(asked)('have a check on each path, or a reason for none: $id', ({ row, way }) => {
    // What runs only where the workflow opts in proves a row better, but the row must not hang on it.
    const checks = checksOfRow(row, way, CATALOGUE).filter(({ meta }) => meta.optIn === undefined)
    if (row.outOfScope === undefined) expect(checks).not.toEqual([])
    else expect(row.outOfScope).toMatch(/.{20}/)
  })

  it.each(asked)('are proven by machine, unless they lie in the organisation: $id', ({ row, way }) => {
    const isPersonal = checksOfRow(row, way, CATALOGUE).every(({ meta }) => meta.vantage === 'person')
    expect([row.id, isPersonal]).toEqual([row.id, LEFT_TO_PERSONS.includes(row.id) || row.outOfScope !== undefined])
  })

  it.each(asked.filter(({ row }) => row.type === 'required' && row.blocking && row.outOfScope === undefined))(
    'block when they are required: $id',
    ({ row, way }) => {
      const severities = checksOfRow(row, way, CATALOGUE).map(({ meta }) => meta.severity)
      expect(severities.some((severity) => severity === 'required' || typeof severity === 'function')).toBe(true)
    },
  )

  it.each(PLAN_ROWS.filter(({ appliesBy }) => appliesBy !== undefined))(
    'have their condition told by a check that cites them and can say so: $id',
    (row) => {
      expect(row.type).toBe('conditional')
      for (const way of pathsOf(row)) {
        const telling = checksOfRow(row, way, CATALOGUE).find(({ meta }) => meta.id === row.appliesBy)
        expect([way.id, telling?.meta.verdicts]).toEqual([way.id, expect.arrayContaining(['not-applicable'])])
      }
    },
  )

  it('of a condition are not proven by checks that pass also where it does not hold', () => {
    const always = ['source/login-can-read-definitions', 'storage/is-reachable-from-target', 'target/tables-are-there']
    const open = PLAN_ROWS.filter(({ id, type }) => {
      const isCited = CATALOGUE.some(({ meta }) => always.includes(meta.id) && meta.source.rows.includes(id))
      return isCited && type === 'conditional'
    }).filter(({ appliesBy, rest }) => appliesBy === undefined && rest === undefined)
    expect(open.map(({ id }) => id)).toEqual([])
  })

  it('are cited by no check that is asked on none of their paths', () => {
    const strays = CATALOGUE.flatMap((check) =>
      PLAN_ROWS.filter(({ id }) => check.meta.source.rows.includes(id))
        .filter((row) => !pathsOf(row).some((way) => checksOfRow(row, way, CATALOGUE).includes(check)))
        .map((row) => `${check.meta.id} cites ${row.id}`),
    )
    expect(strays).toEqual([])
  })

  it.each(PLAN_ROWS)('stand in the docs with their checks: $id', (row) => {
    const line = PAGE.split('\n').find((text) => text.startsWith(`| ${row.id} |`)) ?? ''
    const ids = new Set(pathsOf(row).flatMap((way) => checksOfRow(row, way, CATALOGUE).map(({ meta }) => meta.id)))
    expect([...line.matchAll(/\[`([^`]+)`\]/g)].map(([, id]) => id).sort()).toEqual([...ids].sort())
    expect(line).toContain(row.asks)
    if (row.outOfScope !== undefined) expect(line).toContain(row.outOfScope)
    if (row.rest !== undefined) expect(line).toContain(row.rest)
  })
})
