import { describe, expect, it } from '@jest/globals'
import { ESTATE, SALES, WAVE } from '../../test/manifests.ts'
import { generationOf, modernPath, planConversion } from './plan-conversion.ts'
import { droppedVouchers, type CheckFacts } from './vouchers.ts'

const DATABASE = 'sql-server-to-azure-sql-database'
const INSTANCE = 'sql-server-to-azure-sql-managed-instance'
const CHECKS: CheckFacts[] = [
  { id: 'a/old', scenarios: [DATABASE], generations: ['classic'], isAboutPlace: false },
  { id: 'a/both', scenarios: [DATABASE], generations: ['classic', 'modern'], isAboutPlace: false },
  { id: 'a/place', scenarios: [DATABASE, INSTANCE], generations: ['classic', 'modern'], isAboutPlace: true },
]

it.each([
  ['.github/dms-preflight.yml', '.github/dms-preflight.modern.yml'],
  ['a.b/wave.1.yaml', 'a.b/wave.1.modern.yaml'],
  ['a.b/manifest', 'a.b/manifest.modern'],
  ['x/.yml', 'x/.yml.modern'],
])('%s is written as %s', (path, to) => expect(modernPath(path)).toBe(to))

describe('the generation of a manifest', () => {
  it.each([
    [{ path: 'm.yml', text: SALES }, 'classic'],
    [{ path: 'm.yml', text: 'generation: modern' }, 'modern'],
    [{ path: 'm.yml', text: 'x: 1', extended: { path: 'e.yml', text: 'generation: modern' } }, 'modern'],
    [
      { path: 'm.yml', text: 'generation: classic', extended: { path: 'e.yml', text: 'generation: modern' } },
      'classic',
    ],
    [{ path: 'm.yml', text: 'generation: clasic' }, undefined],
    [{ path: 'm.yml', text: '{' }, undefined],
  ])('of %j', (files, generation) => expect(generationOf(files)).toBe(generation))
})

describe('a person’s word', () => {
  const vouchers = ['a/both', 'a/old', 'a/place', 'a/unknown'].map((check) => ({ check }))

  it('is kept where the check is asked and does not depend on the place', () => {
    const dropped = droppedVouchers(vouchers, CHECKS, DATABASE)
    expect(dropped.map(({ index, why }) => [index, why.slice(0, 40)])).toEqual([
      [1, 'is left out: this check is not asked und'],
      [2, 'is left out: it was given for the place '],
    ])
    expect(droppedVouchers(vouchers, CHECKS, INSTANCE).map(({ check }) => check)).toEqual([
      'a/both',
      'a/old',
      'a/place',
    ])
    expect(droppedVouchers(vouchers, CHECKS, undefined).map(({ check }) => check)).toEqual(['a/old', 'a/place'])
    expect(droppedVouchers([null, 'x', {}], CHECKS, undefined)).toEqual([])
  })
})

describe('the files of a conversion', () => {
  const wave = { path: 'w/w1.yml', text: WAVE, extended: { path: 'w/estate.yml', text: ESTATE } }

  it('are an estate once, with its waves', () => {
    const files = planConversion([wave, { ...wave, path: 'w/w2.yml' }], CHECKS)
    expect(files.map(({ from, to }) => [from, to])).toEqual([
      ['w/estate.yml', 'w/estate.modern.yml'],
      ['w/w1.yml', 'w/w1.modern.yml'],
      ['w/w2.yml', 'w/w2.modern.yml'],
    ])
    expect(files[1]?.text).toContain('\nextends: estate.modern.yml\n')
    expect(files[1]?.questions).toEqual([])
  })

  it('are the wave alone where the estate holds nothing of the classic service', () => {
    const text = WAVE.replace('generation: classic', 'generation: classic\ndms: { service: dms-weu }')
    const base = ESTATE.replace(/^dms:.*\n/m, '')
    const files = planConversion([{ ...wave, text, extended: { path: 'w/estate.yml', text: base } }], CHECKS)
    expect(files.map(({ from }) => from)).toEqual(['w/w1.yml'])
    expect(files[0]?.text).toContain('\nextends: estate.yml\n')
  })

  it('do not ask in a wave what its estate asks', () => {
    const text = WAVE.replace('generation: classic', 'generation: classic\ndms: { subnet: vnet/other }')
    const files = planConversion([{ ...wave, text }], CHECKS)
    expect(files[1]?.text).not.toContain('dms:')
    expect(
      files.flatMap(({ questions }) => questions.filter(({ isRequired }) => isRequired)).map(({ path }) => path),
    ).toEqual(['w/estate.modern.yml'])
  })
})
