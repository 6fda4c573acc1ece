/**
 * The only escaping code. Text from outside (names, errors, the manifest) reaches markdown, HTML or the log through
 * these functions and no other way.
 */

/** Invisible; breaks what GitHub turns into mentions, links and emoji after it has parsed the markdown. */
const JOINER = '\u2060'

/** Text of others in one message: longer tells nobody more, and would push our own words out of sight. */
const OUTSIDE_TEXT_LIMIT_CHARS = 500

/**
 * Control characters, bidirectional overrides, zero-width and other invisible characters, and halves of characters.
 * Tab, line feed and carriage return are white space and stay.
 */
const INVISIBLE = /(?![\t\n\r])(?:[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5)/gu

/** Makes what cannot be seen visible: U+202E becomes `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `⟨U+${code}⟩`
  })
}

/** Cuts text from outside to a bounded length, between characters, and says so with an ellipsis. */
export function cut(text: string, limit = OUTSIDE_TEXT_LIMIT_CHARS): string {
  if (text.length <= limit) return text
  const end = limit - 1
  const splitsPair = /[\ud800-\udbff]/.test(text.charAt(end - 1)) && /[\udc00-\udfff]/.test(text.charAt(end))
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`
}

/** One line of visible characters: white space of any kind becomes one space. */
export function oneLine(text: string): string {
  return visible(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029 ]+/g, ' ').trim())
}

/** Whether text may be the first of its line, where `-`, `#` or `1.` would mean something. */
type Place = 'start' | 'inside'

/**
 * Markdown that shows `text` as it is, on one line, wherever inline text may stand, also in a table cell and, unless
 * `inside` is said, at the beginning of a line. No markup, HTML, mention, issue or web link, emoji code or formula can
 * come of it.
 */
export function escapeMarkdown(text: string, place: Place = 'start'): string {
  const escaped = defuse(oneLine(text))
    .replace(/[\\|&<>]/g, entity)
    .replace(/[*_`[\]~$]/g, String.raw`\$&`)
  if (place === 'inside') return escaped
  return escaped.replace(/^[-+=:#]/, String.raw`\$&`).replace(/^(\d+)([.)])/, String.raw`$1\$2`)
}

/** Entities, not backslashes: parsers differ on a backslash before a pipe in a table. */
function entity(char: string): string {
  return ENTITIES[char] ?? char
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '|': '&#124;',
  '\\': '&#92;',
}

/**
 * Escapes are undone before GitHub looks for mentions (`@user`), issues (`#1`, `GH-1`), addresses (`www.`, `://`) and
 * emoji codes (`:name:`) in the finished text, so only another character between helps.
 */
function defuse(text: string): string {
  return text
    .replace(/@/g, `@${JOINER}`)
    .replace(/#(?=\d|$)/g, `#${JOINER}`)
    .replace(/GH-(?=\d|$)/gi, `$&${JOINER}`)
    .replace(/:(?=\/\/|(?:[\w+-]*[a-z_+-][\w+-]*|100|1234):)/gi, `:${JOINER}`)
    .replace(/www(?=\.|$)/gi, `$&${JOINER}`)
}

/** The same for text inside an HTML element that we write ourselves (`<summary>`, `<sub>`). */
export function escapeHtml(text: string): string {
  return defuse(oneLine(text)).replace(/[&<>"']/g, entity)
}

/** One cell of a table: `richText`, cut to a bounded length. */
export function tableCell(text: string): string {
  return richText(cut(text), 'inside')
}

/**
 * Inline code. Its fence is longer than any run of backticks inside. A pipe cannot stand in the code of a table cell
 * in the same way in all parsers, so there such text is escaped plain text.
 */
export function codeSpan(text: string, place: 'text' | 'table' = 'text'): string {
  const line = oneLine(text)
  // A list item without text could underline the paragraph above it into a heading.
  if (line === '') return '`(empty)`'
  if (place === 'table' && line.includes('|')) return escapeMarkdown(text)
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Escaped text in which pairs of backticks, as our messages use them around names, become inline code. */
export function richText(text: string, place: Place = 'start'): string {
  const parts = oneLine(text).split(/`([^`|]+)`/)
  return parts
    .map((part, index) => (index % 2 === 1 ? codeSpan(part, 'table') : withSpaces(part, index, place)))
    .join('')
}

/** `escapeMarkdown` trims; the spaces around inline code must stay. */
function withSpaces(part: string, index: number, place: Place): string {
  if (index === 0) return escapeMarkdown(part, place) + (part.endsWith(' ') ? ' ' : '')
  const after = part.length > 1 && part.endsWith(' ') ? ' ' : ''
  return `${part.startsWith(' ') ? ' ' : ''}${escapeMarkdown(part, 'inside')}${after}`
}

/**
 * Plain text for readers that may show it as markdown, on as many lines as it has: nobody is mentioned, nothing becomes
 * a link (SARIF takes `[text](target)` and `{0}` in plain messages as well) or emoji. Only invisible characters are added.
 */
export function plainText(text: string): string {
  const lines = text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n').split('\n')
  return lines
    .map((line) =>
      defuse(visible(line))
        .replace(/\](?=\()/g, `]${JOINER}`)
        .replace(/\{(?=\d)/g, `{${JOINER}`),
    )
    .join('\n')
}

/** What XML 1.0 cannot hold at all, not even as an entity. */
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu

/** Content of an XML element or, on one line, value of an attribute in double quotes. */
export function escapeXml(text: string): string {
  return text
    .replace(NO_XML, (char) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
    .replace(/[&<>"']/g, entity)
}

/** A path of the repository as a relative URI reference. */
export function uriOfPath(path: string): string {
  return path.replace(INVISIBLE, '_').split(/[\\/]/).map(encodeURIComponent).join('/')
}

/** A fenced block; its fence is longer than any run of backticks inside. An unknown language is left out. */
export function codeBlock(language: string, text: string): string {
  const body = visible(text.replace(/\r\n?/g, '\n')).replace(/\n+$/, '')
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1))
  return `${fence}${/^[a-z]{1,20}$/.test(language) ? language : ''}\n${body}\n${fence}`
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}

/** A link, where the address is a plain https one; else its text alone. */
export function link(text: string, url: string): string {
  return isPlainUrl(url) ? `[${escapeMarkdown(text)}](${url})` : escapeMarkdown(text)
}

/** GitHub's own servers may stand on http in a lab; anything that could end the link is refused. */
export function isPlainUrl(url: string): boolean {
  return /^https?:\/\/[\w.:-]+(?:\/[\w./?&=%+#~:@,;-]*)?$/.test(url)
}

/** An HTML comment that nobody sees, to find our own comment again. Anything that could end it is dropped. */
export function hiddenMarker(text: string): string {
  return `<!-- ${text
    .replace(/[^\w:./=+ -]/g, '')
    .replace(/-{2,}/g, '-')
    .replace(/-$/, '')} -->`
}

/**
 * Log text in which no line is a workflow command: the runner takes `::` at the start of a line, after white space,
 * and `##[` anywhere (actions/runner, ActionCommand.cs).
 */
export function neutraliseCommands(text: string): string {
  return text.replace(/(^|[\r\n\u0085\u2028\u2029])([^\S\r\n]*)::/g, '$1$2: :').replace(/##\[/g, '## [')
}

/**
 * Text inside the quotes of a Mermaid label, on one line. Whatever Mermaid or the Markdown in its labels could take for
 * something of its own becomes an entity code, which Mermaid turns back only after it has parsed and laid out.
 */
export function mermaidText(text: string): string {
  return oneLine(text)
    .replace(/[^\p{L}\p{M}\p{N} ,.?()·×✔✖…–/=⟨⟩+-]/gu, (char) => `#${char.codePointAt(0) ?? 0};`)
    .replace(/\.(?= |$)|^[-+=]|-(?=[- >])/g, (char) => `#${char.charCodeAt(0)};`)
}
