/** Lines around a change, as `diff -u` shows them. */
const CONTEXT = 3
/** The search takes time and memory by the square of it; files that differ more are shown as wholly replaced. */
const MOST_CHANGES = 600

type Mark = ' ' | '-' | '+'
interface Line {
  mark: Mark
  text: string
}

/** A unified diff of two texts, as `git apply` takes it; empty where they are the same. */
export function unifiedDiff(from: { path: string; text: string }, to: { path: string; text: string }): string {
  if (from.text === to.text) return ''
  const lines = compare(splitLines(from.text), splitLines(to.text))
  return [`--- a/${from.path}`, `+++ b/${to.path}`, ...hunks(lines)].join('\n') + '\n'
}

/** With their ends: a last line without one is another line. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function compare(old: readonly string[], young: readonly string[]): Line[] {
  let head = 0
  while (head < old.length && head < young.length && old[head] === young[head]) head++
  let tail = 0
  const most = Math.min(old.length, young.length) - head
  while (tail < most && old[old.length - 1 - tail] === young[young.length - 1 - tail]) tail++
  return [
    ...mark(' ', old.slice(0, head)),
    ...shortest(old.slice(head, old.length - tail), young.slice(head, young.length - tail)),
    ...mark(' ', old.slice(old.length - tail)),
  ]
}

function mark(sign: Mark, lines: readonly string[]): Line[] {
  return lines.map((text) => ({ mark: sign, text }))
}

/** The fewest lines that go and come (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). */
function shortest(old: readonly string[], young: readonly string[]): Line[] {
  const furthest = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let changes = 0; changes <= Math.min(old.length + young.length, MOST_CHANGES); changes++) {
    trace.push(new Map(furthest))
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = isDown(furthest, diagonal, changes) ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1
      while (x < old.length && x - diagonal < young.length && old[x] === young[x - diagonal]) x++
      furthest.set(diagonal, x)
      if (x >= old.length && x - diagonal >= young.length) return walkBack(trace, old, young)
    }
  }
  return [...mark('-', old), ...mark('+', young)]
}

function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? -1
}

function isDown(furthest: ReadonlyMap<number, number>, diagonal: number, changes: number): boolean {
  if (diagonal === -changes) return true
  return diagonal !== changes && at(furthest, diagonal - 1) < at(furthest, diagonal + 1)
}

function walkBack(trace: readonly Map<number, number>[], old: readonly string[], young: readonly string[]): Line[] {
  const lines: Line[] = []
  let [x, y] = [old.length, young.length]
  for (let changes = trace.length - 1; changes >= 0; changes--) {
    const furthest = trace[changes] ?? new Map<number, number>()
    const diagonal = x - y
    const before = isDown(furthest, diagonal, changes) ? diagonal + 1 : diagonal - 1
    const fromX = changes === 0 ? 0 : at(furthest, before)
    const fromY = changes === 0 ? 0 : fromX - before
    while (x > fromX && y > fromY) {
      lines.push({ mark: ' ', text: old[--x] ?? '' })
      y--
    }
    if (changes === 0) break
    if (x > fromX) lines.push({ mark: '-', text: old[--x] ?? '' })
    else if (y > fromY) lines.push({ mark: '+', text: young[--y] ?? '' })
  }
  return lines.reverse()
}

function hunks(lines: readonly Line[]): string[] {
  const shown = new Set<number>()
  lines.forEach((line, index) => {
    if (line.mark === ' ') return
    for (let near = index - CONTEXT; near <= index + CONTEXT; near++) if (lines[near] !== undefined) shown.add(near)
  })
  const out: string[] = []
  let [old, young] = [1, 1]
  let hunk: { old: number; young: number; lines: Line[] } | undefined
  const close = (): void => {
    if (hunk !== undefined) out.push(...renderHunk(hunk))
    hunk = undefined
  }
  lines.forEach((line, index) => {
    if (shown.has(index)) (hunk ??= { old, young, lines: [] }).lines.push(line)
    else close()
    if (line.mark !== '+') old++
    if (line.mark !== '-') young++
  })
  close()
  return out
}

function renderHunk({ old, young, lines }: { old: number; young: number; lines: readonly Line[] }): string[] {
  const range = (start: number, sign: Mark): string => {
    const count = lines.filter(({ mark: own }) => own !== sign).length
    return `${String(count === 0 ? start - 1 : start)}${count === 1 ? '' : `,${String(count)}`}`
  }
  return [
    `@@ -${range(old, '+')} +${range(young, '-')} @@`,
    ...lines.flatMap(({ mark: sign, text }) =>
      text.endsWith('\n') ? [sign + text.slice(0, -1)] : [sign + text, '\\ No newline at end of file'],
    ),
  ]
}
