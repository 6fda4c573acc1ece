// Pictures of what GitHub shows, by headless Chromium: `npm run screenshot` takes those of every kind of report, light, dark
// and on a phone, into build/screenshots; `-- --only NAME` takes one, `-- page.html picture.png` any page
// (`--dark`, `--open`, `--width 900`, `--scale 1.5`). GitHub's look needs fonts: Debian's fonts-liberation, fonts-noto-color-emoji.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { CATALOGUE } from '../src/checks/catalogue.generated.ts'
import type { Report } from '../src/domain/report.ts'
import { COMMENT_BUDGET_BYTES, renderMarkdown, SUMMARY_BUDGET_BYTES } from '../src/render/markdown.ts'
import { renderReadyLine } from '../src/render/ready-line.ts'
import { renderDrift } from '../src/render/tracking-issue.ts'
import { deltaSince } from '../src/report/delta.ts'
import { disclose } from '../src/report/disclose.ts'
import { driftSince, greenStateOf } from '../src/report/drift.ts'
import { openResults } from '../src/report/published-state.ts'
import { changedReport, notReadyReport } from '../test/golden/reports.ts'
import * as show from '../test/golden/showcase.ts'
import { renderHtml } from './render-html.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const OUT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../build/screenshots')
const WHY = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.why]))
const REMEDIES = new Map(CATALOGUE.map(({ meta }) => [meta.id, meta.remedy]))

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Look {
  width: number
  dark: boolean
}
const LOOKS: Readonly<Record<string, Look>> = {
  light: { width: 900, dark: false },
  dark: { width: 900, dark: true },
  phone: { width: 390, dark: false },
}

const summary = (report: Report): string =>
  renderMarkdown(report, { kind: 'summary', budgetBytes: SUMMARY_BUDGET_BYTES, why: WHY })
const comment = (report: Report): string =>
  renderMarkdown(report, { kind: 'comment', budgetBytes: COMMENT_BUDGET_BYTES, why: WHY })

/** As the second run of a pull request finds it. */
function commentAfter(report: Report, before: Report): string {
  const open = openResults(before)
  const run = { runId: 1, attempt: 1, startedAt: report.run.startedAt }
  const state = { run, status: 'undetermined' as const, result: '', text: '', body: '', commit: '8d1c2b3a'.repeat(5) }
  const delta = deltaSince({ ...state, ...(open === undefined ? {} : { open }) }, report)
  return renderMarkdown(report, {
    kind: 'comment',
    budgetBytes: COMMENT_BUDGET_BYTES,
    why: WHY,
    ...(delta === undefined ? {} : { delta }),
  })
}

/** The body of the tracking issue, after a run that was ready. */
function issueAfter(green: Report, report: Report): string {
  const then = greenStateOf(green, '8d1c2b3a'.repeat(5))
  const drift = then === undefined ? undefined : driftSince(then, report)
  const news = renderDrift(drift, report.run.startedAt, report.manifests.length > 1, 13_000)
  return renderMarkdown(report, { kind: 'comment', budgetBytes: 40_000, why: WHY, news })
}

const PAGES: Readonly<Record<string, () => string>> = {
  'not-ready': () => summary(show.showNotReady()),
  undetermined: () => summary(show.showUndetermined()),
  conditions: () => summary(show.showConditions()),
  ready: () => summary(show.showReady()),
  estate: () => summary(show.showEstate()),
  names: () => summary(disclose(show.showNotReady(), 'names', REMEDIES)),
  comment: () => comment(show.showNotReady()),
  changed: () => comment(changedReport()),
  delta: () => commentAfter(show.showNotReady(), notReadyReport()),
  'ready-line': () => renderReadyLine(show.showReady(), undefined),
  issue: () => issueAfter(show.showReady(), show.showNotReady()),
  'comment-short': () => renderMarkdown(show.showEstate(), { kind: 'comment', budgetBytes: 6_000, why: WHY }),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: 'boolean', default: false },
    width: { type: 'string', default: '900' },
    open: { type: 'boolean', default: false },
    only: { type: 'string' },
    scale: { type: 'string', default: '1.5' },
  },
})
process.exitCode = await main()

async function main(): Promise<number> {
  const [page, picture] = positionals
  const executablePath = process.env['CHROMIUM'] ?? CHROMIUM.find((file) => existsSync(file))
  if (executablePath === undefined) {
    console.error('No Chromium found: install it (Debian: chromium) or set CHROMIUM to its path.')
    return 2
  }
  const browser = await chromium.launch({ executablePath, args: QUIET })
  try {
    if (page === undefined) await photographAll(browser)
    else await photograph(browser, page, picture ?? 'picture.png', { width: Number(values.width), dark: values.dark })
  } finally {
    await browser.close()
  }
  return 0
}

async function photographAll(browser: Browser): Promise<void> {
  mkdirSync(OUT, { recursive: true })
  const folder = mkdtempSync(path.join(tmpdir(), 'screenshot-'))
  try {
    for (const [name, render] of Object.entries(PAGES)) {
      if (values.only !== undefined && values.only !== name) continue
      const page = path.join(folder, `${name}.html`)
      writeFileSync(page, await renderHtml(render(), name))
      for (const [look, how] of Object.entries(LOOKS)) {
        const picture = path.join(OUT, `${name}-${look}.png`)
        await photograph(browser, page, picture, how)
        console.log(picture)
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function photograph(browser: Browser, page: string, picture: string, { width, dark }: Look): Promise<void> {
  const tab = await browser.newPage({
    viewport: { width, height: 100 },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: Number(values.scale),
  })
  try {
    await tab.route('**/*', (route) => (route.request().url().startsWith('file:') ? route.continue() : route.abort()))
    await tab.goto(pathToFileURL(path.resolve(page)).href)
    if ((await tab.locator('.mermaid, code.language-mermaid').count()) > 0) {
      await tab.waitForSelector('body[data-drawn]', { timeout: 20_000 })
      if ((await tab.locator('.mermaid svg:not([aria-roledescription="error"])').count()) === 0)
        throw new Error(`Mermaid does not draw the diagram of ${page}`)
    }
    if (values.open) for (const fold of await tab.locator('summary').all()) await fold.click()
    await tab.screenshot({ path: picture, fullPage: true })
  } finally {
    await tab.close()
  }
}
