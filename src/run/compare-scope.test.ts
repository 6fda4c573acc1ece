import { describe, expect, it } from '@jest/globals'
import { ESTATE, MODERN, MODERN_DATABASE, SALES, WAVE } from '../../test/manifests.ts'
import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen } from '../domain/observed.ts'
import type { CheckResult, Removed } from '../domain/report.ts'
import { parseManifest } from '../manifest/parse-manifest.ts'
import { planChecks } from '../plan/plan.ts'
import { compareScope, type Compared } from './compare-scope.ts'
import type { TrustedManifest, TrustedManifests } from './read-trusted-manifests.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const COMMIT = 'c'.repeat(40)
const checkIds = CATALOGUE.map(({ meta }) => meta.id)

function parse(text: string, path = 'sales.yml'): Manifest {
  const extended = text.includes('extends:') ? { path: 'estate.yml', text: ESTATE } : undefined
  const parsed = parseManifest({ path, text, now: NOW, checkIds, extended })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}

interface Question {
  trusted: readonly Manifest[]
  here: readonly Manifest[]
  /** Unsound ones here. */
  bad?: readonly string[]
  more?: TrustedManifests['manifests']
  isOnRef?: boolean
  /** Files that equal those of the trusted ref. */
  equal?: readonly string[]
}

async function compare({
  trusted,
  here,
  bad = [],
  more,
  isOnRef = false,
  equal = [],
}: Question): Promise<Compared & { asked: number }> {
  let asked = 0
  const manifests = new Map([
    ...trusted.map((manifest) => [manifest.path, seen<TrustedManifest>({ found: true, manifest })] as const),
    ...(more ?? []),
  ])
  const question = {
    trust: { trusted: false, reason: '', ref: seen('refs/heads/main'), isOnRef, equal: new Set(equal) },
    trusted: { manifests, complete: seen(true as const) },
    plans: here.map((manifest) => planChecks(manifest, CATALOGUE)),
    paths: [...here.map(({ path }) => path), ...bad],
    sha: 'd'.repeat(40),
    now: NOW,
  }
  const readCommit = () => {
    asked += 1
    return Promise.resolve(seen(COMMIT))
  }
  return { ...(await compareScope(question, { readCommit })), asked }
}

const named = ({ kind, check, name, from, to }: Removed): string =>
  [kind, check, name, from === undefined && to === undefined ? undefined : `${from ?? ''} -> ${to ?? ''}`]
    .filter((part) => part !== undefined)
    .join(' ')

async function removedFrom(before: string, after: string): Promise<string[]> {
  const { removed } = await compare({ trusted: [parse(before)], here: [parse(after)] })
  return removed.map(named)
}

function edit(text: string, from: string | RegExp, to: string): string {
  const edited = text.replace(from, () => to)
  if (edited === text) throw new Error(`nothing to edit: ${String(from)}`)
  return edited
}

const TWO = edit(
  edit(
    SALES,
    'target:\n',
    `  - name: erp
    server: sql02.corp.example,1433
    login: { user: dms, password: "\${ERP_PASSWORD}" }
    databases: [Erp]
target:
`,
  ),
  '  nsg-ports: seed\n',
  `  nsg-ports: seed
  flows:
    - { name: redirect, direction: outbound, protocol: tcp, ports: [11000-11999], peer: Sql }
`,
)

