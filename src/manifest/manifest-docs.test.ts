import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parseManifest } from './parse-manifest.ts'

const docs = readFileSync(new URL('../../docs/manifest.md', import.meta.url), 'utf8')
const blocks = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) =>
  text.replaceAll('<id>', '00000000-0000-4000-8000-000000000001'),
)

function problemsOf(start: string, base?: string): string[] {
  const text = blocks.find((block) => block.startsWith(start)) ?? ''
  const extended =
    base === undefined ? undefined : { path: 'estate.yml', text: blocks.find((block) => block.startsWith(base)) ?? '' }
  const result = parseManifest({
    path: 'm.yml',
    text,
    extended,
    now: Date.parse('2026-11-22T12:00:00Z'),
    checkIds: ['source/firewall-appliance-lets-dms-in', 'target/server-firewall-admits-dms'],
  })
  return result.ok ? [] : result.problems.map(({ message }) => message)
}

describe('docs/manifest.md', () => {
  it('shows manifests that are right', () => {
    expect(problemsOf('version: 1\nname: Sales')).toEqual([])
    expect(problemsOf('version: 1\nname: Orders')).toEqual([])
    expect(problemsOf('# wave-2.yml', '# estate.yml')).toEqual([])
  })
})
