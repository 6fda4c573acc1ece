import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import type { CheckResult, Report } from '../../src/domain/report.ts'
import { CAUSE_KINDS, TEAMS, VERDICTS } from '../../src/domain/verdict.ts'
import { COMMENT_BUDGET_BYTES, renderMarkdown, SUMMARY_BUDGET_BYTES } from '../../src/render/markdown.ts'
import { check, manifest, RUN } from '../golden/fixtures.ts'
import { summarise } from '../golden/reports.ts'

interface Node {
  type: string
  value?: string
  url?: string
  position?: { start: { line: number } }
  children?: Node[]
}

function parse(markdown: string): Node {
  const processor = unified().use(remarkParse).use(remarkGfm)
  return processor.runSync(processor.parse(markdown)) as Node
}

function all(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(all)]
}

function lineOf(markdown: string, { position }: Node): string {
  return markdown.split('\n')[(position?.start.line ?? 0) - 1] ?? ''
}

const HOSTILE = [
  '@octocat',
  '#12',
  'https://evil.example',
  'www.evil.example',
  '<img src=x>',
  '</details>',
  '<!--',
  '-->',
  '|',
  '`',
  '```',
  '\n',
  '\n\n',
  '**',
  '# ',
  '> ',
  '- ',
  '1. ',
  '[x](y)',
  '\\',
  '\u202e',
  '\ud800',
  '~~~',
  '    ',
  ' ',
  '; ',
  '. A',
  ':x:',
  'words',
  '***',
  '<sub>',
  '\n---\n',
  '$',
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 4 })), { maxLength: 7 })
  .map((parts) => parts.join(''))

const result: fc.Arbitrary<CheckResult> = fc
  .record({
    id: fc.constantFrom('source/a', 'target/b', 'network/c'),
    verdict: fc.constantFrom(...VERDICTS),
    severity: fc.constantFrom('required' as const, 'recommended' as const),
    proof: fc.constantFrom('direct' as const, 'proxy' as const),
    team: fc.constantFrom(...TEAMS),
    title: text,
    name: text,
    summary: text,
    actual: text,
    code: text,
    kind: fc.constantFrom(...CAUSE_KINDS),
  })
  .map(({ name, code, kind, ...rest }) =>
    check({
      ...rest,
      subject: { kind: 'sql-server', name },
      ...(rest.verdict === 'unknown' ? { cause: { kind, message: rest.actual } } : {}),
      ...(rest.verdict === 'blocked' ? { blockedBy: [{ id: 'source/a', subject: name }] } : {}),
      ...(rest.verdict === 'waived'
        ? { vouched: { kind: 'waiver' as const, by: name, expires: '2026-12-01T00:00:00Z', reason: rest.summary } }
        : {}),
      remediation: { text: rest.actual, scripts: [{ language: 'tsql', code }] },
    }),
  )

const report: fc.Arbitrary<Report> = fc
  .record({
    title: text,
    names: fc.array(text, { minLength: 1, maxLength: 3 }),
    results: fc.array(result, { maxLength: 12 }),
    message: text,
    notice: text,
  })
  .map(({ title, names, results, message, notice }) =>
    summarise({
      title,
      manifests: names.map((name) => ({ manifest: manifest({ name, path: `${name}.yml` }), results })),
      problems: [{ severity: 'error', message, location: { path: message, line: 1, column: 1 } }],
      notices: [notice],
    }),
  )

const OWN_HTML = /^(?:<!-- [\w:-]+ -->|<details><summary><b>[^<>]*<\/b><\/summary>|<\/details>|<\/?sub>)$/

