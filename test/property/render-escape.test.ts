import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import {
  codeBlock,
  codeSpan,
  cut,
  escapeHtml,
  escapeMarkdown,
  hiddenMarker,
  link,
  neutraliseCommands,
  oneLine,
  richText,
  tableCell,
  visible,
} from '../../src/render/escape.ts'

interface Node {
  type: string
  value?: string
  lang?: string | null
  children?: Node[]
}

function parse(markdown: string): Node {
  const processor = unified().use(remarkParse).use(remarkGfm)
  return processor.runSync(processor.parse(markdown))
}

function all(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(all)]
}

function typesOf(node: Node): string[] {
  return [...new Set(all(node).map(({ type }) => type))]
}

function textOf(node: Node): string {
  return all(node)
    .map(({ value }) => value ?? '')
    .join('')
    .replaceAll('\u2060', '')
}

const HOSTILE = [
  '@octocat',
  '@org/team',
  '#12',
  'GH-7',
  'o/r#3',
  'https://evil.example/x',
  'www.evil.example',
  'a@b.example',
  '<img src=x onerror=1>',
  '<!--',
  '-->',
  '</details>',
  '|',
  '||',
  '\\|',
  '\\',
  '`',
  '``',
  '```',
  '\n',
  '\r\n',
  '\t',
  '![x](y)',
  '[x](javascript:1)',
  '[^1]',
  '[ ] ',
  '**',
  '__',
  '~~',
  '# ',
  '> ',
  '- ',
  '1. ',
  '+ ',
  '* ',
  '===',
  '---',
  ':x:',
  ':100:',
  '00:00',
  ':-|-',
  '&lt;',
  '&#64;',
  '\u202e',
  '\u0000',
  '\u200b',
  '\u2028',
  '\ud800',
  '$a$',
  '::error::',
  '##[error]',
  'ftp://x.example',
  'mailto:a@b.example',
  'xmpp:a@b.example',
  '⟨',
  ' ',
  '    ',
  'sales',
  '10.0.0.1',
  '%',
  '***',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 8 })
  .map((parts) => parts.join(''))

describe('escapeMarkdown', () => {
  it('gives exactly one text node, which shows the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tree = parse(escapeMarkdown(text))
        if (oneLine(text) === '') return
        expect(typesOf(tree)).toEqual(['root', 'paragraph', 'text'])
        expect(all(tree).filter(({ type }) => type === 'text')).toHaveLength(1)
        expect(textOf(tree)).toBe(oneLine(text))
      }),
      { numRuns: 800 },
    )
  })

  it('stays text after other words, in a heading, in bold and in a list', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tree = parse(
          `## Title: ${escapeMarkdown(text)}\n\n1. ✔ **b ${escapeMarkdown(text)}.** then ${escapeMarkdown(text)}\n`,
        )
        const allowed = ['root', 'heading', 'text', 'list', 'listItem', 'paragraph', 'strong']
        expect(typesOf(tree).filter((type) => !allowed.includes(type))).toEqual([])
        expect(tree.children?.map(({ type }) => type)).toEqual(['heading', 'list'])
      }),
      { numRuns: 300 },
    )
  })

  it('leaves nothing that GitHub turns into a mention, an issue, an address or an emoji', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = all(parse(escapeMarkdown(text)))
          .map(({ value }) => value ?? '')
          .join('')
        expect(shown).not.toMatch(/@[a-z0-9]|#\d|GH-\d|:\/\/|www\.|:(?:[\w+-]*[a-z_+-][\w+-]*|100|1234):/i)
      }),
      { numRuns: 300 },
    )
  })
})

describe('tableCell', () => {
  it('keeps the number of cells and rows', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const cells = [tableCell(a), tableCell(b), codeSpan(c, 'table')]
        const tree = parse(`| x | y | z |\n|---|---|---|\n| ${cells.join(' | ')} |\n| last | 1 | 2 |\n`)
        expect(tree.children?.map(({ type }) => type)).toEqual(['table'])
        expect(tree.children?.[0]?.children?.map((row) => row.children?.length)).toEqual([3, 3, 3])
        const allowed = ['root', 'table', 'tableRow', 'tableCell', 'text', 'inlineCode']
        expect(typesOf(tree).filter((type) => !allowed.includes(type))).toEqual([])
        const [, row] = tree.children?.[0]?.children ?? []
        expect(textOf(row?.children?.[2] ?? { type: '' })).toBe(oneLine(c) || '(empty)')
      }),
      { numRuns: 500 },
    )
  })
})

