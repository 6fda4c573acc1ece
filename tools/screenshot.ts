// Takes pictures of an HTML report with headless Chromium: `npm run screenshot -- report.html picture.png [--dark] [--width 900]`.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dark: { type: 'boolean' }, width: { type: 'string', default: '900' }, open: { type: 'boolean' } },
})
const [page, picture] = positionals
const executablePath = process.env['CHROMIUM'] ?? CHROMIUM.find((file) => existsSync(file))
if (page === undefined || picture === undefined || executablePath === undefined) {
  console.error(
    executablePath === undefined
      ? 'No Chromium found: install it (Debian: chromium) or set CHROMIUM to its path.'
      : 'usage: npm run screenshot -- report.html picture.png [--dark] [--open] [--width 900]',
  )
  process.exit(2)
}
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
try {
  const tab = await browser.newPage({
    viewport: { width: Number(values.width), height: 600 },
    colorScheme: values.dark === true ? 'dark' : 'light',
    deviceScaleFactor: 1.5,
  })
  await tab.route('**/*', (route) => (route.request().url().startsWith('file:') ? route.continue() : route.abort()))
  await tab.goto(pathToFileURL(path.resolve(page)).href)
  if (values.open === true) for (const summary of await tab.locator('summary').all()) await summary.click()
  await tab.screenshot({ path: picture, fullPage: true })
} finally {
  await browser.close()
}
