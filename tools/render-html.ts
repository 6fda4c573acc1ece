// A report as GitHub shows it: GitHub's flavour of Markdown, its alerts, its sanitiser's rules and its style sheet.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import { remarkAlert } from 'remark-github-blockquote-alert'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

const STYLE = readFileSync(createRequire(import.meta.url).resolve('github-markdown-css/github-markdown.css'), 'utf8')

/** A whole page; nothing in it runs or loads. */
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
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>
<style>${STYLE}
body { margin: 0; background: #fff } .markdown-body { box-sizing: border-box; max-width: 900px; margin: 0 auto; padding: 24px }
@media (prefers-color-scheme: dark) { body { background: #0d1117 } }</style></head>
<body><article class="markdown-body">${String(body)}</article></body></html>
`
}
