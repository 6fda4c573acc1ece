import { describe, expect, it } from '@jest/globals'
import createDOMPurify from 'dompurify'
import fc from 'fast-check'
import mermaid from 'mermaid'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { CheckResult, Report } from '../../src/domain/report.ts'
import { SUBJECT_KINDS } from '../../src/domain/subject.ts'
import { SEVERITIES, VERDICTS } from '../../src/domain/verdict.ts'
import { cut, oneLine } from '../../src/render/escape.ts'
import { COMMENT_BUDGET_BYTES, renderMarkdown } from '../../src/render/markdown.ts'
import { legLines, mapLines, nodeDetails, nodeState, nodeTitle } from '../../src/render/map-words.ts'
import { disclose } from '../../src/report/disclose.ts'
import { readinessMap } from '../../src/report/readiness-map.ts'
import { check, manifest } from '../golden/fixtures.ts'
import { summarise } from '../golden/reports.ts'

// Mermaid's parser wants a browser's sanitiser. Without one the labels come through as they were written, which is what
// these tests look at.
Object.assign(createDOMPurify, { addHook: () => undefined, sanitize: (text: string) => text })

interface Vertex {
  id: string
  text: string
  type: string
  classes: string[]
  styles: string[]
  link?: string
  haveCallback?: boolean
  icon?: string
  img?: string
}
interface Edge {
  start: string
  end: string
  text: string
}
interface Flow {
  getVertices: () => Map<string, Vertex>
  getEdges: () => Edge[]
  getSubGraphs: () => unknown[]
  getClasses: () => Map<string, unknown>
  getDirection: () => string
}

/** What Mermaid makes of the diagram in a report; undefined when there is none. */
async function parseMap(markdown: string): Promise<Flow | undefined> {
  const tree = unified().use(remarkParse).use(remarkGfm).parse(markdown)
  const blocks = tree.children.flatMap((node) => (node.type === 'code' && node.lang === 'mermaid' ? [node.value] : []))
  expect(blocks.length).toBeLessThan(2)
  const [text] = blocks
  if (text === undefined) return undefined
  expect(text).not.toMatch(/%%|^\s*(?:click|style|subgraph|---)\b/m)
  const { config } = (await mermaid.parse(text)) as { config?: object }
  expect(config ?? {}).toEqual({})
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- `parse` does not tell what it has parsed
  return (await mermaid.mermaidAPI.getDiagramFromText(text)).db as unknown as Flow
}

/** Mermaid keeps entity codes under other names until it draws. */
function decoded(label: string): string {
  return label
    .replace(/ﬂ°°(\d+)¶ß/g, (_code, number: string) => String.fromCodePoint(Number(number)))
    .replace(/<br\/>/g, '\n')
}

const HOSTILE = [
  '"',
  '"]',
  ')]',
  '"| n1',
  '\n',
  '\nclick n1 "https://evil.example"',
  '%%{init: {"securityLevel":"loose"}}%%',
  '%% x',
  '```',
  '<script>alert(1)</script>',
  '<img src=x onerror=x>',
  '<br>',
  '#quot;',
  '#35;',
  '&quot;',
  'end',
  ';',
  '-->',
  '--',
  ':::bad',
  '@{ shape: rect }',
  'fa:fa-ban',
  '`**b**`',
  '1. ',
  '- ',
  '$$x$$',
  'classDef a:#fff;',
  'style n1 fill:#000;',
  'https://evil.example',
  'javascript:x',
  '\\n',
  '\u202e',
  '\ud800',
  '\u0000',
  'ﬂ°°34¶ß',
  '{',
  '|',
  '~~~',
  'accTitle: x',
  '🙂',
  'שלום',
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))

const result: fc.Arbitrary<CheckResult> = fc
  .record({
    id: fc.constantFrom(...CATALOGUE.map(({ meta }) => meta.id)),
    kind: fc.constantFrom(...SUBJECT_KINDS),
    name: fc.oneof(text, fc.constantFrom('sales', 'sales/Orders', 'default', 'snet:443')),
    verdict: fc.constantFrom(...VERDICTS),
    severity: fc.constantFrom(...SEVERITIES),
    proof: fc.constantFrom('direct' as const, 'proxy' as const),
    host: text,
    summary: text,
  })
  .map(({ kind, name, host, ...rest }) =>
    check({
      ...rest,
      subject: { kind, name },
      evidence: { host, path: host, server: name, subnet: host, nsg: { name: host }, port: 1433 },
      ...(rest.verdict === 'unknown' ? { cause: { kind: 'timeout', message: host } } : {}),
      ...(rest.verdict === 'blocked' ? { blockedBy: [{ id: 'source/a', subject: name }] } : {}),
    }),
  )

const report: fc.Arbitrary<Report> = fc
  .array(fc.array(result, { maxLength: 14 }), { minLength: 1, maxLength: 3 })
  .map((manifests) =>
    summarise({
      manifests: manifests.map((results, place) => ({
        manifest: manifest({ name: `Wave ${String(place)}` }),
        results,
      })),
    }),
  )

