import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { unifiedDiff } from './unified-diff.ts'

const of = (from: string, to: string): string => unifiedDiff({ path: 'a.yml', text: from }, { path: 'b.yml', text: to })

/** What the diff makes of the old text. */
function applied(text: string, diff: string): string {
  const old = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const out: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2, -1)) {
    const start = /^@@ -(\d+)(?:,(\d+))? /.exec(line)
    if (start !== null) {
      const first = Number(start[1]) - (start[2] === '0' ? 0 : 1)
      while (at < first) out.push(old[at++] ?? '')
    } else if (line.startsWith('\\')) out.push((out.pop() ?? '').replace(/\n$/, ''))
    else if (line.startsWith('+')) out.push(`${line.slice(1)}\n`)
    else {
      expect((old[at] ?? '').replace(/\n$/, '')).toBe(line.slice(1))
      if (line.startsWith(' ')) out.push(old[at] ?? '')
      at++
    }
  }
  return [...out, ...old.slice(at)].join('')
}

describe('a unified diff', () => {
  it('has three lines around each change, and is empty without one', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `l${at + 1}\n`)
    const changed = lines.with(1, 'x\n').toSpliced(14, 1).join('')
    expect(of(lines.join(''), changed)).toBe(
      [
        '--- a/a.yml',
        '+++ b/b.yml',
        '@@ -1,5 +1,5 @@',
        ...[' l1', '-l2', '+x', ' l3', ' l4', ' l5'],
        '@@ -12,7 +12,6 @@',
        ...[' l12', ' l13', ' l14', '-l15', ' l16', ' l17', ' l18'],
        '',
      ].join('\n'),
    )
    expect(of('a\n', 'a\n')).toBe('')
  })

  it('makes the new text of the old one', () => {
    const text = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }), fc.boolean())
      .map(([lines, isOpen]) => lines.map((line) => `${line}\n`).join('') + (isOpen ? 'end' : ''))
    fc.assert(
      fc.property(text, text, (from, to) => {
        fc.pre(from !== to)
        const changes = (of(from, to).match(/^[-+][^-+]?/gm) ?? []).length
        expect(changes).toBeGreaterThan(0)
        // A last line that gets its end is both taken and given: the marker belongs to the line before it.
        if (from.endsWith('\n') && to.endsWith('\n')) expect(applied(from, of(from, to))).toBe(to)
      }),
      { numRuns: 400 },
    )
  })

  it.each([
    ['a\nb\nc\n', 'a\nx\nc\n'],
    ['a\nb', 'a\nc'],
    ['a\nb\n', 'a\nb'],
    ['', 'a\n'],
    ['# x\na: 1\r\nb: 2\r\n', '# x\na: 1\r\nb: 3\r\n'],
  ])('is taken by git apply: %j to %j', (from, to) => {
    const folder = mkdtempSync(join(tmpdir(), 'dms-preflight-diff-'))
    try {
      writeFileSync(join(folder, 'a.yml'), from)
      const diff = unifiedDiff({ path: 'a.yml', text: from }, { path: 'a.yml', text: to })
      const done = spawnSync('git', ['apply', '-'], { cwd: folder, input: diff, encoding: 'utf8' })
      expect([done.stderr, readFileSync(join(folder, 'a.yml'), 'utf8')]).toEqual(['', to])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('of texts that have little in common comes to an end', () => {
    const many = (word: string): string => Array.from({ length: 20_000 }, (_, at) => `${word}${at}\n`).join('')
    const diff = of(many('a'), many('b'))
    expect(diff.split('\n').length).toBe(40_004)
  })
})
