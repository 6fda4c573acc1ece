import { describe, expect, it } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { manifestJsonSchema } from './json-schema.ts'
import { ESTATE, SALES, WAVE } from '../../test/manifests.ts'

const validate = new Ajv({ strict: false }).compile(manifestJsonSchema())

describe('manifestJsonSchema', () => {
  it.each([
    ['a manifest', SALES],
    ['a file that others extend', ESTATE],
    ['a manifest that extends it', WAVE],
  ])('takes %s', (_name, text) => {
    validate(parse(text))
    expect(validate.errors ?? []).toEqual([])
  })

  it.each([
    ['an unknown key', SALES.replace('sources:', 'sorces:')],
    ['a missing name', SALES.replace(/^name: .*\n/m, '')],
    ['a secret', SALES.replace('"${SALES_PASSWORD}"', 'hunter2')],
    ['another scenario', SALES.replace(/^scenario: .*$/m, 'scenario: x')],
    ['no version', ESTATE.replace('version: 1', '')],
  ])('refuses %s', (_name, text) => expect(validate(parse(text))).toBe(false))

  it('describes every key', () => {
    const undescribed = Object.entries(manifestJsonSchema()['properties'] as Record<string, { description?: string }>)
      .filter(([, { description }]) => description === undefined)
      .map(([key]) => key)
    expect(undescribed).toEqual([])
  })
})
