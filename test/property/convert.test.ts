import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Parser, stringify, type ToStringOptions } from 'yaml'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { generationOf, planConversion, type ManifestFiles } from '../../src/convert/plan-conversion.ts'
import type { Converted } from '../../src/convert/convert-file.ts'
import { checkFacts } from '../../src/run/run-convert.ts'
import { parseManifest, type ParsedManifest } from '../../src/manifest/parse-manifest.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const CHECK_IDS = CATALOGUE.map(({ meta }) => meta.id)
const CHECKS = checkFacts()
const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-mig'
const AZURE = { subscription: '00000000-0000-4000-8000-000000000001', 'resource-group': 'rg-mig' }
const ANSWER = `${GROUP}/providers/Microsoft.DataMigration/sqlMigrationServices/dms-modern`

const word = fc.constantFrom(
  'sales',
  'Umsätze',
  "O'Brien",
  'a: b',
  '# no comment',
  '- dash',
  'x, y',
  '"q"',
  '{z}',
  'yes',
)
const password = fc.constantFrom('${A}', '${B_2}')
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

const dms = fc
  .record({
    service: maybe(
      fc.constantFrom('dms-weu', 'services/dms-weu', `${GROUP}/providers/Microsoft.DataMigration/services/d`),
    ),
    subnet: maybe(fc.constantFrom('vnet/snet', `${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`)),
    egress: maybe(fc.constantFrom([], ['203.0.113.7'], ['203.0.113.7', '2001:db8::1'])),
    'nsg-ports': maybe(fc.constantFrom('seed', 'current')),
    flows: maybe(
      fc.constantFrom(
        [],
        [{ name: 'redirect', direction: 'outbound', protocol: 'tcp', ports: [1433, '11000-11999'], peer: 'Sql' }],
      ),
    ),
  })
  .filter(({ service, subnet }) => service !== undefined || subnet !== undefined)

const attestation = fc.record({
  check: fc.constantFrom(...CHECK_IDS),
  subject: maybe(fc.constantFrom<string | string[]>('sales', ['a', 'b'])),
  by: fc.constant('@dba-lead'),
  expires: fc.constant('2026-12-20'),
  evidence: maybe(fc.constantFrom('https://example.com/1#x', 'a\nb\n', 'seen, "twice"')),
})
const waiver = fc.record({
  check: fc.constantFrom(...CHECK_IDS),
  reason: word,
  by: fc.constant('@release-lead'),
  expires: fc.constant('2026-12-01'),
})

const shared = {
  azure: fc.constant(AZURE),
  tools: maybe(
    fc.record({
      'data-migration-assistant': maybe(fc.constant({ version: '5.8' })),
      assessment: maybe(fc.constant({ report: 'migration/dma.json', 'max-age': '30d' })),
    }),
  ),
  attestations: maybe(fc.array(attestation, { maxLength: 4 })),
  waivers: maybe(fc.array(waiver, { maxLength: 3 })),
  share: maybe(
    fc.record({ path: fc.constant('\\\\fs01\\dms'), login: fc.record({ windows: fc.constant('CORP\\u'), password }) }),
  ),
  container: maybe(
    fc.record({
      url: fc.constant('https://stmig.blob.core.windows.net/backups'),
      sas: password,
      resource: maybe(fc.constant('storageAccounts/stmig')),
    }),
  ),
}

const own = fc
  .record({
    head: fc.record({
      name: word,
      scenario: fc.constantFrom('sql-server-to-azure-sql-database', 'sql-server-to-azure-sql-managed-instance'),
      migration: maybe(fc.constant('offline')),
    }),
    databases: fc.uniqueArray(fc.constantFrom('Sales', 'Orders', 'with space', "it's"), { minLength: 1 }),
  })
  .map(({ head, databases }) => ({
    ...head,
    generation: 'classic',
    sources: [
      { name: 's1', server: 'sql01\\SALES', login: { user: 'dms', password: '${A}' }, databases },
      { name: 's2', server: 'sql02,1433', login: { windows: 'CORP\\dms', password: '${B}' }, databases: ['Z'] },
    ],
    target: {
      resource: head.scenario.endsWith('instance') ? 'managedInstances/mi' : 'servers/srv',
      login: { entra: true },
    },
  }))

/** Without the keys that are undefined, in an order of its own. */
function shuffled(data: Record<string, unknown>, seed: number): Record<string, unknown> {
  const entries = Object.entries(JSON.parse(JSON.stringify(data)) as Record<string, unknown>)
  return Object.fromEntries(entries.sort(([a], [b]) => ((a.length * 7 + seed) % 5) - ((b.length * 7 + seed) % 5)))
}

interface Style {
  options: ToStringOptions
  flow: readonly string[] | 'all'
  seed: number
  comments: readonly number[]
  crlf: boolean
  bom: boolean
}
const style: fc.Arbitrary<Style> = fc.record({
  options: fc.record({
    indent: fc.constantFrom(1, 2, 4),
    indentSeq: fc.boolean(),
    defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
    defaultKeyType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE'),
    flowCollectionPadding: fc.boolean(),
    lineWidth: fc.constantFrom(0, 40, 80),
  }),
  flow: fc.oneof(
    fc.subarray(['dms', 'tools', 'attestations', 'waivers', 'sources', 'share']),
    fc.constant('all' as const),
  ),
  seed: fc.nat(100),
  comments: fc.array(fc.nat(60), { maxLength: 8 }),
  crlf: fc.boolean(),
  bom: fc.boolean(),
})

