import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { expectHarmless } from '../../test/inert-markdown.ts'
import type { WrittenFiles } from '../domain/conversion.ts'
import { renderWritten, renderWrittenText } from './written-files.ts'

const WRITTEN: WrittenFiles = {
  mode: 'convert',
  problems: [],
  files: [
    { path: 'b.modern.yml', from: 'b.yml', state: 'written' },
    { path: 'a.modern.yml', from: 'a.yml', state: 'there' },
  ],
  modern: [],
  notes: [],
  questions: [
    { path: 'b.modern.yml', line: 7, key: 'dms.service', text: 'the id', isRequired: true },
    { path: 'b.modern.yml', key: 'migration', text: 'offline or online', isRequired: false },
  ],
  dropped: [{ path: 'b.yml', line: 6, key: 'dms.subnet', why: 'is left out' }],
  texts: [{ title: 'Differences of b.modern.yml', language: 'diff', text: '-a\n+b\n' }],
}

describe('what convert and init show', () => {
  it('is what was written, what is open, and what was left out', () => {
    const summary = renderWritten(WRITTEN)
    expect(summary).toContain('## 📝 Converted for the service of today: 1 file\n')
    expect(summary).toContain('- `b.modern.yml` was written, from `b.yml`.\n')
    expect(summary).toContain('- `a.modern.yml` stands there already, just as it would be written, from `a.yml`.\n')
    expect(summary).toContain('**To answer before the gate can run:**\n\n- `b.modern.yml:7` `dms.service`: the id\n')
    expect(summary).toContain('**Also worth an answer:**\n\n- `b.modern.yml` `migration`: offline or online\n')
    expect(summary).toContain('| `b.yml:6 dms.subnet` | is left out |')
    expect(summary).toContain('Answer what is open in the file.')
    expect(summary).toContain('```diff\n-a\n+b\n```')
    const [head, diff] = renderWrittenText(WRITTEN)
    expect(head?.text).toContain('  TO ANSWER b.modern.yml:7 dms.service: the id\n')
    expect(diff).toEqual({ title: 'Differences of b.modern.yml', text: '-a\n+b\n' })
  })

  it.each<[Partial<WrittenFiles>, string]>([
    [{ problems: [{ message: 'no' }], files: [] }, '⛔ Nothing was converted'],
    [{ problems: [{ message: 'no' }], files: [], mode: 'init' }, '⛔ No manifest was written'],
    [{ mode: 'init' }, '📝 A manifest was written'],
    [{ files: [], modern: ['a.yml'] }, '📝 Nothing is left to convert'],
  ])('has a heading that says it: %j', (more, heading) => {
    const summary = renderWritten({ ...WRITTEN, ...more })
    expect(summary.split('\n')[0]).toBe(`## ${heading}`)
    if (more.problems !== undefined) expect(summary).not.toContain('**Next:**')
  })

  it('is harmless, whatever stands in the files', () => {
    const text = fc.oneof(
      fc.constantFrom(
        '@team `x` #1',
        '</details><img src=x>',
        '```\n# x',
        '|a|\n',
        '[x](https://evil.example)',
        '<!--',
      ),
      fc.string({ unit: 'binary', maxLength: 30 }),
    )
    fc.assert(
      fc.property(text, (foreign) => {
        const written: WrittenFiles = {
          ...WRITTEN,
          problems: [{ message: foreign, location: { path: foreign, line: 1, column: 1 } }],
          files: [{ path: foreign, from: foreign, state: 'written' }],
          notes: [foreign],
          questions: [{ path: foreign, key: foreign, text: foreign, isRequired: true }],
          dropped: [{ path: foreign, line: 1, key: foreign, why: foreign }],
          texts: [{ title: foreign, language: 'diff', text: foreign }],
        }
        expect(expectHarmless(renderWritten(written))).toBe(1)
      }),
      { numRuns: 100 },
    )
  })
})
