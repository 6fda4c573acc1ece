// What GitHub's markdown must not make of foreign text, seen by parsing it as GitHub does.
import { expect } from '@jest/globals'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'

interface Node {
  type: string
  value?: string
  url?: string
  children?: Node[]
}

const OUR_HOSTS = ['learn.microsoft.com', 'github.com', 'github.example']
const OUR_TAG = /^<(?:\/?(?:details|summary|b|sub|br)>|!-- dms-preflight[\w:+=./-]*(?: [\w:+=./-]+)* *-->$)/

export function nodesOf(markdown: string): Node[] {
  const processor = unified().use(remarkParse).use(remarkGfm)
  const all = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(all)]
  return all(processor.runSync(processor.parse(markdown)))
}

/**
 * Tables with as many cells in each row, only our own links and tags, all closed, and nobody mentioned. Gives the number of
 * tables, so that a test can see that there was something to look at.
 */
export function expectHarmless(markdown: string): number {
  const nodes = nodesOf(markdown)
  const tables = nodes.filter(({ type }) => type === 'table')
  for (const { children: rows = [] } of tables) {
    expect(new Set(rows.map((row) => row.children?.length)).size).toBe(1)
  }
  const links = nodes.filter(({ type }) => type === 'link' || type === 'image').map(({ url = '' }) => new URL(url).host)
  expect([...new Set(links)].filter((host) => !OUR_HOSTS.includes(host))).toEqual([])
  const tags = nodes.flatMap(({ type, value = '' }) => (type === 'html' ? (value.match(/<[^>]*>?/g) ?? []) : []))
  expect(tags.filter((tag) => !OUR_TAG.test(tag))).toEqual([])
  for (const name of ['details', 'summary', 'b', 'sub'])
    expect(tags.filter((tag) => tag === `<${name}>`)).toHaveLength(tags.filter((tag) => tag === `</${name}>`).length)
  const words = nodes.filter(({ type }) => type === 'text').map(({ value = '' }) => value)
  expect(words.filter((text) => /(?<![\w\u2060])@[a-z]/i.test(text))).toEqual([])
  return tables.length
}
