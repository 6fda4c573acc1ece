import { MAP_STATES, type MapNode, type MapState, type ReadinessMap } from '../report/readiness-map.ts'
import { escapeMarkdown, mermaidText } from './escape.ts'
import type { Form, Omissions } from './form.ts'
import { legLines, mapLines, nodeDetails, nodeState, nodeTitle } from './map-words.ts'

/** The map as a diagram that GitHub draws, or in words where the form is short. */
export function renderReadinessMap(map: ReadinessMap | undefined, { map: shape }: Form, omitted: Omissions): string[] {
  if (map === undefined || map.legs.length === 0) return []
  if (shape === 'diagram') return [renderMermaid(map)]
  if (shape === 'lines')
    return [
      mapLines(map)
        .map((line) => `- ${escapeMarkdown(line)}`)
        .join('\n'),
    ]
  omitted.add('lines of the readiness map', map.legs.length)
  return []
}

/** Fill and text both of our own: readable on a light and on a dark page. */
const CLASSES: Readonly<Record<MapState, string>> = {
  none: 'fill:#f6f8fa,stroke:#59636e,color:#1f2328',
  ok: 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  condition: 'fill:#fff8c5,stroke:#9a6700,color:#1f2328',
  open: 'fill:#fbefff,stroke:#8250df,color:#1f2328,stroke-dasharray:5 3',
  bad: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:2px',
}

const LINES: Readonly<Partial<Record<MapState, string>>> = {
  condition: 'stroke:#bf8700,stroke-width:2px',
  open: 'stroke:#8250df,stroke-width:2px,stroke-dasharray:5 3',
  bad: 'stroke:#cf222e,stroke-width:3px',
}

/** Text from outside stands between quotes only, as entity codes: it can be nothing but a label. */
export function renderMermaid({ nodes, legs }: ReadinessMap): string {
  const ids = new Map(nodes.map((node, place) => [node, `n${place + 1}`]))
  const idOf = (node: MapNode): string => ids.get(node) ?? 'n0'
  const label = (lines: readonly string[]): string => `"${lines.map(mermaidText).join('<br/>')}"`
  const used = MAP_STATES.filter((state) => nodes.some((node) => node.state === state))
  const lines = [
    'flowchart LR',
    '  accTitle: Readiness map',
    ...nodes.map((node) => {
      const text = label([nodeTitle(node), ...nodeDetails(node), ...nodeState(node).slice(0, 3)])
      return `  ${idOf(node)}${shaped(node, text)}`
    }),
    ...legs.map((leg) => {
      const words = legLines(leg)
      return `  ${idOf(leg.from)} -->${words.length === 0 ? '' : `|${label(words)}|`} ${idOf(leg.to)}`
    }),
    ...used.map((state) => `  classDef ${state} ${CLASSES[state]}`),
    ...used.map(
      (state) =>
        `  class ${nodes
          .filter((node) => node.state === state)
          .map(idOf)
          .join(',')} ${state}`,
    ),
    ...(Object.keys(LINES) as MapState[]).flatMap((state) => {
      const places = legs.flatMap((leg, place) => (leg.state === state ? [place] : []))
      return places.length === 0 ? [] : [`  linkStyle ${places.join(',')} ${LINES[state] ?? ''}`]
    }),
  ]
  return ['```mermaid', ...lines, '```'].join('\n')
}

/** Servers as cylinders, the service rounded, all else as boxes. */
function shaped({ kind }: MapNode, label: string): string {
  if (kind === 'source' || kind === 'target') return `[(${label})]`
  return kind === 'service' ? `([${label}])` : `[${label}]`
}
