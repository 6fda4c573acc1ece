// Preloaded with `node --import`: a run from source whose renderers are defective. Each writes the secret that the variable
// LAB_PLANTED names into what it renders, escaped as that surface escapes all text.
import { registerHooks } from 'node:module'

const SECRET = `process.env[process.env['LAB_PLANTED'] ?? ''] ?? ''`

/** File of src/render/ -> the function that is broken, and how its result is spoilt. */
const DEFECTS: Readonly<Record<string, { name: string; spoil: string }>> = {
  'markdown.ts': { name: 'renderMarkdown', spoil: `result + '\\n' + e.escapeMarkdown(secret) + '\\n'` },
  'terminal.ts': { name: 'renderLog', spoil: `[{ text: e.visible(secret) }, ...result]` },
  'annotations.ts': {
    name: 'renderAnnotations',
    spoil: `result.map((one) => ({ ...one, message: e.oneLine(secret) + one.message }))`,
  },
  'json.ts': { name: 'renderJson', spoil: `JSON.stringify({ ...JSON.parse(result), title: secret })` },
  'junit.ts': {
    name: 'renderJunit',
    spoil: `result.replace('</system-out>', () => e.escapeXml(e.plainText(secret)) + '</system-out>')`,
  },
  'sarif.ts': {
    name: 'renderSarif',
    spoil: `JSON.stringify({ ...JSON.parse(result), properties: { planted: e.plainText(secret) } })`,
  },
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const file = /\/src\/render\/([\w-]+\.ts)$/.exec(url)?.[1] ?? ''
    const defect = DEFECTS[file]
    if (defect === undefined || typeof loaded.source === 'undefined') return loaded
    const { name, spoil } = defect
    const source = String(typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array))
    const broken = source.replace(`export function ${name}(`, `function sound(`)
    if (broken === source) throw new Error(`src/render/${file} has no function ${name} to break`)
    return {
      ...loaded,
      source: `${broken}
import * as e from './escape.ts'
export function ${name}(...given: any[]): any {
  const result = (sound as any)(...given)
  const secret = ${SECRET}
  return ${spoil}
}
`,
    }
  },
})