/** All that outside text could have broken: structure, links, HTML, tables, fences. */
function expectSound(markdown: string, budgetBytes: number): Node[] {
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(budgetBytes)
  expect(markdown).not.toMatch(/\p{Surrogate}/u)
  const tree = parse(markdown)
  const nodes = all(tree)
  const html = nodes.filter(({ type }) => type === 'html').map(({ value = '' }) => value)
  expect(html.filter((value) => !OWN_HTML.test(value))).toEqual([])
  const count = (pattern: RegExp): number => html.filter((value) => pattern.test(value)).length
  expect(count(/^<details>/)).toBe(count(/^<\/details>$/))
  const urls = new Set(nodes.filter(({ type }) => type === 'link').map(({ url }) => url))
  for (const url of urls) expect([RUN.url, check().source.url]).toContain(url)
  expect(nodes.filter(({ type }) => /image|footnote|definition|delete|reference/i.test(type))).toEqual([])
  const cells = nodes.filter(({ type }) => type === 'tableRow').map(({ children }) => children?.length)
  expect(new Set([5, ...cells])).toEqual(new Set([5]))
  const headings = tree.children?.filter(({ type }) => type === 'heading') ?? []
  expect(all(tree).filter(({ type }) => type === 'heading')).toHaveLength(headings.length)
  expect(headings.filter((heading) => /^## /.test(lineOf(markdown, heading)))).toHaveLength(1)
  expect(nodes.filter(({ type }) => type === 'thematicBreak')).toEqual([])
  // The footer is still a paragraph at the end: nothing before it was left open.
  const last = tree.children?.at(-1)
  expect(last?.type).toBe('paragraph')
  expect(last?.children?.at(-1)?.value).toBe('</sub>')
  return nodes
}

describe('renderMarkdown', () => {
  it('is sound whatever the texts say, in every form', () => {
    fc.assert(
      fc.property(report, fc.constantFrom(3_000, 6_000, 12_000, COMMENT_BUDGET_BYTES), (one, budgetBytes) => {
        expectSound(renderMarkdown(one, { budgetBytes, kind: 'comment', marker: 'dms-preflight:x' }), budgetBytes)
      }),
      { numRuns: 250 },
    )
  })

  it('keeps an estate within the budgets, and says what it left out', () => {
    const verdicts = ['pass', 'pass', 'fail', 'manual', 'pass'] as const
    const estate = (count: number): Report =>
      summarise({
        manifests: Array.from({ length: 10 }, (_, wave) => ({
          manifest: manifest({ name: `Wave ${String(wave)}` }),
          results: Array.from({ length: count / 10 }, (_unused, place) =>
            check({
              id: `source/check-${String(place % 40)}`,
              verdict: verdicts[place % 5] ?? 'pass',
              subject: { kind: 'sql-server', name: `server-${String(wave)}-${String(place)}` },
              summary: `The login on server ${String(wave)} ${String(place)} ${'lacks what it needs '.repeat(20)}`,
              remediation: {
                text: 'Grant it',
                scripts: [{ language: 'tsql', code: `GRANT CONTROL SERVER TO [d${String(place)}];\n`.repeat(9) }],
              },
            }),
          ),
        })),
      })
    const comment = renderMarkdown(estate(5_000), { budgetBytes: COMMENT_BUDGET_BYTES, kind: 'comment', marker: 'x' })
    expectSound(comment, COMMENT_BUDGET_BYTES)
    expect(comment).toContain('Left out here, to fit: ')
    expect(comment).toMatch(/\d+ scripts/)
    const summary = renderMarkdown(estate(5_000), { budgetBytes: SUMMARY_BUDGET_BYTES, kind: 'summary' })
    expectSound(summary, SUMMARY_BUDGET_BYTES)
    expect(summary.length).toBeGreaterThan(comment.length)
  })

  it('accounts for every check at every length, and says where the rest is', () => {
    const hostile = (place: number): string =>
      `${HOSTILE[place % HOSTILE.length] ?? ''} ${String(place)} ${HOSTILE.join('')}`
    const total = 5_000
    const one = summarise({
      title: HOSTILE.join(''),
      manifests: [0, 1].map((half) => ({
        manifest: manifest({ name: hostile(half), path: hostile(half) }),
        results: Array.from({ length: total / 2 }, (_, place) =>
          check({
            id: `source/check-${String(place % 25)}`,
            verdict: VERDICTS[place % 3] ?? 'pass',
            title: hostile(place),
            subject: { kind: 'sql-server', name: `${hostile(place)}${'y'.repeat(place % 50 === 0 ? 10_000 : 0)}` },
            summary: hostile(place),
            ...(place % 3 === 2 ? { cause: { kind: 'timeout' as const, message: hostile(place) } } : {}),
            remediation: { text: hostile(place), scripts: [{ language: 'tsql', code: hostile(place).repeat(3) }] },
          }),
        ),
      })),
    })
    for (const budgetBytes of [2_500, COMMENT_BUDGET_BYTES, SUMMARY_BUDGET_BYTES]) {
      const markdown = renderMarkdown(one, { budgetBytes, kind: 'comment', marker: 'x' })
      const nodes = expectSound(markdown, budgetBytes)
      const countOf = (wanted: string): number => nodes.filter(({ type }) => type === wanted).length
      const rows = countOf('tableRow') - countOf('table')
      const left = (what: string): number => Number(new RegExp(`(\\d+) ${what}`).exec(markdown)?.[1] ?? 0)
      expect(rows + left('rows of checks that did not pass') + left('checks that pass or do not apply')).toBe(total)
      expect(markdown).toContain(`The summary of the [run](${RUN.url}) and report.json have more.`)
    }
  })

  it('is as short as it must be, with the longest texts', () => {
    const long = 'x'.repeat(10_000)
    const one = summarise({
      title: long,
      manifests: [
        {
          manifest: manifest({ name: long, path: long }),
          results: [check({ verdict: 'fail', title: long, summary: long })],
        },
      ],
      problems: [{ severity: 'error', message: long }],
      notices: [long],
    })
    expectSound(renderMarkdown(one, { budgetBytes: 1_500, kind: 'comment', marker: 'x' }), 1_500)
  })
})