describe('what a change takes out of scope', () => {
  it('is nothing when nothing changes, when only names and places do, and when something is added', async () => {
    expect(await removedFrom(TWO, TWO)).toEqual([])
    expect(await removedFrom(SALES, TWO)).toEqual([])
    expect(await removedFrom(TWO, edit(TWO, /name: erp$/m, 'name: the-erp'))).toEqual([])
    expect(await removedFrom(TWO, edit(TWO, 'name: Sales to', 'name: The Sales to'))).toEqual([])
    const moved = await compare({ trusted: [parse(TWO)], here: [parse(TWO, 'waves/other.yml')] })
    expect(moved.removed).toEqual([])
    const both = edit(TWO, 'name: Sales to', 'name: The Sales to')
    expect((await compare({ trusted: [parse(TWO)], here: [parse(both, 'waves/other.yml')] })).removed).toEqual([])
  })

  it('finds less asked of a server under another name, in another manifest, or behind a swap of names', async () => {
    const weaker = edit(TWO, 'encrypt: true', 'encrypt: true, trust-server-certificate: true')
    const words = ['setting sources.sales.tls.trust-server-certificate false -> true']
    expect(await removedFrom(TWO, edit(weaker, '- name: sales', '- name: shop'))).toEqual(expect.arrayContaining(words))
    const swapped = edit(edit(weaker, '- name: sales', '- name: swap'), /name: erp$/m, 'name: sales')
    expect(await removedFrom(TWO, edit(swapped, 'name: swap', 'name: erp'))).toEqual(expect.arrayContaining(words))
    const harmless = edit(edit(TWO, '- name: sales', '- name: swap'), /name: erp$/m, 'name: sales')
    expect(
      (await removedFrom(TWO, edit(harmless, 'name: swap', 'name: erp'))).filter((text) => text.includes('setting')),
    ).toEqual([])
    const own = edit(TWO, / {2}- name: sales\n(?: {4}.*\n)+/, '')
    const other = edit(edit(weaker, / {2}- name: erp\n(?: {4}.*\n)+/, ''), 'name: Sales to', 'name: Other, Sales to')
    const moved = await compare({ trusted: [parse(TWO)], here: [parse(own), parse(other, 'other.yml')] })
    expect(moved.removed.map(named)).toEqual(expect.arrayContaining(words))
  })

  it('finds a share and a target that are declared still, and used no more', async () => {
    const wave = edit(WAVE, 'databases: [Sales, Orders]', 'share: fs02, databases: [Sales, Orders]')
    expect(await removedFrom(WAVE, wave)).toContain('share fs01')
    const crm = edit(WAVE, 'as: Crm, target: crm', 'as: Crm')
    expect(await removedFrom(WAVE, crm)).toContain('target crm')
  })

  it.each<[string, string | RegExp, string, string[]]>([
    ['a source', / {2}- name: erp\n(?: {4}.*\n)+/, '', ['source erp']],
    ['a database', '[Sales, { name: Orders, as: OrdersNew }]', '[Sales]', ['database sales/Orders']],
    [
      'the name of a database on the target',
      'as: OrdersNew',
      'as: Orders',
      ['database sales/Orders default/OrdersNew -> default/Orders'],
    ],
    ['a flow', / {2}flows:\n.*\n/, '', ['flow redirect']],
    [
      'a flow that lets less be asked',
      '11000-11999',
      '11000',
      ['flow redirect outbound tcp 11000-11999 Sql -> outbound tcp 11000 Sql'],
    ],
    [
      'the server of a source',
      'sql02.corp.example,1433',
      'sql03.corp.example,1433',
      ['source erp sql02.corp.example,1433 -> sql03.corp.example,1433'],
    ],
    ['the list of ports', 'nsg-ports: seed', 'nsg-ports: current', ['setting dms.nsg-ports seed -> current']],
    ['an address of DMS', 'egress: [203.0.113.7]', 'egress: []', ['setting dms.egress 203.0.113.7 -> ']],
    [
      'the cutover',
      'start: 2026-12-05',
      'start: 2026-12-04',
      ['setting cutover 2026-12-05T20:00:00.000Z for 360 min -> 2026-12-04T20:00:00.000Z for 360 min'],
    ],
    ['encryption', 'encrypt: true', 'encrypt: false', ['setting sources.sales.tls.encrypt true -> false']],
    [
      'verification',
      'encrypt: true',
      'encrypt: true, trust-server-certificate: true',
      ['setting sources.sales.tls.trust-server-certificate false -> true'],
    ],
    [
      'the login that is asked about',
      'user: dms, password: "${SALES',
      'user: sa, password: "${SALES',
      ['setting sources.sales.login dms -> sa'],
    ],
    [
      'the age of the assessment',
      'max-age: 30d',
      'max-age: 60d',
      ['setting tools.assessment.max-age 2592000 s -> 5184000 s'],
    ],
    ['an attestation', /attestations:\n.*\n/, '', ['attestation source/firewall-appliance-lets-dms-in sales']],
    ['a waiver', /waivers:\n.*\n/, '', ['waiver target/server-firewall-admits-dms']],
  ])('is said: %s', async (_name, from, to, expected) => {
    expect(await removedFrom(TWO, edit(TWO, from, to))).toEqual(expected)
  })

  it.each<[string, string, string, string[]]>([
    [
      'a host of the runtime',
      '[shir01.corp.example, shir02.corp.example]',
      '[SHIR01.corp.example]',
      ['setting dms.runtime-hosts shir02.corp.example -> '],
    ],
    [
      'the migration of tables',
      'schema-migration: true',
      'schema-migration: false',
      ['setting dms.schema-migration true -> false'],
    ],
    ['the way', 'migration: online', 'migration: offline', ['setting migration online -> offline']],
    [
      'the share of one source of two',
      'share: fs01, databases: [Erp]',
      'databases: [Erp]',
      ['setting sources.erp.share \\\\fs01.corp.example\\dms-backup -> '],
    ],
    ['the SAS of a container', ', sas: "${BACKUP_SAS}"', '', ['setting containers.default.sas ${BACKUP_SAS} -> ']],
    [
      'a folder',
      'folder: sales-full',
      'folder: other',
      ['database crm/Sales default/Sales from sales-full -> default/Sales from other'],
    ],
  ])('is said of the service of today: %s', async (_name, from, to, expected) => {
    const text = from === 'schema-migration: true' ? MODERN_DATABASE : MODERN
    expect(await removedFrom(text, edit(text, from, to))).toEqual(expect.arrayContaining(expected))
  })

  it.each<[string, string, string]>([
    ['stricter TLS', 'encrypt: true', 'encrypt: strict'],
    ['a younger assessment', 'max-age: 30d', 'max-age: 10d'],
    ['a longer waiver', 'expires: 2026-12-01', 'expires: 2026-12-30'],
  ])('is not what asks for more: %s', async (_name, from, to) => {
    expect(await removedFrom(TWO, edit(TWO, from, to))).toEqual([])
  })

  it('is a severity that falls with what is asked', async () => {
    const without = edit(TWO, ', assessment: { report: migration/dma.json, max-age: 30d }', '')
    expect(await removedFrom(TWO, without)).toEqual([
      'severity tools/assessment-is-clean Sales to Azure SQL Database required -> recommended',
    ])
    const port = await removedFrom(SALES, edit(SALES, '\\SALES', ',1433'))
    expect(port).toEqual(['source sales sql01.corp.example\\SALES -> sql01.corp.example,1433'])
  })

  it('names the checks that another scenario does not have, by their subjects', async () => {
    const removed = await removedFrom(
      SALES,
      edit(
        edit(SALES, 'sql-server-to-azure-sql-database', 'sql-server-to-azure-sql-managed-instance'),
        'servers/sqlsales',
        'managedInstances/sqlsales',
      ),
    )
    expect(removed).toContain(
      'setting scenario sql-server-to-azure-sql-database -> sql-server-to-azure-sql-managed-instance',
    )
    expect(removed.some((one) => one.startsWith('target default /subscriptions'))).toBe(true)
  })

  it('has the place on the trusted ref', async () => {
    const { removed } = await compare({ trusted: [parse(TWO)], here: [parse(SALES)] })
    expect(removed[0]).toMatchObject({
      kind: 'source',
      manifest: 'Sales to Azure SQL Database',
      location: { path: 'sales.yml', line: parse(TWO).sources[1]?.location.line },
    })
  })

  it('is a manifest that is gone, also the only one, and not one that moved into another', async () => {
    const wave = parse(WAVE, 'wave-2.yml')
    const gone = await compare({ trusted: [parse(SALES), wave], here: [parse(SALES)] })
    expect(gone.removed.map(named)).toEqual(['manifest Wave 2'])
    expect((await compare({ trusted: [wave], here: [] })).removed.map(named)).toEqual(['manifest Wave 2'])
  })

  it('does not name a source that went into another wave', async () => {
    const wave = parse(WAVE, 'wave-2.yml')
    const one = parse(edit(WAVE, /.*erp02.*\n/, ''), 'wave-2.yml')
    const three = parse(edit(edit(WAVE, /.*erp01.*\n/, ''), 'Wave 2', 'Wave 3'), 'wave-3.yml')
    expect((await compare({ trusted: [wave], here: [one, three] })).removed).toEqual([])
  })

  it('is nothing on the trusted ref, and not guessed where a manifest is not sound here', async () => {
    expect((await compare({ trusted: [parse(TWO)], here: [parse(SALES)], isOnRef: true })).removed).toEqual([])
    expect((await compare({ trusted: [parse(TWO)], here: [], bad: ['sales.yml'] })).removed).toEqual([])
  })

  it('is said not to be known where the trusted ref could not be read', async () => {
    const more = new Map([['wave-9.yml', unseen('forbidden', 'contents: read is missing.')]])
    const { notices } = await compare({ trusted: [parse(TWO)], here: [parse(TWO)], more })
    expect(notices).toEqual([
      'Whether this change takes anything out of scope is not fully known: contents: read is missing.',
    ])
  })
})