describe('codeSpan and codeBlock', () => {
  it('gives exactly one inline code with the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(oneLine(text) !== '')
        const tree = parse(codeSpan(text))
        expect(typesOf(tree)).toEqual(['root', 'paragraph', 'inlineCode'])
        expect(all(tree).find(({ type }) => type === 'inlineCode')?.value).toBe(oneLine(text))
      }),
      { numRuns: 500 },
    )
  })

  it('gives exactly one block with the text, also inside a list item', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('tsql', 'bash', 'x y', '```'), (text, language) => {
        const block = codeBlock(language, text)
        const tree = parse(`${block}\n\nafter\n`)
        expect(tree.children?.map(({ type }) => type)).toEqual(['code', 'paragraph'])
        const inList = parse(`1. item\n${block.replaceAll(/^/gm, '   ')}\n\nafter\n`)
        expect(inList.children?.map(({ type }) => type)).toEqual(['list', 'paragraph'])
        expect(all(inList).filter(({ type }) => type === 'code')).toHaveLength(1)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps a script as it is', () => {
    const script = "-- as a sysadmin\nGRANT CONTROL SERVER TO [dms];\n\tSELECT '```';"
    expect(all(parse(codeBlock('tsql', script))).find(({ type }) => type === 'code')?.value).toBe(script)
  })
})

describe('richText', () => {
  it('makes inline code of backtick pairs and nothing else of anything', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const allowed = ['root', 'paragraph', 'text', 'inlineCode']
        expect(typesOf(parse(richText(text))).filter((type) => !allowed.includes(type))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('keeps the words and the spaces between them', () => {
    expect(richText('The login `dms` on `sales` lacks it')).toBe('The login `dms` on `sales` lacks it')
    expect(richText('Raise `timeout`.')).toBe('Raise `timeout`.')
    expect(richText('one ` alone')).toBe('one \\` alone')
  })
})

describe('the other escapes', () => {
  it('keeps HTML text text', () => {
    expect(escapeHtml('<b>@x & "y" \'z\'</b>')).toBe('&lt;b&gt;@\u2060x &amp; &quot;y&quot; &#39;z&#39;&lt;/b&gt;')
  })

  it('links only to plain addresses', () => {
    expect(link('a]b', 'https://github.com/o/r/runs/1')).toBe('[a\\]b](https://github.com/o/r/runs/1)')
    expect(link('run', 'javascript:alert(1)')).toBe('run')
    expect(link('run', 'https://x.example/a)b')).toBe('run')
  })

  it('keeps a marker one comment', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tree = parse(`${hiddenMarker(text)}\n\n## after\n`)
        expect(tree.children?.map(({ type }) => type)).toEqual(['html', 'heading'])
      }),
    )
  })

  it('cuts between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, limit) => {
        expect(cut(text, limit).length).toBeLessThanOrEqual(limit)
        expect(cut(text, limit)).not.toMatch(/\p{Surrogate}/u)
      }),
    )
  })

  it('shows what cannot be seen', () => {
    expect(visible('a\u202eb\u0007\ud800')).toBe('a⟨U+202E⟩b⟨U+0007⟩⟨U+D800⟩')
  })

  it('leaves no workflow command', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const safe = neutraliseCommands(text)
        for (const line of safe.split(/\r\n|[\r\n\u2028\u2029\u0085]/)) expect(line.trimStart()).not.toMatch(/^::/)
        expect(safe).not.toContain('##[')
      }),
      { numRuns: 500 },
    )
    expect(neutraliseCommands('  ::set-output::x\nfe80::1 ##[group]')).toBe('  : :set-output::x\nfe80::1 ## [group]')
  })
})