const SHAPES = {
  source: 'cylinder',
  target: 'cylinder',
  service: 'stadium',
  network: 'square',
  runtime: 'square',
  share: 'square',
  container: 'square',
}

/** The diagram holds the map and nothing else. */
async function expectOnlyOurs(one: Report): Promise<void> {
  const map = readinessMap(one)
  const flow = await parseMap(renderMarkdown(one, { kind: 'summary', budgetBytes: 1_000_000 }))
  if (map === undefined || map.legs.length === 0) {
    expect(flow).toBeUndefined()
    return
  }
  if (flow === undefined) throw new Error('There is no diagram')
  const vertices = [...flow.getVertices().values()]
  expect(vertices.map(({ id, type, classes, text: label }) => [id, type, classes, decoded(label)])).toEqual(
    map.nodes.map((node, place) => [
      `n${String(place + 1)}`,
      SHAPES[node.kind],
      [node.state],
      [nodeTitle(node), ...nodeDetails(node), ...nodeState(node).slice(0, 3)].map(oneLine).join('\n'),
    ]),
  )
  for (const { link, haveCallback, icon, img, styles } of vertices)
    expect([link, haveCallback ?? false, icon, img, styles]).toEqual([undefined, false, undefined, undefined, []])
  const idOf = (node: (typeof map.nodes)[number]): string => `n${String(map.nodes.indexOf(node) + 1)}`
  expect(flow.getEdges().map(({ start, end, text: label }) => [start, end, decoded(label)])).toEqual(
    map.legs.map((leg) => [idOf(leg.from), idOf(leg.to), legLines(leg).map(oneLine).join('\n')]),
  )
  expect(flow.getSubGraphs()).toEqual([])
  expect(flow.getDirection()).toBe('LR')
  expect([...flow.getClasses().keys()].sort()).toEqual([...new Set(map.nodes.map(({ state }) => state))].sort())
}

describe('the readiness map in Mermaid', () => {
  it('holds what the map holds and nothing else, whatever the names say', async () => {
    await fc.assert(fc.asyncProperty(report, expectOnlyOurs), { numRuns: 60 })
  })

  it('shows each hostile name as it is', async () => {
    for (const name of HOSTILE.filter((one) => !/[\n\0\ud800\u202e]/.test(one))) {
      const flow = await parseMap(
        renderMarkdown(
          summarise({
            manifests: [
              {
                manifest: manifest(),
                results: [
                  check({ id: 'source/engine-port-is-reachable', subject: { kind: 'sql-server', name } }),
                  check({ id: 'network/nsg-allows-declared-flows', subject: { kind: 'flow', name } }),
                ],
              },
            ],
          }),
          { kind: 'summary', budgetBytes: COMMENT_BUDGET_BYTES },
        ),
      )
      const shown = oneLine(name)
      expect(decoded(flow?.getVertices().get('n1')?.text ?? '')).toContain(`Source ${cut(shown, 40)}`.trim())
      expect(decoded(flow?.getEdges()[1]?.text ?? '')).toBe(`✔ ${cut(`flow ${shown}`.trim(), 40)}`)
    }
  })

  it('is bounded, however large the estate and however long its names', async () => {
    const long = 'ü"'.repeat(5_000)
    const estate = summarise({
      manifests: Array.from({ length: 40 }, (_, wave) => ({
        manifest: manifest({ name: `Wave ${String(wave)} ${long}` }),
        results: CATALOGUE.flatMap(({ meta: { id } }) =>
          (['sql-server', 'target', 'share', 'container', 'flow', 'nsg-port'] as const).map((kind) =>
            check({ id, subject: { kind, name: `${String(wave)} ${long}` }, summary: `${String(wave)} ${long}` }),
          ),
        ),
      })),
    })
    const map = readinessMap(estate)
    expect(map?.nodes.map(nodeTitle)).toEqual([
      '40 sources',
      '40 shares',
      'Subnets',
      'Integration runtime',
      'DMS',
      '40 containers',
      '40 targets',
    ])
    const markdown = renderMarkdown(estate, { kind: 'summary', budgetBytes: COMMENT_BUDGET_BYTES })
    const block = /```mermaid\n[^]*?```/.exec(markdown)?.[0] ?? ''
    expect(block.length).toBeGreaterThan(100)
    expect(block.length).toBeLessThan(10_000)
    await expectOnlyOurs(estate)
  })

  it('names nothing where names are hidden', () => {
    fc.assert(
      fc.property(report, (one) => {
        const secretive = {
          ...one,
          manifests: one.manifests.map((each) => ({
            ...each,
            checks: each.checks.map((result) => ({
              ...result,
              subject: { ...result.subject, name: `hush-${result.subject.name}` },
              evidence: { ...result.evidence, host: 'hush', path: 'hush', subnet: 'hush', nsg: { name: 'hush' } },
            })),
          })),
        }
        const named = readinessMap(disclose(secretive, 'names', new Map()))
        expect(
          named === undefined ? '' : JSON.stringify([mapLines(named), named.nodes.map(nodeDetails)]),
        ).not.toContain('hush')
        expect(readinessMap(disclose(secretive, 'counts', new Map()))).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  })
})