describe('the side of the trusted ref', () => {
  const resultOf = (id: string, kind: CheckResult['subject']['kind'], name: string) =>
    ({ id, subject: { kind, name } }) as CheckResult
  const appliance = resultOf('source/firewall-appliance-lets-dms-in', 'sql-server', 'sales')
  const firewall = resultOf('target/server-firewall-admits-dms', 'target', 'default')
  const isSame = async (after: string): Promise<boolean[]> => {
    const here = parse(after)
    const { sideOf } = await compare({ trusted: [parse(SALES)], here: [here] })
    return [appliance, firewall].map((result) => sideOf(here)?.isSame(result) === true)
  }

  it('is the same thing where the change is about another one', async () => {
    expect(await isSame(SALES)).toEqual([true, true])
    expect(await isSame(TWO)).toEqual([true, true])
    expect(await isSame(edit(SALES, '[Sales, {', '[Sales, Crm, {'))).toEqual([true, true])
    expect(await isSame(edit(SALES, /waivers:\n.*\n/, ''))).toEqual([true, true])
  })

  it.each<[string, string, string, boolean[]]>([
    ['another server', 'sql01.corp', 'sql09.corp', [false, true]],
    ['another login', 'user: dms, password: "${SALES', 'user: sa, password: "${SALES', [false, true]],
    ['another secret', '${SALES_PASSWORD}', '${OTHER_PASSWORD}', [false, true]],
    ['other TLS', 'encrypt: true', 'encrypt: false', [false, true]],
    ['another target', 'servers/sqlsales', 'servers/sqlother', [true, false]],
    ['another endpoint', 'sqlsales.database', 'sqlother.database', [true, false]],
    ['another subnet', 'snet-dms', 'snet-other', [false, false]],
    ['another address of DMS', '203.0.113.7', '203.0.113.8', [false, false]],
    ['another name of the source', '- name: sales', '- name: sales2', [false, true]],
    ['another cutover', 'duration: 6h', 'duration: 8h', [false, false]],
  ])('is another thing with %s', async (_name, from, to, expected) => {
    const after = from.startsWith('- name')
      ? edit(edit(SALES, from, to), 'subject: sales', 'subject: sales2')
      : edit(SALES, from, to)
    expect(await isSame(after)).toEqual(expected)
  })

  it.each<[string, string, string, boolean[]]>([
    ['another container', 'net/backups', 'net/others', [true, false]],
    ['another account of the container', 'storageAccounts/stmig', 'storageAccounts/other', [true, false]],
    ['another way into the container', ', sas: "${BACKUP_SAS}"', '', [true, false]],
    ['another folder', 'folder: sales-full', 'folder: other', [true, false]],
    ['other hosts of the runtime', 'shir02', 'shir03', [false, false]],
    ['another name', 'name: Estate', 'name: The estate', [true, true]],
  ])('is another thing for the service of today, or not, with %s', async (_name, from, to, expected) => {
    const results = [
      resultOf('source/login-is-accepted', 'sql-server', 'erp'),
      resultOf('storage/last-backup-is-newest', 'database', 'crm/Sales'),
    ]
    const offline = edit(MODERN, 'migration: online', 'migration: offline')
    const here = parse(edit(offline, from, to))
    const { sideOf } = await compare({ trusted: [parse(offline)], here: [here] })
    expect(results.map((result) => sideOf(here)?.isSame(result) === true)).toEqual(expected)
  })

  it('is another thing where a file that it rests on is another one', async () => {
    const text = edit(SALES, 'encrypt: true', 'ca: certs/root.pem')
    const [trusted, here] = [parse(text), parse(text)]
    const results = [appliance, resultOf('tools/assessment-is-clean', 'manifest', here.name), firewall]
    const sameWith = async (equal: readonly string[]): Promise<boolean[]> => {
      const { sideOf } = await compare({ trusted: [trusted], here: [here], equal })
      return results.map((result) => sideOf(here)?.isSame(result) === true)
    }
    expect(await sameWith(['certs/root.pem', 'migration/dma.json'])).toEqual([true, true, true])
    expect(await sameWith(['certs/root.pem'])).toEqual([true, false, true])
    expect(await sameWith(['migration/dma.json'])).toEqual([false, true, true])
  })

  it('knows its commit, and asks for it only where somebody vouches', async () => {
    const here = parse(TWO)
    const { sideOf, asked } = await compare({ trusted: [parse(SALES)], here: [here] })
    expect([sideOf(here)?.commit, asked]).toEqual([COMMIT, 1])
    const bare = parse(edit(edit(SALES, /waivers:\n.*\n/, ''), /attestations:\n.*\n/, ''))
    expect((await compare({ trusted: [bare], here: [bare] })).asked).toBe(0)
    const onRef = await compare({ trusted: [here], here: [here], isOnRef: true })
    expect([onRef.sideOf(here)?.commit, onRef.asked]).toEqual(['d'.repeat(40), 0])
  })
})