function write(data: Record<string, unknown>, { options, flow, seed, comments, crlf, bom }: Style): string {
  const ordered = shuffled(data, seed)
  const parts =
    flow === 'all'
      ? [stringify(ordered, { ...options, collectionStyle: 'flow' })]
      : Object.entries(ordered).map(([key, value]) =>
          stringify({ [key]: value }, { ...options, ...(flow.includes(key) ? { collectionStyle: 'any' } : {}) }),
        )
  const lines = parts.join('').split('\n')
  for (const [number, at] of comments.entries()) {
    const line = at % lines.length
    const words = `# comment ${number}`
    if (number % 2 === 0) lines.splice(line, 0, `${/^ */.exec(lines[line] ?? '')?.[0] ?? ''}${words}`)
    else lines[line] = `${lines[line] ?? ''} ${words}`
  }
  return (bom ? '\ufeff' : '') + lines.join(crlf ? '\r\n' : '\n')
}

function parse({ path, text, extended }: ManifestFiles): ParsedManifest {
  return parseManifest({ path, text, extended, now: NOW, checkIds: CHECK_IDS })
}

function commentsOf(text: string): string[] {
  const found: string[] = []
  const look = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('type' in part && part.type === 'comment' && 'source' in part) found.push(String(part.source))
    for (const below of Object.values(part)) look(below)
  }
  for (const token of new Parser().parse(text)) look(token)
  return found
}

/** As a person does: the id behind the key, at the line that was named. */
function answered({ text, questions }: Converted): string {
  const lines = text.split('\n')
  for (const { line } of questions.filter(({ isRequired }) => isRequired)) {
    const at = (line ?? 0) - 1
    lines[at] = (lines[at] ?? '').replace(/(["']?service["']?:)( *null)?/, `$1 ${ANSWER}`)
  }
  return lines.join('\n')
}

function holds(files: ManifestFiles, converted: readonly Converted[]): void {
  const byName = new Map(converted.map((file) => [file.from, file]))
  const mine = byName.get(files.path)
  expect(mine).toBeDefined()
  if (mine === undefined) return
  const base = files.extended && byName.get(files.extended.path)
  const around = (text: (file: Converted) => string): ManifestFiles => ({
    path: mine.to,
    text: text(mine),
    ...(files.extended === undefined
      ? {}
      : { extended: base === undefined ? files.extended : { path: base.to, text: text(base) } }),
  })
  // What is open stands exactly where it was said to stand.
  const open = parse(around(({ text }) => text))
  const asked = converted.flatMap(({ questions }) => questions.filter(({ isRequired }) => isRequired))
  const places = asked.map(({ path, line }) => `${path}:${String(line)}`)
  expect(open.ok).toBe(places.length === 0)
  if (!open.ok) {
    for (const { location, message } of open.problems) {
      expect([places.includes(`${location?.path ?? ''}:${String(location?.line)}`), message]).toEqual([
        true,
        expect.stringContaining('service'),
      ])
    }
  }
  expect(parse(around(answered))).toMatchObject({ ok: true, manifest: { generation: 'modern' } })
  // Once more changes nothing.
  expect(generationOf(around(({ text }) => text))).toBe('modern')
  for (const { from, text } of converted) {
    const before = from === files.path ? files.text : (files.extended?.text ?? '')
    const kept = commentsOf(text)
    let at = 0
    for (const comment of commentsOf(before)) {
      at = kept.indexOf(comment, at)
      expect([comment, at >= 0]).toEqual([comment, true])
      at++
    }
    expect(text.startsWith('\ufeff')).toBe(before.startsWith('\ufeff'))
    if (before.includes('\r\n')) expect(text).not.toMatch(/[^\r]\n/)
  }
}

describe('the conversion of a sound classic manifest', () => {
  it('is total and keeps every comment, in whatever style the file is written', () => {
    fc.assert(
      fc.property(own, dms, fc.record(shared), style, (head, place, more, how) => {
        const text = write({ version: 1, ...head, dms: place, ...more }, how)
        const files = { path: '.github/dms-preflight.yml', text }
        fc.pre(parse(files).ok)
        const converted = planConversion([files], CHECKS)
        expect(converted.map(({ by, from, to }) => [by, from, to])).toEqual([
          ['text', '.github/dms-preflight.yml', '.github/dms-preflight.modern.yml'],
        ])
        holds(files, converted)
      }),
      { numRuns: 100 },
    )
  })

  it('of a wave and its estate likewise', () => {
    const layers = fc.record({ wave: fc.option(dms, { nil: undefined }), estate: fc.option(dms, { nil: undefined }) })
    fc.assert(
      fc.property(own, layers, fc.record(shared), style, style, (head, { wave, estate }, more, how, baseHow) => {
        const text = write({ version: 1, extends: 'estate.yml', ...head, ...(wave && { dms: wave }) }, how)
        const base = write({ version: 1, ...(estate && { dms: estate }), ...more }, baseHow)
        const files = { path: 'waves/w1.yml', text, extended: { path: 'waves/estate.yml', text: base } }
        fc.pre(parse(files).ok)
        const converted = planConversion([files], CHECKS)
        expect(converted.filter(({ by }) => by !== 'text')).toEqual([])
        holds(files, converted)
      }),
      { numRuns: 100 },
    )
  })
})
