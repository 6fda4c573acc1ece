import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { parseManifest, readExtends } from '../../src/manifest/parse-manifest.ts'
import { ESTATE, SALES, WAVE } from '../manifests.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const CHECK_IDS = ['source/firewall-appliance-lets-dms-in', 'target/server-firewall-admits-dms']
const KEYS = (SALES + ESTATE).match(/[a-z][a-z-]+(?=:)/g) ?? []

/** Reads two files and holds what must be true of every answer; gives the problems' messages. */
function read(text: string, base?: string): string[] {
  const files = new Map([['m.yml', text], ...(base === undefined ? [] : [['estate.yml', base] as const])])
  const extended = base === undefined ? undefined : { path: 'estate.yml', text: base }
  const result = parseManifest({ path: 'm.yml', text, extended, now: NOW, checkIds: CHECK_IDS })
  readExtends('m.yml', text)
  if (result.ok) {
    expect(JSON.parse(JSON.stringify(result.manifest))).toEqual(result.manifest)
    return []
  }
  expect(result.problems.length).toBeGreaterThan(0)
  for (const { location, message } of result.problems) {
    expect(message).not.toMatch(/[\n\r\u0000]|undefined|\[object/)
    if (location === undefined) continue
    const lines = (files.get(location.path) ?? '').split('\n')
    expect(location.line).toBeLessThanOrEqual(lines.length)
    expect(location.column).toBeGreaterThanOrEqual(1)
    expect(location.column).toBeLessThanOrEqual((lines[location.line - 1] ?? '').length + 1)
  }
  return result.problems.map(({ message }) => message)
}

/** A text with some pieces cut out, doubled, or replaced by others. */
function mutated(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\n',
      '\t',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '!x ',
      '|',
      '#',
      '\\',
      '~',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const cut = fc.record({ at: fc.nat(text.length), length: fc.nat(30), piece })
  return fc
    .array(cut, { minLength: 1, maxLength: 5 })
    .map((cuts) =>
      cuts.reduce((left, { at, length, piece: put }) => left.slice(0, at) + put + left.slice(at + length), text),
    )
}

const scalar = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double(),
  fc.constantFrom('default', 'sql01', '${A}', '2026-12-01', 'servers/a', 'vnet/snet'),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 6 })), tie('tree'), { maxKeys: 8 }),
  ),
}))

describe('reading a manifest never throws, and every problem has a place in the file', () => {
  it('for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void read(text)),
      { numRuns: 300 },
    )
  })

  it('for the characters that YAML gives a meaning', () => {
    const unit = fc.constantFrom(
      'a',
      'b',
      ' ',
      '\n',
      '\r',
      '\t',
      '-',
      ':',
      '?',
      '[',
      ']',
      '{',
      '}',
      ',',
      '#',
      '&',
      '*',
      '!',
      '|',
      '>',
      "'",
      '"',
      '%',
      '@',
      '`',
      '\\',
      '.',
      '~',
      '\ufeff',
      '\u0002',
      '\u0018',
      '\u001f',
      '\u2028',
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => void read(text)),
      { numRuns: 1500 },
    )
  })

  it('for any structure under the known keys', () => {
    const file = fc.dictionary(fc.constantFrom(...KEYS), tree, { maxKeys: 12 })
    fc.assert(
      fc.property(file, fc.option(file, { nil: undefined }), (own, base) => {
        read(stringify({ version: 1, ...own }), base === undefined ? undefined : stringify(base))
      }),
      { numRuns: 300 },
    )
  })

  it('for a sound manifest with pieces cut out, put in or replaced', () => {
    fc.assert(
      fc.property(mutated(SALES), (text) => void read(text)),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(mutated(WAVE), mutated(ESTATE), (text, base) => void read(text, base)),
      { numRuns: 200 },
    )
  })
})

describe('a secret that stands in a manifest', () => {
  const secret = fc
    .string({ unit: fc.constantFrom(...Array.from('abcXYZ019!$%^+=/.:;#@{}')), minLength: 6, maxLength: 24 })
    .map((text) => `S3cret${text}`)
  const places = ['SALES_PASSWORD', 'TARGET_PASSWORD', 'SHARE_PASSWORD', 'BACKUP_SAS']

  it('is refused and not repeated, in quotes or plain, whatever it does to the YAML around it', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...places), fc.constantFrom('"', "'", ''), (value, place, quotes) => {
        const messages = read(SALES.replace(`"\${${place}}"`, () => `${quotes}${value}${quotes}`))
        expect(messages.length).toBeGreaterThan(0)
        expect(messages.join('\n')).not.toContain('S3cret')
      }),
      { numRuns: 300 },
    )
  })
})
