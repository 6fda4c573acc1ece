import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { VERDICTS } from '../../src/domain/verdict.ts'
import { renderDelta } from '../../src/render/delta.ts'
import { renderReadyLine } from '../../src/render/ready-line.ts'
import { renderDrift, renderIssueNews, renderIssueTitle } from '../../src/render/tracking-issue.ts'
import type { DriftFact, DriftItem } from '../../src/report/drift.ts'
import { check, RUN } from '../golden/fixtures.ts'
import { readyReport } from '../golden/reports.ts'

interface Node {
  type: string
  value?: string
  children?: Node[]
}

function all(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(all)]
}

function nodesOf(markdown: string): Node[] {
  const processor = unified().use(remarkParse).use(remarkGfm)
  return all(processor.runSync(processor.parse(markdown)))
}

function typesOf(markdown: string): string[] {
  return nodesOf(markdown).map(({ type }) => type)
}

const HOSTILE = [
  '@octocat',
  '#12',
  'https://evil.example',
  'www.evil.example',
  '<img src=x>',
  '-->',
  '<!--',
  '|',
  '`',
  '```',
  '\n\n',
  '**',
  '# ',
  '- ',
  '[x](y)',
  '\\',
  '\u202e',
  '~~~',
  ' ',
  '</sub>',
  '\n---\n',
  '$',
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 4 })), { maxLength: 7 })
  .map((parts) => parts.join(''))

const fact: fc.Arbitrary<DriftFact> = fc.oneof(
  fc.record({ kind: fc.constant('verdict' as const), before: fc.constantFrom(undefined, ...VERDICTS) }),
  fc.record({
    kind: fc.constant('flow' as const),
    flow: text,
    before: fc.constant(undefined),
    now: fc.constant('denied' as const),
  }),
  fc.record({ kind: fc.constantFrom('grant-lost' as const, 'denied' as const), name: text }),
  fc.record({ kind: fc.constant('expiry' as const), before: text, now: text }),
  fc.record({
    kind: fc.constant('rules' as const),
    before: fc.array(text, { maxLength: 9 }),
    now: fc.array(text, { maxLength: 9 }),
  }),
)
const item: fc.Arbitrary<DriftItem> = fc
  .record({
    title: text,
    name: text,
    manifest: text,
    verdict: fc.constantFrom(...VERDICTS),
    facts: fc.array(fact, { minLength: 1, maxLength: 8 }),
  })
  .map(({ title, name, manifest, verdict, facts }) => {
    return { manifest, result: check({ title, subject: { kind: 'database', name }, verdict }), facts }
  })
const items = fc.array(item, { maxLength: 30 })
/** Each parses markdown of a hundred lines several times. */
const RUNS = { numRuns: 30 }

/** What our own words are made of; everything else would be somebody else's. */
const OURS = ['root', 'heading', 'paragraph', 'text', 'strong', 'inlineCode', 'list', 'listItem', 'emphasis']

function expectOurs(markdown: string, more: readonly string[] = []): void {
  expect(typesOf(markdown).filter((type) => !OURS.includes(type) && !more.includes(type))).toEqual([])
  // In inline code nothing acts; in text GitHub would still look for mentions and issues.
  const texts = nodesOf(markdown).flatMap(({ type, value = '' }) => (type === 'text' ? [value] : []))
  expect(texts.join('\n')).not.toMatch(/@octocat|#12|www\.evil/)
}

describe('what changed and what regressed', () => {
  it('is a line and a list of bounded length, whatever names hold', () => {
    fc.assert(
      fc.property(items, items, items, fc.boolean(), (fresh, changed, fixed, several) => {
        const status = { before: 'ready', now: 'not-ready' } as const
        const text = renderDelta({ since: RUN.sha, status, fresh, changed, fixed, still: 2, gone: 1 }, several)
        expectOurs(text)
        expect(typesOf(text).filter((type) => type === 'listItem').length).toBeLessThanOrEqual(33)
      }),
      RUNS,
    )
    fc.assert(
      fc.property(items, items, fc.boolean(), (regressed, shifted, several) => {
        const since = { startedAt: RUN.startedAt, commit: RUN.sha }
        const text = renderDrift({ since, regressed, shifted, gone: 3 }, RUN.startedAt, several, 60_000)
        expectOurs(text)
        expect(typesOf(text).filter((type) => type === 'heading')).toHaveLength(1)
        expect(typesOf(text).filter((type) => type === 'listItem').length).toBeLessThanOrEqual(43)
        expectOurs(renderIssueNews(readyReport(), regressed), ['link'])
      }),
      RUNS,
    )
  })

  it('and titles: one line, nothing invisible', () => {
    fc.assert(
      fc.property(text, (title) => {
        const line = renderIssueTitle({ title })
        expect(line).not.toMatch(/[\n\r\u202e\p{Cc}]/u)
        expect(line.length).toBeLessThan(256)
        const ready = renderReadyLine({ ...readyReport(), title, notices: [title] }, undefined)
        expectOurs(ready.replace('[!NOTE]', ''), ['link', 'html', 'blockquote'])
        expect(typesOf(ready).filter((type) => type === 'html').length).toBeLessThanOrEqual(2)
      }),
    )
  })
})
