// A report as GitHub shows it: GitHub's flavour of Markdown, its alerts, its sanitiser's rules and its style sheet.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import { remarkAlert } from 'remark-github-blockquote-alert'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

const { resolve } = createRequire(import.meta.url)
const STYLE = readFileSync(resolve('github-markdown-css/github-markdown.css'), 'utf8')
const MERMAID = pathToFileURL(resolve('mermaid/dist/mermaid.min.js')).href

/** Draws the diagrams as GitHub does: strictly, and in the colours of the page. */
const DRAW = `
const dark = matchMedia('(prefers-color-scheme: dark)').matches
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark ? 'dark' : 'default' })
for (const code of document.querySelectorAll('code.language-mermaid')) code.parentElement.replaceWith(
  Object.assign(document.createElement('div'), { className: 'mermaid', textContent: code.textContent }))
mermaid.run().finally(() => { document.body.dataset.drawn = 'yes' })`
const DRAW_HASH = createHash('sha256').update(DRAW).digest('base64')

/** A whole page; nothing in it runs or loads but Mermaid, from this machine, where there is a diagram. */
export async function renderHtml(markdown: string, title: string): Promise<string> {
  const body = await unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkAlert)
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(rehypeSanitize, {
      ...defaultSchema,
      attributes: { ...defaultSchema.attributes, div: ['className'], p: ['className'] },
    })
    .use(rehypeStringify)
    .process(markdown)
  const hasDiagram = String(body).includes('class="language-mermaid"')
  const scripts = hasDiagram ? `<script src="${MERMAID}"></script><script>${DRAW}</script>` : ''
  const allowed = hasDiagram ? `; script-src file: 'sha256-${DRAW_HASH}'` : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${allowed}">
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
<style>${STYLE}
body { margin: 0; background: #fff } .markdown-body { box-sizing: border-box; max-width: 900px; margin: 0 auto; padding: 24px }
.mermaid { margin: 16px 0; text-align: center }
@media (prefers-color-scheme: dark) { body { background: #0d1117 } }</style></head>
<body><article class="markdown-body">${String(body)}</article>${scripts}</body></html>
`
}
